import { describe, expect, test } from "vitest";
import { orgQueuesVariable } from "../../shared/config/queueConfig.ts";
import { closingStateMachine } from "./support/closingDefinition.ts";
import { functionIdsByName } from "./support/deployedMethods.ts";
import { at, resourcesOfType, type SynthesizedStack, synthesize } from "./support/synthesize.ts";

/** The functions that reserve a part of the account's quota, and how much. */
function reserved(stack: SynthesizedStack): Record<string, unknown> {
  const found = functionIdsByName(stack).map(([name, id]) => [
    name,
    stack.resources.get(id)?.Properties["ReservedConcurrentExecutions"],
  ]);
  return Object.fromEntries(found.filter(([, count]) => count !== undefined));
}

function queueMappings(stack: SynthesizedStack): unknown[] {
  const mappings = resourcesOfType(stack, "AWS::Lambda::EventSourceMapping").map(([, { Properties }]) => Properties);
  return mappings.map((mapping) => at(mapping, "ScalingConfig", "MaximumConcurrency")).filter(Boolean);
}

function closingDefinition(stack: SynthesizedStack): string {
  const parts = at(closingStateMachine(stack, "STANDARD")[1].Properties, "DefinitionString", "Fn::Join", "1");
  return (Array.isArray(parts) ? parts : []).filter((part) => typeof part === "string").join("");
}

test("without settings the queue takes 20 Lambdas at most, and nothing is taken off the account's quota", () => {
  const stack = synthesize();
  expect(queueMappings(stack)).toEqual([20]);
  expect(reserved(stack)).toEqual({});
  expect(closingDefinition(stack)).not.toContain("TooManyRequests");
});

describe("with settings", () => {
  const stack = synthesize({
    queueConcurrency: "12",
    projectorConcurrency: "30",
    closingConcurrency: "25",
    queueOrgs: "100,brand_2",
  });

  test("projector and closing run that many times at once and no more", () => {
    expect(reserved(stack)).toEqual({ projector: 30, closeShard: 25 });
  });

  test("closing starts no more shards at once, and retries a throttled one for an hour", () => {
    const definition = closingDefinition(stack);
    expect(definition).toContain('"MaxConcurrency":25');
    expect(definition).toContain(
      '"ErrorEquals":["Lambda.TooManyRequestsException"],"IntervalSeconds":5,"MaxAttempts":60',
    );
  });

  test("calls throttled by the setting set off no alarm", () => {
    const alarms = resourcesOfType(stack, "AWS::CloudWatch::Alarm").map(([, { Properties }]) => Properties);
    const throttles = alarms.find(({ AlarmDescription }) => String(AlarmDescription).includes("#functionthrottles"));
    expect(JSON.stringify(throttles)).toContain("FunctionscountQueuedActivities");
    expect(JSON.stringify(throttles)).not.toMatch(/Functionsprojector|FunctionscloseShard/);
  });

  test("one alarm tells of the oldest message in any of the queues", () => {
    const alarms = resourcesOfType(stack, "AWS::CloudWatch::Alarm").map(([, { Properties }]) => Properties);
    const age = alarms.find(({ AlarmDescription }) => String(AlarmDescription).includes("#activityqueueage"));
    expect(at(age, "Metrics", "0", "Expression")).toBe("MAX([FILL(age0, 0), FILL(age1, 0), FILL(age2, 0)])");
    expect(JSON.stringify(age).match(/"ApproximateAgeOfOldestMessage"/g)).toHaveLength(3);
  });

  test("all queues share the Lambdas of queueConcurrency", () => {
    expect(queueMappings(stack)).toEqual([4, 4, 4]);
  });

  test("the function knows each org's queue, and each is an output", () => {
    const [, id = ""] = functionIdsByName(stack).find(([name]) => name === "countQueuedActivities") ?? [];
    const variable = at(stack.resources.get(id)?.Properties, "Environment", "Variables", orgQueuesVariable);
    const queueIds = resourcesOfType(stack, "AWS::SQS::Queue")
      .map(([queueId]) => queueId)
      .filter((queueId) => queueId.includes("Org"));
    expect(queueIds).toHaveLength(2);
    expect(at(variable, "Fn::Join", "1")).toEqual([
      '{"100":"',
      { "Fn::GetAtt": [queueIds[0], "Arn"] },
      '","brand_2":"',
      { "Fn::GetAtt": [queueIds[1], "Arn"] },
      '"}',
    ]);
    expect(stack.outputs["OrgQueueUrls"]).toBeDefined();
  });
});
