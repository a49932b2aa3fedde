import { describe, expect, test } from "vitest";
import { readSettings } from "../../lib/settings.ts";
import { datapoints, goesOff, type Series } from "./support/alarmMath.ts";
import { closingDefinition, closingStateMachine } from "./support/closingDefinition.ts";
import { functionIdsByName, liveAliasId } from "./support/deployedMethods.ts";
import { at, onlyResource, type Resource, references, resourcesOfType, synthesize } from "./support/synthesize.ts";

const stack = synthesize({ logRetentionDays: "14" });
const functionIds = new Map(functionIdsByName(stack));
const [stateMachineId, stateMachine] = closingStateMachine(stack, "STANDARD");
const [lookId, lookMachine] = closingStateMachine(stack, "EXPRESS");
const definition = closingDefinition(stack);
const [, schedule] = onlyResource(stack, "AWS::Scheduler::Schedule");

describe("the schedule", () => {
  const target = schedule.Properties.Target;

  test("starts the look every five minutes, and keeps a start that failed in a queue", () => {
    expect(schedule.Properties).toMatchObject({ ScheduleExpression: "rate(5 minutes)", State: "ENABLED" });
    expect(at(target, "Arn")).toEqual({ Ref: lookId });
    expect(stack.resources.get(queueId())?.Type).toBe("AWS::SQS::Queue");
  });

  test("repeats a failed start for no longer than until the next one, which does its work", () => {
    expect(target).toMatchObject({ RetryPolicy: { MaximumEventAgeInSeconds: 300, MaximumRetryAttempts: 3 } });
  });

  test("may start the look and write to that queue, and nothing else", () => {
    expect(statementsOf(String(at(target, "RoleArn", "Fn::GetAtt", "0")))).toEqual([
      { Effect: "Allow", Action: "states:StartExecution", Resource: { Ref: lookId } },
      { Effect: "Allow", Action: "sqs:SendMessage", Resource: { "Fn::GetAtt": [queueId(), "Arn"] } },
    ]);
  });
});

