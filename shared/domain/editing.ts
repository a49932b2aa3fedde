import { withOffsetFrom } from "./cycleClosing.ts";
import { leadMilliseconds } from "./cycleEditing.ts";
import { type CycleRule, cyclesOfRule } from "./cycleRule.ts";
import { cycleStatus } from "./cycles.ts";
import { type DraftFault, levelFaults, windowFaults } from "./drafting.ts";
import { type FixedFault, fixedFaults } from "./fixed.ts";
import type { Instant } from "./instant.ts";
import { type Refusal, refused } from "./refusal.ts";
import { reminderTooLongFor } from "./reminding.ts";
import type { Cycle, Level, TargetGroup } from "./targetGroup.ts";

/** A level as an edit names it: one that is there, by its id, or a new one. `index` is its place in the edit, from 0. */
export type LevelEdit = { readonly index: number } & (
  | { readonly id: number; readonly name: string | undefined; readonly cyclesToMeet: number | undefined }
  | { readonly id: undefined; readonly name: string; readonly cyclesToMeet: number }
);

const fixedProperties = [
  "id",
  "trackingType",
  "timeZone",
  "frequencyType",
  "frequency",
  "firstDay",
  "initialFreezes",
] as const;
type FixedProperty = (typeof fixedProperties)[number];

/** What to change of a group. A property that is absent stays as it is. */
export type GroupEdit = {
  readonly own: Partial<
    Pick<TargetGroup, "name" | "description" | "isActive" | "enrollmentOpens" | "enrollmentCloses">
  >;
  /** The properties that nobody can change, each with what the edit says of it. */
  readonly fixed: Partial<Record<FixedProperty, unknown>>;
  readonly levels: readonly LevelEdit[];
  /** The days between the end of a cycle and its closing; `undefined` leaves them as they are. */
  readonly offsetDays: number | undefined;
  /** How many cycles the rule is to make; `undefined` leaves them as they are. */
  readonly cycleCount: number | undefined;
  /** The ids for the new levels, in their order. */
  readonly newLevelIds: readonly number[];
};

/** A rule that an edit breaks, where it does, and the values that break it. */
export type EditFault =
  | Extract<DraftFault, { readonly of: "level" | "group" | "window" }>
  | ({ readonly of: "fixed" } & FixedFault<FixedProperty>)
  | {
      readonly of: "levelEdit";
      readonly index: number;
      readonly rule: "isOfTheGroup" | "isNamedOnce";
      readonly id: number;
    }
  | {
      readonly of: "levelEdit";
      readonly index: number;
      readonly rule: "keepsItsCount";
      readonly is: number;
      readonly asked: number;
    }
  | { readonly of: "cycleCount"; readonly rule: "isOfARule" | "isInTheYears"; readonly asked: number }
  | { readonly of: "cycleCount"; readonly rule: "isNotLowered"; readonly is: number; readonly asked: number }
  | {
      readonly of: "cycleCount";
      readonly rule: "hasRoomForReminders";
      readonly cycle: string;
      readonly offsetHours: number;
    }
  | { readonly of: "cycleCount"; readonly rule: "comesInTime"; readonly endsAt: Instant; readonly earliest: Instant }
  | { readonly of: "levels"; readonly rule: "areAtMost"; readonly most: number; readonly levels: number };

export type EditDecision =
  | Refusal
  | { readonly outcome: "invalid"; readonly faults: readonly EditFault[] }
  | { readonly outcome: "edit"; readonly group: TargetGroup };

/**
 * Decides what an edit makes of a group. Refuses with 310019 to activate a group whose last cycle has ended: nobody
 * could be enrolled in it.
 */
export function decideGroupEdit(
  group: TargetGroup,
  edit: GroupEdit,
  now: Instant,
  { mostLevels, lengthen }: { readonly mostLevels: number; readonly lengthen: Lengthen },
): EditDecision {
  const longer = lengthened(group, edit.cycleCount, now, lengthen);
  const rest = "faults" in longer ? group : longer.group;
  const levels = editedLevels(group.levels, edit);
  const next = { ...rest, ...edit.own, levels, closingOffsets: editedOffsets(rest, edit.offsetDays, now) };
  const faults = [
    ...faultsOfFixed(group, edit),
    ...("faults" in longer ? longer.faults : []),
    ...windowFaults(next),
    ...levelEditFaults(rest, edit, levels, mostLevels),
  ];
  if (faults.length > 0) return { outcome: "invalid", faults };
  if (next.isActive && !group.isActive && hasEnded(group, now)) return allCyclesEnded(group);
  return { outcome: "edit", group: next };
}

/**
 * Other days are those of the cycles whose end lies ahead by {@link leadMilliseconds}. So no process closes a cycle under
 * an old definition that stays open under the new one, or the other way round.
 */
function editedOffsets(group: TargetGroup, days: number | undefined, now: Instant): TargetGroup["closingOffsets"] {
  return days === undefined ? group.closingOffsets : withOffsetFrom(group, now + leadMilliseconds, days);
}

/** The rule with more cycles; `undefined` when one of them is not in the years that a date is written with. */
export type Lengthen = (rule: CycleRule, count: number, timeZone: string) => CycleRule | undefined;

