import pMap from "p-map";
import type { Table } from "../table/client.ts";
import { type IndexPage, listIndexPage } from "../table/enrollmentIndex.ts";
import type { EnrollmentRef } from "../table/enrollments.ts";
import { EngineBusy, TooMuchContention } from "../table/failures.ts";
import { MalformedItem } from "../table/item.ts";
import type { ShardTask } from "./listDueShards.ts";
import { unlessErased } from "./unlessErased.ts";

/** In how many enrolments a cycle was closed, by cycle number. */
export type ClosedCounts = Readonly<Record<string, number>>;

/** The progress of one call with its task. */
export type SweepProgress = {
  readonly closed: ClosedCounts;
  /** Enrolments that could not be visited, and why. The others are visited all the same; their shard stays due. */
  readonly failures: readonly SweepFailure[];
  /** What is left of the task; its `shards` are empty when all were gone through. */
  readonly left: Pick<ShardTask, "shards" | "resumeAfter" | "hasFailures">;
};

type SweepFailure = {
  readonly shard: number;
  readonly customerId: number;
  readonly error: MalformedItem | TooMuchContention | EngineBusy;
};

/** How many enrolments one call visits side by side. */
const enrollmentsAtOnce = 25;
/** The size of a page of the index. */
const customersPerPage = 100;

/** What a sweep does with each enrolment, and how it notes the shards in which that is done. */
type SweepWork = {
  /** Answers the cycles that it has closed. */
  readonly visit: (ref: EnrollmentRef) => Promise<readonly number[]>;
  readonly note: (shards: readonly number[]) => Promise<void>;
};

/**
 * Visits the enrolments of the task's shards, until all were gone through or `mustStop` answers true. It then notes in
 * one write which shards are done. It is safe to continue, to start again, and to run two workers at once, because a
 * second visit of an enrolment finds nothing left to do.
 */
export async function sweepShards(
  table: Table,
  task: ShardTask,
  mustStop: () => boolean,
  { visit, note }: SweepWork,
): Promise<SweepProgress> {
  const walk = new ShardWalk(table, task, mustStop);
  const { org, groupId, targetId } = task;
  const take = ({ shard, customerId }: Place) => {
    const ref = { org, groupId, targetId, customerId };
    return visitOrReport({ shard, customerId }, async () => (await unlessErased(table, ref, () => visit(ref))) ?? []);
  };
  const outcomes = await pMap(walk.places(), take, { concurrency: enrollmentsAtOnce });
  const failures = outcomes.filter((outcome) => "error" in outcome);
  const failed = new Set([...failures.map(({ shard }) => shard), ...(task.hasFailures ? task.shards.slice(0, 1) : [])]);
  const doneShards = walk.finished.filter((shard) => !failed.has(shard));
  if (doneShards.length > 0) await note(doneShards);
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
  readonly #task: ShardTask;
  readonly #mustStop: () => boolean;
  /** The shards whose customers have all been answered. */
  readonly finished: number[] = [];
  /** The last answered customer of the first shard that is left. */
  resumeAfter: number | null;
  #steps = 0;
  #hasStopped = false;

  constructor(table: Table, task: ShardTask, mustStop: () => boolean) {
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

type Outcome = { readonly closedCycles: readonly number[] } | SweepFailure;

/** An error in one enrolment is reported and the work goes on. An error of the engine ends the work. */
async function visitOrReport(place: Place, visit: () => Promise<readonly number[]>): Promise<Outcome> {
  try {
    return { closedCycles: await visit() };
  } catch (error) {
    if (isOfOneEnrollment(error)) return { ...place, error };
    throw error;
  }
}

/** Throttling counts as well: DynamoDB throttles a customer who gets more writes than one partition takes. */
function isOfOneEnrollment(error: unknown): error is SweepFailure["error"] {
  return error instanceof MalformedItem || error instanceof TooMuchContention || error instanceof EngineBusy;
}
