import type { Consequences, EnrollmentChange } from "./change.ts";
import { closingConsequences } from "./closingConsequences.ts";
import { judgingConsequences } from "./judgingConsequences.ts";
import { membershipConsequences } from "./membershipConsequences.ts";
import { remindingConsequences } from "./remindingConsequences.ts";

/**
 * One rule for each kind of write to an enrolment. A rule compares the states before and after, and answers nothing for
 * a write of another kind. Counting has no rule here: its consequences come from the activity's own record, which says
 * more.
 */
const rules: readonly ((change: EnrollmentChange) => Consequences)[] = [
  membershipConsequences,
  closingConsequences,
  judgingConsequences,
  remindingConsequences,
];

export function enrollmentConsequences(change: EnrollmentChange): Consequences {
  return merged(rules.map((rule) => rule(change)));
}

export function merged(consequences: readonly Consequences[]): Consequences {
  return {
    entries: consequences.flatMap(({ entries }) => entries),
    notifications: consequences.flatMap(({ notifications }) => notifications),
  };
}
