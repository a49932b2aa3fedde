import { authorshipOf } from "./authorship.ts";
import type { Consequences, EffectChange } from "./change.ts";
import { type CycleChange, isOutside, type TargetEffect } from "./counting.ts";
import type { Decimal } from "./decimal.ts";
import { shownValue } from "./enrollment.ts";
import { activityEntries } from "./ledger.ts";
import { activityNotification, type Notification, type NotificationContent } from "./notifications.ts";
import { ServiceError } from "./serviceError.ts";
import { cycleOf, targetValue } from "./targetGroup.ts";
import { triggerOf } from "./triggers.ts";

/**
 * The history rows and notifications of an activity or adjustment in one target. Notifications come in the order of what
 * happened: changed values, sub-targets, reached cycles, levels, ended cycles that changed. An activity of a customer who
 * has left, or in a target that is switched off, can still settle a waiting return. That adds rows to the history and
 * announces nothing.
 */
export function activityConsequences(change: EffectChange): Consequences {
  return {
    entries: activityEntries(change.activity, change.effect),
    notifications: isOutside(change.effect) ? [] : announcements(change),
  };
}

function announcements(change: EffectChange): Notification[] {
  return [
    ...valuesUpdated(change),
    ...triggersReached(change),
    ...valuesReached(change),
    ...levelsReached(change),
    ...completedAgain(change),
  ];
}

/**
 * One for each change of the shown value. A sum below 0 is shown as 0, so a move below 0 changes nothing that is shown.
 */
function valuesUpdated(change: EffectChange): Notification[] {
  const { group, target, effect } = change;
  return effect.changes.flatMap(({ cycleNumber, before, after, activityId }, index) => {
    const [oldValue, newValue] = [shownValue(before), shownValue(after)];
    const cycle = cycleOf(group, cycleNumber);
    const detail = { cycle, activityId, targetValue: targetValue(target, cycle), oldValue, newValue };
    return oldValue === newValue ? [] : [notify(change, index, { type: "targetAchievedValueUpdated", detail })];
  });
}

/** A trigger that a later edit took out of a cycle to come is not told. */
function triggersReached(change: EffectChange): Notification[] {
  const { activity, group, target, effect } = change;
  return effect.triggersReached.flatMap(({ cycleNumber, triggerId }, index) => {
    const trigger = triggerOf(target, cycleNumber, triggerId);
    if (trigger === undefined) return [];
    const cycle = cycleOf(group, cycleNumber);
    const content = {
      type: "targetMilestoneAchieved",
      detail: {
        cycle,
        trigger,
        activityId: activity.activityId,
        targetValue: targetValue(target, cycle),
        achievedValue: shownValue(sumAfter(effect.changes, cycleNumber)),
        achievedAt: activity.recordedAt,
      },
    } as const;
    return [notify(change, index, content)];
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

/** A late activity has changed a cycle whose end was announced. The end is announced again with the new values. */
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

/** The cycle's sum after the activity and all returns that it moved were counted. */
function sumAfter(changes: readonly CycleChange[], cycleNumber: number): Decimal {
  const last = changes.findLast((change) => change.cycleNumber === cycleNumber);
  if (last === undefined) throw new ServiceError(`Cycle ${cycleNumber} is said to be changed and is not`);
  return last.after;
}

function notify(change: EffectChange, index: number, content: NotificationContent): Notification {
  const { org, customerId, group, target, activity } = change;
  const { activityId, reason, recordedAt } = activity;
  const origin = { ...authorshipOf(activity), activityId, reason, recordedAt, index };
  return activityNotification({ org, customerId, group, target }, origin, content);
}
