import { type ClosingDecision, decideClosing } from "../domain/closing.ts";
import type { Enrollment } from "../domain/enrollment.ts";
import type { Instant } from "../domain/instant.ts";
import { ServiceError } from "../domain/serviceError.ts";
import { nextSweep } from "../domain/sweeps.ts";
import type { TargetGroup } from "../domain/targetGroup.ts";
import type { Table } from "../table/client.ts";
import {
  completeSweep,
  type DueSweep,
  finishShard,
  listDueSweeps,
  type SweepRef,
  shardToken,
} from "../table/dueSweeps.ts";
import { listIndexPage } from "../table/enrollmentIndex.ts";
import { type EnrollmentRef, findEnrollment } from "../table/enrollments.ts";
import { EngineBusy, TooMuchContention } from "../table/failures.ts";
import { MalformedItem } from "../table/item.ts";
import { type IndexShard, type Org, shardCount } from "../table/keys.ts";
import { inRounds, Overtaken, Patience } from "../table/rounds.ts";
import { findTargetGroup } from "../table/targetGroups.ts";
import { writeClosed } from "./writeClosed.ts";

/** The work of one worker: to close one cycle for one shard of one target. */
export type ShardWork = SweepRef & IndexShard;

/** In how many enrolments a cycle was closed, by cycle number. */
export type ClosedCounts = Readonly<Record<string, number>>;

/** The work and its progress, as one worker hands it to the next. It is JSON, so a missing value is `null`. */
export type ShardTask = {
  readonly work: ShardWork;
  readonly now: Instant;
  readonly resumeAfter: number | null;
  readonly closed: ClosedCounts;
  readonly failedCount: number;
  /** The number of enrolments that others were writing to. Callers can bring that about, so the function has not failed. */
  readonly busyCount: number;
};

export type DueShards = {
  readonly shards: readonly ShardWork[];
  /** The sweep after which the next page begins; `undefined` when this page was the last. */
  readonly resumeAfter: SweepRef | undefined;
};

/** At least as many as one group can have (50 targets × 16 shards), and few enough for one message of 256 kB. */
const maximumShards = 800;
const sweepsPerPage = 50;

/**
 * The due work of all orgs or of one, the longest due first, without finished shards. A page has at most {@link
 * maximumShards} shards, or fewer when patience ends.
 */
export async function listDueShards(
  table: Table,
  now: Instant,
  resumeAfter: SweepRef | undefined,
  onlyOrg?: Org,
): Promise<DueShards> {
  const patience = new Patience(table);
  const { sweeps, hasMore } = await listDueSweeps(table, now, resumeAfter, sweepsPerPage);
  const shards: ShardWork[] = [];
  let last = resumeAfter;
  for (const sweep of sweeps) {
    if (last !== resumeAfter && patience.isOver) return { shards, resumeAfter: last };
    const isWanted = onlyOrg === undefined || sweep.org === onlyOrg;
    const work = isWanted ? openShards(await requireGroup(table, sweep), sweep) : [];
    if (shards.length > 0 && shards.length + work.length > maximumShards) return { shards, resumeAfter: last };
    shards.push(...work);
    last = sweep;
  }
  return { shards, resumeAfter: hasMore ? last : undefined };
}

function openShards({ targets }: TargetGroup, { finishedShards, ...sweep }: DueSweep): ShardWork[] {
  const shards = Array.from({ length: shardCount }, (_, shard) => shard);
  const all = targets.flatMap(({ id: targetId }) => shards.map((shard) => ({ ...sweep, targetId, shard })));
  const open = all.filter(({ targetId, shard }) => !finishedShards.has(shardToken(targetId, shard)));
  // A worker may have stopped after it recorded the last shard and before it completed the sweep. One shard is done
  // again, which completes the sweep.
  return open.length > 0 ? open : all.slice(-1);
}

/**
 * The read is consistent, because no target may be missing: the sweep is over when the shards of all targets are
 * finished.
 */
export async function requireGroup(table: Table, { org, groupId }: SweepRef): Promise<TargetGroup> {
  const group = await findTargetGroup(table, org, groupId);
  if (group === undefined) throw new ServiceError(`Target group ${groupId} has a sweep and no definition`);
  return group;
}

/** The progress of a worker with its shard. */
export type ShardProgress = {
  readonly closed: ClosedCounts;
  /** Enrolments that could not be closed, and why. The others are closed all the same; the sweep stays due. */
  readonly failures: readonly ClosingFailure[];
  /** The customer to continue after; `undefined` when the shard is finished. */
  readonly resumeAfter: number | undefined;
  /** The last customer that was looked at; `undefined` when there was none. */
  readonly lastCustomerId: number | undefined;
};

type ClosingFailure = { readonly customerId: number; readonly error: MalformedItem | TooMuchContention | EngineBusy };

/** The size of a page of the index. The enrolments of one page are closed in parallel. */
const customersPerPage = 25;

