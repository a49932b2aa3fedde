import { type Adjustment, cycleToAdjust, decideAdjustment, whyNotAdjustable } from "../domain/adjusting.ts";
import type { CountingDecision } from "../domain/counting.ts";
import type { NamedCustomer } from "../domain/customer.ts";
import type { Enrollment } from "../domain/enrollment.ts";
import type { Instant } from "../domain/instant.ts";
import { isOver } from "../domain/over.ts";
import { rowsToRead } from "../domain/past.ts";
import type { Refusal } from "../domain/refusal.ts";
import type { Cycle } from "../domain/targetGroup.ts";
import type { RecordedActivity } from "../table/activityItem.ts";
import { findStanding } from "../table/customers.ts";
import { outrun } from "../table/failures.ts";
import type { Org } from "../table/keys.ts";
import { type NotedReturns, whenFirst } from "../table/notedReturns.ts";
import { readRows } from "../table/past.ts";
import { inRounds, manyRounds, Patience } from "../table/rounds.ts";
import type { ServiceContext } from "./context.ts";
import { identifyCustomer, isRefusal, whyUnknown } from "./customer.ts";
import { type Definition, findTarget, requireDefinition, type TargetRef } from "./definition.ts";
import { findMembership, notEnrolled } from "./membership.ts";
import { buildUpdates, commit, findActivity } from "./recordActivity.ts";

/** What to adjust, and by whom. */
export type AdjustCommand = TargetRef & {
  readonly org: Org;
  /** The customer, or the refusal when the caller named none. It is answered only after group and target were found. */
  readonly customer: NamedCustomer | Refusal;
  readonly adjustment: Adjustment;
  /** Digest of everything the caller sent for it, its target included. */
  readonly contentDigest: string;
};

export type AdjustResult =
  /** Counted now (`adjusted`), or by an earlier call (`repeated`). Then the record says what it did at that time. */
  | { readonly outcome: "adjusted" | "repeated"; readonly activity: RecordedActivity }
  /** The id was used before, for another adjustment or for an activity. Nothing was changed. */
  | { readonly outcome: "idReused" }
  | Refusal;

/**
 * Adds an amount to what a customer has achieved in one cycle of a target (docs/adjustments.md). It counts once, however
 * often it is sent. It takes one consistent query and one transaction, of the record under its id, which must not exist,
 * and the enrolment, which must have the revision that was decided on. On a conflict it decides again. A group or target
 * that the brand has switched off can be adjusted too.
 *
 * Refuses, in this order, with 310017, 310018, 310011, 310019, 310126. A repeat is answered as the first call was, even if
 * it would be refused now, but for a customer who was erased. Throws TooMuchContention if nothing was counted,
 * OutcomeUnknown if a lost attempt may still count.
 */
export async function adjust(context: ServiceContext, command: AdjustCommand, now: Instant): Promise<AdjustResult> {
  const { table, targetGroups } = context;
  const { org, customer } = command;
  const [definition, customerId] = await Promise.all([
    findTarget(targetGroups, org, command, now),
    isRefusal(customer) ? customer : identifyCustomer(table, org, customer),
  ]);
  if (definition.outcome === "refused") return definition;
  if (typeof customerId !== "number") return customerId;
  const call = { ...command, customerId, now };
  // No bound of a cycle moves that is less than ten minutes ahead. So a cached definition is right about what has started.
  const cycle = cycleToAdjust(definition.group, command.adjustment.cycleName, now);
  if ("outcome" in cycle) return explain(context, call, cycle, 0);
  return record(context, call, definition, cycle);
}

type Call = AdjustCommand & { readonly customerId: number; readonly now: Instant };

async function record(
  context: ServiceContext,
  call: Call,
  { group }: Definition,
  { number: cycleNumber }: Cycle,
): Promise<AdjustResult> {
  const { table } = context;
  const { org, now } = call;
  const mayBeSetAside = isOver(group, now);
  const patience = new Patience(table);
  const overtaken = "The adjustment met other writes in every round";
  let noted: NotedReturns | undefined;
  return inRounds<AdjustResult>(table, { ...manyRounds, patience, overtaken }, async (lostAttempts) => {
    const stored = await findMembership(table, call, mayBeSetAside, patience);
    const decision = stored === undefined ? notEnrolled(call) : await decide(context, call, cycleNumber, stored);
    if ("outcome" in decision) return explain(context, call, decision, lostAttempts);
    const recorded = recordOf(call, decision);
    const parts = buildUpdates(org, decision).map((Update) => ({ Update }));
    // Returns that name the id may have come before. They are no returns of an adjustment and stay where they are.
    const result = await commit(table, org, recorded, whenFirst(noted, new Set()), parts);
    if (result === "committed") return { outcome: "adjusted", activity: recorded };
    if ("effects" in result) return repeated(result, call);
    noted = result.noted ?? noted;
    return result.overtaken;
  });
}

/** `enrollment` is the state that was decided on, with the settled cycles that were needed. */
type Decision = CountingDecision & { readonly enrollment: Enrollment };

async function decide(
  { table, targetGroups }: ServiceContext,
  { org, adjustment, now }: Call,
  cycleNumber: number,
  stored: Enrollment,
): Promise<Decision | Refusal> {
  const definition = await requireDefinition(targetGroups, org, stored, now);
  const refusal = whyNotAdjustable({ ...definition, enrollment: stored }, cycleNumber);
  if (refusal !== undefined) return refusal;
  const enrollment = await readRows(table, org, stored, rowsToRead(stored, [cycleNumber]));
  return { enrollment, ...decideAdjustment({ ...definition, enrollment }, cycleNumber, adjustment, now) };
}

/**
 * What a call is answered that would be refused now. It may repeat one that was not, and its customer may not be
 * registered. This is looked up only here, because an enrolled customer is always registered.
 */
async function explain(
  { table }: ServiceContext,
  call: Call,
  refusal: Refusal,
  lostAttempts: number,
): Promise<AdjustResult> {
  const { org, customerId, adjustment } = call;
  const [earlier, standing] = await Promise.all([
    findActivity(table, org, customerId, adjustment.adjustmentId),
    findStanding(table, org, customerId),
  ]);
  // What an earlier call did is still stored, and belongs to nobody.
  if (standing === "erased") return whyUnknown(standing, customerId);
  if (earlier !== undefined) return repeated(earlier, call);
  // An earlier round was sent and its lost attempt may still arrive.
  if (lostAttempts > 0) throw outrun(lostAttempts, "The adjustment would be refused by now");
  return standing === "registered" ? refusal : whyUnknown(standing, customerId);
}

function repeated(earlier: RecordedActivity, { contentDigest }: Call): AdjustResult {
  return earlier.contentDigest === contentDigest ? { outcome: "repeated", activity: earlier } : { outcome: "idReused" };
}

function recordOf({ customerId, adjustment, contentDigest, now }: Call, { effect }: Decision): RecordedActivity {
  const { adjustmentId, amount, reason, enteredBy, source } = adjustment;
  return {
    activityId: adjustmentId,
    customerId,
    type: "ADJUSTMENT",
    amount,
    reason,
    enteredBy,
    source,
    contentDigest,
    occurredAt: now,
    recordedAt: now,
    effects: [effect],
    ...withoutCircumstances,
  };
}

/** What an activity has and an adjustment has not. */
const withoutCircumstances = {
  name: undefined,
  quantity: undefined,
  attributesJson: undefined,
  originalActivityId: undefined,
  storeId: undefined,
  channel: undefined,
  zoneIds: [],
  conceptIds: [],
  tenders: [],
  lineItems: [],
} as const;
