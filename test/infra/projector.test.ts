import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { busNameVariable } from "../../shared/config/busConfig.ts";
import { activityKey, customerKey, enrollmentKey, excuseKey, grantKey, ledgerKey } from "../../shared/table/keys.ts";
import { goesOff, type Series } from "./support/alarmMath.ts";
import { functionBehind, functionIdsByName } from "./support/deployedMethods.ts";
import {
  at,
  onlyResource,
  references,
  resourcesOfType,
  type SynthesizedStack,
  synthesize,
} from "./support/synthesize.ts";

const stack = synthesize();
const projectorId = functionIdOf(stack);
const [tableId] = onlyResource(stack, "AWS::DynamoDB::Table");
const [busId, bus] = onlyResource(stack, "AWS::Events::EventBus");
const mapping = mappingOf(stack);
const deadLettersId = String(at(mapping, "DestinationConfig", "OnFailure", "Destination", "Fn::GetAtt", "0"));

describe("the stream's mapping", () => {
  test("reads the table's stream from its oldest record, each item's changes in order", () => {
    expect(mapping).toMatchObject({
      EventSourceArn: { "Fn::GetAtt": [tableId, "StreamArn"] },
      StartingPosition: "TRIM_HORIZON",
      ParallelizationFactor: 10,
      BatchSize: 50,
    });
    expect(functionBehind(stack, mapping.FunctionName)).toBe(projectorId);
  });

  test("repeats a failed record alone, for a bounded time and number, and then hands it to the dead letters", () => {
    expect(mapping).toMatchObject({
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 100,
      MaximumRecordAgeInSeconds: 6 * 60 * 60,
    });
    expect(stack.resources.get(deadLettersId)?.Type).toBe("AWS::SQS::Queue");
  });

  const row = { targetId: 7, recordedAt: "2030-01-01T00:00:00.000Z", entryId: "0000000001#0000" };
  test.each([
    ["an activity that is recorded", "INSERT", activityKey("100", 7, "a-1").sk, true],
    ["an activity that takes the place of a note of its returns", "MODIFY", activityKey("100", 7, "a-1").sk, true],
    ["a first enrolment", "INSERT", enrollmentKey("100", 7, 3, 7).sk, true],
    ["any other write to an enrolment", "MODIFY", enrollmentKey("100", 7, 3, 7).sk, true],
    ["a grant of freezes", "INSERT", grantKey("100", 7, "g-1").sk, true],
    [
      "an excuse whose reason is emptied",
      "MODIFY",
      excuseKey("100", { customerId: 7, groupId: 3, targetId: 7, revision: 2 }).sk,
      false,
    ],
    ["a ledger row, which the projector writes itself", "INSERT", ledgerKey("100", 7, row).sk, false],
    ["a customer", "INSERT", customerKey("100", 7).sk, false],
    ["an item that expires", "REMOVE", activityKey("100", 7, "a-1").sk, false],
  ])("takes %s to the function or not: %s %s %s", (_, eventName, sortKey, isTaken) => {
    expect(isLetThrough(eventName, sortKey)).toBe(isTaken);
  });

  test("is created only after the function may read the stream", () => {
    const [, resource] = onlyResourceOfProjector(stack);
    const roleId = String(at(stack.resources.get(projectorId)?.Properties, "Role", "Fn::GetAtt", "0"));
    const policies = resourcesOfType(stack, "AWS::IAM::Policy").filter(([, { Properties }]) =>
      references(Properties.Roles).has(roleId),
    );
    expect(at(resource, "DependsOn")).toEqual(expect.arrayContaining(policies.map(([id]) => id)));
  });
});

describe("the dead letters", () => {
  const queue = stack.resources.get(deadLettersId);

  test("are kept for two weeks", () => {
    expect(queue?.Properties).toMatchObject({ MessageRetentionPeriod: 14 * 24 * 60 * 60 });
  });

  test("are taken over TLS only", () => {
    const policies = resourcesOfType(stack, "AWS::SQS::QueuePolicy").filter(([, { Properties }]) =>
      references(Properties.Queues).has(deadLettersId),
    );
    expect(policies.map(([, { Properties }]) => at(Properties, "PolicyDocument", "Statement", "0"))).toMatchObject([
      { Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } },
    ]);
  });
});

