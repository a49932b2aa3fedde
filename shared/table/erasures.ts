import type { ErasureRequest } from "../domain/erasing.ts";
import { firstPass } from "../domain/erasing.ts";
import { formatInstant } from "../domain/instant.ts";
import type { Table } from "./client.ts";
import { buildRelease, erasedAtAttribute, profileFields, type StoredProfile } from "./customers.ts";
import { buildErasingItem } from "./dueSweeps.ts";
import { Expression } from "./expression.ts";
import { ItemReader, MalformedItem, type StoredItem } from "./item.ts";
import {
  customerItemKey,
  customerKey,
  customerPartition,
  erasedNoteKey,
  erasedNoteSortKey,
  indexRowKey,
  type Key,
  type Org,
  parseEnrollmentSortKey,
  profileSortKey,
} from "./keys.ts";
import { get, queryPage, remove, type TransactionPart, update } from "./store.ts";

/**
 * The transaction that makes a profile a tombstone, decided on the profile that was read. The profile is the first part. A
 * profile that is not known is that of a customer whom a restored table does not have.
 */
export function buildErasure(request: ErasureRequest, read: StoredProfile | undefined): TransactionPart[] {
  const { org, customerId, requestedAt } = request;
  return [
    {
      Put: {
        Item: { ...customerKey(org, customerId), [erasedAtAttribute]: formatInstant(requestedAt) },
        ...unlessChanged(read),
      },
    },
    {
      Put: {
        Item: { ...erasedNoteKey(org, customerId) },
        // Two requests may come at once. Without the condition the second would empty the first one's note.
        ConditionExpression: "attribute_not_exists(pk)",
      },
    },
    ...releaseOf(org, read),
    buildFirstPass(request),
  ];
}

/** The transaction that empties a profile, decided on the profile that was read. The profile is the first part. */
export function buildAnonymisation(
  request: ErasureRequest,
  read: StoredProfile,
  operationId: string,
): TransactionPart[] {
  const { org, customerId, requestedAt } = request;
  const expression = new Expression();
  expression.set("anonymisedAt", formatInstant(requestedAt));
  expression.set("updatedAt", formatInstant(requestedAt));
  expression.set("operationId", operationId);
  expression.remove(...profileFields);
  // A change of the profile may come in between. Without the condition its names would vanish, or its claim stay behind.
  const condition = `${expression.name("operationId")} = ${expression.value(read.operationId)}`;
  const profile = { Update: expression.update(customerKey(org, customerId), condition) };
  return [profile, ...releaseOf(org, read), buildFirstPass(request)];
}

/** A change of the profile may come in between. Without the condition its claim of an external id would stay behind. */
function unlessChanged(read: StoredProfile | undefined) {
  if (read === undefined) return { ConditionExpression: "attribute_not_exists(pk)" };
  return {
    ConditionExpression: "operationId = :operationId",
    ExpressionAttributeValues: { ":operationId": read.operationId },
  };
}

function releaseOf(org: Org, read: StoredProfile | undefined): TransactionPart[] {
  const { externalId, customerId } = read?.customer ?? {};
  if (externalId === undefined || customerId === undefined) return [];
  return [{ Delete: buildRelease(org, externalId, customerId) }];
}

function buildFirstPass(request: ErasureRequest): TransactionPart {
  const Item = buildErasingItem({ ...firstPass(request), org: request.org });
  // Two requests of one moment would share the item. The condition on the profile refuses the second of them; this one
  // keeps what the first pass has noted.
  return { Put: { Item, ConditionExpression: "attribute_not_exists(pk)" } };
}

/** Names a customer. */
export type CustomerRef = { readonly org: Org; readonly customerId: number };

/** A target in which an erased customer was enrolled. */
export type ErasedTarget = { readonly groupId: number; readonly targetId: number };

export type ErasablePage = {
  /** The keys of what is to be removed: all but the tombstone and the note. */
  readonly keys: readonly Key[];
  /** The targets of the enrolments among them. */
  readonly targets: readonly ErasedTarget[];
  /** The last sort key of the page; `undefined` when the page is empty. */
  readonly last: string | undefined;
};

/** One page of what is stored of an erased customer. */
export async function listErasable(
  table: Table,
  { org, customerId }: CustomerRef,
  after: string | null,
  limit: number,
): Promise<ErasablePage> {
  const partition = customerPartition(org, customerId);
  const page = await queryPage(table, {
    partition,
    limit,
    ...(after === null ? {} : { after: customerItemKey(org, customerId, after) }),
  });
  const keys = page.items.map(keyOf);
  return {
    keys: keys.filter(({ sk }) => sk !== profileSortKey && sk !== erasedNoteSortKey),
    targets: keys.flatMap(({ sk }) => parseEnrollmentSortKey(sk) ?? []),
    last: keys.at(-1)?.sk,
  };
}

function keyOf(item: StoredItem): Key {
  const reader = ItemReader.of(item);
  return { pk: reader.text("pk"), sk: reader.text("sk") };
}

/** Removes an item of an erased customer. */
export async function removeErased(table: Table, key: Key): Promise<void> {
  // Two workers may go through one customer. The condition tells the second that the item is removed already.
  await remove(table, { Key: key, ConditionExpression: "attribute_exists(pk)" });
}

/** The row of the index that names the customer in the target. */
export function indexRowOf({ org, customerId }: CustomerRef, target: ErasedTarget): Key {
  return indexRowKey(org, { customerId, ...target });
}

const targetsAttribute = "targets";

/** Notes in which targets the customer was enrolled, before the enrolments go. */
export async function noteErasedTargets(
  table: Table,
  { org, customerId }: CustomerRef,
  targets: readonly ErasedTarget[],
): Promise<void> {
  if (targets.length === 0) return;
  const expression = new Expression();
  expression.addToSet(
    targetsAttribute,
    targets.map(({ groupId, targetId }) => `${groupId}/${targetId}`),
  );
  // Another worker may have finished the second pass. Without the condition the note would be there again for ever.
  await update(table, expression.update(erasedNoteKey(org, customerId), `attribute_exists(${expression.name("pk")})`));
}

/** The targets that were noted. */
export async function listErasedTargets(table: Table, { org, customerId }: CustomerRef): Promise<ErasedTarget[]> {
  const reader = ItemReader.of((await get(table, erasedNoteKey(org, customerId), { isConsistent: true })) ?? {});
  return reader.has(targetsAttribute) ? reader.textSet(targetsAttribute).map(parseTarget) : [];
}

function parseTarget(text: string): ErasedTarget {
  const [, groupId, targetId] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  if (groupId === undefined || targetId === undefined) throw new MalformedItem("An erased target is not one");
  return { groupId: Number(groupId), targetId: Number(targetId) };
}

/** Removes the note, when nothing of the customer can be written any more. */
export async function removeErasedNote(table: Table, { org, customerId }: CustomerRef): Promise<void> {
  await removeErased(table, erasedNoteKey(org, customerId));
}
