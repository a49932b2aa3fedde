import type { Decimal } from "./decimal.ts";
import type { Instant } from "./instant.ts";
import type { Cycle, Level, RewardAllocation, Target, TargetGroup } from "./targetGroup.ts";

/** What is told, and in which words: the closed list of what the brand's other systems can hear of. */
type Content =
  | {
      readonly type: "targetCustomerEnrolment" | "streakCustomerEnrolment";
      readonly detail: {
        /** The first cycle the enrolment covers. */
        readonly cycle: Cycle;
        readonly targetValue: Decimal;
        readonly achievedValue: Decimal;
        /** Streak: what was carried over; `undefined` for a milestone. */
        readonly streakValue: number | undefined;
        readonly isReEnrollment: boolean;
      };
    }
  | {
      readonly type: "targetCustomerUnEnrolment" | "streakCustomerUnEnrolment";
      readonly detail: {
        /** The first cycle that was left; `undefined` when all had ended. */
        readonly cycle: Cycle | undefined;
        readonly streakValue: number | undefined;
      };
    }
  | {
      readonly type: "targetAchievedValueUpdated";
      readonly detail: {
        readonly cycle: Cycle;
        readonly activityId: string;
        readonly targetValue: Decimal;
        readonly oldValue: Decimal;
        readonly newValue: Decimal;
      };
    }
  | {
      readonly type: "targetValueAchieved";
      readonly detail: {
        readonly cycle: Cycle;
        /** `undefined` when the opening balance alone reached the target. */
        readonly activityId: string | undefined;
        readonly targetValue: Decimal;
        readonly achievedValue: Decimal;
        readonly rewardAllocation: RewardAllocation;
      };
    }
  | {
      readonly type: "targetPeriodCompleted";
      readonly detail: {
        readonly cycle: Cycle;
        /** The late activity that changed a cycle announced before; `undefined` at the cycle's end. */
        readonly activityId: string | undefined;
        readonly targetValue: Decimal;
        readonly achievedValue: Decimal;
        readonly isReached: boolean;
        readonly rewardAllocation: RewardAllocation;
      };
    }
  | {
      readonly type: "streakLevelAchieved";
      readonly detail: { readonly level: Level; readonly activityId: string; readonly streakValue: number };
    }
  | {
      readonly type: "streakEnd";
      /** The cycle that was missed, and the length of the run it ended. */
      readonly detail: { readonly cycle: Cycle; readonly endedRun: number };
    };

/** Whom and what a notification is about. */
export type NotificationSubject = {
  readonly org: string;
  readonly customerId: number;
  readonly group: TargetGroup;
  readonly target: Target;
};

/**
 * Something the brand's other systems are told, at least once.
 *
 * `eventId` is the same each time one thing is told and different for any two things, over all orgs: it is derived from
 * what was stored, never made up when it is sent.
 */
export type Notification = NotificationSubject &
  Content & {
    readonly eventId: string;
    /** When it came to be so; an activity may have happened earlier. */
    readonly occurredAt: Instant;
  };

export type NotificationContent = Content;

/** A notification that came of an activity: its id is the activity's, the target's and the place in what it did. */
export function activityNotification(
  subject: NotificationSubject,
  origin: { readonly activityId: string; readonly recordedAt: Instant; readonly index: number },
  content: Content,
): Notification {
  const { org, customerId, target } = subject;
  const parts = [org, customerId, "activity", origin.activityId, target.id, content.type, origin.index];
  return { ...subject, ...content, eventId: parts.join("#"), occurredAt: origin.recordedAt };
}

/** A notification that came of a write to an enrolment: its id is the target's and the revision the write made. */
export function enrollmentNotification(
  subject: NotificationSubject,
  origin: { readonly revision: number; readonly at: Instant; readonly index: number },
  content: Content,
): Notification {
  const { org, customerId, target } = subject;
  const parts = [org, customerId, "enrollment", target.id, origin.revision, content.type, origin.index];
  return { ...subject, ...content, eventId: parts.join("#"), occurredAt: origin.at };
}
