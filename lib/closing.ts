import { ArnFormat, Aws, CfnElement, Duration, RemovalPolicy, Stack, Validations } from "aws-cdk-lib";
import type { Alarm, IMetric } from "aws-cdk-lib/aws-cloudwatch";
import { Policy, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import { Schedule, ScheduleExpression, ScheduleTargetInput } from "aws-cdk-lib/aws-scheduler";
import { StepFunctionsStartExecution as ScheduledExecution } from "aws-cdk-lib/aws-scheduler-targets";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { DefinitionBody, LogLevel, QueryLanguage, StateMachine, StateMachineType } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import { type FailureSource, metrics } from "../shared/observability/metricNames.ts";
import type { Alarms } from "./alarms.ts";
import type { ApiFunction } from "./apiFunction.ts";
import { closingStates, lookStates, type StatesProps } from "./closingStates.ts";
import { minute, ownMetric, sumOf, waitingMessages, workErrors } from "./stackMetrics.ts";

/** The longest time between a cycle's end and the start of its closing. */
const interval = Duration.minutes(5);
/** The longest time that an express state machine may run. Repeated attempts to list fit in. */
const lookTimeout = Duration.minutes(5);
/** An execution that runs this long is stuck. The next one continues its work. */
const executionTimeout = Duration.hours(6);

type ClosingProps = StatesProps & {
  readonly stackName: string;
  readonly alarms: Alarms;
  readonly logRetentionDays: RetentionDays;
  readonly closing: "paused" | undefined;
};

/** Names the permission in cdk-nag's findings. */
const anyObject = "/*";

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
      definitionBody: DefinitionBody.fromChainable(closingStates(this, props)),
      stateMachineType: StateMachineType.STANDARD,
      timeout: executionTimeout,
    });
    // CDK's own policy is removed. #allowMapRuns grants the same without the permission to redrive.
    stateMachine.node.tryRemoveChild("DistributedMapPolicy");
    this.#allowMapRuns(role, stateMachine);
    this.#allowRecording(role, props);
    return stateMachine;
  }

  #createLook(props: ClosingProps): StateMachine {
    const role = this.#role("LookRole", [props.listDueCycles]);
    const { stateMachineArn } = this.stateMachine;
    role.addToPolicy(new PolicyStatement({ actions: ["states:StartExecution"], resources: [stateMachineArn] }));
    return new StateMachine(this, "Look", {
      ...this.#settings("LookLogs", `${props.stackName}-ClosingLook`, props, role),
      definitionBody: DefinitionBody.fromChainable(lookStates(this, props, this.stateMachine)),
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

  /** Erasures are recorded before anything is removed. */
  #allowRecording(role: Role, { erasureList }: ClosingProps): void {
    const resources = [erasureList.arnForObjects("*")];
    const policy = new Policy(this, "Recording", {
      roles: [role],
      statements: [new PolicyStatement({ actions: ["s3:PutObject"], resources })],
    });
    const bucket = erasureList.node.defaultChild;
    if (!CfnElement.isCfnElement(bucket)) throw new Error("A bucket has a resource");
    Validations.of(policy).acknowledge({
      id: `AwsSolutions-IAM5[Resource::<${Stack.of(this).getLogicalId(bucket)}.Arn>${anyObject}]`,
      reason: "A record is named by the customer who is erased.",
    });
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
    alarms.add("LateStarts", {
      impact: "Some brands' systems learn more than half an hour late that a cycle has started.",
      firstStep: "See whether the schedule was paused, and read the failed lines of listDueCycles.",
      metric: ownMetric(stackName, metrics.lateStarts).with({ period: minute }),
      above: 0,
    });
    alarms.add("JudgingErrors", {
      impact: "A changed target value is not applied to some customers; they do not see that they have reached it.",
      firstStep: "Read the failed lines of closeShard; it is tried again every five minutes.",
      ...repeatedFailures(stackName, "judging"),
    });
    alarms.add("RemindingErrors", {
      impact: "Some customers are not reminded before the end of a cycle; six hours late they are not reminded at all.",
      firstStep: "Read the failed lines of closeShard; it is tried again every five minutes.",
      ...repeatedFailures(stackName, "reminding"),
    });
    alarms.add("ErasingErrors", {
      impact: "Some customers' data is not erased as it was asked for; the law sets a time for it.",
      firstStep: "Read the failed lines of closeShard and listDueCycles; it is tried again every five minutes.",
      ...repeatedFailures(stackName, "erasing"),
    });
    alarms.add("StatisticsErrors", {
      impact: "The statistics of some targets are not renewed; marketing sees those of an earlier day.",
      firstStep: "Read the failed lines of closeShard; it is tried again every five minutes.",
      ...repeatedFailures(stackName, "statistics"),
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

/** When to alarm about one kind of work of closeShard: failures in two minutes of ten, so in one start and the next. */
function repeatedFailures(stackName: string, source: FailureSource) {
  return {
    metric: ownMetric(stackName, metrics.failures, source).with({ period: minute }),
    above: 0,
    breached: { periods: 2, of: 10 },
  };
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
