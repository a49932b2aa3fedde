import { type Decimal, formatDecimal } from "../domain/decimal.ts";
import { formatInstant } from "../domain/instant.ts";
import type {
  CustomerNotification,
  ErasureNotification,
  GroupNotification,
  Notification,
  NotificationContent,
} from "../domain/notifications.ts";
import type { Cycle, Level } from "../domain/targetGroup.ts";
import { presentChange } from "./changeView.ts";

/** A notification on the wire, in the words of the API. Decimals are JSON numbers with exactly their digits. */
export function presentNotification(notification: Notification) {
  if (notification.type === "customerErased") return presentErasure(notification);
  return "customerId" in notification
    ? presentCustomerNotification(notification)
    : { ...presentGroup(notification), ...presentGroupContent(notification) };
}

function presentErasure({ eventId, org, customerId, occurredAt, enteredBy, source, detail }: ErasureNotification) {
  return {
    eventId,
    org,
    customerId,
    occurredAt: formatInstant(occurredAt),
    enteredBy: enteredBy ?? null,
    source,
    mode: detail.mode,
  };
}

function presentGroupContent(notification: GroupNotification) {
  switch (notification.type) {
    case "targetGroupUpdated": {
      const { version, changes, changeCount } = notification.detail;
      return { version, changes: changes.map(presentChange), changeCount };
    }
    case "targetPeriodStarted": {
      const { cycle } = notification.detail;
      return {
        ...presentCycle(cycle),
        periodStartDateWithTimeStamp: formatInstant(cycle.startsAt),
        periodEndDateWithTimeStamp: formatInstant(cycle.endsAt),
      };
    }
  }
}

function presentGroup({ eventId, org, group, occurredAt, enteredBy, source }: GroupNotification) {
  return {
    eventId,
    org,
    targetGroupId: group.id,
    targetGroupName: group.name,
    trackingType: group.trackingType,
    occurredAt: formatInstant(occurredAt),
    enteredBy: enteredBy ?? null,
    source,
  };
}

function presentCustomerNotification(notification: CustomerNotification) {
  const { eventId, org, customerId, group, target, occurredAt, enteredBy, source, reason } = notification;
  const content = presentAny(notification);
  return {
    eventId,
    org,
    customerId,
    targetGroupId: group.id,
    targetGroupName: group.name,
    trackingType: group.trackingType,
    targetRuleId: target.id,
    targetName: target.name,
    occurredAt: formatInstant(occurredAt),
    enteredBy: enteredBy ?? null,
    source,
    ...(reason === undefined ? content : ofSupport(content, reason)),
  };
}

/** What support brought about says why. After an adjustment it names that in place of an activity. */
function ofSupport({ activityId, ...content }: Record<string, unknown>, reason: string) {
  return { ...content, ...(activityId === undefined ? {} : { adjustmentId: activityId }), reason };
}

type ReminderContent = Extract<NotificationContent, { readonly type: "targetPeriodReminder" }>;
type RunContent = Extract<
  NotificationContent,
  { readonly type: "streakEnd" | "streakFreezeConsumed" | "streakRestored" }
>;

function presentAny(content: NotificationContent): Record<string, unknown> {
  if (content.type === "targetPeriodReminder") return presentReminder(content.detail);
  return isOfRun(content) ? presentRun(content) : presentContent(content);
}

function isOfRun(content: NotificationContent): content is RunContent {
  return ["streakEnd", "streakFreezeConsumed", "streakRestored"].includes(content.type);
}

/** What became of a run. */
function presentRun({ type, detail }: RunContent): Record<string, unknown> {
  switch (type) {
    case "streakEnd":
      return { ...presentCycle(detail.cycle), endedCount: detail.endedRun };
    case "streakFreezeConsumed":
      return { ...presentCycle(detail.cycle), freezesLeft: detail.freezesLeft };
    case "streakRestored":
      return { currentCount: detail.streakValue };
  }
}

