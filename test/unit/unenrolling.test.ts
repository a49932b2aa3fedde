import { expect, it } from "vitest";
import { decideUnenrollment } from "../../shared/domain/unenrolling.ts";
import { buildEnrollment, buildGroup, noonOf, startOfCycle } from "../support/domain.ts";

it.each([
  ["the current cycle", 1, noonOf(3), 3],
  ["the first cycle of the membership, when that is still to come", 5, noonOf(3), 5],
  ["the next cycle, before the first one", 1, startOfCycle(1) - 1, 1],
  ["none, when all have ended", 1, startOfCycle(11), 11],
])("who leaves, leaves from %s on", (_, fromCycle, now, leftInCycle) => {
  const plan = decideUnenrollment(buildGroup(), buildEnrollment({ fromCycle }), now);
  expect(plan).toMatchObject({ outcome: "accepted", leftInCycle });
});
