import {
  type AuditEntry,
  type AuditValue,
  auditedParts,
  auditedProperties,
  type FieldChange,
} from "../domain/auditLog.ts";
import { formatInstant } from "../domain/instant.ts";
import type { Table } from "./client.ts";
import { type Item, ItemReader, numberOf, type StoredItem, type Value } from "./item.ts";
import { auditKey, auditPartition, type Org, parseAuditPartition } from "./keys.ts";
import { queryAll } from "./store.ts";

/** The first item is what the edit's event is made of. An event may have 256 kB, also with the longest texts. */
const changesInFirstItem = 50;
/** An item may have 400 kB. An edit may have some thousand changes, and its transaction a hundred items. */
const mostItemBytes = 200_000;

/** The items of one entry of a group's audit log. */
export function buildAuditItems(org: Org, groupId: number, entry: AuditEntry): Item[] {
  const { version, changedAt, changedBy, changes } = entry;
  return inItems(changes.map(buildChange)).map((own, part) => ({
    ...auditKey(org, groupId, { version, part }),
    version,
    // Only the first item has it. One event tells of the whole edit.
    changeCount: part === 0 ? changes.length : undefined,
    changedAt: formatInstant(changedAt),
    changedBy,
    changes: own,
  }));
}

/** The changes of each item, in their order. */
function inItems(changes: readonly Item[]): Item[][] {
  const items = [changes.slice(0, changesInFirstItem)];
  let bytes = Number.POSITIVE_INFINITY;
  for (const change of changes.slice(changesInFirstItem)) {
    const own = Buffer.byteLength(JSON.stringify(change));
    if (bytes + own > mostItemBytes) {
      items.push([]);
      bytes = 0;
    }
    items.at(-1)?.push(change);
    bytes += own;
  }
  return items;
}

function buildChange({ before, after, ...change }: FieldChange): Item {
  return { ...change, before: buildValue(before), after: buildValue(after) };
}

/** The value under the name of its type; nothing when there is none. */
function buildValue(value: AuditValue): Value | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "bigint") return { number: numberOf(value) };
  return typeof value === "boolean" ? { flag: value } : { text: value };
}

function parseValue(change: ItemReader, name: "before" | "after"): AuditValue {
  if (!change.has(name)) return undefined;
  const value = change.map(name);
  return value.has("flag") ? value.flag("flag") : (value.optionalText("text") ?? value.optionalDecimal("number"));
}

/** One row of the audit log: a changed property, and which edit changed it. */
export type AuditRow = Omit<AuditEntry, "changes"> & { readonly change: FieldChange };

/** The rows of a group's audit log, the newest version first: `limit` of them after the first `offset`. */
export async function listAuditRows(
  table: Table,
  org: Org,
  groupId: number,
  { limit, offset }: { readonly limit: number; readonly offset: number },
): Promise<AuditRow[]> {
  // Each item has at least one row.
  const items = await queryAll(table, { partition: auditPartition(org, groupId), limit: offset + limit });
  const rows = items
    .map(parseAuditItem)
    .flatMap(({ changes, ...entry }) => changes.map((change) => ({ ...entry, change })));
  return rows.slice(offset, offset + limit);
}

/** The only reader of audit items. */
function parseAuditItem(item: StoredItem): AuditEntry {
  const reader = ItemReader.of(item);
  return {
    version: reader.integer("version"),
    changedAt: reader.instant("changedAt"),
    changedBy: reader.optionalText("changedBy"),
    changes: reader.maps("changes").map(parseChange),
  };
}

/** The edit that a new item tells of; `undefined` for the creation of a group, and for the further items of an edit. */
export function parseNewEdit(item: StoredItem): DefinitionChange | undefined {
  const reader = ItemReader.of(item);
  const changeCount = reader.optionalInteger("changeCount");
  const owner = parseAuditPartition(reader.text("pk"));
  const entry = parseAuditItem(item);
  if (changeCount === undefined || owner === undefined || entry.version === 1) return undefined;
  return { ...owner, entry, changeCount };
}

/** An edit of a definition, with at most 50 of its changes. */
export type DefinitionChange = {
  readonly org: Org;
  readonly groupId: number;
  readonly entry: AuditEntry;
  /** How many there are in all. */
  readonly changeCount: number;
};

function parseChange(reader: ItemReader): FieldChange {
  return {
    of: reader.oneOf("of", auditedParts),
    id: reader.optionalInteger("id"),
    property: reader.oneOf("property", auditedProperties),
    cycleId: reader.optionalInteger("cycleId"),
    before: parseValue(reader, "before"),
    after: parseValue(reader, "after"),
  };
}
