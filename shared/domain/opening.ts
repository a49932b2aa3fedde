import type { Decimal } from "./decimal.ts";
import type { EnrollmentPlan } from "./enrolling.ts";
import { achievedValue, type Enrollment } from "./enrollment.ts";
import { isMet } from "./past.ts";
import { type Cycle, cycleOf, type TargetGroup } from "./targetGroup.ts";

/** What an enrolment makes of the first cycle that it covers. */
export type OpenedCycle = { readonly cycle: Cycle; readonly achievedValue: Decimal; readonly isReached: boolean };

/** What the plan makes of the stored enrolment, or of none. */
export function openedCycle(
  group: TargetGroup,
  { fromCycle, opening }: EnrollmentPlan,
  stored: Enrollment | undefined,
): OpenedCycle {
  const cycle = cycleOf(group, fromCycle);
  switch (opening.kind) {
    case "resume":
      if (stored === undefined) return { cycle, achievedValue: 0n, isReached: false };
      return { cycle, achievedValue: achievedValue(stored, fromCycle), isReached: isMet(stored, fromCycle) };
    case "balance":
      return { cycle, achievedValue: opening.value, isReached: opening.isReached };
    case "streakReset":
      return { cycle, achievedValue: 0n, isReached: false };
  }
}
