import type { NamedCustomer } from "../domain/customer.ts";
import type { Enrollment } from "../domain/enrollment.ts";
import {
  cyclesOf,
  cyclesToChange,
  decideExcuse,
  decideGrant,
  type Forgiveness,
  type Forgiving,
  type ForgivingDecision,
  type GrantContent,
  type StreakStanding,
} from "../domain/forgiving.ts";
import type { Instant } from "../domain/instant.ts";
import { isOver } from "../domain/over.ts";
import { rowsToRead } from "../domain/past.ts";
import type { Refusal } from "../domain/refusal.ts";
import { type Cycle, isContinuous, type Level } from "../domain/targetGroup.ts";
import type { Table } from "../table/client.ts";
import { findStanding } from "../table/customers.ts";
import { outrun } from "../table/failures.ts";
import { buildForgivenessItem, parseForgiveness } from "../table/forgivenessItem.ts";
import { grantKey, type Org } from "../table/keys.ts";
import { readRows } from "../table/past.ts";
import { inRounds, manyRounds, Overtaken, Patience } from "../table/rounds.ts";
import { get, transact } from "../table/store.ts";
import type { ServiceContext } from "./context.ts";
import { identifyCustomer, isRefusal, whyUnknown } from "./customer.ts";
import { type Definition, findTargetFresh, type TargetRef } from "./definition.ts";
import { findMembership, notEnrolled } from "./membership.ts";
import { buildUpdates } from "./recordActivity.ts";

/** What to forgive whom, and by whom. */
export type ForgiveCommand = TargetRef & {
  readonly org: Org;
  /** The customer, or the refusal when the caller named none. It is answered only after group and target were found. */
  readonly customer: NamedCustomer | Refusal;
  readonly forgiving: Forgiving;
};

export type ForgiveResult =
  /** Forgiven now, or by an earlier call with the same `grantId`, or so already. */
  | (Definition &
      StreakStanding & {
        readonly outcome: "forgiven" | "repeated" | "unchanged";
        readonly customerId: number;
        /** The cycles of the membership that the call names; none for a grant. */
        readonly cycles: readonly Cycle[];
        readonly levelsReached: readonly Level[];
      })
  /** The `grantId` was used before for another grant. Nothing was changed. */
  | { readonly outcome: "idReused"; readonly grantId: string }
  /** A missed cycle does not break the streak, or it is a milestone. */
  | { readonly outcome: "notContinuous" }
  | Extract<ForgivingDecision, { readonly outcome: "tooManyFreezes" }>
  | Refusal;

/**
 * Excuses cycles of a customer's streak, takes that back, or gives freezes (docs/forgiveness.md), with one consistent query
 * of the definition, one of the enrolments, and one transaction. Cycles may have been appended a moment ago, so the
 * definition is not a cached one. A group or target that the brand has switched off takes part too.
 *
 * Refuses, in this order, with 310017, 310018, 310011, 310019, 310126. A repeated grant is answered as the first call was,
 * even if it would be refused now, but for a customer who was erased. Throws TooMuchContention if nothing was changed,
 * OutcomeUnknown if a lost attempt may still change something.
 */
export async function forgive(
  { table, targetGroups }: ServiceContext,
  command: ForgiveCommand,
  now: Instant,
): Promise<ForgiveResult> {
  const { org, customer, forgiving } = command;
  const [definition, customerId] = await Promise.all([
    findTargetFresh(targetGroups, org, command, now),
    isRefusal(customer) ? customer : identifyCustomer(table, org, customer),
  ]);
  if (definition.outcome === "refused") return definition;
  const { group, target } = definition;
  if (typeof customerId !== "number") return customerId;
  const call = { ...command, definition: { group, target }, customerId, now };
  if (!isContinuous(group)) return explain(table, call, { outcome: "notContinuous" }, 0);
  const cycles = forgiving.kind === "FREEZES" ? [] : cyclesOf(group, forgiving.span);
  return "outcome" in cycles ? explain(table, call, cycles, 0) : write(table, call, cycles);
}

type Call = ForgiveCommand & {
  readonly definition: Definition;
  readonly customerId: number;
  readonly now: Instant;
};

