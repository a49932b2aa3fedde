import type { Instant } from "../domain/instant.ts";
import { withoutTexts } from "../domain/withoutTexts.ts";
import { attributesName } from "./activityItem.ts";
import type { Table } from "./client.ts";
import type { CustomerRef } from "./erasures.ts";
import { Expression } from "./expression.ts";
import { ItemReader, type StoredItem } from "./item.ts";
import { activityPrefix, customerItemKey, customerPartition, type Key } from "./keys.ts";
import { queryPage, update } from "./store.ts";

/** What anonymising needs of a recorded activity. */
export type RecordedTexts = {
  readonly key: Key;
  /** `undefined` for a note about returns that wait for the activity. */
  readonly recordedAt: Instant | undefined;
  /** The attributes as JSON; `undefined` when there are none. */
  readonly attributesJson: string | undefined;
};

/** One page of a customer's activities. */
export async function listRecorded(
  table: Table,
  { org, customerId }: CustomerRef,
  after: string | null,
  limit: number,
): Promise<{ readonly activities: readonly RecordedTexts[]; readonly last: string | undefined }> {
  const partition = customerPartition(org, customerId);
  const query = { partition, sortKeyPrefix: activityPrefix, limit };
  const page = await queryPage(table, {
    ...query,
    ...(after === null ? {} : { after: customerItemKey(org, customerId, after) }),
  });
  const activities = page.items.map(parseTexts);
  return { activities, last: activities.at(-1)?.key.sk };
}

function parseTexts(item: StoredItem): RecordedTexts {
  const reader = ItemReader.of(item);
  return {
    key: { pk: reader.text("pk"), sk: reader.text("sk") },
    recordedAt: reader.has("recordedAt") ? reader.instant("recordedAt") : undefined,
    attributesJson: reader.optionalText(attributesName),
  };
}

/** Empties the texts in the attributes of an activity. Its digest stays, so that a repeat is still known as one. */
export async function emptyTexts(table: Table, { key, attributesJson }: RecordedTexts): Promise<void> {
  if (attributesJson === undefined) return;
  const emptied = withoutTexts(attributesJson);
  if (emptied === attributesJson) return;
  const expression = new Expression();
  expression.set(attributesName, emptied);
  // The customer may be erased at the same time. Without the condition the activity would come back as an empty item.
  await update(table, expression.update(key, `attribute_exists(${expression.name("pk")})`));
}
