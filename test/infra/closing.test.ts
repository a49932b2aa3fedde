import { describe, expect, test } from "vitest";
import { readSettings } from "../../lib/settings.ts";
import { datapoints, goesOff, type Series } from "./support/alarmMath.ts";
import { closingDefinition } from "./support/closingDefinition.ts";
import { functionIdsByName, liveAliasId } from "./support/deployedMethods.ts";
import { at, onlyResource, type Resource, references, resourcesOfType, synthesize } from "./support/synthesize.ts";

const stack = synthesize({ logRetentionDays: "14" });
const functionIds = new Map(functionIdsByName(stack));
const [stateMachineId, stateMachine] = onlyResource(stack, "AWS::StepFunctions::StateMachine");
const definition = closingDefinition(stack);
const [, schedule] = onlyResource(stack, "AWS::Scheduler::Schedule");

describe("the schedule", () => {
  const target = schedule.Properties.Target;

  test("starts the closing every five minutes, and keeps a start that failed in a queue", () => {
    expect(schedule.Properties).toMatchObject({ ScheduleExpression: "rate(5 minutes)", State: "ENABLED" });
    expect(at(target, "Arn")).toEqual({ Ref: stateMachineId });
    expect(stack.resources.get(queueId())?.Type).toBe("AWS::SQS::Queue");
  });

  test("repeats a failed start for no longer than until the next one, which does its work", () => {
    expect(target).toMatchObject({ RetryPolicy: { MaximumEventAgeInSeconds: 300, MaximumRetryAttempts: 3 } });
  });

  test("may start this state machine and write to that queue, and nothing else", () => {
    expect(statementsOf(String(at(target, "RoleArn", "Fn::GetAtt", "0")))).toEqual([
      { Effect: "Allow", Action: "states:StartExecution", Resource: { Ref: stateMachineId } },
      { Effect: "Allow", Action: "sqs:SendMessage", Resource: { "Fn::GetAtt": [queueId(), "Arn"] } },
    ]);
  });
});

