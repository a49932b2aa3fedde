import { formatInstant } from "./instant.ts";
import type { Cycle, Level, Target, TargetGroup } from "./targetGroup.ts";

/** A target group as asked for, before it has ids. */
export type TargetGroupDraft = Omit<TargetGroup, "id" | "cycles" | "levels" | "targets"> & {
  readonly cycles: readonly Omit<Cycle, "id">[];
  readonly levels: readonly Omit<Level, "id">[];
  readonly targets: readonly Omit<Target, "id">[];
};

/**
 * What is wrong with a draft whose fields are each of the right shape, as sentences naming field and rule;
 * empty when it can be created.
 */
export function draftFaults(draft: TargetGroupDraft): string[] {
  return [...cycleFaults(draft.cycles), ...targetFaults(draft), ...levelFaults(draft)];
}

function cycleFaults(cycles: TargetGroupDraft["cycles"]): string[] {
  const faults: string[] = [];
  const seen = new Set<string>();
  cycles.forEach((cycle, index) => {
    const field = `periods[${index}]`;
    const previous = cycles[index - 1];
    if (cycle.startsAt >= cycle.endsAt)
      faults.push(`${field}.endDate must be after its startDate; got ${cycle.startDate} to ${cycle.endDate}.`);
    if (previous !== undefined && cycle.startsAt < previous.endsAt) {
      faults.push(
        `${field} must not start before periods[${index - 1}] ends; it starts at ${formatInstant(cycle.startsAt)}, which is before ${formatInstant(previous.endsAt)}.`,
      );
    }
    if (seen.has(cycle.refCode))
      faults.push(`${field}.refCode must be unique in the group; ${JSON.stringify(cycle.refCode)} is there already.`);
    seen.add(cycle.refCode);
  });
  return faults;
}

function targetFaults({ targets, cycles }: TargetGroupDraft): string[] {
  const faults: string[] = [];
  targets.forEach((target, index) => {
    const field = `targets[${index}]`;
    if (target.entity === "EVENT" && target.eventName === undefined) {
      faults.push(`${field}.eventName is required when targetEntity is EVENT.`);
    }
    if (target.type === "EVENT_ATTRIBUTE" && target.attributeName === undefined) {
      faults.push(`${field}.attributeName is required when targetType is EVENT_ATTRIBUTE.`);
    }
    if (target.values.length !== 1 && target.values.length !== cycles.length) {
      faults.push(
        `${field}.defaultValues must hold one value for all cycles or one for each of the ${cycles.length}; got ${target.values.length}.`,
      );
    }
  });
  return faults;
}

function levelFaults({ levels, cycles, trackingType }: TargetGroupDraft): string[] {
  if (trackingType === "DEFAULT" && levels.length > 0)
    return ["streaks must be absent or empty when trackingType is DEFAULT."];
  const faults: string[] = [];
  levels.forEach((level, index) => {
    const field = `streaks[${index}].targetCountOfSequence`;
    const previous = levels[index - 1];
    if (previous !== undefined && level.cyclesToMeet <= previous.cyclesToMeet) {
      faults.push(
        `${field} must be greater than the level before it; got ${level.cyclesToMeet} after ${previous.cyclesToMeet}.`,
      );
    }
    if (level.cyclesToMeet > cycles.length) {
      faults.push(`${field} must not exceed the number of cycles (${cycles.length}); got ${level.cyclesToMeet}.`);
    }
  });
  return faults;
}
