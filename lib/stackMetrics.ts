import { Duration } from "aws-cdk-lib";
import { type IMetric, MathExpression, Metric, type MetricOptions } from "aws-cdk-lib/aws-cloudwatch";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { CountedMetric } from "../shared/observability/metricNames.ts";

export const minute = Duration.minutes(1);
export const fiveMinutes = Duration.minutes(5);

/**
 * A metric that the functions publish through `shared/observability/metrics.ts`. For a metric with a dimension, one of
 * its values must be named.
 */
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
 * A metric of the REST API with this name. The stage is not named. It is created after everything it calls, so the
 * alarms would have to wait for the functions that they decide about.
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
 * Adds up metrics. A metric without a value counts as 0. Different labels allow several sums in one graph.
 *
 * FILL may leave a metric empty that was never published, as with most failures. A sum with `+` would then be empty
 * too. SUM of an array leaves empty ones out.
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

/** More than the share of failures in a busy service, and less than the tenth of calls that a failing canary causes. */
const toleratedShare = 0.02;

/**
 * The failures of a minute if they are more than 2 % of its calls, otherwise 0. A fixed count would not fit: it would
 * exceed the few calls of a quiet service's canary, or be negligible in a busy service.
 */
export function failuresAmong(calls: IMetric, failures: IMetric): IMetric {
  return new MathExpression({
    // `calls` may be empty, so it is in an array, as in a sum.
    expression: `IF(SUM([failed, -${toleratedShare} * FILL(calls, 0)]) > 0, failed, 0)`,
    usingMetrics: { failed: failures, calls },
    period: minute,
    label: "failures above 2 % of the calls",
  });
}

/**
 * The failed work of functions that nobody waits for: crashes, time-outs, and the failures that they report themselves.
 */
export function workErrors(functions: readonly IFunction[], failures: IMetric, label: string): IMetric {
  return sumOf([...functions.map((each) => each.metricErrors()), failures], minute, label);
}

export function waitingMessages(queue: IQueue): Metric {
  return queue.metricApproximateNumberOfMessagesVisible({ period: fiveMinutes, statistic: "Maximum" });
}
