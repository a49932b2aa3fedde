import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { formatDecimal } from "../domain/decimal.ts";
import { formatInstant } from "../domain/instant.ts";
import { type LedgerEntry, ledgerKinds } from "../domain/ledger.ts";
import { ItemReader, MalformedItem } from "./item.ts";
import { keyAttributes, ledgerKey, type Org } from "./keys.ts";

type Item = Record<string, AttributeValue>;

export function buildLedgerItem(org: Org, customerId: number, entry: LedgerEntry): Item {
  const recordedAt = formatInstant(entry.recordedAt);
  const { targetId, entryId } = entry;
  return {
    ...keyAttributes(ledgerKey(org, customerId, { targetId, recordedAt, entryId })),
    kind: { S: entry.kind },
    groupId: { N: entry.groupId.toString() },
    ...(entry.cycleNumber === undefined ? {} : { cycleNumber: { N: entry.cycleNumber.toString() } }),
    delta: { N: formatDecimal(entry.delta) },
    valueAfter: { N: formatDecimal(entry.valueAfter) },
    ...(entry.activityId === undefined ? {} : { activityId: { S: entry.activityId } }),
    occurredAt: { S: formatInstant(entry.occurredAt) },
    recordedAt: { S: recordedAt },
  };
}

/** The only reader of ledger items. */
export function parseLedgerEntry(item: Item): LedgerEntry {
  const reader = ItemReader.of(item);
  const key = /^LEDGER#(\d+)#[^#]+#(.+)$/.exec(reader.text("sk"));
  if (key === null) throw new MalformedItem("The key is not a ledger row's");
  return {
    entryId: key[2] ?? "",
    kind: reader.oneOf("kind", ledgerKinds),
    groupId: reader.integer("groupId"),
    targetId: Number(key[1]),
    cycleNumber: reader.optionalInteger("cycleNumber"),
    delta: reader.decimal("delta"),
    valueAfter: reader.decimal("valueAfter"),
    activityId: reader.optionalText("activityId"),
    occurredAt: reader.instant("occurredAt"),
    recordedAt: reader.instant("recordedAt"),
  };
}
