import type { Instant } from "../domain/instant.ts";
import { withoutTexts } from "../domain/withoutTexts.ts";
import { attributesName } from "./activityItem.ts";
import { reasonAttribute } from "./authorshipItem.ts";
import type { Table } from "./client.ts";
import type { CustomerRef } from "./erasures.ts";
import { Expression } from "./expression.ts";
import { ItemReader, type StoredItem } from "./item.ts";
import {
  activityPrefix,
  customerItemKey,
  customerPartition,
  forgivenessPrefix,
  type Key,
  ledgerPrefix,
} from "./keys.ts";
import { parseLedgerEntry } from "./ledgerItem.ts";
import { isNoteOfReturns } from "./notedReturns.ts";
import { queryPage, update } from "./store.ts";

/** The items that can hold a text of or about the customer: activities and adjustments, rows of history, excuses and grants. */
const prefixes = [activityPrefix, ledgerPrefix, forgivenessPrefix] as const;

/** What anonymising needs of such an item. */
export type ItemWithTexts = {
  readonly key: Key;
  /** `undefined` for a note about returns, which holds no text. */
  readonly recordedAt: Instant | undefined;
  /** What can hold texts, by the names of the item's attributes. */
  readonly texts: Readonly<Record<string, string>>;
};

/** One page of a customer's items that can hold texts. */
export async function listItemsWithTexts(
  table: Table,
  { org, customerId }: CustomerRef,
  after: string | null,
  limit: number,
): Promise<{ readonly items: readonly ItemWithTexts[]; readonly last: string | undefined }> {
  const partition = customerPartition(org, customerId);
  const place = Math.max(
    prefixes.findIndex((prefix) => after?.startsWith(prefix)),
    0,
  );
  for (const sortKeyPrefix of prefixes.slice(place)) {
    const isContinued = after?.startsWith(sortKeyPrefix) === true;
    const start = isContinued ? { after: customerItemKey(org, customerId, after) } : {};
    const page = await queryPage(table, { partition, sortKeyPrefix, limit, ...start });
    const items = page.items.map(parseTexts);
    if (items.length > 0) return { items, last: items.at(-1)?.key.sk };
  }
  return { items: [], last: undefined };
}

function parseTexts(item: StoredItem): ItemWithTexts {
  const reader = ItemReader.of(item);
  const key = { pk: reader.text("pk"), sk: reader.text("sk") };
  const names = [attributesName, reasonAttribute].filter((name) => reader.has(name));
  const texts = Object.fromEntries(names.map((name) => [name, reader.text(name)]));
  return { key, recordedAt: recordedAtOf(key.sk, item), texts };
}

function recordedAtOf(sortKey: string, item: StoredItem): Instant | undefined {
  if (sortKey.startsWith(ledgerPrefix)) return parseLedgerEntry(item).recordedAt;
  return isNoteOfReturns(item) ? undefined : ItemReader.of(item).instant("recordedAt");
}

/** Empties the texts of an item. The digest of an activity's content stays, so that a repeat is still known as one. */
export async function emptyTexts(table: Table, { key, texts }: ItemWithTexts): Promise<void> {
  const emptied = Object.entries(texts).map(([name, text]) => [name, emptiedText(name, text)] as const);
  const changed = emptied.filter(([name, text]) => text !== texts[name]);
  if (changed.length === 0) return;
  const expression = new Expression();
  for (const [name, text] of changed) expression.set(name, text);
  // The customer may be erased at the same time. Without the condition the item would come back as an empty one.
  await update(table, expression.update(key, `attribute_exists(${expression.name("pk")})`));
}

/** Attributes are JSON, of which numbers and names stay. */
function emptiedText(name: string, text: string): string {
  return name === attributesName ? withoutTexts(text) : "";
}
