import type { AuditEntry, FieldChange } from "./auditLog.ts";
import { type Authorship, authorshipOf, byItself } from "./authorship.ts";
import type { Decimal } from "./decimal.ts";
import type { ErasureMode, ErasureRequest } from "./erasing.ts";
import type { Instant } from "./instant.ts";
import type { Cycle, Level, RewardAllocation, Target, TargetGroup, Trigger } from "./targetGroup.ts";

/** The closed list of notifications to the brand's other systems, with what each one says. */
type Content =
  | {
      readonly type: "targetCustomerEnrolment" | "streakCustomerEnrolment";
      readonly detail: {
        /** The first cycle the enrolment covers. */
        readonly cycle: Cycle;
        /** The activity that enrolled the customer; `undefined` when a call did. */
        readonly activityId: string | undefined;
        readonly targetValue: Decimal;
        readonly achievedValue: Decimal;
        /** The streak value that was carried over; `undefined` for a milestone. */
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
      readonly type: "targetMilestoneAchieved";
      readonly detail: {
        readonly cycle: Cycle;
        readonly trigger: Trigger;
        /** `undefined` when the opening balance alone reached it. */
        readonly activityId: string | undefined;
        readonly targetValue: Decimal;
        readonly achievedValue: Decimal;
        readonly achievedAt: Instant;
      };
    }
  | {
      readonly type: "targetPeriodCompleted";
      readonly detail: {
        readonly cycle: Cycle;
        /**
         * The late activity that changed the cycle after its end was announced; `undefined` for the first announcement.
         */
        readonly activityId: string | undefined;
        readonly targetValue: Decimal;
        readonly achievedValue: Decimal;
        readonly isReached: boolean;
        readonly rewardAllocation: RewardAllocation;
      };
    }
  | {
      readonly type: "streakLevelAchieved";
      readonly detail: {
        readonly level: Level;
        /** `undefined` when a changed target value, an excuse or a freeze has completed the run. */
        readonly activityId: string | undefined;
        readonly streakValue: number;
      };
    }
  | {
      readonly type: "targetPeriodReminder";
      readonly detail: {
        readonly reminderName: string;
        readonly cycle: Cycle;
        readonly targetValue: Decimal;
        readonly achievedValue: Decimal;
        /** `undefined` for a milestone. */
        readonly streakValue: number | undefined;
      };
    }
  | {
      /** A changed target value has made the cycle reached, or not reached any more. */
      readonly type: "targetValueUpdated";
      readonly detail: {
        readonly cycle: Cycle;
        readonly oldValue: Decimal;
        readonly newValue: Decimal;
        readonly achievedValue: Decimal;
        readonly isReached: boolean;
      };
    }
  | {
      readonly type: "streakEnd";
      /** The cycle that was missed, and the length of the run it ended. */
      readonly detail: { readonly cycle: Cycle; readonly endedRun: number };
    }
  | {
      readonly type: "streakFreezeConsumed";
      /** The cycle that was missed and is bridged, and the freezes that are left. */
      readonly detail: { readonly cycle: Cycle; readonly freezesLeft: number };
    }
  | {
      readonly type: "streakRestored";
      /** The streak value, which an excuse or a grant has made greater. */
      readonly detail: { readonly streakValue: number };
    };

/** The customer and the target that a notification is about. */
export type NotificationSubject = {
  readonly org: string;
  readonly customerId: number;
  readonly group: TargetGroup;
  readonly target: Target;
};

/**
 * A notification to the brand's other systems. It is delivered at least once.
 *
 * `eventId` is the same for every delivery of one notification, and different for any two notifications of all orgs. It
 * is derived from what is stored, not generated when it is sent.
 */
export type Notification = CustomerNotification | GroupNotification | ErasureNotification;

type Identified = Authorship & {
  readonly eventId: string;
  /** When the state changed. The activity that changed it may have happened earlier. */
  readonly occurredAt: Instant;
};

export type CustomerNotification = NotificationSubject &
  Content &
  Identified & {
    /** Why, when support brought it about. After an adjustment the `activityId` of the detail is its id. */
    readonly reason?: string | undefined;
  };

/** It was asked to erase or anonymise a customer, so that other systems do it too. */
export type ErasureNotification = Identified &
  Pick<NotificationSubject, "org" | "customerId"> & {
    readonly type: "customerErased";
    readonly detail: { readonly mode: ErasureMode };
  };

/** A notification about a group, one for all of its customers. */
export type GroupNotification = EditNotification | StartNotification;

type GroupSubject = Pick<NotificationSubject, "org" | "group">;

/** A cycle has started. */
export type StartNotification = Identified &
  GroupSubject & { readonly type: "targetPeriodStarted"; readonly detail: { readonly cycle: Cycle } };

/** A definition was edited. */
export type EditNotification = Identified &
  GroupSubject & {
    readonly type: "targetGroupUpdated";
    readonly detail: {
      readonly version: number;
      /** At most 50 of them, so that a notification stays small. */
      readonly changes: readonly FieldChange[];
      readonly changeCount: number;
    };
  };

/** The notification about an edit. Its id names the group and the version. */
export function editNotification(
  { org, group }: GroupSubject,
  { version, changedAt, changedBy, changes }: AuditEntry,
  changeCount: number,
): EditNotification {
  return {
    type: "targetGroupUpdated",
    org,
    group,
    eventId: [org, "group", group.id, version].join("#"),
    occurredAt: changedAt,
    enteredBy: changedBy,
    source: "API",
    detail: { version, changes, changeCount },
  };
}

/** The notification about an erasure. Its id names the customer, what is done and the time of the request. */
export function erasureNotification({
  org,
  customerId,
  mode,
  requestedAt,
  ...request
}: ErasureRequest): ErasureNotification {
  return {
    type: "customerErased",
    org,
    customerId,
    ...authorshipOf(request),
    eventId: [org, customerId, "erasure", mode, requestedAt].join("#"),
    occurredAt: requestedAt,
    detail: { mode },
  };
}

/** The notification about a cycle's start. Its id names the group and the cycle. */
export function startNotification({ org, group }: GroupSubject, cycle: Cycle): StartNotification {
  return {
    type: "targetPeriodStarted",
    org,
    group,
    ...byItself,
    eventId: [org, "group", group.id, "started", cycle.number].join("#"),
    occurredAt: cycle.startsAt,
    detail: { cycle },
  };
}

export type NotificationContent = Content;

/**
 * A notification about an activity or an adjustment. Its id names the activity, the target, the type and the place among
 * its notifications.
 */
export function activityNotification(
  subject: NotificationSubject,
  origin: Authorship & {
    readonly activityId: string;
    readonly reason: string | undefined;
    readonly recordedAt: Instant;
    readonly index: number;
  },
  content: Content,
): CustomerNotification {
  const { org, customerId, target } = subject;
  const parts = [org, customerId, "activity", origin.activityId, target.id, content.type, origin.index];
  return {
    ...subject,
    ...content,
    ...authorshipOf(origin),
    reason: origin.reason,
    eventId: parts.join("#"),
    occurredAt: origin.recordedAt,
  };
}

/**
 * A notification about a write to an enrolment. Its id names the target, the type and the enrolment's revision after
 * the write.
 */
export function enrollmentNotification(
  subject: NotificationSubject,
  origin: Authorship & { readonly revision: number; readonly at: Instant; readonly index: number },
  content: Content,
): CustomerNotification {
  const { org, customerId, target } = subject;
  const parts = [org, customerId, "enrollment", target.id, origin.revision, content.type, origin.index];
  return { ...subject, ...content, ...authorshipOf(origin), eventId: parts.join("#"), occurredAt: origin.at };
}
