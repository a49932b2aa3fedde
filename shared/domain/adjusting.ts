import type { Authorship } from "./authorship.ts";
import { type CountingDecision, decidePostings } from "./counting.ts";
import { currentCycle, cycleStatus } from "./cycles.ts";
import { type Decimal } from "./decimal.ts";
import { formatInstant, type Instant } from "./instant.ts";
import type { CountingSubject } from "./placing.ts";
import { type Refusal, refused } from "./refusal.ts";
import { type Cycle, cycleOf, type TargetGroup } from "./targetGroup.ts";

/** A correction of what a customer has achieved in one cycle of one target, and who entered it. */
export type Adjustment = Authorship & {
  /** Names it for ever. No activity of the customer has the same id. */
  readonly adjustmentId: string;
  /** `undefined`: the current cycle. */
  readonly cycleName: string | undefined;
  /** What is added, in the target's unit: below 0 it is taken off. Never 0. */
  readonly amount: Decimal;
  readonly reason: string;
};

/**
 * The cycle that an adjustment is for: the named one, or the current one. A cycle that has ended can be adjusted. Refuses
 * with 310019 when there is no such cycle, or when it has not started.
 */
export function cycleToAdjust(group: TargetGroup, cycleName: string | undefined, now: Instant): Cycle | Refusal {
  if (cycleName === undefined) {
    return (
      currentCycle(group.cycles, now) ?? refused(310019, `Target group ${group.id} has no current cycle; name one.`)
    );
  }
  const cycle = cycleNamed(group, cycleName);
  if ("outcome" in cycle || cycleStatus(cycle, now) !== "NOT_STARTED") return cycle;
  return refused(
    310019,
    `Cycle ${JSON.stringify(cycleName)} of target group ${group.id} starts at ${formatInstant(cycle.startsAt)}; there is nothing to adjust in it before.`,
  );
}

/** The cycle with the name. Refuses with 310019 when there is none. */
export function cycleNamed({ id, cycles }: TargetGroup, cycleName: string): Cycle | Refusal {
  const cycle = cycles.find(({ refCode }) => refCode === cycleName);
  if (cycle !== undefined) return cycle;
  return refused(
    310019,
    `Target group ${id} has no cycle named ${JSON.stringify(cycleName)}; a cycle's name is its refCode, exactly as it is written.`,
  );
}

/**
 * Why the membership keeps the cycle from being adjusted; `undefined` when it does not. 310126: the customer is not
 * enrolled. 310019: the enrolment does not cover the cycle.
 */
export function whyNotAdjustable(subject: CountingSubject, cycleNumber: number): Refusal | undefined {
  const { group, target, enrollment } = subject;
  const { fromCycle, customerId } = enrollment;
  const refusal = whyOut(subject);
  if (refusal !== undefined || cycleNumber >= fromCycle) return refusal;
  const where = `target ${target.id} of target group ${group.id}`;
  const [first, named] = [fromCycle, cycleNumber].map((number) => JSON.stringify(cycleOf(group, number).refCode));
  return refused(
    310019,
    `Customer ${customerId} is enrolled in ${where} from cycle ${first} on, which is after ${named}.`,
  );
}

/** The refusal with 310126 for a customer who has left. */
export function whyOut({ group, target, enrollment }: CountingSubject): Refusal | undefined {
  const { membership, customerId } = enrollment;
  if (membership.status === "ENROLLED") return undefined;
  return refused(
    310126,
    `Customer ${customerId} has left target ${target.id} of target group ${group.id}; nothing was changed.`,
  );
}

/**
 * Decides what an adjustment does to its cycle, which {@link whyNotAdjustable} allows and whose row has been read. It is
 * a difference, so it commutes with activities. Filters and `tracksFromEnrollmentDate` do not matter.
 *
 * A group or target that is switched off takes adjustments with all that follows from them, because support corrects what
 * was earned before.
 */
export function decideAdjustment(
  subject: CountingSubject,
  cycleNumber: number,
  { adjustmentId, amount }: Pick<Adjustment, "adjustmentId" | "amount">,
  now: Instant,
): CountingDecision {
  const posted = {
    placement: { cycleNumber, amount },
    postings: [{ cycleNumber, delta: amount, activityId: adjustmentId }],
    pendingReturns: subject.enrollment.pendingReturns,
    isTold: true,
  };
  return decidePostings(subject, posted, now);
}