// The function has one case for each other type of the closed list, so it is as long as the list.
function presentContent({
  type,
  detail,
}: Exclude<NotificationContent, ReminderContent | RunContent>): Record<string, unknown> {
  switch (type) {
    case "targetCustomerEnrolment":
    case "streakCustomerEnrolment":
      return {
        ...presentCycle(detail.cycle),
        activityId: detail.activityId,
        targetValue: decimal(detail.targetValue),
        targetAchievedValue: decimal(detail.achievedValue),
        currentCount: detail.streakValue,
        reEnrolment: detail.isReEnrollment,
      };
    case "targetCustomerUnEnrolment":
    case "streakCustomerUnEnrolment":
      return presentLeaving(detail);
    case "targetAchievedValueUpdated":
      return {
        ...presentCycle(detail.cycle),
        activityId: detail.activityId,
        targetValue: decimal(detail.targetValue),
        oldTargetAchievedValue: decimal(detail.oldValue),
        newTargetAchievedValue: decimal(detail.newValue),
      };
    case "targetValueUpdated":
      return {
        ...presentCycle(detail.cycle),
        oldTargetValue: decimal(detail.oldValue),
        newTargetValue: decimal(detail.newValue),
        targetAchievedValue: decimal(detail.achievedValue),
        achieved: detail.isReached,
      };
    case "targetValueAchieved":
      return { ...presentReward(detail), activityId: detail.activityId };
    case "targetMilestoneAchieved":
      return presentMilestone(detail);
    case "targetPeriodCompleted":
      return { ...presentReward(detail), achieved: detail.isReached, activityId: detail.activityId };
    case "streakLevelAchieved":
      return { ...presentLevel(detail.level), activityId: detail.activityId, currentCount: detail.streakValue };
  }
}

type LeavingDetail = { readonly cycle: Cycle | undefined; readonly streakValue: number | undefined };

function presentLeaving({ cycle, streakValue }: LeavingDetail) {
  return { ...(cycle === undefined ? {} : presentCycle(cycle)), currentCount: streakValue };
}

type MilestoneDetail = Extract<NotificationContent, { readonly type: "targetMilestoneAchieved" }>["detail"];

function presentMilestone(detail: MilestoneDetail) {
  const { cycle, trigger, activityId, targetValue, achievedValue, achievedAt } = detail;
  return {
    ...presentCycle(cycle),
    triggerId: trigger.id,
    triggerName: trigger.name,
    triggerValueType: trigger.valueType,
    definedValue: decimal(trigger.value),
    achievedDate: formatInstant(achievedAt),
    targetValue: decimal(targetValue),
    targetAchievedValue: decimal(achievedValue),
    activityId,
  };
}

type ReminderDetail = Extract<NotificationContent, { readonly type: "targetPeriodReminder" }>["detail"];

function presentReminder({ cycle, reminderName, targetValue, achievedValue, streakValue }: ReminderDetail) {
  return {
    ...presentCycle(cycle),
    reminderName,
    targetValue: decimal(targetValue),
    targetAchievedValue: decimal(achievedValue),
    targetGap: decimal(gap({ targetValue, achievedValue })),
    currentCount: streakValue,
  };
}

/** What is left to reach; 0 once it is reached. */
function gap({ targetValue, achievedValue }: { readonly targetValue: Decimal; readonly achievedValue: Decimal }) {
  return targetValue > achievedValue ? targetValue - achievedValue : 0n;
}

type Reward = Extract<
  NotificationContent,
  { readonly type: "targetValueAchieved" | "targetPeriodCompleted" }
>["detail"];

function presentReward({ cycle, targetValue, achievedValue, rewardAllocation }: Reward) {
  return {
    ...presentCycle(cycle),
    targetValue: decimal(targetValue),
    targetAchievedValue: decimal(achievedValue),
    rewardAllocation,
  };
}

function presentCycle({ id, refCode }: Cycle) {
  return { periodId: id, periodRefCode: refCode };
}

function presentLevel({ id, name, cyclesToMeet }: Level) {
  return { streakId: id, streakName: name, targetCountOfSequence: cyclesToMeet };
}

function decimal(value: Decimal): unknown {
  return JSON.rawJSON(formatDecimal(value));
}
