import type { Table } from "./client.ts";
import type { EnrollmentRef } from "./enrollments.ts";
import { ItemReader, MalformedItem } from "./item.ts";
import { type IndexShard, indexPartition, indexRowKey, indexRowSortKey } from "./keys.ts";
import { putUnlessThere, queryPage } from "./store.ts";

/**
 * Adds an enrolment to the index that the closing of cycles reads. The projector does this for every enrolment. After a
 * re-enrolment, or a second delivery of a stream record, the row exists already and stays as it is.
 */
export async function putIndexRow(table: Table, ref: EnrollmentRef): Promise<void> {
  await putUnlessThere(table, { ...indexRowKey(ref.org, ref) });
}

export type IndexPage = {
  readonly customerIds: readonly number[];
  /** Where the next page starts; `undefined` after the last. */
  readonly resumeAfter: number | undefined;
};

/** Up to `limit` customers of the shard in the order of their ids, after the last one of the page before. */
export async function listIndexPage(
  table: Table,
  shard: IndexShard,
  resumeAfter: number | undefined,
  limit: number,
): Promise<IndexPage> {
  const pk = indexPartition(shard.org, shard);
  const after = resumeAfter === undefined ? undefined : { pk, sk: indexRowSortKey(resumeAfter) };
  const page = await queryPage(table, { partition: pk, limit, ...(after === undefined ? {} : { after }) });
  const customerIds = page.items.map((item) => parseCustomerId(ItemReader.of(item).text("sk")));
  return { customerIds, resumeAfter: page.resumeAfter === undefined ? undefined : customerIds.at(-1) };
}

function parseCustomerId(sortKey: string): number {
  const match = /^CUSTOMER#(\d+)$/.exec(sortKey);
  if (match === null) throw new MalformedItem("The key is not an index row's");
  return Number(match[1]);
}
