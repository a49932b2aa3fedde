import { Duration } from "aws-cdk-lib";
import type { Alarm } from "aws-cdk-lib/aws-cloudwatch";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { EventSourceMapping } from "aws-cdk-lib/aws-lambda";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { metrics } from "../shared/observability/metricNames.ts";
import type { Alarms } from "./alarms.ts";
import type { ApiFunction } from "./apiFunction.ts";
import { failuresAmong, fiveMinutes, minute, ownMetric, waitingMessages, workErrors } from "./stackMetrics.ts";

/** A queue hides a message for six times what the function may take, as AWS advises: a retry never overlaps it. */
const visibilityTimeout = Duration.seconds(6 * 25);
const attempts = 5;
/** Longer than a burst takes to work off. */
const alarmingAge = Duration.minutes(15);

type ActivityQueueProps = { readonly stackName: string; readonly counter: ApiFunction; readonly alarms: Alarms };

/**
 * A queue of activities in front of the counting core, for volume and for senders that cannot wait.
 *
 * Activities count once however often they are delivered, so a standard queue will do. What cannot be counted after
 * {@link attempts} waits two weeks in the dead-letter queue, and an alarm says so.
 */
export class ActivityQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  /** Says that the function does not get its work done. */
  readonly errors: Alarm;

  constructor(scope: Construct, id: string, { stackName, counter, alarms }: ActivityQueueProps) {
    super(scope, id);
    this.deadLetters = new Queue(this, "DeadLetters", { enforceSSL: true, retentionPeriod: Duration.days(14) });
    this.queue = new Queue(this, "Queue", {
      enforceSSL: true,
      visibilityTimeout,
      // The longest there is: a function that fails over a long holiday must not cost a customer what they did.
      retentionPeriod: Duration.days(14),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: attempts },
    });
    this.#readQueue(counter);
    this.#addAlarms(alarms);
    this.errors = alarms.add("QueueErrors", {
      impact:
        "Queued activities fail and are tried again: customers' progress is late, and what fails five times is given up.",
      firstStep: "Read the failed lines of countQueuedActivities.",
      metric: failuresAmong(
        counter.lambda.metricInvocations({ period: minute }),
        workErrors([counter.lambda], ownMetric(stackName, metrics.failures, "queue"), "failures"),
      ),
      // One message that can never be counted fails once a delivery, and is nobody's reason to take a version back.
      above: 1,
      breached: { periods: 2, of: 5 },
    });
  }

  /** Made here rather than by CDK, whose event source grants two actions that Lambda does not need. */
  #readQueue({ lambda, live }: ApiFunction): void {
    const actions = ["DeleteMessage", "GetQueueAttributes", "ReceiveMessage"].map((action) => `sqs:${action}`);
    lambda.addToRolePolicy(new PolicyStatement({ actions, resources: [this.queue.queueArn] }));
    const mapping = new EventSourceMapping(this, "Messages", {
      target: live,
      eventSourceArn: this.queue.queueArn,
      batchSize: 10,
      maxConcurrency: 20,
      reportBatchItemFailures: true,
    });
    // Lambda tries the permission to read when the mapping is made.
    mapping.node.addDependency(lambda.role ?? lambda);
  }

  #addAlarms(alarms: Alarms): void {
    alarms.add("ActivityDeadLetters", {
      impact: "Activities that customers did are not counted, and will not be by themselves.",
      firstStep: "Find out why in the failed lines of countQueuedActivities, then send them again.",
      metric: waitingMessages(this.deadLetters),
      above: 0,
    });
    alarms.add("ActivityQueueAge", {
      impact: "What customers did shows up more than a quarter of an hour late.",
      firstStep: "See whether countQueuedActivities fails or is throttled, or more is sent than it can count.",
      metric: this.queue.metricApproximateAgeOfOldestMessage({ period: fiveMinutes, statistic: "Maximum" }),
      above: alarmingAge.toSeconds(),
    });
  }
}