describe("the state machine", () => {
  const { States: states } = definition;

  test("is a standard one, traced, and logs its steps without their data", () => {
    expect(stateMachine.Properties).toMatchObject({
      StateMachineType: "STANDARD",
      TracingConfiguration: { Enabled: true },
      LoggingConfiguration: { Level: "ALL", IncludeExecutionData: false },
    });
  });

  test("logs below the prefix for which CloudWatch needs no policy, under a name that begins with the stack's", () => {
    const id = String(
      at(
        stateMachine.Properties,
        "LoggingConfiguration",
        "Destinations",
        "0",
        "CloudWatchLogsLogGroup",
        "LogGroupArn",
        "Fn::GetAtt",
        "0",
      ),
    );
    expect(stack.resources.get(id)?.Properties).toMatchObject({
      LogGroupName: "/aws/vendedlogs/states/Milestreak-Closing",
      RetentionInDays: 14,
    });
  });

  test("lists a page, closes it, and goes on until there are no more", () => {
    expect(definition.StartAt).toBe("Start");
    expect(states.Start).toMatchObject({ Next: "ListDueCycles" });
    expect(states.ListDueCycles).toMatchObject({ Next: "IsAnythingDue" });
    expect(states.IsAnythingDue).toMatchObject({ Choices: [{ Next: "CloseShards" }], Default: "IsMoreDue" });
    expect(states.CloseShards).toMatchObject({ Next: "IsMoreDue" });
    expect(states.IsMoreDue).toMatchObject({ Choices: [{ Next: "ListDueCycles" }], Default: "HasAnyFailed" });
  });

  test("closes the shards of a page side by side, by executions of their own", () => {
    expect(states.CloseShards).toMatchObject({
      Type: "Map",
      MaxConcurrency: 100,
      ItemProcessor: { ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" }, StartAt: "CloseShard" },
    });
  });

  test("calls the two functions that are made for it", () => {
    const closeShard = states.CloseShards.ItemProcessor.States.CloseShard;
    const called = [states.ListDueCycles, closeShard].map((state) => at(state, "Arguments", "FunctionName"));
    expect(called).toEqual([aliasOf("listDueCycles"), aliasOf("closeShard")]);
  });

  test("hands a shard's state back until it is finished, and tries again what fails", () => {
    const { CloseShard: closeShard, IsShardFinished: isFinished } = states.CloseShards.ItemProcessor.States;
    expect(closeShard).toMatchObject({
      Arguments: { Payload: "{% $states.input %}" },
      Output: "{% $states.result.Payload %}",
      Next: "IsShardFinished",
      Retry: [{ ErrorEquals: ["States.ALL"], MaxAttempts: 4 }],
    });
    expect(isFinished).toMatchObject({
      Choices: [{ Condition: "{% $states.input.isFinished %}", Next: "ShardClosed" }],
      Default: "CloseShard",
    });
  });

  test("repeats a failed listing like a failed closing, before it fails", () => {
    expect(states.ListDueCycles.Retry).toEqual(states.CloseShards.ItemProcessor.States.CloseShard.Retry);
  });

  test("is not held up by a shard that fails, but fails at its end", () => {
    const { CloseShard: closeShard, ShardFailed: shardFailed } = states.CloseShards.ItemProcessor.States;
    expect(closeShard).toMatchObject({ Catch: [{ ErrorEquals: ["States.ALL"], Next: "ShardFailed" }] });
    expect(shardFailed).toMatchObject({ Output: { failedCount: 1 }, End: true });
    expect(states.HasAnyFailed).toMatchObject({
      Choices: [{ Condition: "{% $failedCount > 0 %}", Next: "SomeShardsFailed" }],
      Default: "EverythingIsClosed",
    });
    expect(states.SomeShardsFailed.Type).toBe("Fail");
  });

  test("fails at its end too for a shard with enrolments that other writes kept from being closed", () => {
    const { ShardClosed: shardClosed } = states.CloseShards.ItemProcessor.States;
    expect(shardClosed).toMatchObject({
      Output: { failedCount: "{% $states.input.busyCount > 0 ? 1 : 0 %}" },
      End: true,
    });
  });

  test("may call those functions, run its own map, log and be traced, and nothing else", () => {
    const arns = ["closeShard", "listDueCycles"].map((name) => ({ Ref: aliasOf(name) }));
    const [invoke, observe, start, watch, ...others] = statementsOf(
      String(at(stateMachine.Properties, "RoleArn", "Fn::GetAtt", "0")),
    );
    expect(invoke).toMatchObject({ Action: "lambda:InvokeFunction", Resource: arns });
    expect(actionsOf(observe).every((action) => /^(logs|xray):/.test(action))).toBe(true);
    expect(start).toMatchObject({ Action: "states:StartExecution", Resource: { Ref: stateMachineId } });
    expect(actionsOf(watch)).toEqual(["states:DescribeExecution", "states:StopExecution"]);
    expect([...references(at(watch, "Resource"))]).toContain(stateMachineId);
    expect(others).toEqual([]);
  });
});

describe("an alarm", () => {
  const alarms = resourcesOfType(stack, "AWS::CloudWatch::Alarm").map(([, { Properties }]) => Properties);
  const base = { Threshold: 0, ComparisonOperator: "GreaterThanThreshold", TreatMissingData: "notBreaching" };

  describe("on executions", () => {
    const [alarm = {}, ...others] = alarms.filter((properties) => references(properties).has(stateMachineId));
    const readings = ["are filled", "stay empty"] as const;

    test("is one", () => {
      expect(alarm).toMatchObject(base);
      expect(others).toEqual([]);
    });

    test.each(["ExecutionsFailed", "ExecutionsTimedOut"])("goes off by %s alone, the other never published", (name) => {
      for (const reading of readings) {
        const values = seriesOf({ [name]: [undefined, 1, undefined] });
        expect(datapoints(alarm, values, reading)[1]).toBe(1);
        expect(goesOff(alarm, values, reading)).toBe(true);
      }
    });

    test("stays on from one start to the next while each execution fails", () => {
      expect(Number(alarm["EvaluationPeriods"]) * 60).toBeGreaterThan(5 * 60);
      expect(alarm["DatapointsToAlarm"]).toBe(1);
    });

    test("is not on while all succeed", () => {
      for (const reading of readings) expect(goesOff(alarm, seriesOf({}), reading)).toBe(false);
    });
  });

  test("goes off when a start was missed", () => {
    const [alarm] = alarms.filter((properties) => references(properties).has(queueId()));
    expect(alarm).toMatchObject({ ...base, EvaluationPeriods: 1, MetricName: "ApproximateNumberOfMessagesVisible" });
  });
});

test("with shardsAtOnce, that many shards are closed side by side", () => {
  const { CloseShards: closeShards } = closingDefinition(synthesize({ shardsAtOnce: "3" })).States;
  expect(closeShards).toMatchObject({ MaxConcurrency: 3 });
});

describe("with closing=paused", () => {
  test("no closing is started, so that a copy of the table stays as it was restored", () => {
    const [, paused] = onlyResource(synthesize({ closing: "paused" }), "AWS::Scheduler::Schedule");
    expect(paused.Properties["State"]).toBe("DISABLED");
  });

  test("any other value is refused, because a mistyped one would silently stop the notifications", () => {
    expect(readClosing("paused")).toBe("paused");
    expect(readClosing(undefined)).toBeUndefined();
    expect(() => readClosing("off")).toThrow('closing must be paused; got "off"');
    expect(() => readClosing(true)).toThrow("closing must be paused");
  });
});

function seriesOf(values: Readonly<Record<string, Series>>) {
  return (metric: unknown) => values[String(at(metric, "MetricName"))] ?? [undefined, undefined, undefined];
}

function readClosing(value: unknown) {
  return readSettings((name) => (name === "closing" ? value : undefined)).closing;
}

function aliasOf(name: string): string {
  return liveAliasId(stack, functionIds.get(name) ?? "");
}

function queueId(): string {
  return String(at(schedule.Properties.Target, "DeadLetterConfig", "Arn", "Fn::GetAtt", "0"));
}

function statementsOf(roleId: string): unknown[] {
  const isOfRole = (policy: Resource) => references(policy.Properties.Roles).has(roleId);
  const policies = resourcesOfType(stack, "AWS::IAM::Policy").filter(([, policy]) => isOfRole(policy));
  return policies.flatMap(([, { Properties }]) => at(Properties, "PolicyDocument", "Statement") ?? []);
}

function actionsOf(statement: unknown): string[] {
  return [at(statement, "Action")].flat().map(String);
}
