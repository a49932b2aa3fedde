import type { Authorship } from "../shared/domain/authorship.ts";
import { decideEnrollment } from "../shared/domain/enrolling.ts";
import type { Instant } from "../shared/domain/instant.ts";
import { isStreak, type TargetGroup } from "../shared/domain/targetGroup.ts";
import { countOne } from "../shared/http/countActivity.ts";
import { createContext } from "../shared/operations/context.ts";
import { writeEnrollment as enroll } from "../shared/operations/enroll.ts";
import type { Table } from "../shared/table/client.ts";
import { findEnrollment } from "../shared/table/enrollments.ts";
import type { Org } from "../shared/table/keys.ts";

const dayMilliseconds = 24 * 60 * 60 * 1000;
const openingBalance = 250n * 10_000n;

/** One purchase on each of these days: three days in a row, then a missed day, then a run that continues. */
const purchases: readonly { readonly daysAgo: number; readonly amount: number }[] = [
  { daysAgo: 8, amount: 64.9 },
  { daysAgo: 7, amount: 18.2 },
  { daysAgo: 6, amount: 120 },
  { daysAgo: 4, amount: 42.5 },
  { daysAgo: 3, amount: 99 },
  { daysAgo: 2, amount: 35.75 },
  { daysAgo: 1, amount: 80 },
];
/** How many days ago the customer enrolled. The given groups cover that day or begin later. */
export const historyDays = 8;

/** The history looks as if the demo's till had sent it. */
const byDemo: Authorship = { enteredBy: "demo-till", source: "API" };

/** The customer who receives the history. */
export type HistoryOwner = { readonly org: Org; readonly customerId: number };

/** Gives a customer a history in both groups, unless there is one. Answers whether it did. */
export async function seedDemoHistory(
  table: Table,
  owner: HistoryOwner,
  groups: readonly TargetGroup[],
  now: Instant,
): Promise<boolean> {
  let isNew = false;
  for (const group of groups) isNew = (await join(table, owner, group, now)) || isNew;
  if (!isNew) return false;
  const context = createContext(table);
  for (const { daysAgo, amount } of purchases) {
    const occurredAt = new Date(dayOf(now) - (daysAgo - 0.5) * dayMilliseconds).toISOString();
    const activityId = `demo:${occurredAt}`;
    const activity = { activityId, customerId: owner.customerId, type: "TRANSACTION", occurredAt, amount };
    await countOne(context, { org: owner.org, authorship: byDemo }, activity, Date.parse(occurredAt));
  }
  return true;
}

/** Enrols {@link historyDays} ago, or when the group's first cycle began if that was later. */
async function join(table: Table, owner: HistoryOwner, group: TargetGroup, now: Instant): Promise<boolean> {
  const [target] = group.targets;
  const [first] = group.cycles;
  if (target === undefined || first === undefined) return false;
  const ref = { ...owner, groupId: group.id, targetId: target.id };
  if ((await findEnrollment(table, ref)) !== undefined) return false;
  const at = Math.max(dayOf(now) - historyDays * dayMilliseconds, first.startsAt);
  const balance = isStreak(group) ? undefined : openingBalance;
  const plan = decideEnrollment(
    group,
    target,
    { cycleName: undefined, openingBalance: balance, resetsStreak: false },
    at,
  );
  // Data kept from an earlier start may hold a group whose cycles have all ended.
  if (plan.outcome === "refused") return false;
  const call = { authorship: byDemo, idempotency: undefined, now: at };
  return (await enroll(table, ref, plan, call)) === "enrolled";
}

function dayOf(instant: Instant): Instant {
  return Math.floor(instant / dayMilliseconds) * dayMilliseconds;
}