/** More cycles are made while the last one lies ahead, because the first new one begins where that one ends. */
function lengthened(
  group: TargetGroup,
  asked: number | undefined,
  now: Instant,
  lengthen: Lengthen,
): { readonly group: TargetGroup } | { readonly faults: readonly EditFault[] } {
  const { cycleRule: rule, cycles, timeZone } = group;
  const [first, last] = [cycles[0], cycles.at(-1)];
  if (asked === undefined || asked === rule?.count) return { group };
  if (rule === undefined || first === undefined || last === undefined)
    return { faults: [{ of: "cycleCount", rule: "isOfARule", asked }] };
  if (asked < rule.count) return { faults: [{ of: "cycleCount", rule: "isNotLowered", is: rule.count, asked }] };
  const earliest = now + leadMilliseconds;
  if (last.endsAt < earliest)
    return { faults: [{ of: "cycleCount", rule: "comesInTime", endsAt: last.endsAt, earliest }] };
  const cycleRule = lengthen(rule, asked, timeZone);
  if (cycleRule === undefined) return { faults: [{ of: "cycleCount", rule: "isInTheYears", asked }] };
  const added = cyclesOfRule(cycleRule)
    .slice(cycles.length)
    .map((cycle) => ({ ...cycle, id: first.id + cycle.number - 1, description: undefined }));
  const faults = added.flatMap((cycle) => faultsOfAdded(group, cycle)).slice(0, 1);
  if (faults.length > 0) return { faults };
  return { group: { ...group, cycleRule, cycles: [...cycles, ...added] } };
}

function faultsOfAdded(group: TargetGroup, cycle: Cycle): EditFault[] {
  const reminder = reminderTooLongFor(group, cycle);
  if (reminder === undefined) return [];
  const { offsetHours } = reminder;
  return [{ of: "cycleCount", rule: "hasRoomForReminders", cycle: cycle.refCode, offsetHours }];
}

/** Whether the last cycle has ended. Nobody can be enrolled any more. */
export function hasEnded({ cycles }: Pick<TargetGroup, "cycles">, now: Instant): boolean {
  return cycles.every((cycle) => cycleStatus(cycle, now) === "ENDED");
}

/** The refusal to activate a group, or a target of it, that is over. A rule makes cycles only while its last one lies ahead. */
export function allCyclesEnded({ id, cycleRule }: Pick<TargetGroup, "id" | "cycleRule">): Refusal {
  const way =
    cycleRule === undefined
      ? `append cycles with POST /v3/targetGroups/${id}/targetPeriods first.`
      : "its rule makes no more cycles, so define another group.";
  return refused(310019, `All cycles of target group ${id} have ended, so nothing of it can be activated; ${way}`);
}

function editedLevels(levels: readonly Level[], { levels: edits, newLevelIds }: GroupEdit): Level[] {
  const renamed = levels.map((level) => {
    const edit = edits.find(({ id }) => id === level.id);
    return edit === undefined ? level : { ...level, name: edit.name ?? level.name };
  });
  const added = edits.filter((edit) => edit.id === undefined);
  return [
    ...renamed,
    ...newLevelIds.flatMap((id, place) => {
      const level = added[place];
      return level === undefined ? [] : [{ id, name: level.name, cyclesToMeet: level.cyclesToMeet }];
    }),
  ];
}

function faultsOfFixed(group: TargetGroup, { fixed }: GroupEdit): EditFault[] {
  const { id, trackingType, timeZone, cycleRule, initialFreezes } = group;
  const { frequencyType, frequency, firstDay } = cycleRule ?? {};
  const values = { id, trackingType, timeZone, frequencyType, frequency, firstDay, initialFreezes };
  return fixedFaults(fixedProperties, values, fixed).map((fault) => ({ of: "fixed", ...fault }));
}

function levelEditFaults(
  group: TargetGroup,
  { levels: edits }: GroupEdit,
  levels: readonly Level[],
  mostLevels: number,
): EditFault[] {
  const faults = edits.flatMap((edit) => faultsOfKnownLevel(group, edits, edit));
  if (levels.length > mostLevels)
    faults.push({ of: "levels", rule: "areAtMost", most: mostLevels, levels: levels.length });
  // The new levels come after those of the group. A fault names the place in the edit.
  const places = edits.filter(({ id }) => id === undefined).map(({ index }) => index);
  const ofNew = levelFaults({ ...group, levels }).flatMap((fault): EditFault[] => {
    if (fault.of !== "level") return [fault];
    const place = places[fault.index - group.levels.length];
    return place === undefined ? [] : [{ ...fault, index: place }];
  });
  return [...faults, ...ofNew];
}

function faultsOfKnownLevel({ levels }: TargetGroup, edits: readonly LevelEdit[], edit: LevelEdit): EditFault[] {
  if (edit.id === undefined) return [];
  const { index, id, cyclesToMeet: asked } = edit;
  const level = levels.find((one) => one.id === id);
  if (level === undefined) return [{ of: "levelEdit", index, rule: "isOfTheGroup", id }];
  if (edits.findIndex((other) => other.id === id) < edits.indexOf(edit))
    return [{ of: "levelEdit", index, rule: "isNamedOnce", id }];
  if (asked === undefined || asked === level.cyclesToMeet) return [];
  return [{ of: "levelEdit", index, rule: "keepsItsCount", is: level.cyclesToMeet, asked }];
}
