import { Duration, Validations } from "aws-cdk-lib";
import { type Alarm, type IMetric, MathExpression } from "aws-cdk-lib/aws-cloudwatch";
import { EventBus } from "aws-cdk-lib/aws-events";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import {
  EventSourceMapping,
  FilterCriteria,
  FilterRule,
  type IFunction,
  StartingPosition,
} from "aws-cdk-lib/aws-lambda";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { busNameVariable } from "../shared/config/busConfig.ts";
import { metrics } from "../shared/observability/metricNames.ts";
import {
  activityPrefix,
  auditPrefix,
  enrollmentPrefix,
  forgivenessPrefix,
  setAsidePrefix,
  startedPrefix,
} from "../shared/table/keys.ts";
import type { Alarms } from "./alarms.ts";
import type { ApiFunction } from "./apiFunction.ts";
import { failuresAmong, fiveMinutes, minute, ownMetric, waitingMessages, workErrors } from "./stackMetrics.ts";
import type { MilestreakTable } from "./table.ts";

/** Records of a batch are processed one after the other, about 30 ms each, well within the function's timeout. */
const batchSize = 50;
/** The number of parallel batches. Changes of one item stay in order; changes of different items need not. */
const batchesAtOnce = 10;
/** The projector retries through an outage of the bus for hours. The stream itself keeps a record for 24 hours. */
const maximumRecordAge = Duration.hours(6);
const retryAttempts = 100;
/** Long enough for a burst to be worked off, short enough for an operator to act before records age out. */
const alarmingAge = Duration.minutes(15);

type ProjectorProps = {
  readonly stackName: string;
  readonly table: MilestreakTable;
  readonly projector: ApiFunction;
  readonly alarms: Alarms;
};

/**
 * The function that turns the table's stream into history and notifications, and the bus for the notifications.
 *
 * A batch that fails is split until the bad record is alone. That record's place in the stream is then put into a
 * dead-letter queue. The brand attaches its rules to the bus.
 */
export class Projector extends Construct {
  readonly busName: string;
  readonly deadLetters: Queue;
  /** Goes off when the function fails at its work. */
  readonly errors: Alarm;

  constructor(scope: Construct, id: string, props: ProjectorProps) {
    super(scope, id);
    const { table, projector } = props;
    const { lambda } = projector;
    const bus = new EventBus(this, "Bus", { description: "What Milestreak tells the brand's other systems" });
    lambda.addEnvironment(busNameVariable, bus.eventBusName);
    lambda.addToRolePolicy(new PolicyStatement({ actions: ["events:PutEvents"], resources: [bus.eventBusArn] }));
    this.deadLetters = this.#createDeadLetters();
    this.#readStream(table, projector);
    this.errors = this.#addAlarms(props);
    this.busName = bus.eventBusName;
  }

