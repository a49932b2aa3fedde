import pMap from "p-map";
import { type ClosingDecision, decideClosing } from "../domain/closing.ts";
import type { Enrollment } from "../domain/enrollment.ts";
import type { Instant } from "../domain/instant.ts";
import { isOver } from "../domain/over.ts";
import { ServiceError } from "../domain/serviceError.ts";
import type { TargetGroup } from "../domain/targetGroup.ts";
import type { Table } from "../table/client.ts";
import { type IndexPage, listIndexPage } from "../table/enrollmentIndex.ts";
import { type EnrollmentRef, findEnrollmentItem } from "../table/enrollments.ts";
import { EngineBusy, TooMuchContention } from "../table/failures.ts";
import { MalformedItem } from "../table/item.ts";
import { inRounds, Overtaken, Patience } from "../table/rounds.ts";
import { setAside } from "../table/settingAside.ts";
import { noteClosed } from "../table/targetShards.ts";
import type { ClosingTask } from "./listDueShards.ts";
import { writeClosed } from "./writeClosed.ts";

/** In how many enrolments a cycle was closed, by cycle number. */
export type ClosedCounts = Readonly<Record<string, number>>;

/** The progress of one call with its task. */
export type ClosingProgress = {
  readonly closed: ClosedCounts;
  /** Enrolments that could not be closed, and why. The others are closed all the same; their shard stays due. */
  readonly failures: readonly ClosingFailure[];
  /** What is left of the task; its `shards` are empty when all were gone through. */
  readonly left: Pick<ClosingTask, "shards" | "resumeAfter" | "hasFailures">;
};

type ClosingFailure = {
  readonly shard: number;
  readonly customerId: number;
  readonly error: MalformedItem | TooMuchContention | EngineBusy;
};

/** How many enrolments one call closes side by side. */
const enrollmentsAtOnce = 25;
/** The size of a page of the index. */
const customersPerPage = 100;

/**
 * Closes all ended cycles in the enrolments of the task's shards, until all were gone through or `mustStop` answers
 * true. It then notes in one write which shards are closed. It is safe to continue, to start again, and to run two
 * workers at once: each cycle of an enrolment is closed once.
 */
export async function closeShards(
  table: Table,
  group: TargetGroup,
  task: ClosingTask,
  mustStop: () => boolean,
): Promise<ClosingProgress> {
  const walk = new ShardWalk(table, task, mustStop);
  const close = ({ shard, customerId }: Place) => closeOrReport(table, group, { ...task, customerId }, shard);
  const outcomes = await pMap(walk.places(), close, { concurrency: enrollmentsAtOnce });
  const failures = outcomes.filter((outcome) => "error" in outcome);
  const failed = new Set([...failures.map(({ shard }) => shard), ...(task.hasFailures ? task.shards.slice(0, 1) : [])]);
  const closedShards = walk.finished.filter((shard) => !failed.has(shard));
  if (closedShards.length > 0) await noteClosed(table, task, closedShards, task.now);
  const { left: shards, resumeAfter } = walk;
  return {
    closed: countEach(outcomes.flatMap((outcome) => ("error" in outcome ? [] : outcome.closedCycles))),
    failures,
    left: { shards, resumeAfter, hasFailures: shards.slice(0, 1).some((shard) => failed.has(shard)) },
  };
}

type Place = { readonly shard: number; readonly customerId: number };

/** Goes through the customers of a task's shards, and knows how far it has come. */
class ShardWalk {
  readonly #table: Table;
  readonly #task: ClosingTask;
  readonly #mustStop: () => boolean;
  /** The shards whose customers have all been answered. */
  readonly finished: number[] = [];
  /** The last answered customer of the first shard that is left. */
  resumeAfter: number | null;
  #steps = 0;
  #hasStopped = false;

  constructor(table: Table, task: ClosingTask, mustStop: () => boolean) {
    this.#table = table;
    this.#task = task;
    this.#mustStop = mustStop;
    this.resumeAfter = task.resumeAfter;
  }

  get left(): readonly number[] {
    return this.#task.shards.slice(this.finished.length);
  }

