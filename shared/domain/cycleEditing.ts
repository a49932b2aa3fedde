import { cycleStatus } from "./cycles.ts";
import type { Decimal } from "./decimal.ts";
import type { Instant } from "./instant.ts";
import { extensibleUntil } from "./over.ts";
import { reminderTooLongFor } from "./reminding.ts";
import type { Cycle, Target, TargetGroup } from "./targetGroup.ts";
import { type TriggerValueFault, triggerValueFaults } from "./triggers.ts";

/**
 * How far ahead a bound must lie to be moved, and where it is moved to. Processes keep a definition for 30 s, and a till's
 * clock may be five minutes ahead. So no activity that has been judged, or is judged under the old definition, lies between
 * the two bounds.
 */
export const leadMilliseconds = 10 * 60 * 1000;

/** A bound as it was read and as it was written. */
export type Bound = { readonly at: Instant; readonly text: string };

/** What to change of one cycle. What is absent stays as it is. `index` is its place in the edit, from 0. */
export type CycleEdit = {
  readonly index: number;
  readonly id: number;
  readonly startsAt: Bound | undefined;
  readonly endsAt: Bound | undefined;
  /** What the edit says of the name, which nobody can change. */
  readonly refCode: unknown;
  readonly texts: Partial<Pick<Cycle, "description">>;
};

/** A cycle to append. A target without a value of its own has the one of the cycle before. */
export type CycleAddition = Omit<Cycle, "number"> & {
  readonly index: number;
  readonly values: readonly { readonly targetId: number; readonly value: Decimal }[];
};

export type BoundName = "startsAt" | "endsAt";

/** A rule that an edit of cycles breaks. `index` is the place in the edit, from 0. */
export type CycleEditFault = { readonly index: number } & (
  | { readonly rule: "isOfTheGroup" | "isNamedOnce"; readonly id: number }
  | { readonly rule: "keepsItsName"; readonly is: string; readonly asked: unknown }
  | { readonly rule: "hasStarted"; readonly bound: BoundName; readonly cycle: Cycle; readonly hasEnded: boolean }
  | { readonly rule: "comesFromTheRule"; readonly bound: BoundName | undefined }
  | { readonly rule: "wasTooNear"; readonly bound: BoundName; readonly was: Instant; readonly earliest: Instant }
  | { readonly rule: "isTooNear"; readonly bound: BoundName; readonly asked: Instant; readonly earliest: Instant }
  | { readonly rule: "endsAfterItStarts"; readonly cycle: Pick<Cycle, "startsAt" | "endsAt"> }
  | { readonly rule: "overlaps"; readonly cycle: Pick<Cycle, "startsAt" | "endsAt">; readonly neighbour: Cycle }
  | { readonly rule: "hasRoomForReminders"; readonly offsetHours: number }
  | { readonly rule: "descriptionsFit"; readonly mostBytes: number; readonly bytes: number }
  | { readonly rule: "hasItsOwnName"; readonly refCode: string }
  | { readonly rule: "isWithinTheMost"; readonly most: number; readonly cycles: number }
  | { readonly rule: "comesInTime"; readonly lastEndedAt: Instant }
  | { readonly rule: "namesItsTargets"; readonly targetId: number }
  | { readonly rule: "fitsTheTriggers"; readonly targetId: number; readonly fault: TriggerValueFault }
);

export type CycleEditDecision =
  | { readonly outcome: "invalid"; readonly faults: readonly CycleEditFault[] }
  | { readonly outcome: "edit"; readonly group: TargetGroup };

/**
 * Decides what an edit makes of a group's cycles. Of an ended cycle only the description can change, of a running one
 * the end too, and of one that has not started both bounds. A bound is moved only from and to a moment that lies ahead by
 * {@link leadMilliseconds}, so nothing that was counted can change its cycle.
 */
export function decideCycleEdit(group: TargetGroup, edits: readonly CycleEdit[], now: Instant): CycleEditDecision {
  const cycles = group.cycles.map((cycle) => {
    const edit = edits.find(({ id }) => id === cycle.id);
    return edit === undefined ? cycle : editedCycle(cycle, edit);
  });
  const next = { ...group, cycles };
  const faults = [
    ...faultsOfDescriptions(cycles),
    ...edits.flatMap((edit) => faultsOfEdit(group, edits, edit, now)),
    ...edits.flatMap(({ index, id }) =>
      faultsOfPlace(
        next,
        index,
        cycles.findIndex((cycle) => cycle.id === id),
      ),
    ),
  ];
  return faults.length > 0 ? { outcome: "invalid", faults } : { outcome: "edit", group: next };
}

