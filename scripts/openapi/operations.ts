import type { ProtectedRouteName, RouteName } from "../../shared/http/routes.ts";
import { access } from "./operations/access.ts";
import { activities } from "./operations/activities.ts";
import { customers } from "./operations/customers.ts";
import { enrolment } from "./operations/enrolment.ts";
import type { Operation } from "./operations/operation.ts";
import { roster } from "./operations/roster.ts";
import { targetGroups } from "./operations/targetGroups.ts";

/** The descriptions of all routes that answer with the envelope. A route without one does not compile. */
export const operations = {
  ...enrolment,
  ...activities,
  ...targetGroups,
  ...customers,
  ...roster,
  ...access,
} as const satisfies Readonly<Record<ProtectedRouteName | "generateToken", Operation>>;

export const tags = [
  { name: "Enrolment", description: "Enrolling customers into milestones and streaks, and un-enrolling them." },
  { name: "Activities", description: "Sending what customers do, to be counted." },
  { name: "Customers", description: "Registering customers, and reading where each one stands." },
  { name: "Target groups", description: "Milestones and streaks, with their cycles, targets and levels." },
  { name: "Roster", description: "Reading who is in a target, and how many have come how far." },
  { name: "Access", description: "Access tokens, for those who do not send their secret with every call." },
] as const;

export type EnvelopeRouteName = keyof typeof operations;

export function speaksEnvelope(name: RouteName): name is EnvelopeRouteName {
  return Object.hasOwn(operations, name);
}