describe("alarms", () => {
  const alarms = resourcesOfType(stack, "AWS::CloudWatch::Alarm").map(([, { Properties }]) => Properties);

  test("go off with the first dead letter", () => {
    const [alarm] = alarms.filter(({ Dimensions }) => references(Dimensions).has(deadLettersId));
    expect(alarm).toMatchObject({
      MetricName: "ApproximateNumberOfMessagesVisible",
      Statistic: "Maximum",
      Threshold: 0,
      ComparisonOperator: "GreaterThanThreshold",
      EvaluationPeriods: 1,
      TreatMissingData: "notBreaching",
    });
  });

  test("go off when the projector is a quarter of an hour behind, long before a record is given up", () => {
    const [alarm] = alarms.filter(({ Dimensions }) => references(Dimensions).has(projectorId));
    expect(alarm).toMatchObject({
      MetricName: "IteratorAge",
      Statistic: "Maximum",
      Threshold: 15 * 60 * 1000,
      ComparisonOperator: "GreaterThanThreshold",
    });
  });

  describe("on a stream that nobody reads", () => {
    const [, alarm] =
      resourcesOfType(stack, "AWS::CloudWatch::Alarm").find(([id]) => id.startsWith("AlarmsProjectorIdle")) ?? [];
    const none: Series = [undefined, undefined, undefined, undefined];
    const isOn = (values: Readonly<Record<string, Series>>) =>
      (["are filled", "stay empty"] as const).map((reading) =>
        goesOff(alarm?.Properties ?? {}, (metric) => values[String(at(metric, "MetricName"))] ?? none, reading),
      );

    test("watches the projector and what customers do, within the six hours for which a record is tried", () => {
      expect(references(alarm?.Properties["Metrics"]).has(projectorId)).toBe(true);
      const { EvaluationPeriods: periods } = alarm?.Properties ?? {};
      const [period] = periodsOf(alarm?.Properties["Metrics"]);
      expect(Number(periods) * Number(period)).toBeLessThanOrEqual(60 * 60);
    });

    test.each(["ActivitiesCounted", "Adjustments", "Enrollments", "Unenrollments"])(
      "goes off when there are %s and the projector is not called, or has never been called",
      (name) => {
        expect(isOn({ [name]: [3, undefined, undefined, 1] })).toEqual([true, true]);
      },
    );

    test("is not on while the projector is called, once for many records", () => {
      expect(isOn({ ActivitiesCounted: [900, 900, 900, 900], Invocations: [1, 1, 1, 1] })).toEqual([false, false]);
    });

    test("is not on when one call came late into its quarter of an hour, or was a repeat that wrote nothing", () => {
      expect(
        isOn({ Enrollments: [undefined, 1, undefined, undefined], Invocations: [undefined, undefined, 1] }),
      ).toEqual([false, false]);
    });

    test("is not on while nobody calls the API", () => {
      expect(isOn({})).toEqual([false, false]);
    });
  });
});

test("the runbook passes records to the deployed version, not to the latest one", () => {
  const invoked = readFileSync("docs/alarms.md", "utf8").match(/lambda invoke --function-name \S+/g) ?? [];
  expect(invoked.length).toBeGreaterThan(0);
  for (const command of invoked) expect(command).toMatch(/:live$/);
});

describe("the bus", () => {
  test("is the one that the function knows", () => {
    const variables = at(stack.resources.get(projectorId)?.Properties, "Environment", "Variables");
    expect(variables).toMatchObject({ [busNameVariable]: { Ref: busId } });
  });

  test("has a name that no other environment uses", () => {
    const [, other] = onlyResource(synthesize({ environment: "test" }), "AWS::Events::EventBus");
    expect(bus.Properties.Name).toMatch(/^Milestreak/);
    expect(other.Properties.Name).not.toBe(bus.Properties.Name);
  });
});

function periodsOf(metrics: unknown): unknown[] {
  if (!Array.isArray(metrics)) return [];
  return metrics.map((metric) => at(metric, "MetricStat", "Period")).filter((period) => period !== undefined);
}

function functionIdOf(of: SynthesizedStack): string {
  const [, id] = functionIdsByName(of).find(([name]) => name === "projector") ?? [];
  if (id === undefined) throw new Error("The stack has a projector");
  return id;
}

function onlyResourceOfProjector(of: SynthesizedStack) {
  const [found, ...others] = resourcesOfType(of, "AWS::Lambda::EventSourceMapping").filter(
    ([, { Properties }]) => functionBehind(of, Properties.FunctionName) === functionIdOf(of),
  );
  if (found === undefined || others.length > 0) throw new Error("The projector has one source");
  return found;
}

function mappingOf(of: SynthesizedStack) {
  return onlyResourceOfProjector(of)[1].Properties;
}

/**
 * Whether Lambda passes a record on: one of the filters must match. Only the operators that the filters use are
 * evaluated here.
 */
function isLetThrough(eventName: string, sortKey: string): boolean {
  const filters = at(mapping, "FilterCriteria", "Filters");
  if (!Array.isArray(filters)) throw new Error("The mapping has filters");
  return filters.some((filter) => {
    const pattern: unknown = JSON.parse(String(at(filter, "Pattern")));
    const names = at(pattern, "eventName");
    const prefixes: unknown = at(pattern, "dynamodb", "Keys", "sk", "S");
    const begins = Array.isArray(prefixes) && prefixes.some((one) => sortKey.startsWith(String(at(one, "prefix"))));
    return begins && Array.isArray(names) && names.includes(eventName);
  });
}