/** The most bytes of all descriptions of a group's cycles. An item of the table may have 400 kB. */
const mostDescriptionBytes = 262_144;

function faultsOfDescriptions(cycles: readonly Cycle[]): CycleEditFault[] {
  const bytes = cycles.reduce((sum, { description = "" }) => sum + Buffer.byteLength(description), 0);
  const fault = { index: 0, rule: "descriptionsFit", mostBytes: mostDescriptionBytes, bytes } as const;
  return bytes > mostDescriptionBytes ? [fault] : [];
}

function editedCycle(cycle: Cycle, { startsAt, endsAt, texts }: CycleEdit): Cycle {
  return {
    ...cycle,
    ...texts,
    ...(isMoved(cycle.startsAt, startsAt) ? { startsAt: startsAt.at, startDate: startsAt.text } : {}),
    ...(isMoved(cycle.endsAt, endsAt) ? { endsAt: endsAt.at, endDate: endsAt.text } : {}),
  };
}

/** The same moment in another notation moves nothing. */
function isMoved(was: Instant, bound: Bound | undefined): bound is Bound {
  return bound !== undefined && bound.at !== was;
}

function faultsOfEdit(
  { cycles, cycleRule }: TargetGroup,
  edits: readonly CycleEdit[],
  edit: CycleEdit,
  now: Instant,
): CycleEditFault[] {
  const { index, id } = edit;
  const cycle = cycles.find((one) => one.id === id);
  if (cycle === undefined) return [{ index, rule: "isOfTheGroup", id }];
  if (edits.findIndex((other) => other.id === id) < edits.indexOf(edit)) return [{ index, rule: "isNamedOnce", id }];
  const renamed = edit.refCode === undefined || edit.refCode === cycle.refCode ? [] : [keepsItsName(cycle, edit)];
  const moved = (["startsAt", "endsAt"] as const).flatMap((bound): CycleEditFault[] => {
    if (cycleRule === undefined) return faultsOfBound(index, cycle, bound, edit[bound], now);
    return isMoved(cycle[bound], edit[bound]) ? [{ index, rule: "comesFromTheRule", bound }] : [];
  });
  return [...renamed, ...moved];
}

function keepsItsName({ refCode: is }: Cycle, { index, refCode: asked }: CycleEdit): CycleEditFault {
  return { index, rule: "keepsItsName", is, asked };
}

function faultsOfBound(
  index: number,
  cycle: Cycle,
  bound: BoundName,
  asked: Bound | undefined,
  now: Instant,
): CycleEditFault[] {
  const was = cycle[bound];
  if (!isMoved(was, asked)) return [];
  const earliest = now + leadMilliseconds;
  const status = cycleStatus(cycle, now);
  if (status === "ENDED" || (status === "RUNNING" && bound === "startsAt"))
    return [{ index, rule: "hasStarted", bound, cycle, hasEnded: status === "ENDED" }];
  if (was < earliest) return [{ index, rule: "wasTooNear", bound, was, earliest }];
  return asked.at < earliest ? [{ index, rule: "isTooNear", bound, asked: asked.at, earliest }] : [];
}

/** The faults of a cycle by itself and among its neighbours. */
function faultsOfPlace(group: TargetGroup, index: number, place: number): CycleEditFault[] {
  const { cycles } = group;
  const [before, cycle, after] = [cycles[place - 1], cycles[place], cycles[place + 1]];
  if (cycle === undefined) return [];
  if (cycle.startsAt >= cycle.endsAt) return [{ index, rule: "endsAfterItStarts", cycle }];
  const faults = faultsOfLength(group, index, cycle);
  if (before !== undefined && cycle.startsAt < before.endsAt)
    faults.push({ index, rule: "overlaps", cycle, neighbour: before });
  if (after !== undefined && after.startsAt < cycle.endsAt)
    faults.push({ index, rule: "overlaps", cycle, neighbour: after });
  return faults;
}

