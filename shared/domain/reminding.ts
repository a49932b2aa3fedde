import { cycleStatus } from "./cycles.ts";
import type { Enrollment } from "./enrollment.ts";
import { clockToleranceMilliseconds, type Instant } from "./instant.ts";
import { isMet } from "./past.ts";
import type { CountingSubject } from "./placing.ts";
import { streakValue } from "./streak.ts";
import { type Cycle, isStreak, type Reminder, type Target, type TargetGroup } from "./targetGroup.ts";

const hourMilliseconds = 60 * 60 * 1000;

/** A reminder that is later than this is not sent any more. */
const latestMilliseconds = 6 * hourMilliseconds;

/** The reminders of a group are sent by one sweep after another, each for all that are due at one moment. */
export type RemindingSweep = { readonly kind: "REMINDING"; readonly dueAt: Instant };

type Reminding = Pick<TargetGroup, "cycles" | "targets">;

function timeOf({ endsAt }: Cycle, { offsetHours }: Reminder): Instant {
  return endsAt - offsetHours * hourMilliseconds;
}

/** Whether the reminder comes after the cycle's start, so that all reminders of a moment are of the cycle that runs then. */
export function hasRoomFor(
  { startsAt, endsAt }: Pick<Cycle, "startsAt" | "endsAt">,
  { offsetHours }: Reminder,
): boolean {
  return endsAt - startsAt > offsetHours * hourMilliseconds;
}

/** A reminder of the targets that the cycle is too short for. */
export function reminderTooLongFor(
  { targets }: Pick<TargetGroup, "targets">,
  cycle: Pick<Cycle, "startsAt" | "endsAt">,
): Reminder | undefined {
  return targets.flatMap(({ reminders }) => reminders).find((reminder) => !hasRoomFor(cycle, reminder));
}

/** The first sweep after the given time; `undefined` when no reminder is due later. */
export function remindingAfter({ cycles, targets }: Reminding, time: Instant): RemindingSweep | undefined {
  const offsets = [...new Set(targets.flatMap(({ reminders }) => reminders.map(({ offsetHours }) => offsetHours)))];
  const times = offsets.flatMap((hours) => {
    const cycle = cycles.find(({ endsAt }) => endsAt - hours * hourMilliseconds > time);
    return cycle === undefined ? [] : [cycle.endsAt - hours * hourMilliseconds];
  });
  return times.length === 0 ? undefined : { kind: "REMINDING", dueAt: Math.min(...times) };
}

/**
 * The sweep that an edit makes necessary; `undefined` when the list has one that comes early enough. The sweep of a
 * reminder within the tolerated clock difference may be gone, because a machine whose clock is ahead has sent it.
 */
export function remindingOfEdit(before: Reminding, after: Reminding, now: Instant): RemindingSweep | undefined {
  const [was, is] = [before, after].map((group) => remindingAfter(group, now + clockToleranceMilliseconds));
  return is !== undefined && (was === undefined || is.dueAt < was.dueAt) ? is : undefined;
}

/** The sweep after one whose reminders have been sent, or are too late. Times that are too late are left out. */
export function nextReminding(group: Reminding, { dueAt }: RemindingSweep, now: Instant): RemindingSweep | undefined {
  return remindingAfter(group, Math.max(dueAt, now - latestMilliseconds));
}

/** The targets with a reminder that is due at the moment, whose cycle has not ended. One that is switched off has none. */
export function targetsToRemind(group: TargetGroup, sweep: RemindingSweep, now: Instant): Target[] {
  return dueTargets(group, sweep, now).filter((target) => group.isActive && target.isActive);
}

function dueTargets(group: Reminding, sweep: RemindingSweep, now: Instant): Target[] {
  return group.targets.filter((target) => dueReminders(group, target, sweep, now) !== undefined);
}

/** Whether a reminder of this moment is not sent any more: it is over six hours late, or its cycle has ended. */
export function isTooLate(group: Reminding, sweep: RemindingSweep, now: Instant): boolean {
  const wasDue = dueTargets(group, sweep, sweep.dueAt).length > 0;
  return wasDue && dueTargets(group, sweep, now).length === 0;
}

type DueReminders = { readonly cycle: Cycle; readonly places: readonly number[] };

function dueReminders(
  { cycles }: Reminding,
  { reminders }: Target,
  { dueAt }: RemindingSweep,
  now: Instant,
): DueReminders | undefined {
  const cycle = cycles.find((one) => cycleStatus(one, dueAt) === "RUNNING");
  if (cycle === undefined || cycleStatus(cycle, now) !== "RUNNING" || now > dueAt + latestMilliseconds)
    return undefined;
  const places = reminders.flatMap((reminder, place) => (timeOf(cycle, reminder) === dueAt ? [place] : []));
  return places.length === 0 ? undefined : { cycle, places };
}

/**
 * Decides of which reminders a customer is told: each that is due at the moment, whose condition is met, and that was not
 * told in this cycle before. Answers the same enrolment when there is none.
 */
export function remind(subject: CountingSubject, sweep: RemindingSweep, now: Instant): Enrollment {
  const { group, target, enrollment } = subject;
  const due = dueReminders(group, target, sweep, now);
  if (due === undefined || !takesPart(subject, due.cycle)) return enrollment;
  const { cycle, places } = due;
  const { reminded } = enrollment;
  const told = reminded?.cycleNumber === cycle.number ? reminded.told : [];
  const toTell = places.filter((place) => !told.includes(place) && meets(subject, target.reminders[place], cycle, now));
  if (toTell.length === 0) return enrollment;
  const revision = enrollment.revision + 1;
  return {
    ...enrollment,
    reminded: { revision, at: now, cycleNumber: cycle.number, places: toTell, told: [...told, ...toTell] },
  };
}

function takesPart({ group, target, enrollment }: CountingSubject, { number }: Cycle): boolean {
  const isMember = enrollment.membership.status === "ENROLLED" && number >= enrollment.fromCycle;
  return isMember && group.isActive && target.isActive;
}

function meets(
  { group, enrollment }: CountingSubject,
  reminder: Reminder | undefined,
  { number }: Cycle,
  now: Instant,
): boolean {
  switch (reminder?.condition) {
    case undefined:
      return false;
    case "ALWAYS":
      return true;
    case "NOT_REACHED":
      return !isMet(enrollment, number);
    case "STREAK_AT_RISK":
      return isStreak(group) && isNeeded(enrollment, number) && streakValue(group, enrollment, now) > 0;
  }
}

/** Whether the run may end with the cycle. A freeze is not counted in, because it is better kept. */
function isNeeded(enrollment: Enrollment, cycleNumber: number): boolean {
  return !isMet(enrollment, cycleNumber) && !enrollment.excused.has(cycleNumber);
}
