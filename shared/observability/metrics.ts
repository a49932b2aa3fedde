import { readMetricsNamespace } from "../config/metricsConfig.ts";
import { type CountedMetric, type FailureSource, metrics, type RetryCause } from "./metricNames.ts";

/** Further fields of a metric's log line. They can be searched for in the logs and are not dimensions. */
type Properties = { readonly org?: string | undefined; readonly code?: number };

export function countEnrollment(org: string): void {
  count(metrics.enrollments, undefined, { org });
}

export function countUnenrollment(org: string): void {
  count(metrics.unenrollments, undefined, { org });
}

export function countAdjustment(org: string): void {
  count(metrics.adjustments, undefined, { org });
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

export function countLateStart(org: string): void {
  count(metrics.lateStarts, undefined, { org });
}

/** Reminders of one moment for a whole group. */
export function countSkippedReminders(org: string): void {
  count(metrics.remindersSkipped, undefined, { org });
}

export function countRetry(cause: RetryCause): void {
  count(metrics.retries, cause, {});
}

/**
 * Adds one to a metric by writing a log line in CloudWatch's embedded metric format. It sends no request.
 *
 * The timestamp is the system's time of writing. No decision depends on it.
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

/**
 * Writes past the console, because the Lambda runtime wraps console output. CloudWatch reads a line as a metric only
 * when it holds nothing but the document.
 */
function writeLine(document: object): void {
  process.stdout.write(`${JSON.stringify(document)}\n`);
}
