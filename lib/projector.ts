import { Duration, Validations } from "aws-cdk-lib";
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { EventBus } from "aws-cdk-lib/aws-events";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import {
  EventSourceMapping,
  FilterCriteria,
  FilterRule,
  type Function as LambdaFunction,
  StartingPosition,
} from "aws-cdk-lib/aws-lambda";
import { SqsDlq } from "aws-cdk-lib/aws-lambda-event-sources";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { busNameVariable } from "../shared/config/busConfig.ts";
import { activityPrefix, enrollmentPrefix } from "../shared/table/keys.ts";
import type { MilestreakTable } from "./table.ts";

/** Worked on one after the other, about 30 ms each, and well within what the function may take. */
const batchSize = 50;
/** Changes of one item stay in order; those of different items need not be. */
const batchesAtOnce = 10;
/** An outage of the bus is sat out for hours; the stream itself keeps a record for 24. */
const maximumRecordAge = Duration.hours(6);
const retryAttempts = 100;
/** Long enough for a burst to be worked off, short enough for an operator to act before records age out. */
const alarmingAge = Duration.minutes(15);

type ProjectorProps = { readonly table: MilestreakTable; readonly lambda: LambdaFunction };

/**
 * The table's stream, the function that makes history and notifications of it, and the bus they are told on.
 *
 * What cannot be projected is split until the bad record is alone, and then described in a dead-letter queue, from
 * which it can be found in the stream again. The bus is the brand's to attach rules to.
 */
export class Projector extends Construct {
  readonly busName: string;

  constructor(scope: Construct, id: string, { table, lambda }: ProjectorProps) {
    super(scope, id);
    const bus = new EventBus(this, "Bus", { description: "What Milestreak tells the brand's other systems" });
    lambda.addEnvironment(busNameVariable, bus.eventBusName);
    lambda.addToRolePolicy(new PolicyStatement({ actions: ["events:PutEvents"], resources: [bus.eventBusArn] }));
    const deadLetters = this.#deadLetters();
    this.#readStream(table, lambda, deadLetters);
    this.#alarm("DeadLettersAlarm", deadLettersMetric(deadLetters), 0);
    this.#alarm("IteratorAgeAlarm", iteratorAgeMetric(lambda), alarmingAge.toMilliseconds());
    this.busName = bus.eventBusName;
  }

  #deadLetters(): Queue {
    const queue = new Queue(this, "DeadLetters", { enforceSSL: true, retentionPeriod: Duration.days(14) });
    Validations.of(queue).acknowledge({
      id: "AwsSolutions-SQS3",
      reason: "It is the dead-letter queue of the stream; nothing consumes it but an operator.",
    });
    return queue;
  }

  #readStream(table: MilestreakTable, lambda: LambdaFunction, deadLetters: Queue): void {
    table.grantStream(lambda);
    const mapping = new EventSourceMapping(this, "Stream", {
      target: lambda,
      eventSourceArn: table.streamArn,
      // What happened between the table's creation and the mapping's, and before a mapping is replaced, counts too.
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize,
      parallelizationFactor: batchesAtOnce,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      retryAttempts,
      maxRecordAge: maximumRecordAge,
      onFailure: new SqsDlq(deadLetters),
      filters: [inserted(activityPrefix), insertedOrModified(enrollmentPrefix)],
    });
    // Lambda tries the permission to read when the mapping is made.
    mapping.node.addDependency(lambda.role ?? lambda);
  }

  #alarm(id: string, metric: IMetric, threshold: number): void {
    new Alarm(this, id, {
      alarmDescription:
        "History and notifications are late or missing; docs/operations.md says how to find what was not projected.",
      metric,
      threshold,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}

/** The projector's own ledger rows are in the stream too, and must not call it again. */
function inserted(prefix: string) {
  return FilterCriteria.filter({ eventName: FilterRule.isEqual("INSERT"), dynamodb: sortKeyBeginsWith(prefix) });
}

function insertedOrModified(prefix: string) {
  return FilterCriteria.filter({ eventName: FilterRule.or("INSERT", "MODIFY"), dynamodb: sortKeyBeginsWith(prefix) });
}

function sortKeyBeginsWith(prefix: string) {
  return { Keys: { sk: { S: FilterRule.beginsWith(prefix) } } };
}

function deadLettersMetric(queue: Queue): IMetric {
  return queue.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(5), statistic: "Maximum" });
}

function iteratorAgeMetric(lambda: LambdaFunction): IMetric {
  return lambda.metric("IteratorAge", { period: Duration.minutes(5), statistic: "Maximum" });
}
