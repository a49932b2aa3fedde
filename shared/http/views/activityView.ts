import type { TargetEffect } from "../../domain/counting.ts";
import { shownValue } from "../../domain/enrollment.ts";
import { ServiceError } from "../../domain/serviceError.ts";
import { type Target, type TargetGroup, targetValue } from "../../domain/targetGroup.ts";
import { triggerOf } from "../../domain/triggers.ts";
import type { RecordedActivity } from "../../table/activityItem.ts";
import { presentTrigger } from "./targetGroupView.ts";
import { wireDecimal } from "./wireDecimal.ts";

/**
 * Finds a definition in that version or a later one. A recorded activity holds only ids, and a cached definition may lack
 * a cycle that it names.
 */
export type FindGroup = (groupId: number, leastVersion: number | undefined) => Promise<TargetGroup | undefined>;

/** The activity's effects, target by target, and the reason for each target in which it did not count. */
export async function presentActivity({ activityId, customerId, effects }: RecordedActivity, findGroup: FindGroup) {
  const rows = await Promise.all(
    effects.map(async (effect) => ({ effect, group: await findGroup(effect.groupId, effect.definitionVersion) })),
  );
  const notCounted = rows.flatMap(({ effect }) => presentNotCounted(effect));
  return {
    activityId,
    customerId,
    targets: rows.flatMap(({ effect, group }) => (group === undefined ? [] : presentChanges(effect, group))),
    notCounted:
      effects.length === 0 ? [{ targetGroupId: null, targetRuleId: null, reason: "NOT_ENROLLED" }] : notCounted,
  };
}

/** The adjustment and its one effect. */
export async function presentAdjustment(
  { activityId, customerId, effects: [effect] }: RecordedActivity,
  findGroup: FindGroup,
) {
  if (effect === undefined) throw new ServiceError("An adjustment has no effect");
  const group = await findGroup(effect.groupId, effect.definitionVersion);
  const [change] = group === undefined ? [] : presentChanges(effect, group);
  return { adjustmentId: activityId, customerId, ...change };
}

/** `filter` is there when the activity failed one. */
function presentNotCounted({ groupId, targetId, notCounted, failedFilter, hasEnrolled }: TargetEffect) {
  if (notCounted === undefined) return [];
  const filter = failedFilter === undefined ? {} : { filter: failedFilter };
  return [
    { targetGroupId: groupId, targetRuleId: targetId, reason: notCounted, ...filter, ...presentEnrolled(hasEnrolled) },
  ];
}

/** `enrolled` is there when the activity has enrolled the customer. */
function presentEnrolled(hasEnrolled: boolean) {
  return hasEnrolled ? { enrolled: true } : {};
}

function presentChanges(effect: TargetEffect, group: TargetGroup) {
  const target = group.targets.find(({ id }) => id === effect.targetId);
  return effect.changes.flatMap(({ cycleNumber, before, after }, index) => {
    const isLastOfCycle = effect.changes.findLastIndex((one) => one.cycleNumber === cycleNumber) === index;
    const cycle = group.cycles[cycleNumber - 1];
    if (cycle === undefined || target === undefined) return [];
    const value = targetValue(target, cycle);
    return [
      {
        targetGroupId: group.id,
        targetRuleId: target.id,
        targetName: target.name,
        periodId: cycle.id,
        periodRefCode: cycle.refCode,
        oldAchievedValue: wireDecimal(shownValue(before)),
        newAchievedValue: wireDecimal(shownValue(after)),
        targetValue: wireDecimal(value),
        reached: after >= value,
        streakValue: effect.streakValue ?? null,
        milestonesReached: isLastOfCycle ? presentReached(effect, cycleNumber, target) : [],
        levelsReached: effect.levelsReached.map(({ id, name }) => ({ streakId: id, streakName: name })),
        ...presentEnrolled(effect.hasEnrolled),
      },
    ];
  });
}

/** A cycle has a row for each waiting return that moves. What the last one leaves has reached the sub-targets. */
function presentReached({ triggersReached }: TargetEffect, cycleNumber: number, target: Target) {
  const ofCycle = triggersReached.filter((reached) => reached.cycleNumber === cycleNumber);
  const triggers = ofCycle.map(({ triggerId }) => triggerOf(target, cycleNumber, triggerId));
  return triggers.filter((trigger) => trigger !== undefined).map(presentTrigger);
}
