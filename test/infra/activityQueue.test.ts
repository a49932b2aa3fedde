import { expect, test } from "vitest";
import { at, resourcesOfType, synthesize } from "./support/synthesize.ts";

const queues = resourcesOfType(synthesize(), "AWS::SQS::Queue").map(([id, { Properties }]) => ({ id, Properties }));
const queue = queues.find(({ Properties }) => at(Properties, "RedrivePolicy") !== undefined);

test("a queued activity is kept for 14 days, the longest there is, whether it waits to be counted or was given up", () => {
  const deadLettersId = at(queue?.Properties, "RedrivePolicy", "deadLetterTargetArn", "Fn::GetAtt", "0");
  const deadLetters = queues.find(({ id }) => id === deadLettersId);
  for (const each of [queue, deadLetters]) expect(each?.Properties).toHaveProperty("MessageRetentionPeriod", 1_209_600);
});

test("the setting queueRetentionDays says how long every queue of activities and its dead letters keep a message", () => {
  const kept = synthesize({ queueRetentionDays: "3", queueOrgs: "100" });
  const ofActivities = resourcesOfType(kept, "AWS::SQS::Queue").filter(([id]) => id.startsWith("ActivityQueue"));
  const seconds = ofActivities.map(([, { Properties }]) => Properties.MessageRetentionPeriod);
  expect(seconds).toEqual([259_200, 259_200, 259_200]);
});