async function write(table: Table, call: Call, cycles: readonly Cycle[]): Promise<ForgiveResult> {
  const { org, definition, customerId, now } = call;
  const mayBeSetAside = isOver(definition.group, now);
  const patience = new Patience(table);
  const overtaken = "The streak met other writes in every round";
  return inRounds<ForgiveResult>(table, { ...manyRounds, patience, overtaken }, async (lostAttempts) => {
    const stored = await findMembership(table, call, mayBeSetAside, patience);
    if (stored === undefined) return explain(table, call, notEnrolled(call), lostAttempts);
    const { enrollment, ...decision } = await decide(table, call, stored, cycles);
    if (decision.outcome === "refused" || decision.outcome === "tooManyFreezes")
      return explain(table, call, decision, lostAttempts);
    const named = cycles.filter(({ number }) => number >= stored.fromCycle);
    const answer = { ...definition, customerId, cycles: named };
    if (decision.outcome === "unchanged") return { ...decision, ...answer, levelsReached: [] };
    const { next, ...done } = decision;
    const forgiveness = recordOf(call, stored, done);
    // Without the condition, two deliveries of one grant at once would both count.
    const Put = { Item: buildForgivenessItem(org, forgiveness), ConditionExpression: "attribute_not_exists(pk)" };
    const updates = buildUpdates(org, { enrollment, next }).map((Update) => ({ Update }));
    const result = await transact(table, [{ Put }, ...updates]);
    if (result.outcome === "applied") return { ...done, ...answer };
    const earlier = result.outcome === "refused" ? result.refusals[0]?.stored : undefined;
    // The key of an excuse has the revision that was read. So its record is this call's own, whose answer was lost, or that
    // of another call that came first. The next round finds the excuse done, or decides on what the other call has left.
    if (earlier === undefined || forgiveness.grant === undefined) return new Overtaken(result.attempts - 1);
    return repeated(call, forgiveness.grant, parseForgiveness(earlier));
  });
}

/** `enrollment` is the state that was decided on, with the settled cycles that were needed. */
async function decide(
  table: Table,
  { org, definition, forgiving, now }: Call,
  stored: Enrollment,
  cycles: readonly Cycle[],
): Promise<ForgivingDecision & { readonly enrollment: Enrollment }> {
  const subject = { ...definition, enrollment: stored };
  if (forgiving.kind === "FREEZES") return { ...decideGrant(subject, forgiving.grant.amount, now), enrollment: stored };
  const numbers = cyclesToChange(subject, forgiving.kind, cycles);
  if ("outcome" in numbers) return { ...numbers, enrollment: stored };
  const enrollment = await readRows(table, org, stored, rowsToRead(stored, numbers));
  return { ...decideExcuse({ ...subject, enrollment }, forgiving.kind, numbers, now), enrollment };
}

/**
 * What a call is answered that would be refused now. A grant may repeat one that was not, and the customer may not be
 * registered. This is looked up only here, because an enrolled customer is always registered.
 */
async function explain(
  table: Table,
  call: Call,
  refusal: Extract<ForgiveResult, { readonly outcome: "refused" | "tooManyFreezes" | "notContinuous" }>,
  lostAttempts: number,
): Promise<ForgiveResult> {
  const { org, customerId } = call;
  const sent = grantOf(call.forgiving);
  const [earlier, standing] = await Promise.all([findGrant(table, call, sent), findStanding(table, org, customerId)]);
  // What an earlier call did is still stored, and belongs to nobody.
  if (standing === "erased") return whyUnknown(standing, customerId);
  if (sent !== undefined && earlier !== undefined) return repeated(call, sent, earlier);
  // An earlier round was sent and its lost attempt may still arrive.
  if (lostAttempts > 0) throw outrun(lostAttempts, "The streak could not be changed by now");
  return standing === "registered" ? refusal : whyUnknown(standing, customerId);
}

function grantOf(forgiving: Forgiving): GrantContent | undefined {
  return forgiving.kind === "FREEZES" ? forgiving.grant : undefined;
}

async function findGrant(
  table: Table,
  { org, customerId }: Call,
  sent: GrantContent | undefined,
): Promise<Forgiveness | undefined> {
  if (sent === undefined) return undefined;
  const item = await get(table, grantKey(org, customerId, sent.grantId), { isConsistent: true });
  return item === undefined ? undefined : parseForgiveness(item);
}

function repeated({ definition, customerId }: Call, sent: GrantContent, earlier: Forgiveness): ForgiveResult {
  if (earlier.grant?.contentDigest !== sent.contentDigest) return { outcome: "idReused", grantId: sent.grantId };
  return { ...earlier, ...definition, outcome: "repeated", customerId, cycles: [] };
}

type Done = Pick<Forgiveness, "cycles" | "isRestored" | "levelsReached" | keyof StreakStanding>;

function recordOf(
  { customerId, forgiving, definition: { group, target }, now }: Call,
  { revision }: Enrollment,
  { cycles, isRestored, levelsReached, streakValue, freezesTotal, freezesLeft }: Done,
): Forgiveness {
  const { kind, reason, enteredBy, source } = forgiving;
  return {
    cycles,
    isRestored,
    levelsReached,
    streakValue,
    freezesTotal,
    freezesLeft,
    customerId,
    groupId: group.id,
    targetId: target.id,
    kind,
    reason,
    enteredBy,
    source,
    grant: grantOf(forgiving),
    recordedAt: now,
    revision: revision + 1,
    definitionVersion: group.version,
  };
}
