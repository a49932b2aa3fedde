import type { Table } from "./client.ts";
import type { EnrollmentRef } from "./enrollments.ts";
import { ItemReader, MalformedItem } from "./item.ts";
import { type IndexShard, indexPartition, indexRowKey, indexRowPrefix } from "./keys.ts";
import { putUnlessThere, queryPage } from "./store.ts";

/**
 * Makes an enrolment known to the closing of cycles. The projector does so whenever somebody is enrolled. A re-enrolment,
 * or a stream record that is delivered again, finds its row there.
 */
export async function putIndexRow(table: Table, ref: EnrollmentRef): Promise<void> {
  await putUnlessThere(table, { ...indexRowKey(ref.org, ref) });
}

type IndexPage = {
  readonly customerIds: readonly number[];
  /** Where the next page starts; `undefined` after the last. */
  readonly resumeAfter: number | undefined;
};

/** Up to `limit` customers of the shard, after the one the page before ended with. */
export async function listIndexPage(
  table: Table,
  shard: IndexShard,
  resumeAfter: number | undefined,
  limit: number,
): Promise<IndexPage> {
  const pk = indexPartition(shard.org, shard);
  const after = resumeAfter === undefined ? undefined : { pk, sk: `${indexRowPrefix}${resumeAfter}` };
  const page = await queryPage(table, { partition: pk, limit, ...(after === undefined ? {} : { after }) });
  const customerIds = page.items.map((item) => parseCustomerId(ItemReader.of(item).text("sk")));
  return { customerIds, resumeAfter: page.resumeAfter === undefined ? undefined : customerIds.at(-1) };
}

function parseCustomerId(sortKey: string): number {
  const match = /^CUSTOMER#(\d+)$/.exec(sortKey);
  if (match === null) throw new MalformedItem("The key is not an index row's");
  return Number(match[1]);
}
