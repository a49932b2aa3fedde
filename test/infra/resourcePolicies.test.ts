import { expect, test } from "vitest";
import { at, resourcesOfType, synthesize } from "./support/synthesize.ts";

const stack = synthesize({ alarmEmail: "ops@brand.example" });

/** Each type of resource that has a policy of its own, and the property that holds it. */
const policies = [
  ["AWS::SNS::TopicPolicy", "PolicyDocument"],
  ["AWS::SQS::QueuePolicy", "PolicyDocument"],
  ["AWS::KMS::Key", "KeyPolicy"],
] as const;

/** The statements that let in a service of AWS, which acts for every account. */
const letIn = policies.flatMap(([type, property]) =>
  resourcesOfType(stack, type).flatMap(([id, { Properties }]) => {
    const statements = at(Properties, property, "Statement");
    const found: unknown[] = Array.isArray(statements) ? statements : [];
    return found
      .filter((statement) => at(statement, "Effect") === "Allow" && at(statement, "Principal", "Service") !== undefined)
      .map((statement) => ({ id, statement }));
  }),
);

test("CloudWatch reaches the alarms' topic and its key, and no other service anything by a resource's policy", () => {
  expect(letIn.map(({ statement }) => at(statement, "Principal", "Service")).toSorted()).toEqual([
    "cloudwatch.amazonaws.com",
    "cloudwatch.amazonaws.com",
  ]);
});

test.each(letIn)("$id takes it from a service only when it acts for this account", ({ statement }) => {
  const account = { Ref: "AWS::AccountId" };
  expect(at(statement, "Condition", "StringEquals", "aws:SourceAccount")).toEqual(account);
});