/**
 * Closes the cycle in the shard's enrolments that cover it, page by page, until the shard is finished or `mustStop`
 * answers true after a page. It is safe to continue, to start again, and to run two workers at once: each enrolment is
 * closed once.
 */
export async function closeEnrollments(
  table: Table,
  group: TargetGroup,
  work: ShardWork,
  now: Instant,
  resumeAfter: number | undefined,
  mustStop: () => boolean,
): Promise<ShardProgress> {
  const outcomes: ClosingOutcome[] = [];
  let position = resumeAfter;
  let lastCustomerId: number | undefined;
  do {
    const page = await listIndexPage(table, work, position, customersPerPage);
    const refs = page.customerIds.map((customerId) => ({ ...work, customerId }));
    outcomes.push(...(await Promise.all(refs.map((ref) => closeOrReport(table, group, ref, now)))));
    position = page.resumeAfter;
    lastCustomerId = page.customerIds.at(-1) ?? lastCustomerId;
  } while (position !== undefined && !mustStop());
  return {
    closed: outcomes.map((outcome) => ("error" in outcome ? {} : outcome.closed)).reduce(addClosed, {}),
    failures: outcomes.filter((outcome) => "error" in outcome),
    resumeAfter: position,
    lastCustomerId,
  };
}

/** The counts of two parts of the work together. */
export function addClosed(counts: ClosedCounts, others: ClosedCounts): ClosedCounts {
  const sum = { ...counts };
  for (const [number, count] of Object.entries(others)) sum[number] = (sum[number] ?? 0) + count;
  return sum;
}

type ClosingOutcome = { readonly closed: ClosedCounts } | ClosingFailure;

/** An error in one enrolment is reported and the work goes on. An error of the engine ends the work. */
async function closeOrReport(
  table: Table,
  group: TargetGroup,
  ref: EnrollmentRef,
  now: Instant,
): Promise<ClosingOutcome> {
  try {
    const closedCycles = await closeEnrollment(table, group, ref, now);
    return { closed: Object.fromEntries(closedCycles.map((number) => [number, 1])) };
  } catch (error) {
    if (isOfOneEnrollment(error)) return { customerId: ref.customerId, error };
    throw error;
  }
}

/** Throttling counts as well: DynamoDB throttles a customer who gets more writes than one partition takes. */
function isOfOneEnrollment(error: unknown): error is ClosingFailure["error"] {
  return error instanceof MalformedItem || error instanceof TooMuchContention || error instanceof EngineBusy;
}

/** Records that the shard is finished. The worker that finishes the last shard completes the sweep. */
export async function finishShardWork(table: Table, group: TargetGroup, work: ShardWork): Promise<void> {
  const finished = await finishShard(table, work, shardToken(work.targetId, work.shard));
  const isLast = finished !== undefined && finished.size >= group.targets.length * shardCount;
  if (isLast) await completeSweep(table, work, nextSweep(group, work));
}

const rounds = { most: 10, longestPauseMilliseconds: 100, overtaken: "The enrolment met other writes in every round" };

/**
 * Closes the ended cycles of one enrolment, and answers them. It takes one read and one write for every {@link
 * mostCyclesInOneClosing} cycles; the write's condition is the state that was read. When another write came in between,
 * it reads and decides again. Throws {@link TooMuchContention} when every round met other writes.
 */
export async function closeEnrollment(
  table: Table,
  group: TargetGroup,
  ref: EnrollmentRef,
  now: Instant,
): Promise<number[]> {
  const closedCycles: number[] = [];
  let hasMore = true;
  while (hasMore) {
    const decision = await inRounds(table, rounds, () => closeSome(table, group, ref, now));
    if (decision.outcome === "nothingToDo") break;
    closedCycles.push(...decision.closedCycles);
    ({ hasMore } = decision);
  }
  return closedCycles;
}

async function closeSome(
  table: Table,
  group: TargetGroup,
  ref: EnrollmentRef,
  now: Instant,
): Promise<ClosingDecision | Overtaken> {
  const stored = await findEnrollment(table, ref);
  const decision = stored === undefined ? nothingToDo : decide(group, stored, now);
  if (stored === undefined || decision.outcome === "nothingToDo") return nothingToDo;
  const isWritten = await writeClosed(table, ref.org, group, stored, decision.next, now);
  // A lost attempt needs no care. If it was applied, the next round finds the cycles closed.
  return isWritten ? decision : new Overtaken(0);
}

const nothingToDo = { outcome: "nothingToDo" } as const satisfies ClosingDecision;

function decide(group: TargetGroup, stored: Enrollment, now: Instant): ClosingDecision {
  const target = group.targets.find(({ id }) => id === stored.targetId);
  if (target === undefined) throw new ServiceError(`Target group ${group.id} has no target ${stored.targetId}`);
  return decideClosing(group, target, stored, now);
}
