/** A metric that counts, as CloudWatch knows it: its name and what it is split by, if by anything. */
export type CountedMetric = { readonly name: string; readonly dimension?: string };

/**
 * Every metric the functions publish. The dashboard and the alarms are made from the same list (docs/operations.md).
 *
 * Each dimension has few values, all known beforehand, as each is a metric that is paid for: never an org, a customer
 * or a target (docs/decisions/0016).
 */
export const metrics = {
  /** Answers that say a customer is enrolled. A call repeated with its `Idempotency-Key` counts again. */
  enrollments: { name: "Enrollments" },
  unenrollments: { name: "Unenrollments" },
  /** Over HTTP and from the queue, those that were counted before left out. */
  activitiesCounted: { name: "ActivitiesCounted" },
  /** By the code of docs/errors.md that was answered. */
  refusals: { name: "Refusals", dimension: "code" },
  /** What was not the caller's fault, by where it happened. */
  failures: { name: "Failures", dimension: "source" },
  /** What API Gateway answered 5xx by itself, counted from its access log: crashes, time-outs, an authorizer that failed. */
  gatewayFailures: { name: "GatewayFailures" },
  /** Attempts after the first, by why they were needed. */
  retries: { name: "Retries", dimension: "cause" },
} as const satisfies Record<string, CountedMetric>;

/**
 * Work that can fail: a request (answered 500 or 4001), a queued activity, a record of the stream, an enrolment's
 * closing. `contention` is any of these that met too many others at the same item: callers can make that happen, so no
 * alarm that takes a new version back counts it.
 */
export const failureSources = ["api", "queue", "stream", "closing", "contention"] as const;
export type FailureSource = (typeof failureSources)[number];

/** The engine did not take a request and the SDK sent it again; another write came first and the work began anew. */
export const retryCauses = ["engine", "contention"] as const;
export type RetryCause = (typeof retryCauses)[number];
