import type { Enrollment } from "../domain/enrollment.ts";
import { rowsToRead } from "../domain/past.ts";
import { hasStatus, isAskedFor, type RosterFilter } from "../domain/roster.ts";
import type { Table } from "../table/client.ts";
import { findProfile, isErased } from "../table/customers.ts";
import { listIndexPage } from "../table/enrollmentIndex.ts";
import { parseEnrollment } from "../table/enrollmentItem.ts";
import { type EnrollmentRef, findWherever } from "../table/enrollments.ts";
import { type Org, shardOf } from "../table/keys.ts";
import { readRows } from "../table/past.ts";
import { Patience } from "../table/rounds.ts";
import { unlessErased } from "./unlessErased.ts";

/** Where a page begins: after this customer of this shard, or with the shard's first one. */
export type RosterPosition = { readonly shard: number; readonly after: number | undefined };

export const rosterStart: RosterPosition = { shard: 0, after: undefined };

export type RosterRow = { readonly enrollment: Enrollment; readonly externalId: string | undefined };

export type RosterPage = {
  readonly rows: readonly RosterRow[];
  /** Where the next page begins; `undefined` after the last one. */
  readonly next: RosterPosition | undefined;
};

/** The most customers that one page looks at, so that a filter which few pass does not make it too slow. */
const mostLookedAt = 500;

/** How many customers are read side by side. Between two such groups a page can end. */
const mostAtOnce = 25;

/**
 * Up to `limit` customers of the target who are asked for, in the order of shards and then of ids. `shards` are those that
 * hold any. Each is read
 * consistently, the page as a whole is not. It ends early when it has looked at many customers, or when patience ends, so
 * a short page need not be the last one.
 */
export async function listRoster(
  table: Table,
  target: { readonly org: Org; readonly groupId: number; readonly targetId: number },
  filter: RosterFilter,
  {
    shards,
    from,
    limit,
  }: { readonly shards: readonly number[]; readonly from: RosterPosition; readonly limit: number },
): Promise<RosterPage> {
  const patience = new Patience(table);
  let found: readonly RosterRow[] = [];
  let next = shards.includes(from.shard) ? from : shardAfter(shards, from.shard);
  let looked = 0;
  while (next !== undefined && found.length < limit && looked < mostLookedAt && (looked === 0 || !patience.isOver)) {
    // When few customers pass the filter, more are read at once than are missing.
    const size = Math.min(mostAtOnce, Math.max(limit - found.length, looked));
    const { shard }: RosterPosition = next;
    const page = await listIndexPage(table, { ...target, shard }, next.after, size);
    const refs = page.customerIds.map((customerId) => ({ ...target, customerId }));
    const rows = await Promise.all(refs.map((ref) => unlessErased(table, ref, () => readAskedFor(table, ref, filter))));
    found = [...found, ...rows.filter((row) => row !== undefined)];
    looked += size;
    next = page.resumeAfter === undefined ? shardAfter(shards, shard) : { shard, after: page.resumeAfter };
  }
  return found.length > limit ? cutAfter(found.slice(0, limit)) : { rows: found, next };
}

/** The page with these rows, when more were found. */
function cutAfter(rows: readonly RosterRow[]): RosterPage {
  const after = rows.at(-1)?.enrollment.customerId;
  return { rows, next: after === undefined ? undefined : { shard: shardOf(after), after } };
}

function shardAfter(shards: readonly number[], shard: number): RosterPosition | undefined {
  const next = shards.find((one) => one > shard);
  return next === undefined ? undefined : { shard: next, after: undefined };
}

async function readAskedFor(table: Table, ref: EnrollmentRef, filter: RosterFilter): Promise<RosterRow | undefined> {
  const stored = await findWherever(table, ref, parseEnrollment);
  if (stored === undefined || !hasStatus(stored, filter.status)) return undefined;
  const cycles = filter.cycle === undefined ? [] : [filter.cycle.number];
  const [enrollment, profile] = await Promise.all([
    readRows(table, ref.org, stored, rowsToRead(stored, cycles)),
    findProfile(table, ref.org, ref.customerId),
  ]);
  // Of a customer who is being erased, the enrolment may still be there.
  if (profile === undefined || isErased(profile) || !isAskedFor(enrollment, filter)) return undefined;
  return { enrollment, externalId: profile.customer.externalId };
}
