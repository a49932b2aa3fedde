import type { Consequences, EnrollmentChange } from "./change.ts";
import { closingConsequences } from "./closingConsequences.ts";
import { membershipConsequences } from "./membershipConsequences.ts";

/**
 * What each kind of write to an enrolment leads to, one rule for each kind. A rule compares the two states and answers
 * nothing when the write was not of its kind. What was counted is none of them: the activity's own record says more.
 */
const rules: readonly ((change: EnrollmentChange) => Consequences)[] = [membershipConsequences, closingConsequences];

export function enrollmentConsequences(change: EnrollmentChange): Consequences {
  return merged(rules.map((rule) => rule(change)));
}

export function merged(consequences: readonly Consequences[]): Consequences {
  return {
    entries: consequences.flatMap(({ entries }) => entries),
    notifications: consequences.flatMap(({ notifications }) => notifications),
  };
}
