import { isAutomatic } from "./automatic.ts";
import { type FilterFault, filterFaults } from "./filters.ts";
import type { Instant } from "./instant.ts";
import { hasRoomFor } from "./reminding.ts";
import {
  type Cycle,
  isContinuous,
  isStreak,
  type Level,
  lastRule,
  type Target,
  type TargetGroup,
} from "./targetGroup.ts";
import { type TriggerFault, triggerFaults } from "./triggers.ts";

/** A target group as asked for and by whom, before it has ids and a version. The id of each trigger is 0. */
export type TargetGroupDraft = Omit<
  TargetGroup,
  "id" | "version" | "cycles" | "levels" | "targets" | "retiredAt" | "closedAt"
> & {
  readonly cycles: readonly Omit<Cycle, "id">[];
  readonly levels: readonly Omit<Level, "id">[];
  readonly targets: readonly Omit<Target, "id">[];
};

/** What is wrong with one cycle of a draft. `index` is its place among the cycles, from 0. */
export type CycleFault = { readonly of: "cycle"; readonly index: number } & (
  | { readonly rule: "endsAfterItStarts"; readonly startDate: string; readonly endDate: string }
  | { readonly rule: "startsAfterTheOneBefore"; readonly startsAt: Instant; readonly previousEndsAt: Instant }
  | { readonly rule: "hasItsOwnName"; readonly refCode: string }
);

/**
 * Enrolment would be closed before it opens, or activities would enrol in a group that has a time for enrolling. What they
 * count would depend on when they arrive.
 */
export type WindowFault = { readonly of: "window" } & (
  | { readonly rule: "closesAfterItOpens"; readonly opens: string; readonly closes: string }
  | { readonly rule: "isForCallsOnly"; readonly target: string }
);

/** What is wrong with one target of a draft. */
export type TargetFault = { readonly of: "target"; readonly index: number } & (
  | { readonly rule: "namesItsEvent" | "namesItsAttribute" | "countsWhatLinesHave" | "enrollsByCallOrTracksAll" }
  | { readonly rule: "filtersAreWhole"; readonly fault: FilterFault }
  | { readonly rule: "triggersAreWhole"; readonly fault: TriggerFault }
  | { readonly rule: "hasOneValueOrOnePerCycle"; readonly values: number; readonly cycles: number }
  | { readonly rule: "remindsUnderANameOfItsOwn"; readonly place: number; readonly name: string }
  | {
      readonly rule: "remindsWithinEveryCycle";
      readonly place: number;
      readonly offsetHours: number;
      readonly cycle: string;
    }
);

/** What is wrong with one level of a draft. */
export type LevelFault = { readonly of: "level"; readonly index: number; readonly cyclesToMeet: number } & (
  | { readonly rule: "isAboveTheOneBefore"; readonly previous: number }
  | { readonly rule: "isWithinTheCycles"; readonly cycles: number }
);

/** What is wrong with the levels of a draft. */
type LevelsFault = LevelFault | { readonly of: "group"; readonly rule: "milestoneHasNoLevels" };

/** Freezes have nothing to keep where no missed cycle breaks a run. */
type FreezesFault = { readonly of: "freezes"; readonly rule: "areForStreaksThatBreak" };

/** A rule that a draft breaks, where it does, and the values that break it. */
export type DraftFault = WindowFault | CycleFault | TargetFault | LevelsFault | FreezesFault;

/** Every rule that a draft breaks whose fields are each of the right shape; empty when the group can be created. */
export function draftFaults(draft: TargetGroupDraft): DraftFault[] {
  const { cycles, targets } = draft;
  return [
    ...windowFaults(draft),
    ...cycles.flatMap((_, index) => cycleFaults(cycles, index)),
    ...targets.flatMap((target, index) => targetFaults(target, index, cycles)),
    ...levelFaults(draft),
    ...freezesFaults(draft),
  ];
}

function freezesFaults(draft: Pick<TargetGroupDraft, "trackingType" | "initialFreezes">): FreezesFault[] {
  const isWithout = draft.initialFreezes === 0 || isContinuous(draft);
  return isWithout ? [] : [{ of: "freezes", rule: "areForStreaksThatBreak" }];
}

/** Every rule that the time for enrolling breaks. */
export function windowFaults({
  enrollmentOpens: opens,
  enrollmentCloses: closes,
  targets,
}: Pick<TargetGroup, "enrollmentOpens" | "enrollmentCloses"> & {
  readonly targets: readonly Pick<Target, "name" | "enrollmentMethod">[];
}): WindowFault[] {
  const automatic = opens === undefined && closes === undefined ? undefined : targets.find(isAutomatic);
  const faults: WindowFault[] =
    automatic === undefined ? [] : [{ of: "window", rule: "isForCallsOnly", target: automatic.name }];
  if (opens === undefined || closes === undefined || opens.at < closes.at) return faults;
  return [{ of: "window", rule: "closesAfterItOpens", opens: opens.written, closes: closes.written }, ...faults];
}

