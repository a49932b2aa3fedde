import { Duration, Stack } from "aws-cdk-lib";
import { type Alarm, type IMetric, MathExpression } from "aws-cdk-lib/aws-cloudwatch";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { EventSourceMapping } from "aws-cdk-lib/aws-lambda";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { orgQueuesVariable } from "../shared/config/queueConfig.ts";
import { metrics } from "../shared/observability/metricNames.ts";
import type { Alarms } from "./alarms.ts";
import type { ApiFunction } from "./apiFunction.ts";
import { failuresAmong, fiveMinutes, minute, ownMetric, waitingMessages, workErrors } from "./stackMetrics.ts";

/**
 * A queue hides a message for six times the function's timeout, as AWS advises. So a retry never overlaps the first
 * attempt.
 */
const visibilityTimeout = Duration.seconds(6 * 25);
const attempts = 5;
/** Longer than the service needs to work off a burst. */
const alarmingAge = Duration.minutes(15);

type ActivityQueueProps = {
  readonly stackName: string;
  readonly counter: ApiFunction;
  readonly alarms: Alarms;
  /** Orgs that have a queue of their own beside the common one. */
  readonly queueOrgs: readonly string[];
  /**
   * The most concurrent calls of the function, divided among the queues. So queued activities never use up the Lambdas
   * that tills need.
   */
  readonly queueConcurrency: number;
  readonly queueRetentionDays: number;
};

/** The smallest limit that Lambda allows for a queue. */
const leastConcurrency = 2;

/**
 * A queue of activities in front of the counting core, for volume and for senders that cannot wait.
 *
 * Activities count once however often they are delivered, so a standard queue is enough. A message that cannot be
 * counted in {@link attempts} is kept in the dead-letter queue, and an alarm goes off.
 *
 * A sender with access to an org's own queue can send for that org only. A policy can restrict access to a queue, but
 * not the content of a message.
 */
export class ActivityQueue extends Construct {
  readonly queue: Queue;
  /** JSON with each org's queue; `undefined` when no org has one. */
  readonly orgQueueUrls: string | undefined;
  readonly deadLetters: Queue;
  /** Goes off when the function fails at its work. */
  readonly errors: Alarm;

  constructor(scope: Construct, id: string, props: ActivityQueueProps) {
    super(scope, id);
    const { stackName, counter, alarms, queueOrgs, queueConcurrency, queueRetentionDays } = props;
    // By default the longest possible time: a function that fails over a long holiday must not lose customers' activities.
    const retentionPeriod = Duration.days(queueRetentionDays);
    this.deadLetters = new Queue(this, "DeadLetters", { enforceSSL: true, retentionPeriod });
    this.queue = this.#createQueue("Queue", retentionPeriod);
    const orgQueues = queueOrgs.map((org) => [org, this.#createQueue(`Org-${org}`, retentionPeriod)] as const);
    const queues = [this.queue, ...orgQueues.map(([, queue]) => queue)];
    const maxConcurrency = Math.max(leastConcurrency, Math.floor(queueConcurrency / queues.length));
    this.#readQueue("Messages", this.queue, counter, maxConcurrency);
    for (const [org, queue] of orgQueues) this.#readQueue(`Messages-${org}`, queue, counter, maxConcurrency);
    this.orgQueueUrls = this.#tellOrgQueues(orgQueues, counter);
    this.#addAlarms(alarms, queues);
    this.errors = alarms.add("QueueErrors", {
      impact:
        "Queued activities fail and are tried again: customers' progress is late, and what fails five times is given up.",
      firstStep: "Read the failed lines of countQueuedActivities.",
      metric: failuresAmong(
        counter.lambda.metricInvocations({ period: minute }),
        workErrors([counter.lambda], ownMetric(stackName, metrics.failures, "queue"), "failures"),
      ),
      // A message that can never be counted fails once per delivery. That must not roll back a version.
      above: 1,
      breached: { periods: 2, of: 5 },
    });
  }

  /** The mapping is made here, because CDK's event source grants two actions that Lambda does not need. */
  #readQueue(id: string, { queueArn }: Queue, { lambda, live }: ApiFunction, maxConcurrency: number): void {
    const actions = ["DeleteMessage", "GetQueueAttributes", "ReceiveMessage"].map((action) => `sqs:${action}`);
    lambda.addToRolePolicy(new PolicyStatement({ actions, resources: [queueArn] }));
    const mapping = new EventSourceMapping(this, id, {
      target: live,
      eventSourceArn: queueArn,
      batchSize: 10,
      maxConcurrency,
      reportBatchItemFailures: true,
    });
    // Lambda tries the permission to read when the mapping is made.
    mapping.node.addDependency(lambda.role ?? lambda);
  }

  /** JSON with each org's queue, for the stack's output; `undefined` when no org has one. */
  #tellOrgQueues(orgQueues: readonly (readonly [string, Queue])[], { lambda }: ApiFunction): string | undefined {
    if (orgQueues.length === 0) return undefined;
    const jsonOf = (entry: (queue: Queue) => string) =>
      Stack.of(this).toJsonString(Object.fromEntries(orgQueues.map(([org, queue]) => [org, entry(queue)])));
    lambda.addEnvironment(
      orgQueuesVariable,
      jsonOf(({ queueArn }) => queueArn),
    );
    return jsonOf(({ queueUrl }) => queueUrl);
  }

  #createQueue(id: string, retentionPeriod: Duration): Queue {
    return new Queue(this, id, {
      enforceSSL: true,
      visibilityTimeout,
      retentionPeriod,
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: attempts },
    });
  }

  #addAlarms(alarms: Alarms, queues: readonly Queue[]): void {
    alarms.add("ActivityDeadLetters", {
      impact: "Activities that customers did are not counted, and will not be by themselves.",
      firstStep: "Find out why in the failed lines of countQueuedActivities, then send them again.",
      metric: waitingMessages(this.deadLetters),
      above: 0,
    });
    alarms.add("ActivityQueueAge", {
      impact: "What customers did shows up more than a quarter of an hour late.",
      firstStep: "See whether countQueuedActivities fails or is throttled, or more is sent than it can count.",
      metric: oldestMessageAge(queues),
      above: alarmingAge.toSeconds(),
    });
  }
}

/** The highest age of all queues, because one alarm covers them all. A queue that never had a message has no age. */
function oldestMessageAge(queues: readonly Queue[]): IMetric {
  const options = { period: fiveMinutes, statistic: "Maximum" };
  const ages = queues.map((queue) => queue.metricApproximateAgeOfOldestMessage(options));
  const [only, ...others] = ages;
  if (only !== undefined && others.length === 0) return only;
  return new MathExpression({
    expression: `MAX([${ages.map((_, index) => `FILL(age${index}, 0)`).join(", ")}])`,
    usingMetrics: Object.fromEntries(ages.map((age, index) => [`age${index}`, age])),
    period: fiveMinutes,
    label: "age of the oldest message",
  });
}
