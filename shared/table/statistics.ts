import type { Decimal } from "../domain/decimal.ts";
import { formatInstant, type Instant } from "../domain/instant.ts";
import type { CycleCounts, TargetCounts } from "../domain/statistics.ts";
import type { Table } from "./client.ts";
import { type Item, ItemReader, numberOf, type StoredItem } from "./item.ts";
import { type Org, type StatisticsPlace, statisticsKey, statisticsPartKey } from "./keys.ts";
import { get, put, queryAll } from "./store.ts";

/** The last complete count of a group's customers. */
export type CompleteCount = {
  /** When it was due. It tells one count from another. */
  readonly dueAt: Instant;
  /** When it was started; see `Counting` in `shared/domain/sweeps.ts`. */
  readonly startedAt: Instant;
  readonly slot: number;
};

/** Consistent; `undefined` before the first count is complete. */
export async function findCompleteCount(table: Table, org: Org, groupId: number): Promise<CompleteCount | undefined> {
  const item = await get(table, statisticsKey(org, groupId), { isConsistent: true });
  if (item === undefined) return undefined;
  const reader = ItemReader.of(item);
  return { dueAt: reader.instant("dueAt"), startedAt: reader.instant("startedAt"), slot: reader.integer("slot") };
}

/** Notes that the count is complete. */
export async function noteCompleteCount(
  table: Table,
  org: Org,
  groupId: number,
  { dueAt, startedAt, slot }: CompleteCount,
): Promise<void> {
  const [due, started] = [formatInstant(dueAt), formatInstant(startedAt)];
  await put(table, {
    Item: { ...statisticsKey(org, groupId), dueAt: due, startedAt: started, slot },
    // Two executions may find the count complete at once, and the slower one after the next count. Without the condition
    // an older count would be read, whose place the next one but one is about to take.
    ...unlessNewer(dueAt),
  });
}

/** What one call of a worker has counted in a shard: the customers after those of the part before. */
export type CountedPart = {
  /** The count that it belongs to. */
  readonly dueAt: Instant;
  /** Its place among the parts of the shard, from 1. */
  readonly part: number;
  /**
   * The customer after whom the next part goes on; `undefined` when that part is written, in the last part, and while nobody
   * was counted yet.
   */
  readonly through: number | undefined;
  /** Whether it ends the shard. */
  readonly isLast: boolean;
  readonly counts: TargetCounts;
};

/** The parts in a place, of a shard or of the whole target, in order. Those of an earlier count are there until they are overwritten. */
export async function listParts(
  table: Table,
  org: Org,
  place: StatisticsPlace & { readonly shard?: number },
): Promise<CountedPart[]> {
  const { pk, sk } = statisticsPartKey(org, place);
  return (await queryAll(table, { partition: pk, sortKeyPrefix: sk })).map(parsePart);
}

type ShardPlace = StatisticsPlace & { readonly shard: number };

/** Writes what was counted. Answers false when another execution has written this part first, or a part of a later count. */
export async function putPart(table: Table, org: Org, place: ShardPlace, part: CountedPart): Promise<boolean> {
  // Two executions may count one shard at once. Without the condition the second would replace the part that the first has
  // written, with another end, and the following part would leave customers out or have them twice.
  return put(table, { Item: buildPart(org, place, part), ...unlessNewer(part.dueAt) });
}

/**
 * Writes a stored part again without its last customer, after whom nothing goes on any more. So a count that is done names
 * nobody who may be erased later.
 */
export async function removeThrough(table: Table, org: Org, place: ShardPlace, part: CountedPart): Promise<void> {
  await put(table, {
    Item: buildPart(org, place, { ...part, through: undefined }),
    // A late worker can come here when a later count has written its own part under the key. Without the condition that
    // count would lose the part, and would no longer know where to go on.
    ConditionExpression: "dueAt = :dueAt",
    ExpressionAttributeValues: { ":dueAt": formatInstant(part.dueAt) },
  });
}

function buildPart(org: Org, place: ShardPlace, { dueAt, part, through, isLast, counts }: CountedPart): Item {
  return {
    ...statisticsPartKey(org, { ...place, part }),
    dueAt: formatInstant(dueAt),
    part,
    through,
    isLast,
    ...buildCounts(counts),
  };
}

/** The item is there from an earlier count only, or not at all. Instants as texts are in the order of time. */
function unlessNewer(dueAt: Instant) {
  return {
    ConditionExpression: "attribute_not_exists(pk) OR dueAt < :dueAt",
    ExpressionAttributeValues: { ":dueAt": formatInstant(dueAt) },
  };
}

function buildCounts({ enrolled, unenrolled, automatic, cycles, levels, runs }: TargetCounts): Item {
  return {
    enrolled,
    unenrolled,
    automatic,
    cycles: [...cycles].map(([number, counts]) => buildCycle(number, counts)),
    levels: [...levels].flat(),
    runs: [...runs].flat(),
  };
}

/** A group can have 1000 cycles, so the names are letters. */
function buildCycle(number: number, { covered, started, reached, achievedTotal, progress }: CycleCounts): Item {
  return { n: number, c: covered, s: started, r: reached, t: numberOf(achievedTotal), p: progress };
}

/** The only reader of parts. */
function parsePart(item: StoredItem): CountedPart {
  const reader = ItemReader.of(item);
  return {
    dueAt: reader.instant("dueAt"),
    part: reader.integer("part"),
    through: reader.optionalInteger("through"),
    isLast: reader.flag("isLast"),
    counts: {
      enrolled: reader.integer("enrolled"),
      unenrolled: reader.integer("unenrolled"),
      automatic: reader.integer("automatic"),
      cycles: new Map(reader.maps("cycles").map(parseCycle)),
      levels: pairs(reader.integers("levels")),
      runs: pairs(reader.integers("runs")),
    },
  };
}

function parseCycle(reader: ItemReader): [number, CycleCounts] {
  const achievedTotal: Decimal = reader.decimal("t");
  return [
    reader.integer("n"),
    {
      covered: reader.integer("c"),
      started: reader.integer("s"),
      reached: reader.integer("r"),
      achievedTotal,
      progress: reader.integers("p"),
    },
  ];
}

/** Each key with its number behind it. */
function pairs(numbers: readonly number[]): Map<number, number> {
  return new Map(
    Array.from({ length: numbers.length / 2 }, (_, index) => [numbers[2 * index] ?? 0, numbers[2 * index + 1] ?? 0]),
  );
}
