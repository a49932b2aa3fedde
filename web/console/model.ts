import type { CyclePattern } from "../../shared/domain/cycleRule.ts";
import { type Span, spanOf } from "./time.ts";
import type { PeriodStatus, TrackingType, WireGroup, WireLevel, WireTarget } from "./wire.ts";

/** A cycle of a group with what is needed to draw it. */
export type Cycle = {
  readonly id: number;
  readonly refCode: string;
  readonly span: Span;
  readonly status: PeriodStatus;
};

export type Group = {
  readonly id: number;
  /** The version that is shown. An edit names it, so that it is refused when somebody else has edited the group since. */
  readonly version: number;
  readonly name: string;
  readonly description: string | null;
  readonly isActive: boolean;
  readonly trackingType: TrackingType;
  readonly zone: string;
  readonly cycles: readonly Cycle[];
  /** What the cycles are made from; `undefined` when they were listed. */
  readonly rule: CyclePattern | undefined;
  readonly targets: readonly WireTarget[];
  readonly levels: readonly WireLevel[];
  /** How many missed cycles of a run each customer can have bridged, before any grant. */
  readonly freezes: number;
  /** How many days after a cycle its end is told. */
  readonly offsetDays: number;
  /** From when to when customers can be enrolled by a call, each a day or an instant. */
  readonly opens: string | null;
  readonly closes: string | null;
};

export function groupOf(wire: WireGroup): Group {
  const { id, version, name, description, active, trackingType, timeZoneName, periods = [], targets, streaks } = wire;
  return {
    id,
    version,
    name,
    description,
    isActive: active,
    trackingType,
    zone: timeZoneName,
    cycles: periods.map((period) => ({
      id: period.id,
      refCode: period.refCode,
      span: spanOf(period.startDate, period.endDate, timeZoneName),
      status: period.periodStatus,
    })),
    rule: ruleOf(wire),
    targets,
    levels: streaks,
    freezes: wire.streakFreezes?.initial ?? 0,
    offsetDays: wire.offsetDays,
    opens: wire.enrolmentStartDate,
    closes: wire.enrolmentEndDate,
  };
}

function ruleOf({ frequencyType, frequency, recurringCycles, fromDate }: WireGroup): CyclePattern | undefined {
  if (frequencyType === null || frequency === null || recurringCycles === null || fromDate === null) return undefined;
  return { frequencyType, frequency, count: recurringCycles, firstDay: fromDate };
}

export function isStreak(trackingType: TrackingType): boolean {
  return trackingType !== "DEFAULT";
}

export const trackingNames = {
  DEFAULT: "Milestone",
  STREAKS: "Streak",
  NON_CONTINUOUS_STREAKS: "Streak with gaps",
} as const satisfies Record<TrackingType, string>;

export const statusNames = {
  NOT_STARTED: "Not started",
  RUNNING: "Running",
  ENDED: "Ended",
} as const satisfies Record<PeriodStatus, string>;
