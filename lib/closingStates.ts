import { Duration } from "aws-cdk-lib";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import {
  Choice,
  Condition,
  DistributedMap,
  Errors,
  Fail,
  type IChainable,
  Pass,
  ProvideItems,
  type StateMachine,
  StateMachineType,
  Succeed,
  TaskInput,
} from "aws-cdk-lib/aws-stepfunctions";
import { CallAwsService, LambdaInvoke, StepFunctionsStartExecution } from "aws-cdk-lib/aws-stepfunctions-tasks";
import { Construct } from "constructs";
import type { ApiFunction } from "./apiFunction.ts";

export type StatesProps = {
  readonly listDueCycles: ApiFunction;
  readonly closeShard: ApiFunction;
  /** Where erasures are recorded. */
  readonly erasureList: Bucket;
  readonly shardsAtOnce: number;
  /** How many Lambdas may close shards at once; `undefined` for no limit. */
  readonly closingConcurrency: number | undefined;
};

/**
 * Four more attempts within 80 s. A short outage is over by then. A lasting failure shows in two minutes, which its
 * alarm requires.
 */
const retry = { errors: [Errors.ALL], interval: Duration.seconds(2), maxAttempts: 4, backoffRate: 3 };

/**
 * Executions can overlap and together start more functions than may run at once. A throttled start is then no failure.
 */
const retryWhenTurnedAway = {
  errors: ["Lambda.TooManyRequestsException"],
  interval: Duration.seconds(5),
  maxAttempts: 60,
  backoffRate: 2,
  maxDelay: Duration.minutes(1),
};

/** Lists pages until one has tasks, and starts the state machine with it. */
export function lookStates(
  closing: Construct,
  { listDueCycles }: Pick<StatesProps, "listDueCycles">,
  stateMachine: StateMachine,
): IChainable {
  const scope = new Construct(closing, "LookStates");
  const start = Pass.jsonata(scope, "Start", { assign: { at: null } });
  const list = listing(scope, "ListDueCycles", listDueCycles, {
    now: startOfExecution,
    position: "{% $at %}",
    assign: { at: "{% $states.result.Payload.resumeAfter %}", listedAt: "{% $at %}" },
  });
  const close = StepFunctionsStartExecution.jsonata(scope, "StartClosing", {
    stateMachine,
    input: TaskInput.fromObject({
      now: startOfExecution,
      tasks: "{% $states.input.tasks %}",
      listedAt: "{% $listedAt %}",
      resumeAfter: "{% $at %}",
    }),
  });
  close.addRetry(retry);
  const next = Choice.jsonata(scope, "IsMoreListed")
    .when(Condition.jsonata("{% $at != null %}"), list)
    .otherwise(Succeed.jsonata(scope, "NothingIsDue"));
  const page = Choice.jsonata(scope, "IsAnythingDue").when(Condition.jsonata(hasTasks), close).otherwise(next);
  return start.next(list).next(page);
}

/** Closes pages until none is left. Fails at the end when something has failed. */
export function closingStates(scope: Construct, props: StatesProps): IChainable {
  const { listDueCycles } = props;
  const start = Pass.jsonata(scope, "Start", {
    assign: {
      now: "{% $states.input.now %}",
      listedAt: "{% $states.input.listedAt %}",
      resumeAfter: "{% $states.input.resumeAfter %}",
      failedCount: 0,
    },
  });
  const list = listing(scope, "ListDueCycles", listDueCycles, {
    now: "{% $now %}",
    position: "{% $resumeAfter %}",
    assign: { listedAt: "{% $resumeAfter %}", resumeAfter: "{% $states.result.Payload.resumeAfter %}" },
  });
  // The page again, without what is closed by now.
  const listEachShard = listing(scope, "ListEachShard", listDueCycles, {
    now: "{% $now %}",
    position: "{% $listedAt %}",
    assign: { resumeAfter: "{% $states.result.Payload.resumeAfter %}" },
    eachShard: true,
  });
  const end = Choice.jsonata(scope, "HasAnyFailed")
    .when(Condition.jsonata("{% $failedCount > 0 %}"), Fail.jsonata(scope, "SomeShardsFailed", someFailed))
    .otherwise(Succeed.jsonata(scope, "EverythingIsClosed"));
  const next = Choice.jsonata(scope, "IsMoreDue")
    .when(Condition.jsonata("{% $resumeAfter != null %}"), list)
    .otherwise(end);
  const close = closingShards(scope, props);
  const page = Choice.jsonata(scope, "IsAnythingDue").when(Condition.jsonata(hasTasks), close).otherwise(next);
  const left = Choice.jsonata(scope, "AreShardsLeft")
    .when(Condition.jsonata("{% $states.input.leftCount > 0 %}"), listEachShard)
    .otherwise(next);
  list.next(page);
  listEachShard.next(page);
  return start.next(close).next(left);
}

