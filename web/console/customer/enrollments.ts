import type { Group } from "../model.ts";
import { type Span, wallTimeOf } from "../time.ts";
import type {
  TrackingType,
  WireCustomerState,
  WireStreakLevel,
  WireTargetCycle,
  WireTriggerProgress,
} from "../wire.ts";

/** A customer's membership of one target, with all cycles it covers. */
export type Enrollment = {
  readonly groupId: number;
  readonly groupName: string;
  readonly trackingType: TrackingType;
  readonly zone: string;
  readonly targetId: number;
  readonly targetName: string;
  readonly enrolledOn: string;
  /** Whether an activity has enrolled the customer, and no call. */
  readonly isByActivity: boolean;
  readonly cycles: readonly CustomerCycle[];
  /** The levels of a streak, lowest first. A milestone has none. */
  readonly levels: readonly WireStreakLevel[];
};

export type CycleState = "met" | "excused" | "bridged" | "missed" | "open" | "upcoming" | "before";

/** How far a customer has come in one cycle. */
export type CustomerCycle = {
  readonly id: number;
  readonly refCode: string;
  readonly span: Span;
  readonly targetValue: number;
  readonly achievedValue: number;
  readonly reachedOn: string | null;
  readonly isCurrent: boolean;
  readonly state: CycleState;
  /** Whether the membership covers the cycle. An activity enrols into all cycles, a call into those that have not ended. */
  readonly isCovered: boolean;
  /** Whether support has excused the cycle, met or not. */
  readonly isExcused: boolean;
  /** The sub-targets, lowest first. */
  readonly subTargets: readonly WireTriggerProgress[];
};

/** The enrolments in the order in which the API lists the groups. Each group says its zone. */
export function enrollmentsOf(
  { targetGroups }: WireCustomerState,
  groups: readonly Group[],
  now: number,
): readonly Enrollment[] {
  return targetGroups.flatMap((state) => {
    const zone = groups.find(({ id }) => id === state.id)?.zone ?? "UTC";
    const byTarget = Map.groupBy(state.targets, ({ targetRuleId }) => targetRuleId);
    return [...byTarget.values()].flatMap((rows) => {
      const [first] = rows;
      if (first === undefined) return [];
      const levels = state.streaks.filter(({ targetRuleId }) => targetRuleId === first.targetRuleId);
      return [
        {
          groupId: state.id,
          groupName: state.name,
          trackingType: state.trackingType,
          zone,
          targetId: first.targetRuleId,
          targetName: first.targetName,
          enrolledOn: first.enrolledOn,
          isByActivity: first.source === "AUTOMATIC",
          cycles: rows.map((row) => cycleOf(row, levels[0], zone, now)),
          levels,
        },
      ];
    });
  });
}

/** What was forgiven is the same at all levels of a streak. A milestone has no level. */
type Forgiven = Pick<WireStreakLevel, "excusedPeriods" | "bridgedPeriods"> | undefined;

function cycleOf(row: WireTargetCycle, forgiven: Forgiven, zone: string, now: number): CustomerCycle {
  const span = {
    start: wallTimeOf(Date.parse(row.periodStartDateWithTimeStamp), zone),
    end: wallTimeOf(Date.parse(row.periodEndDateWithTimeStamp), zone),
  };
  return {
    id: row.periodId,
    refCode: row.periodRefCode,
    span,
    targetValue: row.targetValue,
    achievedValue: row.targetAchievedValue,
    reachedOn: row.targetAchievedDateTime,
    isCurrent: row.currentPeriod,
    state: stateOf(row, forgiven, now),
    isCovered: row.source === "AUTOMATIC" || !endedBeforeEnrolling(row),
    isExcused: forgiven?.excusedPeriods.includes(row.periodId) ?? false,
    subTargets: row.milestones ?? [],
  };
}

/** The state of a cycle. A cycle that ended unmet before the enrolment was not missed. */
function stateOf(row: WireTargetCycle, forgiven: Forgiven, now: number): CycleState {
  if (row.targetAchievedDateTime !== null) return "met";
  if (forgiven?.excusedPeriods.includes(row.periodId)) return "excused";
  if (forgiven?.bridgedPeriods.includes(row.periodId)) return "bridged";
  if (row.currentPeriod) return "open";
  if (Date.parse(row.periodStartDateWithTimeStamp) > now) return "upcoming";
  return endedBeforeEnrolling(row) ? "before" : "missed";
}

function endedBeforeEnrolling({ periodEndDateWithTimeStamp: end, enrolledOn }: WireTargetCycle): boolean {
  return Date.parse(end) <= Date.parse(enrolledOn);
}

/**
 * The cycles of the current run. A run that was carried over is longer than the cycles shown, so they are at most as
 * many as the streak value says. In a continuous streak a missed cycle ends the run, unless it is excused or bridged.
 */
export function cyclesOfRun({ trackingType, cycles, levels }: Enrollment): ReadonlySet<number> {
  const length = levels[0]?.currentCount ?? 0;
  const run = new Set<number>();
  for (const { id, state } of cycles.toReversed()) {
    if (run.size === length || (trackingType === "STREAKS" && state === "missed")) break;
    if (state === "met") run.add(id);
  }
  return run;
}
