import { shownCycles } from "../../domain/customerState.ts";
import { cycleDates } from "../../domain/cycleDates.ts";
import { currentCycle } from "../../domain/cycles.ts";
import { achievedValue, type Enrollment } from "../../domain/enrollment.ts";
import { formatInstant, type Instant } from "../../domain/instant.ts";
import { isOver } from "../../domain/over.ts";
import { freezesOf, runExpiresAt, streakValue } from "../../domain/streak.ts";
import {
  type Cycle,
  isStreak,
  type Level,
  ruleIn,
  type Target,
  type TargetGroup,
  type Trigger,
  targetValue,
} from "../../domain/targetGroup.ts";
import { presentAuthorship } from "./authorshipView.ts";
import { presentTrigger } from "./targetGroupView.ts";
import { wireDecimal } from "./wireDecimal.ts";

export type StateOptions = {
  readonly now: Instant;
  /** Whether to show all cycles that the enrolment covers, or only the current one. */
  readonly includeInactive: boolean;
  /** Whether to show deactivated groups and targets too. */
  readonly includeInactiveTargets: boolean;
};

type EnrolledTarget = { readonly target: Target; readonly enrollment: Enrollment };

/**
 * One group of a customer's state on the wire. A milestone without a cycle to show is left out. A streak is shown even
 * between two cycles, because its levels stand then too, and until it is over.
 */
export function presentCustomerState(group: TargetGroup, enrollments: readonly Enrollment[], options: StateOptions) {
  if (!group.isActive && !options.includeInactiveTargets) return [];
  const enrolled = enrollments.flatMap((enrollment): EnrolledTarget[] => {
    const target = group.targets.find(({ id }) => id === enrollment.targetId);
    return target === undefined || !(target.isActive || options.includeInactiveTargets) ? [] : [{ target, enrollment }];
  });
  const targets = enrolled.flatMap((one) => presentTargetCycles(group, one, options));
  if (enrolled.length === 0 || (targets.length === 0 && !isListedWithout(group, options.now))) return [];
  return [
    {
      id: group.id,
      name: group.name,
      trackingType: group.trackingType,
      targetEvaluationType: "FIXED_CALENDAR_WINDOW",
      targets,
      streaks: isStreak(group) ? enrolled.flatMap((one) => presentLevels(group, one, options.now)) : [],
    },
  ];
}

/** Whether the group is listed without a cycle to show. */
function isListedWithout(group: TargetGroup, now: Instant): boolean {
  return isStreak(group) && !isOver(group, now);
}

function presentTargetCycles(group: TargetGroup, { target, enrollment }: EnrolledTarget, options: StateOptions) {
  const current = currentCycle(group.cycles, options.now);
  return shownCycles(group, enrollment, options.now, options.includeInactive).map((cycle) =>
    presentTargetCycle(group, { target, enrollment }, cycle, cycle === current),
  );
}

function presentTargetCycle(
  group: TargetGroup,
  { target, enrollment }: EnrolledTarget,
  cycle: Cycle,
  isCurrent: boolean,
) {
  const reachedAt = enrollment.reachedAt.get(cycle.number);
  const { first, last } = cycleDates(group, cycle);
  return {
    targetRuleId: target.id,
    targetId: target.id,
    targetName: target.name,
    targetType: target.type,
    targetEntity: target.entity,
    periodId: cycle.id,
    periodRefCode: cycle.refCode,
    periodStartDate: first,
    periodEndDate: last,
    periodStartDateWithTimeStamp: formatInstant(cycle.startsAt),
    periodEndDateWithTimeStamp: formatInstant(cycle.endsAt),
    targetValue: wireDecimal(targetValue(target, cycle)),
    targetAchievedValue: wireDecimal(achievedValue(enrollment, cycle.number)),
    targetAchievedDateTime: reachedAt === undefined ? null : formatInstant(reachedAt),
    enrolledOn: formatInstant(enrollment.enrolledAt),
    ...presentAuthorship(enrollment),
    currentPeriod: isCurrent,
    milestones: presentMilestones(target, enrollment, cycle),
  };
}

/** One row for each sub-target of the cycle; `null` when it has none. */
function presentMilestones(target: Target, enrollment: Enrollment, { number }: Cycle) {
  const { triggers } = ruleIn(target, number);
  const reachedAt = enrollment.triggerReachedAt.get(number);
  return triggers.length === 0
    ? null
    : triggers.map((trigger) => presentMilestone(trigger, target.isActive, reachedAt?.get(trigger.id)));
}

function presentMilestone(trigger: Trigger, isActive: boolean, reachedAt: Instant | undefined) {
  return {
    ...presentTrigger(trigger),
    triggerType: "SYSTEM_TRIGGER",
    isAchieved: reachedAt !== undefined,
    achievedDate: reachedAt === undefined ? null : formatInstant(reachedAt),
    isActive,
  };
}

/** One row for each level. `targetRuleId` tells apart the rows of two targets of one group. */
function presentLevels(group: TargetGroup, { target, enrollment }: EnrolledTarget, now: Instant) {
  const standing = { currentCount: streakValue(group, enrollment, now), ...presentForgiven(group, enrollment, now) };
  return group.levels.map((level) => presentLevel(level, target.id, enrollment, standing));
}

/**
 * Cycles are named by their ids, because a row can name all cycles of a group. A cycle that was appended a moment ago and
 * excused is left out while the definition that is read here lacks it.
 */
function presentForgiven(group: TargetGroup, enrollment: Enrollment, now: Instant) {
  const { total, left, bridged } = freezesOf(group, enrollment, now);
  const idsOf = (numbers: Iterable<number>) =>
    [...numbers].flatMap((number) => group.cycles.find((cycle) => cycle.number === number)?.id ?? []);
  const expiresAt = runExpiresAt(group, enrollment, now);
  return {
    freezesTotal: total,
    freezesLeft: left,
    excusedPeriods: idsOf(enrollment.excused),
    bridgedPeriods: idsOf(bridged),
    expiresOn: expiresAt === undefined ? null : formatInstant(expiresAt),
  };
}

type Standing = { readonly currentCount: number } & ReturnType<typeof presentForgiven>;

function presentLevel(level: Level, targetId: number, enrollment: Enrollment, standing: Standing) {
  const { currentCount, ...forgiven } = standing;
  const reachedAt = enrollment.levelReachedAt.get(level.id);
  return {
    streakId: level.id,
    streakName: level.name,
    targetRuleId: targetId,
    status: reachedAt === undefined ? "INPROGRESS" : "ACHIEVED",
    currentCount,
    totalTargetCountOfSequence: level.cyclesToMeet,
    streakAchievedDateTime: reachedAt === undefined ? null : formatInstant(reachedAt),
    ...forgiven,
  };
}
