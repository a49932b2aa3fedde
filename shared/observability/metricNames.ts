/** A counter in CloudWatch: its name, and the dimension it is split by, if any. */
export type CountedMetric = { readonly name: string; readonly dimension?: string };

/**
 * Every metric that the functions publish. The dashboard and the alarms use the same list (docs/operations.md).
 *
 * A dimension has few values, all known in advance, because each value is a metric that costs money. It is never an
 * org, a customer or a target (docs/decisions/0016).
 */
export const metrics = {
  /** Answers that say a customer is enrolled. A call repeated with its `Idempotency-Key` counts again. */
  enrollments: { name: "Enrollments" },
  unenrollments: { name: "Unenrollments" },
  /** Adjustments that were made. A repeat is not counted again. */
  adjustments: { name: "Adjustments" },
  /** Activities counted over HTTP and from the queue. Repeated deliveries are not counted again. */
  activitiesCounted: { name: "ActivitiesCounted" },
  /** Refused requests, by the answered code (docs/errors.md). */
  refusals: { name: "Refusals", dimension: "code" },
  /** Failures that the caller did not cause, by the place where they happened. */
  failures: { name: "Failures", dimension: "source" },
  /**
   * Answers with 5xx that API Gateway made itself, counted from its access log: crashes, time-outs, a failed
   * authorizer.
   */
  gatewayFailures: { name: "GatewayFailures" },
  /** Looks that told of a group more than half an hour late that a cycle has started. */
  lateStarts: { name: "LateStarts" },
  /** Times at which a group's reminders were not sent, because they were six hours late or their cycle had ended. */
  remindersSkipped: { name: "RemindersSkipped" },
  /** Attempts after the first, by their cause. */
  retries: { name: "Retries", dimension: "cause" },
} as const satisfies Record<string, CountedMetric>;

/**
 * Work that can fail: a request (answered 500 or 4001), a queued activity, a record of the stream, an enrolment's
 * closing, its judging by changed values, a reminder, the erasure of a customer, or a part of the statistics. `load` is any
 * of these that failed because too much was asked at once: contention, throttling, a read or an answer that is too large.
 * Callers can cause that, so it is not counted by the alarms that roll a new version back.
 */
export const failureSources = [
  "api",
  "queue",
  "stream",
  "closing",
  "judging",
  "reminding",
  "erasing",
  "statistics",
  "load",
] as const;
export type FailureSource = (typeof failureSources)[number];

/**
 * `engine`: the engine did not take a request and the SDK sent it again. `contention`: another write came first and the
 * work started again.
 */
export const retryCauses = ["engine", "contention"] as const;
export type RetryCause = (typeof retryCauses)[number];