describe("the state machine", () => {
  const { States: states } = definition;

  test("is a standard one", () => {
    expect(stateMachine.Properties).toMatchObject({ StateMachineType: "STANDARD" });
  });

  test("closes the page that it is started with, lists the next, and goes on until there are no more", () => {
    expect(definition.StartAt).toBe("Start");
    expect(states.Start).toMatchObject({ Next: "CloseShards" });
    expect(states.CloseShards).toMatchObject({ Next: "AreShardsLeft" });
    expect(states.AreShardsLeft).toMatchObject({ Default: "IsMoreDue" });
    expect(states.IsMoreDue).toMatchObject({ Choices: [{ Next: "ListDueCycles" }], Default: "HasAnyFailed" });
    expect(states.ListDueCycles).toMatchObject({ Next: "IsAnythingDue" });
    expect(states.IsAnythingDue).toMatchObject({ Choices: [{ Next: "CloseShards" }], Default: "IsMoreDue" });
  });

  test("lists a page again shard by shard when a target has more customers than one call can close", () => {
    expect(states.AreShardsLeft).toMatchObject({
      Choices: [{ Condition: "{% $states.input.leftCount > 0 %}", Next: "ListEachShard" }],
    });
    expect(states.ListEachShard).toMatchObject({
      Arguments: { Payload: { now: "{% $now %}", resumeAfter: "{% $listedAt %}", eachShard: true } },
      Next: "IsAnythingDue",
    });
  });

  test("closes the targets of a page side by side, by executions of their own", () => {
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

  test("calls for a shard until it is finished, hands several shards back, and tries again what fails", () => {
    const {
      CloseShard: closeShard,
      IsShardFinished: isFinished,
      HandedBack: handedBack,
    } = states.CloseShards.ItemProcessor.States;
    expect(closeShard).toMatchObject({
      Arguments: { Payload: "{% $states.input %}" },
      Output: "{% $states.result.Payload %}",
      Next: "IsShardFinished",
      Retry: [{ ErrorEquals: ["States.ALL"], MaxAttempts: 4 }],
    });
    expect(isFinished).toMatchObject({
      Choices: [
        { Condition: "{% $count($states.input.left) = 0 %}", Next: "ShardClosed" },
        { Condition: "{% $exists($states.input.record) %}", Next: "RecordErasure" },
        {
          Condition: "{% $count($states.input.left) = 1 %}",
          Next: "CloseShard",
          Output: "{% $states.input.left[0] %}",
        },
      ],
      Default: "HandedBack",
    });
    expect(handedBack).toMatchObject({
      Output: { failedCount: 0, leftCount: "{% $count($states.input.left) %}" },
      End: true,
    });
  });

  test("records an erasure in the bucket before it goes on with it", () => {
    const { RecordErasure: record } = states.CloseShards.ItemProcessor.States;
    expect(record).toMatchObject({
      Arguments: { Key: "{% $states.input.record.name %}", Body: "{% $states.input.record.content %}" },
      Output: "{% $states.input.left[0] %}",
      Next: "CloseShard",
      Catch: [{ Next: "ShardFailed" }],
    });
  });

  test("repeats a failed listing like a failed closing, before it fails", () => {
    expect(states.ListDueCycles.Retry).toEqual(states.CloseShards.ItemProcessor.States.CloseShard.Retry);
  });

  test("is not held up by a shard that fails, but fails at its end", () => {
    const { CloseShard: closeShard, ShardFailed: shardFailed } = states.CloseShards.ItemProcessor.States;
    expect(closeShard).toMatchObject({ Catch: [{ ErrorEquals: ["States.ALL"], Next: "ShardFailed" }] });
    expect(shardFailed).toMatchObject({ Output: { failedCount: 1, leftCount: 0 }, End: true });
    expect(states.HasAnyFailed).toMatchObject({
      Choices: [{ Condition: "{% $failedCount > 0 %}", Next: "SomeShardsFailed" }],
      Default: "EverythingIsClosed",
    });
    expect(states.SomeShardsFailed.Type).toBe("Fail");
  });

  test("fails at its end too for a shard with enrolments that other writes kept from being closed", () => {
    const { ShardClosed: shardClosed } = states.CloseShards.ItemProcessor.States;
    expect(shardClosed).toMatchObject({
      Output: { failedCount: "{% $states.input.busyCount > 0 ? 1 : 0 %}", leftCount: 0 },
      End: true,
    });
  });

  test("may call those functions, run its own map, record erasures, log and be traced, and nothing else", () => {
    const arns = ["closeShard", "listDueCycles"].map((name) => ({ Ref: aliasOf(name) }));
    const [invoke, observe, start, watch, record, ...others] = statementsOf(roleIdOf(stateMachine));
    expect(invoke).toMatchObject({ Action: "lambda:InvokeFunction", Resource: arns });
    expect(actionsOf(observe).every((action) => /^(logs|xray):/.test(action))).toBe(true);
    expect(start).toMatchObject({ Action: "states:StartExecution", Resource: { Ref: stateMachineId } });
    expect(actionsOf(watch)).toEqual(["states:DescribeExecution", "states:StopExecution"]);
    expect([...references(at(watch, "Resource"))]).toContain(stateMachineId);
    expect(record).toMatchObject({ Action: "s3:PutObject" });
    expect(others).toEqual([]);
  });
});

describe("the look", () => {
  const { StartAt, States: states } = closingDefinition(stack, "EXPRESS");

  test("lists what is due, and starts the state machine with the first page that has tasks", () => {
    expect(StartAt).toBe("Start");
    expect(states.Start).toMatchObject({ Next: "ListDueCycles" });
    expect(states.ListDueCycles).toMatchObject({ Next: "IsAnythingDue", Retry: [{ ErrorEquals: ["States.ALL"] }] });
    expect(states.IsAnythingDue).toMatchObject({ Choices: [{ Next: "StartClosing" }], Default: "IsMoreListed" });
    expect(states.StartClosing).toMatchObject({
      Arguments: {
        StateMachineArn: stateMachineId,
        Input: {
          now: "{% $states.context.Execution.StartTime %}",
          tasks: "{% $states.input.tasks %}",
          listedAt: "{% $listedAt %}",
          resumeAfter: "{% $at %}",
        },
      },
      End: true,
    });
  });

  test("ends after two calls when nothing is due, and is not charged by the step", () => {
    expect(states.IsMoreListed).toMatchObject({ Choices: [{ Next: "ListDueCycles" }], Default: "NothingIsDue" });
    expect(states.NothingIsDue.Type).toBe("Succeed");
    expect(lookMachine.Properties).toMatchObject({ StateMachineType: "EXPRESS" });
  });

  test("has the time for every attempt to list, and no more than an express state machine may have", () => {
    const { Retry: retries } = states.ListDueCycles;
    const [{ IntervalSeconds, MaxAttempts, BackoffRate }] = retries;
    const pauses = Array.from({ length: MaxAttempts }, (_, index) => IntervalSeconds * BackoffRate ** index);
    const longestSeconds = (MaxAttempts + 1) * 25 + pauses.reduce((sum, pause) => sum + pause, 0);
    const { TimeoutSeconds } = closingDefinition(stack, "EXPRESS");
    expect(TimeoutSeconds).toBeGreaterThan(longestSeconds);
    expect(TimeoutSeconds).toBeLessThanOrEqual(5 * 60);
  });

  test("may call the function that lists, start the state machine, log and be traced, and nothing else", () => {
    const [invoke, observe, start, ...others] = statementsOf(roleIdOf(lookMachine));
    expect(invoke).toMatchObject({ Action: "lambda:InvokeFunction", Resource: { Ref: aliasOf("listDueCycles") } });
    expect(actionsOf(observe).every((action) => /^(logs|xray):/.test(action))).toBe(true);
    expect(start).toEqual({ Effect: "Allow", Action: "states:StartExecution", Resource: { Ref: stateMachineId } });
    expect(others).toEqual([]);
  });
});

describe.each([
  ["the state machine", stateMachine, "Milestreak-Closing"],
  ["the look", lookMachine, "Milestreak-ClosingLook"],
])("%s", (_, machine, logName) => {
  test("is traced, and logs its steps without what is in them", () => {
    expect(machine.Properties).toMatchObject({
      TracingConfiguration: { Enabled: true },
      LoggingConfiguration: { Level: "ALL", IncludeExecutionData: false },
    });
  });

  test("logs where CloudWatch needs no policy of its own for it, by a name that begins with the stack's", () => {
    const [destination] = [at(machine.Properties, "LoggingConfiguration", "Destinations", "0")];
    const id = String(at(destination, "CloudWatchLogsLogGroup", "LogGroupArn", "Fn::GetAtt", "0"));
    expect(stack.resources.get(id)?.Properties).toMatchObject({
      LogGroupName: `/aws/vendedlogs/states/${logName}`,
      RetentionInDays: 14,
    });
  });
});

describe("an alarm", () => {
  const alarms = resourcesOfType(stack, "AWS::CloudWatch::Alarm").map(([, { Properties }]) => Properties);
  const base = { Threshold: 0, ComparisonOperator: "GreaterThanThreshold", TreatMissingData: "notBreaching" };

  describe("on executions", () => {
    const isOnExecutions = (properties: Resource["Properties"]) =>
      [stateMachineId, lookId].some((id) => references(properties).has(id));
    const [alarm = {}, ...others] = alarms.filter(isOnExecutions);
    const nothingPublished: Series = [undefined, undefined, undefined];
    const readings = ["are filled", "stay empty"] as const;

    test("is one, of both state machines", () => {
      expect(alarm).toMatchObject(base);
      expect([...references(alarm)]).toEqual(expect.arrayContaining([stateMachineId, lookId]));
      expect(others).toEqual([]);
    });

    test.each([
      ["ExecutionsFailed", "the state machine", stateMachineId],
      ["ExecutionsTimedOut", "the state machine", stateMachineId],
      ["ExecutionsFailed", "the look", lookId],
      ["ExecutionsTimedOut", "the look", lookId],
    ])("goes off by %s of %s alone, the others never published", (name, _, id) => {
      for (const reading of readings) {
        const values = (metric: unknown): Series =>
          at(metric, "MetricName") === name && references(metric).has(id)
            ? [undefined, 1, undefined]
            : nothingPublished;
        expect(datapoints(alarm, values, reading)[1]).toBe(1);
        expect(goesOff(alarm, values, reading)).toBe(true);
      }
    });

    test("stays on from one start to the next while each execution fails", () => {
      expect(Number(alarm["EvaluationPeriods"]) * 60).toBeGreaterThan(5 * 60);
      expect(alarm["DatapointsToAlarm"]).toBe(1);
    });

    test("is not on while all succeed", () => {
      for (const reading of readings) expect(goesOff(alarm, () => nothingPublished, reading)).toBe(false);
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

function roleIdOf({ Properties }: Resource): string {
  return String(at(Properties, "RoleArn", "Fn::GetAtt", "0"));
}

function actionsOf(statement: unknown): string[] {
  return [at(statement, "Action")].flat().map(String);
}
