import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { afterEach, expect, it, vi } from "vitest";
import { closeCycles } from "../../local/closeCycles.ts";
import { statisticsVariable } from "../../shared/config/statisticsConfig.ts";
import { names } from "../../shared/table/enrollmentItem.ts";
import { activityKey, enrollmentKey, type Key } from "../../shared/table/keys.ts";
import { captureConsole } from "../support/capturedConsole.ts";
import { captureMetrics } from "../support/capturedMetrics.ts";
import { ok, targetPath } from "../support/org.ts";
import { useProjectedService } from "../support/projectedService.ts";
import { newSetting, type Setting } from "../support/setting.ts";
import { during, firstInstantOf, milestone } from "../support/targetGroups.ts";

// The file has a table of its own, because a sweep needs the index, which the projector writes.
const service = useProjectedService();

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const now = during(1);
const hour = 3_600_000;

/** A customer who is enrolled in a group with a reminder three days before the end of each cycle. */
async function enrolled(): Promise<Setting> {
  const [target] = milestone().targets;
  const reminders = [{ name: "3 days", offsetHours: 72, condition: "ALWAYS" }];
  const one = await newSetting(service, milestone({ targets: [{ ...target, reminders }] }));
  await ok(one.org.enroll(one.group, { customerId: one.customerId }, { now }));
  return one;
}

/** Makes the item one that no version of the service has written. */
async function spoilTime(key: Key, attribute: string): Promise<void> {
  await service.table.client.send(
    new UpdateCommand({
      TableName: service.table.name,
      Key: key,
      ConditionExpression: "attribute_exists(pk)",
      UpdateExpression: "SET #time = :text",
      ExpressionAttributeNames: { "#time": attribute },
      ExpressionAttributeValues: { ":text": "not an instant" },
    }),
  );
}

async function spoil({ org, group, customerId }: Setting): Promise<void> {
  await spoilTime(enrollmentKey(org.org, customerId, group.groupId, group.targetId), names.enrolledAt);
}

async function lowerValue({ org, group }: Setting): Promise<void> {
  await ok(org.admin.put(targetPath(group), { defaultValues: [{ defaultValue: 500 }] }, { now }));
}

it.each([
  ["judging", "a changed value has to be judged", lowerValue, Date.parse(now) + 60_000],
  ["reminding", "a reminder is due", () => undefined, Date.parse(firstInstantOf(2)) - 72 * hour],
  ["closing", "its cycle has ended", () => undefined, Date.parse(firstInstantOf(2))],
  ["statistics", "its target's customers are to be counted", () => undefined, Date.parse(now)],
])("an enrolment that cannot be read is counted as a failure of %s when %s", async (source, _, prepare, sweptAt) => {
  // The customers are counted at any time, which would fail as well.
  vi.stubEnv(statisticsVariable, source === "statistics" ? "24" : "0");
  const one = await enrolled();
  await prepare(one);
  await service.drain();
  await spoil(one);
  captureConsole();
  const lines = captureMetrics();
  await expect(closeCycles(service.table, sweptAt, one.org.org)).rejects.toThrow("1 enrolments could not be read");
  const failures = lines.filter((line) => "Failures" in line);
  expect(failures).toEqual([expect.objectContaining({ source, org: one.org.org })]);
});

it("an activity that cannot be read is counted as a failure of erasing when its customer is anonymised, and the pass stays due", async () => {
  vi.stubEnv(statisticsVariable, "0");
  const { org, customerId } = await enrolled();
  const activity = { activityId: "a", customerId, type: "TRANSACTION", occurredAt: now, amount: 10 };
  await ok(org.till.post("/activities", activity, { now }));
  await spoilTime(activityKey(org.org, customerId, "a"), "recordedAt");
  await ok(org.admin.send("DELETE", `/customers/${customerId}?mode=ANONYMISE`, undefined, { now }));
  captureConsole();
  const lines = captureMetrics();
  await expect(closeCycles(service.table, Date.parse(now), org.org)).rejects.toThrow("recordedAt is not an instant");
  const failures = lines.filter((line) => "Failures" in line);
  expect(failures).toEqual([expect.objectContaining({ source: "erasing", org: org.org })]);
  expect((await ok(org.admin.get(`/erasures/${customerId}`))).body.data.status).toBe("RUNNING");
});
