import { type ClosingDecision, decideClosing } from "../domain/closing.ts";
import type { Enrollment } from "../domain/enrollment.ts";
import type { Instant } from "../domain/instant.ts";
import { ServiceError } from "../domain/serviceError.ts";
import { nextSweep } from "../domain/sweeps.ts";
import type { TargetGroup } from "../domain/targetGroup.ts";
import type { Table } from "../table/client.ts";
import { buildCountingUpdate } from "../table/countingUpdate.ts";
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
import { TooMuchContention } from "../table/failures.ts";
import { MalformedItem } from "../table/item.ts";
import { enrollmentKey, type IndexShard, type Org, shardCount } from "../table/keys.ts";
import { inRounds, Overtaken, Patience } from "../table/rounds.ts";
import { update } from "../table/store.ts";
import { findTargetGroup } from "../table/targetGroups.ts";

/** One shard of one target, to be closed for one cycle: what one worker does. */
export type ShardWork = SweepRef & IndexShard;

/** The same with how far it has got, as workers hand it on: JSON, so absent is `null`. */
export type ShardTask = {
  readonly work: ShardWork;
  readonly now: Instant;
  readonly resumeAfter: number | null;
  readonly closedCount: number;
  readonly failedCount: number;
};

export type DueShards = {
  readonly shards: readonly ShardWork[];
  /** The sweep to go on after; `undefined` when these were the last. */
  readonly resumeAfter: SweepRef | undefined;
};

/** At least what one group can have (50 targets), and few enough to be handed on in one message of 256 kB. */
const maximumShards = 800;
const sweepsPerPage = 50;

/**
 * The work that is due, the longest due first, in pages of at most {@link maximumShards} or as many as there is patience
 * for; finished shards left out. Of all orgs or of one.
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
  // Stopped after the last shard was noted and before the sweep was completed: noting one again completes it.
  return open.length > 0 ? open : all.slice(-1);
}

/** Read consistently: a sweep is over when every target's shards are through, so none may be missing. */
export async function requireGroup(table: Table, { org, groupId }: SweepRef): Promise<TargetGroup> {
  const group = await findTargetGroup(table, org, groupId);
  if (group === undefined) throw new ServiceError(`Target group ${groupId} has a sweep and no definition`);
  return group;
}

/** How far a worker has got with its shard. */
export type ShardProgress = {
  readonly closedCount: number;
  /** Enrolments that could not be closed, and why. They hold up no other; their sweep stays due. */
  readonly failures: readonly ClosingFailure[];
  /** The customer to go on after; `undefined` when the shard is through. */
  readonly resumeAfter: number | undefined;
  /** The last customer of those that were looked at, if there was any. */
  readonly lastCustomerId: number | undefined;
};

type ClosingFailure = { readonly customerId: number; readonly error: Error };

/** So many enrolments are closed side by side, as a page of the index. */
const customersPerPage = 25;

/**
 * Closes the cycle for the shard's enrolments that it covers, page by page until the shard is through or `mustStop`
 * says so after a page. Going on, starting again and two workers at once are all safe: each enrolment is closed once.
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
    closedCount: outcomes.filter((outcome) => outcome === "closed").length,
    failures: outcomes.filter((outcome) => typeof outcome === "object"),
    resumeAfter: position,
    lastCustomerId,
  };
}

type ClosingOutcome = "closed" | "nothingToDo" | ClosingFailure;

/** What is wrong with one enrolment is reported; what is wrong with the engine ends the work. */
async function closeOrReport(
  table: Table,
  group: TargetGroup,
  ref: EnrollmentRef & SweepRef,
  now: Instant,
): Promise<ClosingOutcome> {
  try {
    return await closeOne(table, group, ref, now);
  } catch (error) {
    if (!(error instanceof MalformedItem || error instanceof TooMuchContention)) throw error;
    return { customerId: ref.customerId, error };
  }
}

/** Notes that the shard is through; the worker that does so for the last one completes the sweep. */
export async function finishShardWork(table: Table, group: TargetGroup, work: ShardWork): Promise<void> {
  const finished = await finishShard(table, work, shardToken(work.targetId, work.shard));
  const isLast = finished !== undefined && finished.size >= group.targets.length * shardCount;
  if (isLast) await completeSweep(table, work, nextSweep(group, work));
}

const rounds = { most: 10, longestPauseMilliseconds: 100, overtaken: "The enrolment met other writes in every round" };

/**
 * Closes the cycle for one enrolment with one read and one write conditioned on what was read; when another write came
 * in between it reads and decides again. Throws {@link TooMuchContention} when every round met other writes.
 */
async function closeOne(
  table: Table,
  group: TargetGroup,
  work: EnrollmentRef & SweepRef,
  now: Instant,
): Promise<"closed" | "nothingToDo"> {
  return inRounds(table, rounds, async () => {
    const stored = await findEnrollment(table, work);
    if (stored === undefined) return "nothingToDo";
    const decision = decide(group, stored, work.cycleNumber, now);
    if (decision.outcome === "nothingToDo") return "nothingToDo";
    const key = enrollmentKey(work.org, work.customerId, work.groupId, work.targetId);
    const result = await update(table, buildCountingUpdate(key, stored, decision.next));
    // The next round finds out what became of an attempt that was lost, as closing again finds the cycle closed.
    return result.outcome === "applied" ? "closed" : new Overtaken(0);
  });
}

function decide(group: TargetGroup, stored: Enrollment, cycleNumber: number, now: Instant): ClosingDecision {
  const target = group.targets.find(({ id }) => id === stored.targetId);
  if (target === undefined) throw new ServiceError(`Target group ${group.id} has no target ${stored.targetId}`);
  return decideClosing(group, target, stored, cycleNumber, now);
}
