import { formatInstant } from "../domain/instant.ts";
import { type LedgerEntry, ledgerKinds } from "../domain/ledger.ts";
import { buildAuthorship, parseAuthorship, reasonAttribute, versionAttribute } from "./authorshipItem.ts";
import { type Item, ItemReader, MalformedItem, numberOf, type StoredItem } from "./item.ts";
import { ledgerKey, type Org } from "./keys.ts";

/** The row as it is stored. When it was recorded is a part of its key and stands nowhere else, to keep it small. */
export function buildLedgerItem(org: Org, customerId: number, entry: LedgerEntry): Item {
  const recordedAt = formatInstant(entry.recordedAt);
  const { targetId, entryId } = entry;
  return {
    ...ledgerKey(org, customerId, { targetId, recordedAt, entryId }),
    kind: entry.kind,
    groupId: entry.groupId,
    cycleNumber: entry.cycleNumber,
    delta: numberOf(entry.delta),
    valueAfter: numberOf(entry.valueAfter),
    activityId: entry.activityId,
    [reasonAttribute]: entry.reason,
    occurredAt: formatInstant(entry.occurredAt),
    ...buildAuthorship(entry),
    [versionAttribute]: entry.definitionVersion,
  };
}

/** The only reader of ledger items. */
export function parseLedgerEntry(item: StoredItem): LedgerEntry {
  const reader = ItemReader.of(item);
  const key = /^LEDGER#(\d+)#([^#]+)#(.+)$/.exec(reader.text("sk"));
  const recordedAt = Date.parse(key?.[2] ?? "");
  if (key === null || Number.isNaN(recordedAt)) throw new MalformedItem("The key is not a ledger row's");
  return {
    entryId: key[3] ?? "",
    kind: reader.oneOf("kind", ledgerKinds),
    groupId: reader.integer("groupId"),
    targetId: Number(key[1]),
    cycleNumber: reader.optionalInteger("cycleNumber"),
    delta: reader.decimal("delta"),
    valueAfter: reader.decimal("valueAfter"),
    activityId: reader.optionalText("activityId"),
    reason: reader.optionalText(reasonAttribute),
    occurredAt: reader.instant("occurredAt"),
    recordedAt,
    ...parseAuthorship(reader),
    definitionVersion: reader.integer(versionAttribute),
  };
}
