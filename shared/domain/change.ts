import type { TargetEffect } from "./counting.ts";
import type { Enrollment } from "./enrollment.ts";
import type { CountedActivity, LedgerEntry } from "./ledger.ts";
import type { Notification, NotificationSubject } from "./notifications.ts";

/** What follows from a stored change: rows of the history, and notifications for the brand's other systems. */
export type Consequences = {
  readonly entries: readonly LedgerEntry[];
  readonly notifications: readonly Notification[];
};

export const noConsequences: Consequences = { entries: [], notifications: [] };

/** What a recorded activity did to one target. */
export type EffectChange = NotificationSubject & {
  readonly activity: CountedActivity;
  readonly effect: TargetEffect;
};

/** One write to an enrolment. */
export type EnrollmentChange = NotificationSubject & {
  readonly before: Enrollment | undefined;
  readonly after: Enrollment;
};