  #createDeadLetters(): Queue {
    const queue = new Queue(this, "DeadLetters", { enforceSSL: true, retentionPeriod: Duration.days(14) });
    Validations.of(queue).acknowledge({
      id: "AwsSolutions-SQS3",
      reason: "It is the dead-letter queue of the stream; nothing consumes it but an operator.",
    });
    return queue;
  }

  #readStream(table: MilestreakTable, { lambda, live }: ApiFunction): void {
    table.grantStream(lambda);
    // CDK's own destination would also grant two reads of the queue, which Lambda does not need.
    lambda.addToRolePolicy(
      new PolicyStatement({ actions: ["sqs:SendMessage"], resources: [this.deadLetters.queueArn] }),
    );
    const mapping = new EventSourceMapping(this, "Stream", {
      target: live,
      eventSourceArn: table.streamArn,
      // Starts with the oldest record, so that changes before the mapping was created or replaced are projected too.
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize,
      parallelizationFactor: batchesAtOnce,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      retryAttempts,
      maxRecordAge: maximumRecordAge,
      onFailure: { bind: () => ({ destination: this.deadLetters.queueArn }) },
      filters: [
        insertedOrModified(activityPrefix, enrollmentPrefix),
        inserted(auditPrefix, startedPrefix, forgivenessPrefix),
        modified(setAsidePrefix),
        erasures(),
      ],
    });
    // Lambda tries the permission to read when the mapping is made.
    mapping.node.addDependency(lambda.role ?? lambda);
  }

  #addAlarms({ stackName, projector: { lambda }, alarms }: ProjectorProps): Alarm {
    alarms.add("ProjectorDeadLetters", {
      impact: "Some customers' history lacks rows, and the brand's systems were not told of what they reached.",
      firstStep: "Put the cause right and project the records again within 24 hours.",
      metric: waitingMessages(this.deadLetters),
      above: 0,
    });
    alarms.add("ProjectorAge", {
      impact: "History and notifications are more than a quarter of an hour late; nothing is lost yet.",
      firstStep: "Read the failed lines of projector.",
      metric: lambda.metric("IteratorAge", { period: fiveMinutes, statistic: "Maximum" }),
      above: alarmingAge.toMilliseconds(),
    });
    alarms.add("ProjectorIdle", {
      impact: "Nothing reads the table's stream: customers' history and notifications stop, and are lost after a day.",
      firstStep: "See whether the projector's event source mapping is enabled and what it says of its last result.",
      metric: unreadChanges(stackName, lambda),
      above: 0,
      breached: { periods: 2, of: 4 },
    });
    return alarms.add("ProjectorErrors", {
      impact: "History and notifications fail and are tried again: they come late, and after six hours not at all.",
      firstStep: "Read the failed lines of projector.",
      metric: failuresAmong(
        lambda.metricInvocations({ period: minute }),
        workErrors([lambda], ownMetric(stackName, metrics.failures, "stream"), "failures"),
      ),
      above: 0,
      breached: { periods: 2, of: 5 },
    });
  }
}

/**
 * The number of customers' changes in a quarter of an hour without a call of the projector; 0 or less if it was called.
 * A disabled or broken mapping has no `IteratorAge`, so it is detected by these other metrics.
 */
function unreadChanges(stackName: string, projector: IFunction): IMetric {
  return new MathExpression({
    // One call outweighs all changes. Without any call the metric may be an empty series, which SUM leaves out.
    expression:
      "SUM([FILL(activities, 0), FILL(adjusted, 0), FILL(enrolled, 0), FILL(unenrolled, 0), -1000000 * FILL(calls, 0)])",
    usingMetrics: {
      activities: ownMetric(stackName, metrics.activitiesCounted),
      adjusted: ownMetric(stackName, metrics.adjustments),
      enrolled: ownMetric(stackName, metrics.enrollments),
      unenrolled: ownMetric(stackName, metrics.unenrollments),
      calls: projector.metricInvocations(),
    },
    period: Duration.minutes(15),
    label: "changes without a call of projector",
  });
}

/** The projector's own ledger rows are in the stream too. They must not invoke it again. */
function inserted(...prefixes: readonly string[]) {
  return FilterCriteria.filter({ eventName: FilterRule.isEqual("INSERT"), dynamodb: sortKeyBeginsWith(prefixes) });
}

function insertedOrModified(...prefixes: readonly string[]) {
  const dynamodb = sortKeyBeginsWith(prefixes);
  return FilterCriteria.filter({ eventName: FilterRule.or("INSERT", "MODIFY"), dynamodb });
}

/** An enrolment that is set aside is inserted unchanged. */
function modified(prefix: string) {
  return FilterCriteria.filter({ eventName: FilterRule.isEqual("MODIFY"), dynamodb: sortKeyBeginsWith([prefix]) });
}

/** The requests to erase a customer. Other items of the list of what is due have another kind. */
function erasures() {
  const dynamodb = { NewImage: { kind: { S: FilterRule.isEqual("ERASING") } } };
  return FilterCriteria.filter({ eventName: FilterRule.isEqual("INSERT"), dynamodb });
}

/** One filter for several prefixes, because a mapping takes five filters. */
function sortKeyBeginsWith(prefixes: readonly string[]) {
  return { Keys: { sk: { S: prefixes.flatMap((prefix) => FilterRule.beginsWith(prefix)) } } };
}
