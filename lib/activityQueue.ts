import { Duration } from "aws-cdk-lib";
import { Alarm, ComparisonOperator, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";

/** A queue hides a message for six times what the function may take, as AWS advises: a retry never overlaps it. */
const visibilityTimeout = Duration.seconds(6 * 25);
const attempts = 5;

/**
 * A queue of activities in front of the counting core, for volume and for senders that cannot wait.
 *
 * Activities count once however often they are delivered, so a standard queue will do. What cannot be counted after
 * {@link attempts} waits two weeks in the dead-letter queue, and an alarm says so.
 */
export class ActivityQueue extends Construct {
  readonly queueUrl: string;

  constructor(scope: Construct, id: string, { counter }: { readonly counter: LambdaFunction }) {
    super(scope, id);
    const deadLetters = new Queue(this, "DeadLetters", { enforceSSL: true, retentionPeriod: Duration.days(14) });
    const queue = new Queue(this, "Queue", {
      enforceSSL: true,
      visibilityTimeout,
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: attempts },
    });
    counter.addEventSource(
      new SqsEventSource(queue, { batchSize: 10, maxConcurrency: 20, reportBatchItemFailures: true }),
    );
    new Alarm(this, "DeadLettersAlarm", {
      alarmDescription:
        "Activities that customers did are not counted; docs/operations.md says how to send them again.",
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(5),
        statistic: "Maximum",
      }),
      threshold: 0,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    this.queueUrl = queue.queueUrl;
  }
}
