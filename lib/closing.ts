import { ArnFormat, Aws, CfnElement, Duration, RemovalPolicy, Stack, Validations } from "aws-cdk-lib";
import type { Alarm, IMetric } from "aws-cdk-lib/aws-cloudwatch";
import { Policy, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import { Schedule, ScheduleExpression, ScheduleTargetInput } from "aws-cdk-lib/aws-scheduler";
import { StepFunctionsStartExecution as ScheduledExecution } from "aws-cdk-lib/aws-scheduler-targets";
import { Queue } from "aws-cdk-lib/aws-sqs";
import {
  Choice,
  Condition,
  DefinitionBody,
  DistributedMap,
  Errors,
  Fail,
  type IChainable,
  LogLevel,
  Pass,
  ProvideItems,
  QueryLanguage,
  StateMachine,
  StateMachineType,
  Succeed,
  TaskInput,
} from "aws-cdk-lib/aws-stepfunctions";
import { LambdaInvoke, StepFunctionsStartExecution } from "aws-cdk-lib/aws-stepfunctions-tasks";
import { Construct } from "constructs";
import { metrics } from "../shared/observability/metricNames.ts";
import type { Alarms } from "./alarms.ts";
import type { ApiFunction } from "./apiFunction.ts";
import { minute, ownMetric, sumOf, waitingMessages, workErrors } from "./stackMetrics.ts";

/** The longest time between a cycle's end and the start of its closing. */
const interval = Duration.minutes(5);
/** The longest time that an express state machine may run. Repeated attempts to list fit in. */
const lookTimeout = Duration.minutes(5);
/** An execution that runs this long is stuck. The next one continues its work. */
const executionTimeout = Duration.hours(6);

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

type ClosingProps = {
  readonly stackName: string;
  readonly listDueCycles: ApiFunction;
  readonly closeShard: ApiFunction;
  readonly alarms: Alarms;
  readonly logRetentionDays: RetentionDays;
  readonly closing: "paused" | undefined;
  readonly shardsAtOnce: number;
  /** How many Lambdas may close shards at once; `undefined` for no limit. */
  readonly closingConcurrency: number | undefined;
};

/**
 * Closes cycles that have ended, by as many workers as there are shards of enrolments.
 *
 * Every {@link interval} a schedule starts the look. It is an express state machine, because nearly all looks find
 * nothing, and a look then costs no more than two calls. When something is due, it starts the state machine with the
 * first page. That has the page closed target by target, and targets with many customers shard by shard. A failing shard
 * does not stop the others. It stays due, the execution fails at its end, and the next look tries again. Executions may
 * overlap, because an enrolment is closed once however many try (docs/decisions/0012).
 */
export class Closing extends Construct {
  readonly look: StateMachine;
  readonly stateMachine: StateMachine;
  readonly missedStarts: Queue;
  /** Goes off when the functions fail at their work. */
  readonly errors: Alarm;

  constructor(scope: Construct, id: string, props: ClosingProps) {
    super(scope, id);
    this.stateMachine = this.#createStateMachine(props);
    this.look = this.#createLook(props);
    this.missedStarts = this.#schedule(this.look, props);
    this.errors = this.#addAlarms(props);
  }

  #createStateMachine(props: ClosingProps): StateMachine {
    const role = this.#role("Role", [props.listDueCycles, props.closeShard]);
    const stateMachine = new StateMachine(this, "StateMachine", {
      ...this.#settings("Logs", `${props.stackName}-Closing`, props, role),
      definitionBody: DefinitionBody.fromChainable(this.#definition(props)),
      stateMachineType: StateMachineType.STANDARD,
      timeout: executionTimeout,
    });
    // CDK's own policy is removed. #allowMapRuns grants the same without the permission to redrive.
    stateMachine.node.tryRemoveChild("DistributedMapPolicy");
    this.#allowMapRuns(role, stateMachine);
    return stateMachine;
  }

  #createLook(props: ClosingProps): StateMachine {
    const role = this.#role("LookRole", [props.listDueCycles]);
    const { stateMachineArn } = this.stateMachine;
    role.addToPolicy(new PolicyStatement({ actions: ["states:StartExecution"], resources: [stateMachineArn] }));
    return new StateMachine(this, "Look", {
      ...this.#settings("LookLogs", `${props.stackName}-ClosingLook`, props, role),
      definitionBody: DefinitionBody.fromChainable(this.#lookDefinition(props)),
      stateMachineType: StateMachineType.EXPRESS,
      timeout: lookTimeout,
    });
  }

  #settings(logsId: string, logName: string, { logRetentionDays }: ClosingProps, role: Role) {
    const destination = new LogGroup(this, logsId, {
      // A log group with another prefix needs an entry in the account's policy for log delivery, which has room for
      // few.
      logGroupName: `/aws/vendedlogs/states/${logName}`,
      retention: logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    return {
      role: role.withoutPolicyUpdates(),
      queryLanguage: QueryLanguage.JSONATA,
      tracingEnabled: true,
      logs: { destination, level: LogLevel.ALL, includeExecutionData: false },
    };
  }

  /** The role is made here, because CDK's statements include every version of the functions. */
  #role(id: string, functions: readonly ApiFunction[]): Role {
    const role = new Role(this, id, { assumedBy: new ServicePrincipal("states.amazonaws.com") });
    const resources = functions.map(({ live }) => live.functionArn);
    role.addToPolicy(new PolicyStatement({ actions: ["lambda:InvokeFunction"], resources }));
    role.addToPolicy(new PolicyStatement({ actions: logAndTraceActions, resources: ["*"] }));
    Validations.of(role).acknowledge({
      id: "AwsSolutions-IAM5[Resource::*]",
      reason: "The delivery of logs and X-Ray's actions exist for all resources only.",
    });
    return role;
  }

  /** A distributed map starts, watches and stops executions of its own state machine. */
  #allowMapRuns(role: Role, { stateMachineArn, stateMachineName, node }: StateMachine): void {
    const execution = { service: "states", resource: "execution", arnFormat: ArnFormat.COLON_RESOURCE_NAME };
    const executions = Stack.of(this).formatArn({ ...execution, resourceName: `${stateMachineName}:*` });
    const policy = new Policy(this, "MapRuns", {
      roles: [role],
      statements: [
        new PolicyStatement({ actions: ["states:StartExecution"], resources: [stateMachineArn] }),
        new PolicyStatement({ actions: ["states:DescribeExecution", "states:StopExecution"], resources: [executions] }),
      ],
    });
    if (!CfnElement.isCfnElement(node.defaultChild)) throw new Error("A state machine has a resource");
    const name = `<${Stack.of(this).getLogicalId(node.defaultChild)}.Name>`;
    const { partition, region, account } = Stack.of(this);
    const place = [partition, "states", region, account].map(spelledInFindings).join(":");
    const spelled = `arn:${place}:execution:${name}:*`;
    Validations.of(policy).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${spelled}]`,
      reason: "The executions of a map run are named when they start; these are this state machine's only.",
    });
  }

  /** Lists pages until one has tasks, and starts the state machine with it. */
  #lookDefinition({ listDueCycles }: ClosingProps): IChainable {
    const scope = new Construct(this, "LookStates");
    const start = Pass.jsonata(scope, "Start", { assign: { at: null } });
    const list = this.#list(scope, "ListDueCycles", listDueCycles, {
      now: startOfExecution,
      position: "{% $at %}",
      assign: { at: "{% $states.result.Payload.resumeAfter %}", listedAt: "{% $at %}" },
    });
    const close = StepFunctionsStartExecution.jsonata(scope, "StartClosing", {
      stateMachine: this.stateMachine,
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
  #definition(props: ClosingProps): IChainable {
    const { listDueCycles } = props;
    const start = Pass.jsonata(this, "Start", {
      assign: {
        now: "{% $states.input.now %}",
        listedAt: "{% $states.input.listedAt %}",
        resumeAfter: "{% $states.input.resumeAfter %}",
        failedCount: 0,
      },
    });
    const list = this.#list(this, "ListDueCycles", listDueCycles, {
      now: "{% $now %}",
      position: "{% $resumeAfter %}",
      assign: { listedAt: "{% $resumeAfter %}", resumeAfter: "{% $states.result.Payload.resumeAfter %}" },
    });
    // The page again, without what is closed by now.
    const listEachShard = this.#list(this, "ListEachShard", listDueCycles, {
      now: "{% $now %}",
      position: "{% $listedAt %}",
      assign: { resumeAfter: "{% $states.result.Payload.resumeAfter %}" },
      eachShard: true,
    });
    const end = Choice.jsonata(this, "HasAnyFailed")
      .when(Condition.jsonata("{% $failedCount > 0 %}"), Fail.jsonata(this, "SomeShardsFailed", someFailed))
      .otherwise(Succeed.jsonata(this, "EverythingIsClosed"));
    const next = Choice.jsonata(this, "IsMoreDue")
      .when(Condition.jsonata("{% $resumeAfter != null %}"), list)
      .otherwise(end);
    const close = this.#closeShards(props);
    const page = Choice.jsonata(this, "IsAnythingDue").when(Condition.jsonata(hasTasks), close).otherwise(next);
    const left = Choice.jsonata(this, "AreShardsLeft")
      .when(Condition.jsonata("{% $states.input.leftCount > 0 %}"), listEachShard)
      .otherwise(next);
    list.next(page);
    listEachShard.next(page);
    return start.next(close).next(left);
  }

  /** Asks for one page of tasks. */
  #list(
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

  #closeShards({ closeShard, shardsAtOnce, closingConcurrency }: ClosingProps): DistributedMap {
    const closeShards = DistributedMap.jsonata(this, "CloseShards", {
      items: ProvideItems.jsonata("{% $states.input.tasks %}"),
      mapExecutionType: StateMachineType.STANDARD,
      maxConcurrency: Math.min(shardsAtOnce, closingConcurrency ?? shardsAtOnce),
      assign: { failedCount: "{% $failedCount + $sum($states.result.failedCount) %}" },
      outputs: { leftCount: "{% $sum($states.result.leftCount) %}" },
    });
    return closeShards.itemProcessor(this.#closeShard(closeShard, closingConcurrency));
  }

  /**
   * One worker's part. One call may run out of time. What is left of one shard it calls the function for until it is
   * finished. Several shards it hands back, to be closed side by side.
   */
  #closeShard({ live }: ApiFunction, concurrency: number | undefined): IChainable {
    const closeShard = LambdaInvoke.jsonata(this, "CloseShard", {
      lambdaFunction: live,
      payload: TaskInput.fromText("{% $states.input %}"),
      outputs: "{% $states.result.Payload %}",
      retryOnServiceExceptions: false,
    });
    if (concurrency !== undefined) closeShard.addRetry(retryWhenTurnedAway);
    closeShard.addRetry(retry);
    closeShard.addCatch(Pass.jsonata(this, "ShardFailed", { outputs: { failedCount: 1, leftCount: 0 } }));
    const shardClosed = Pass.jsonata(this, "ShardClosed", {
      // Some enrolments may still be due, because others wrote to them too often for the function to close them.
      outputs: { failedCount: "{% $states.input.busyCount > 0 ? 1 : 0 %}", leftCount: 0 },
    });
    const isFinished = Choice.jsonata(this, "IsShardFinished")
      .when(Condition.jsonata("{% $count($states.input.left) = 0 %}"), shardClosed)
      .when(Condition.jsonata("{% $count($states.input.left) = 1 %}"), closeShard, {
        outputs: "{% $states.input.left[0] %}",
      })
      .otherwise(
        Pass.jsonata(this, "HandedBack", {
          outputs: { failedCount: 0, leftCount: "{% $count($states.input.left) %}" },
        }),
      );
    return closeShard.next(isFinished);
  }

  /** Answers the queue for starts that the scheduler could not make. */
  #schedule(stateMachine: StateMachine, { closing }: ClosingProps): Queue {
    const missedStarts = new Queue(this, "MissedStarts", { enforceSSL: true, retentionPeriod: Duration.days(14) });
    Validations.of(missedStarts).acknowledge({
      id: "AwsSolutions-SQS3",
      reason: "It is the dead-letter queue of the schedule; nothing consumes it but an operator.",
    });
    new Schedule(this, "Schedule", {
      description: "Closes the cycles that have ended",
      schedule: ScheduleExpression.rate(interval),
      enabled: closing !== "paused",
      target: new ScheduledExecution(stateMachine, {
        input: ScheduleTargetInput.fromObject({}),
        deadLetterQueue: missedStarts,
        // The next start does the same work, so an older one is not needed.
        maxEventAge: interval,
        retryAttempts: 3,
      }),
    });
    return missedStarts;
  }

  #addAlarms({ stackName, listDueCycles, closeShard, alarms }: ClosingProps): Alarm {
    alarms.add("ClosingFailures", {
      impact: "Cycles have ended and some customers are not told, nor given what the end of a cycle brings.",
      firstStep: "Read the failed lines of closeShard; it is tried again every five minutes.",
      metric: unsuccessful([this.look, this.stateMachine]),
      above: 0,
      // Ten minutes are two starts, so the alarm stays on from one failed start to the next.
      breached: { periods: 1, of: 10 },
    });
    alarms.add("ClosingMissedStarts", {
      impact: "The closing of cycles was not started; if it goes on, customers learn late how a cycle ended.",
      firstStep: "Each message of the queue says why; delete them when the next start has succeeded.",
      metric: waitingMessages(this.missedStarts),
      above: 0,
    });
    const failures = ownMetric(stackName, metrics.failures, "closing");
    return alarms.add("ClosingErrors", {
      impact: "Closing cycles fails for some customers and is tried again; they learn late how a cycle ended.",
      firstStep: "Read the failed lines of closeShard and listDueCycles.",
      metric: workErrors([listDueCycles.lambda, closeShard.lambda], failures, "failures"),
      above: 0,
      // A failed call is retried for over a minute, so a lasting failure shows in two periods. The functions are called
      // too seldom to require more.
      breached: { periods: 2, of: 10 },
    });
  }
}

/** The part as cdk-nag writes it. Values that are known only at deployment are in angle brackets. */
function spelledInFindings(part: string): string {
  const names = new Map([
    [Aws.PARTITION, "<AWS::Partition>"],
    [Aws.REGION, "<AWS::Region>"],
    [Aws.ACCOUNT_ID, "<AWS::AccountId>"],
  ]);
  return names.get(part) ?? part;
}

const startOfExecution = "{% $states.context.Execution.StartTime %}";
const hasTasks = "{% $count($states.input.tasks) > 0 %}";

const someFailed = {
  error: "SomeShardsFailed",
  cause: "Some enrolments could not be closed; the log of closeShard says which. They stay due and are tried again.",
};

function unsuccessful(stateMachines: readonly StateMachine[]): IMetric {
  const options = { period: minute, statistic: "Sum" };
  const ends = stateMachines.flatMap((each) => [each.metricFailed(options), each.metricTimedOut(options)]);
  return sumOf(ends, minute, "executions that failed");
}

/** The actions that AWS documents for a state machine with logging and tracing. */
const logAndTraceActions = [
  "logs:CreateLogDelivery",
  "logs:DeleteLogDelivery",
  "logs:DescribeLogGroups",
  "logs:DescribeResourcePolicies",
  "logs:GetLogDelivery",
  "logs:ListLogDeliveries",
  "logs:PutResourcePolicy",
  "logs:UpdateLogDelivery",
  "xray:GetSamplingRules",
  "xray:GetSamplingTargets",
  "xray:PutTelemetryRecords",
  "xray:PutTraceSegments",
];
