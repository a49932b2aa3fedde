import { Duration } from "aws-cdk-lib";
import { type IMetric, MathExpression, Metric, type MetricOptions } from "aws-cdk-lib/aws-cloudwatch";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { CountedMetric } from "../shared/observability/metricNames.ts";

export const minute = Duration.minutes(1);
export const fiveMinutes = Duration.minutes(5);

/** A metric of the functions' own, as `shared/observability/metrics.ts` publishes it; a split one by one of its values. */
export function ownMetric(namespace: string, { name, dimension }: CountedMetric, value?: string): Metric {
  return new Metric({
    namespace,
    metricName: name,
    statistic: "Sum",
    ...(dimension === undefined || value === undefined ? {} : { dimensionsMap: { [dimension]: value } }),
    label: value ?? name,
  });
}

/**
 * A metric of the REST API of this name. By name alone: the stage, which exists only after everything it calls, would
 * make the alarms wait for what they decide about.
 */
export function apiMetric(apiName: string, metricName: string, options: MetricOptions): Metric {
  return new Metric({ namespace: "AWS/ApiGateway", metricName, dimensionsMap: { ApiName: apiName }, ...options });
}

export function tableMetric(tableName: string, metricName: string, options: MetricOptions = {}): Metric {
  return new Metric({
    namespace: "AWS/DynamoDB",
    metricName,
    dimensionsMap: { TableName: tableName },
    statistic: "Sum",
    ...options,
  });
}

/** The requests to the table that DynamoDB answered with an error of its own, over all operations used. */
export function tableSystemErrors(tableName: string, period: Duration): IMetric {
  const operations = ["GetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"];
  const metrics = operations.map((Operation) =>
    tableMetric(tableName, "SystemErrors", { dimensionsMap: { TableName: tableName, Operation } }),
  );
  return sumOf(metrics, period, "system errors");
}

/**
 * Adds metrics up; one without a value counts as 0. Labels that differ can be drawn in one graph.
 *
 * FILL may leave a metric empty that was never published, as most failures are. What is added to it by `+` would be
 * missing with it; SUM of an array leaves out what is.
 */
export function sumOf(metrics: readonly IMetric[], period: Duration, label: string): IMetric {
  const prefix = label.replaceAll(/\W/g, "").toLowerCase();
  const named = metrics.map((metric, index) => [`${prefix}${index}`, metric] as const);
  return new MathExpression({
    expression: `SUM([${named.map(([name]) => `FILL(${name}, 0)`).join(", ")}])`,
    usingMetrics: Object.fromEntries(named),
    period,
    label,
  });
}

/** More than a busy service has of failures, and less than the tenth that a canary fails at if it fails at all. */
const toleratedShare = 0.02;

/**
 * A minute's failures where they are more than 2 % of its calls, and 0 otherwise. A count alone would be either more
 * than the few calls that a quiet service's canary gets, or next to nothing in a busy one.
 */
export function failuresAmong(calls: IMetric, failures: IMetric): IMetric {
  return new MathExpression({
    // An array, as in a sum: `calls` may be empty.
    expression: `IF(SUM([failed, -${toleratedShare} * FILL(calls, 0)]) > 0, failed, 0)`,
    usingMetrics: { failed: failures, calls },
    period: minute,
    label: "failures above 2 % of the calls",
  });
}

/** What a function that nobody waits for did not get done: crashes and time-outs, and failures it has reported itself. */
export function workErrors(functions: readonly IFunction[], failures: IMetric, label: string): IMetric {
  return sumOf([...functions.map((each) => each.metricErrors()), failures], minute, label);
}

export function waitingMessages(queue: IQueue): Metric {
  return queue.metricApproximateNumberOfMessagesVisible({ period: fiveMinutes, statistic: "Maximum" });
}