/** A reminder comes after the start of its cycle. */
function faultsOfLength(group: TargetGroup, index: number, cycle: Cycle): CycleEditFault[] {
  const reminder = reminderTooLongFor(group, cycle);
  return reminder === undefined ? [] : [{ index, rule: "hasRoomForReminders", offsetHours: reminder.offsetHours }];
}

/**
 * Decides whether cycles can be appended. They come after the last one, and both bounds lie ahead by {@link
 * leadMilliseconds}. All members are in them, because membership is a range of numbers.
 */
export function decideCycleAddition(
  group: TargetGroup,
  additions: readonly CycleAddition[],
  now: Instant,
  mostCycles: number,
): CycleEditDecision {
  const known = group.cycles.length;
  const added = additions.map((addition) => asCycle(addition, known));
  const cycles = [...group.cycles, ...added];
  const next = { ...group, cycles, targets: group.targets.map((target) => withValues(target, known, additions)) };
  const faults = [
    ...faultsOfGroup(group, now, mostCycles, cycles.length),
    ...additions.flatMap((addition) => faultsOfAddition(next, known + addition.index, addition, now)),
    ...next.targets.flatMap((target) => faultsOfTriggers(target, known, additions.length)),
  ];
  return faults.length > 0 ? { outcome: "invalid", faults } : { outcome: "edit", group: next };
}

/** A value that an appended cycle brings must be above the sub-targets of its target. */
function faultsOfTriggers(target: Target, known: number, added: number): CycleEditFault[] {
  return triggerValueFaults(target, known + added).map((fault) => {
    const index = Math.min(fault.cycleNumber - known, added) - 1;
    return { index, rule: "fitsTheTriggers", targetId: target.id, fault };
  });
}

function asCycle(addition: CycleAddition, known: number): Cycle {
  const { index, id, refCode, description, startsAt, endsAt, startDate, endDate } = addition;
  return { id, number: known + index + 1, refCode, description, startsAt, endsAt, startDate, endDate };
}

/** A group that is over stays so: its enrolments are set aside, where no activity of now looks for them. */
function faultsOfGroup(group: TargetGroup, now: Instant, most: number, count: number): CycleEditFault[] {
  const { cycles, cycleRule } = group;
  if (cycleRule !== undefined) return [{ index: 0, rule: "comesFromTheRule", bound: undefined }];
  const lastEndedAt = cycles.at(-1)?.endsAt ?? now;
  return [
    ...(count > most ? [{ index: 0, rule: "isWithinTheMost", most, cycles: count } as const] : []),
    ...(group.retiredAt !== undefined || now >= extensibleUntil(group)
      ? [{ index: 0, rule: "comesInTime", lastEndedAt } as const]
      : []),
  ];
}

function faultsOfAddition(
  next: TargetGroup,
  place: number,
  { index, refCode, startsAt, endsAt, values }: CycleAddition,
  now: Instant,
): CycleEditFault[] {
  const earliest = now + leadMilliseconds;
  const faults: CycleEditFault[] = [];
  if (next.cycles.findIndex((other) => other.refCode === refCode) < place)
    faults.push({ index, rule: "hasItsOwnName", refCode });
  for (const [bound, asked] of [["startsAt", startsAt] as const, ["endsAt", endsAt] as const])
    if (asked < earliest) faults.push({ index, rule: "isTooNear", bound, asked, earliest });
  faults.push(...faultsOfPlace(next, index, place));
  const isKnown = (id: number) => next.targets.some((target) => target.id === id);
  const unknown = values.filter(({ targetId }) => !isKnown(targetId));
  return [...faults, ...unknown.map(({ targetId }) => ({ index, rule: "namesItsTargets", targetId }) as const)];
}

/** The target itself when it has no value of its own in any of the cycles: its last value goes on. */
function withValues(target: Target, known: number, additions: readonly CycleAddition[]): Target {
  if (!additions.some(({ values }) => values.some(({ targetId }) => targetId === target.id))) return target;
  const values = Array.from({ length: known }, (_, place) => valueAt(target.values, place));
  for (const { values: own } of additions) {
    const value = own.find(({ targetId }) => targetId === target.id)?.value ?? values.at(-1);
    if (value !== undefined) values.push(value);
  }
  return { ...target, values: values.filter((value) => value !== undefined) };
}

function valueAt(values: readonly Decimal[], place: number): Decimal | undefined {
  return values[Math.min(place, values.length - 1)];
}