/** Asks for one page of tasks. */
function listing(
  scope: Construct,
  id: string,
  { live }: ApiFunction,
  {
    now,
    position,
    assign,
    eachShard = false,
  }: {
    readonly now: string;
    readonly position: string;
    readonly assign: Readonly<Record<string, string>>;
    readonly eachShard?: boolean;
  },
): LambdaInvoke {
  const list = LambdaInvoke.jsonata(scope, id, {
    lambdaFunction: live,
    payload: TaskInput.fromObject({ now, resumeAfter: position, ...(eachShard ? { eachShard } : {}) }),
    assign,
    outputs: { tasks: "{% $states.result.Payload.tasks %}" },
    retryOnServiceExceptions: false,
  });
  list.addRetry(retry);
  return list;
}

function closingShards(
  scope: Construct,
  { closeShard, shardsAtOnce, closingConcurrency, erasureList }: StatesProps,
): DistributedMap {
  const closeShards = DistributedMap.jsonata(scope, "CloseShards", {
    items: ProvideItems.jsonata("{% $states.input.tasks %}"),
    mapExecutionType: StateMachineType.STANDARD,
    maxConcurrency: Math.min(shardsAtOnce, closingConcurrency ?? shardsAtOnce),
    assign: { failedCount: "{% $failedCount + $sum($states.result.failedCount) %}" },
    outputs: { leftCount: "{% $sum($states.result.leftCount) %}" },
  });
  return closeShards.itemProcessor(closingShard(scope, closeShard, closingConcurrency, erasureList));
}

/**
 * One worker's part. One call may run out of time. What is left of one shard it calls the function for until it is
 * finished. Several shards it hands back, to be closed side by side.
 */
function closingShard(
  scope: Construct,
  { live }: ApiFunction,
  concurrency: number | undefined,
  erasureList: Bucket,
): IChainable {
  const closeShard = LambdaInvoke.jsonata(scope, "CloseShard", {
    lambdaFunction: live,
    payload: TaskInput.fromText("{% $states.input %}"),
    outputs: "{% $states.result.Payload %}",
    retryOnServiceExceptions: false,
  });
  if (concurrency !== undefined) closeShard.addRetry(retryWhenTurnedAway);
  closeShard.addRetry(retry);
  const failed = Pass.jsonata(scope, "ShardFailed", { outputs: { failedCount: 1, leftCount: 0 } });
  closeShard.addCatch(failed);
  const record = recordingErasure(scope, erasureList);
  record.addCatch(failed);
  record.next(closeShard);
  const shardClosed = Pass.jsonata(scope, "ShardClosed", {
    // Some enrolments may still be due, because others wrote to them too often for the function to close them.
    outputs: { failedCount: "{% $states.input.busyCount > 0 ? 1 : 0 %}", leftCount: 0 },
  });
  const isFinished = Choice.jsonata(scope, "IsShardFinished")
    .when(Condition.jsonata("{% $count($states.input.left) = 0 %}"), shardClosed)
    .when(Condition.jsonata("{% $exists($states.input.record) %}"), record)
    .when(Condition.jsonata("{% $count($states.input.left) = 1 %}"), closeShard, {
      outputs: "{% $states.input.left[0] %}",
    })
    .otherwise(
      Pass.jsonata(scope, "HandedBack", {
        outputs: { failedCount: 0, leftCount: "{% $count($states.input.left) %}" },
      }),
    );
  return closeShard.next(isFinished);
}

/** Records outside the table whom a function is about to erase, and goes on with it. */
function recordingErasure(scope: Construct, bucket: Bucket): CallAwsService {
  const record = CallAwsService.jsonata(scope, "RecordErasure", {
    service: "s3",
    action: "putObject",
    parameters: {
      Bucket: bucket.bucketName,
      Key: "{% $states.input.record.name %}",
      Body: "{% $states.input.record.content %}",
      ContentType: "application/json",
    },
    iamResources: [bucket.arnForObjects("*")],
    outputs: "{% $states.input.left[0] %}",
  });
  record.addRetry(retry);
  return record;
}

const startOfExecution = "{% $states.context.Execution.StartTime %}";
const hasTasks = "{% $count($states.input.tasks) > 0 %}";

const someFailed = {
  error: "SomeShardsFailed",
  cause: "Some shards failed; the log of closeShard says why. They stay due and are tried again.",
};