type Cycles = TargetGroupDraft["cycles"];

function cycleFaults(cycles: Cycles, index: number): CycleFault[] {
  const [cycle, previous] = [cycles[index], cycles[index - 1]];
  if (cycle === undefined) return [];
  const { refCode, startDate, endDate, startsAt, endsAt } = cycle;
  const faults: CycleFault[] = [];
  if (startsAt >= endsAt) faults.push({ of: "cycle", index, rule: "endsAfterItStarts", startDate, endDate });
  if (previous !== undefined && startsAt < previous.endsAt)
    faults.push({ of: "cycle", index, rule: "startsAfterTheOneBefore", startsAt, previousEndsAt: previous.endsAt });
  if (cycles.findIndex((other) => other.refCode === refCode) < index)
    faults.push({ of: "cycle", index, rule: "hasItsOwnName", refCode });
  return faults;
}

/** Every rule that a target of a group with that many cycles breaks; `index` is its place among the targets. */
export function targetFaults(
  target: TargetGroupDraft["targets"][number],
  index: number,
  cycles: Cycles,
): TargetFault[] {
  const faults: TargetFault[] = [];
  const values = target.values.length;
  if (target.entity === "EVENT" && target.eventName === undefined)
    faults.push({ of: "target", index, rule: "namesItsEvent" });
  if (target.type === "EVENT_ATTRIBUTE" && target.attributeName === undefined)
    faults.push({ of: "target", index, rule: "namesItsAttribute" });
  if (target.entity === "LINEITEM" && target.type === "EVENT_ATTRIBUTE")
    faults.push({ of: "target", index, rule: "countsWhatLinesHave" });
  if (isAutomatic(target) && target.tracksFromEnrollmentDate)
    faults.push({ of: "target", index, rule: "enrollsByCallOrTracksAll" });
  if (values !== 1 && values !== cycles.length)
    faults.push({ of: "target", index, rule: "hasOneValueOrOnePerCycle", values, cycles: cycles.length });
  return [...faults, ...ruleFaults(target, index, cycles.length), ...reminderFaults(target, index, cycles)];
}

function ruleFaults(target: TargetGroupDraft["targets"][number], index: number, cycleCount: number): TargetFault[] {
  const { filters, triggers } = lastRule(target);
  const ofFilters = filterFaults(filters, target.entity);
  const ofTriggers = triggerFaults({ id: 0, ...target }, triggers, cycleCount);
  return [
    ...ofFilters.map((fault) => ({ of: "target", index, rule: "filtersAreWhole", fault }) as const),
    ...ofTriggers.map((fault) => ({ of: "target", index, rule: "triggersAreWhole", fault }) as const),
  ];
}

function reminderFaults({ reminders }: Pick<Target, "reminders">, index: number, cycles: Cycles): TargetFault[] {
  return reminders.flatMap((reminder, place): TargetFault[] => {
    const { name, offsetHours } = reminder;
    const isTaken = reminders.findIndex((other) => other.name === name) < place;
    const cycle = cycles.find((one) => !hasRoomFor(one, reminder));
    return [
      ...(isTaken ? [{ of: "target", index, rule: "remindsUnderANameOfItsOwn", place, name } as const] : []),
      ...(cycle === undefined
        ? []
        : [
            {
              of: "target",
              index,
              rule: "remindsWithinEveryCycle",
              place,
              offsetHours,
              cycle: cycle.refCode,
            } as const,
          ]),
    ];
  });
}

/** Every rule that the levels break; `index` is the level's place among them. */
export function levelFaults({
  levels,
  cycles,
  trackingType,
}: {
  readonly levels: readonly Pick<Level, "cyclesToMeet">[];
  readonly cycles: readonly unknown[];
  readonly trackingType: TargetGroup["trackingType"];
}): LevelsFault[] {
  if (!isStreak({ trackingType })) return levels.length > 0 ? [{ of: "group", rule: "milestoneHasNoLevels" }] : [];
  return levels.flatMap(({ cyclesToMeet }, index) =>
    faultsOfLevel({ of: "level", index, cyclesToMeet }, levels[index - 1]?.cyclesToMeet, cycles.length),
  );
}

function faultsOfLevel(
  level: Pick<LevelFault, "of" | "index" | "cyclesToMeet">,
  previous: number | undefined,
  cycles: number,
): LevelFault[] {
  const faults: LevelFault[] = [];
  if (previous !== undefined && level.cyclesToMeet <= previous)
    faults.push({ ...level, rule: "isAboveTheOneBefore", previous });
  if (level.cyclesToMeet > cycles) faults.push({ ...level, rule: "isWithinTheCycles", cycles });
  return faults;
}