  /** Ends when all shards are finished, or when time is up. It always makes some progress. */
  async *places(): AsyncGenerator<Place> {
    for (const shard of this.#task.shards) {
      yield* this.#placesOf(shard);
      if (this.#hasStopped) return;
      this.finished.push(shard);
      this.resumeAfter = null;
    }
  }

  async *#placesOf(shard: number): AsyncGenerator<Place> {
    let page: IndexPage | undefined;
    do {
      if (this.#isTimeUp()) return;
      page = await this.#nextPage(shard);
      for (const customerId of page.customerIds) {
        if (this.#isTimeUp()) return;
        this.resumeAfter = customerId;
        yield { shard, customerId };
      }
    } while (page.resumeAfter !== undefined);
  }

  #nextPage(shard: number) {
    const { org, groupId, targetId } = this.#task;
    const place = { org, groupId, targetId, shard };
    return listIndexPage(this.#table, place, this.resumeAfter ?? undefined, customersPerPage);
  }

  /** The first page and the first customer of a call are always taken, so that a task gets on however short its calls are. */
  #isTimeUp(): boolean {
    this.#steps += 1;
    this.#hasStopped = this.#steps > 2 && this.#mustStop();
    return this.#hasStopped;
  }
}

function countEach(cycleNumbers: readonly number[]): ClosedCounts {
  const counts: Record<string, number> = {};
  for (const number of cycleNumbers) counts[number] = (counts[number] ?? 0) + 1;
  return counts;
}

type ClosingOutcome = { readonly closedCycles: readonly number[] } | ClosingFailure;

/** An error in one enrolment is reported and the work goes on. An error of the engine ends the work. */
async function closeOrReport(
  table: Table,
  group: TargetGroup,
  ref: EnrollmentRef & { readonly now: Instant },
  shard: number,
): Promise<ClosingOutcome> {
  try {
    return { closedCycles: await closeEnrollment(table, group, ref, ref.now) };
  } catch (error) {
    if (isOfOneEnrollment(error)) return { shard, customerId: ref.customerId, error };
    throw error;
  }
}

/** Throttling counts as well: DynamoDB throttles a customer who gets more writes than one partition takes. */
function isOfOneEnrollment(error: unknown): error is ClosingFailure["error"] {
  return error instanceof MalformedItem || error instanceof TooMuchContention || error instanceof EngineBusy;
}

const rounds = { most: 10, longestPauseMilliseconds: 100, overtaken: "The enrolment met other writes in every round" };

/**
 * Closes the ended cycles of one enrolment, and answers them. In a group that was retired it then sets the enrolment
 * aside. Closing takes one read and one write for every {@link
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
  const patience = new Patience(table);
  let hasMore = true;
  while (hasMore) {
    const decision = await inRounds(table, { ...rounds, patience }, () => closeSome(table, group, ref, now));
    if (decision.outcome === "nothingToDo") break;
    closedCycles.push(...decision.closedCycles);
    hasMore = decision.hasMore || isRetired(group, now);
  }
  return closedCycles;
}

async function closeSome(
  table: Table,
  group: TargetGroup,
  ref: EnrollmentRef,
  now: Instant,
): Promise<ClosingDecision | Overtaken> {
  const stored = await findEnrollmentItem(table, ref);
  if (stored === undefined) return nothingToDo;
  const decision = decide(group, stored.enrollment, now);
  if (decision.outcome === "nothingToDo") {
    const isDone = !isRetired(group, now) || (await setAside(table, ref, stored));
    // A lost attempt that was applied is no failure: the next round finds nothing any more.
    return isDone ? decision : new Overtaken(0);
  }
  const isWritten = await writeClosed(table, ref.org, group, stored.enrollment, decision.next, now);
  // A lost attempt needs no care. If it was applied, the next round finds the cycles closed.
  return isWritten ? decision : new Overtaken(0);
}

/** Both are asked: a group is marked once, and a laptop may close at an earlier time than the one it was marked at. */
function isRetired(group: TargetGroup, now: Instant): boolean {
  return group.retiredAt !== undefined && isOver(group, now);
}

const nothingToDo = { outcome: "nothingToDo" } as const satisfies ClosingDecision;

function decide(group: TargetGroup, stored: Enrollment, now: Instant): ClosingDecision {
  const target = group.targets.find(({ id }) => id === stored.targetId);
  if (target === undefined) throw new ServiceError(`Target group ${group.id} has no target ${stored.targetId}`);
  return decideClosing(group, target, stored, now);
}
