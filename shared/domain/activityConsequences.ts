import type { Consequences, EffectChange } from "./change.ts";
import type { CycleChange, TargetEffect } from "./counting.ts";
import type { Decimal } from "./decimal.ts";
import { shownValue } from "./enrollment.ts";
import { activityEntries } from "./ledger.ts";
import { activityNotification, type Notification, type NotificationContent } from "./notifications.ts";
import { ServiceError } from "./serviceError.ts";
import { cycleOf, targetValue } from "./targetGroup.ts";

/**
 * What an activity leads to in one target, told in the order it came about: values, reached, levels, late news. While
 * the customer is out it can settle a return that had waited; the history has that, and nobody is told.
 */
export function activityConsequences(change: EffectChange): Consequences {
  const isOut = change.effect.notCounted === "NOT_ENROLLED";
  return {
    entries: activityEntries(change.activity, change.effect),
    notifications: isOut ? [] : announcements(change),
  };
}

function announcements(change: EffectChange): Notification[] {
  return [...valuesUpdated(change), ...valuesReached(change), ...levelsReached(change), ...completedAgain(change)];
}

/** One for each change that shows: a sum that moves below 0 is still shown as 0. */
function valuesUpdated(change: EffectChange): Notification[] {
  const { group, target, effect } = change;
  return effect.changes.flatMap(({ cycleNumber, before, after, activityId }, index) => {
    const [oldValue, newValue] = [shownValue(before), shownValue(after)];
    const cycle = cycleOf(group, cycleNumber);
    const detail = { cycle, activityId, targetValue: targetValue(target, cycle), oldValue, newValue };
    return oldValue === newValue ? [] : [notify(change, index, { type: "targetAchievedValueUpdated", detail })];
  });
}

function valuesReached(change: EffectChange): Notification[] {
  const { activity, group, target, effect } = change;
  return effect.announced.map((cycleNumber, index) => {
    const cycle = cycleOf(group, cycleNumber);
    return notify(change, index, {
      type: "targetValueAchieved",
      detail: {
        cycle,
        activityId: activity.activityId,
        targetValue: targetValue(target, cycle),
        achievedValue: shownValue(sumAfter(effect.changes, cycleNumber)),
        rewardAllocation: target.rewardAllocation,
      },
    });
  });
}

function levelsReached(change: EffectChange): Notification[] {
  const { activity, effect } = change;
  return effect.levelsReached.map((level, index) =>
    notify(change, index, {
      type: "streakLevelAchieved",
      detail: { level, activityId: activity.activityId, streakValue: valueOfStreak(effect) },
    }),
  );
}

function valueOfStreak({ targetId, streakValue }: TargetEffect): number {
  if (streakValue === undefined)
    throw new Error(`Target ${targetId} is said to have reached a level and has no streak`);
  return streakValue;
}

/** A late activity changed a cycle whose end had been told: it is told again with what is true now. */
function completedAgain(change: EffectChange): Notification[] {
  const { activity, group, target, effect } = change;
  return effect.reopened.map((cycleNumber, index) => {
    const cycle = cycleOf(group, cycleNumber);
    const sum = sumAfter(effect.changes, cycleNumber);
    const value = targetValue(target, cycle);
    return notify(change, index, {
      type: "targetPeriodCompleted",
      detail: {
        cycle,
        activityId: activity.activityId,
        targetValue: value,
        achievedValue: shownValue(sum),
        isReached: sum >= value,
        rewardAllocation: target.rewardAllocation,
      },
    });
  });
}

/** The cycle's sum when the activity and the returns it moved have all been counted. */
function sumAfter(changes: readonly CycleChange[], cycleNumber: number): Decimal {
  const last = changes.findLast((change) => change.cycleNumber === cycleNumber);
  if (last === undefined) throw new ServiceError(`Cycle ${cycleNumber} is said to be changed and is not`);
  return last.after;
}

function notify(change: EffectChange, index: number, content: NotificationContent): Notification {
  const { org, customerId, group, target, activity } = change;
  const { activityId, recordedAt } = activity;
  return activityNotification({ org, customerId, group, target }, { activityId, recordedAt, index }, content);
}
