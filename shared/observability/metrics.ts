import { readMetricsNamespace } from "../config/metricsConfig.ts";
import { type CountedMetric, type FailureSource, metrics, type RetryCause } from "./metricNames.ts";

/** What a line says besides its metric: to search the logs by, and not a dimension. */
type Properties = { readonly org?: string | undefined; readonly code?: number };

export function countEnrollment(org: string): void {
  count(metrics.enrollments, undefined, { org });
}

export function countUnenrollment(org: string): void {
  count(metrics.unenrollments, undefined, { org });
}

export function countRecordedActivity(org: string): void {
  count(metrics.activitiesCounted, undefined, { org });
}

export function countRefusal(code: number, org: string | undefined): void {
  count(metrics.refusals, code.toString(), { org });
}

export function countFailure(source: FailureSource, properties: Properties): void {
  count(metrics.failures, source, properties);
}

export function countRetry(cause: RetryCause): void {
  count(metrics.retries, cause, {});
}

/**
 * Adds one to a metric, with a line that CloudWatch Logs reads as its embedded metric format. No request is made.
 *
 * The time is the system's and says when the line was written; nothing is decided by it.
 */
function count({ name, dimension }: CountedMetric, value: string | undefined, properties: Properties): void {
  const namespace = readMetricsNamespace();
  if (namespace === undefined) return;
  const isSplit = dimension !== undefined;
  const directive = {
    Namespace: namespace,
    Dimensions: [isSplit ? [dimension] : []],
    Metrics: [{ Name: name, Unit: "Count" }],
  };
  writeLine({
    _aws: { Timestamp: Date.now(), CloudWatchMetrics: [directive] },
    ...properties,
    ...(isSplit ? { [dimension]: value } : {}),
    [name]: 1,
  });
}

/** Past the console, which the Lambda runtime wraps: only a line that is nothing but the document is read as metrics. */
function writeLine(document: object): void {
  process.stdout.write(`${JSON.stringify(document)}\n`);
}
