import type { Customer, ProfileChange } from "../domain/customer.ts";
import { formatInstant, type Instant } from "../domain/instant.ts";
import type { Table } from "./client.ts";
import { Expression } from "./expression.ts";
import { ItemReader, type StoredItem } from "./item.ts";
import { customerKey, externalIdKey, type Org } from "./keys.ts";
import { type Delete, get, type Put, type TransactionPart, type Update } from "./store.ts";

/** The attribute of the item that takes the place of an erased customer's profile. It has no other. */
export const erasedAtAttribute = "erasedAt";

/** Whether a customer is registered, was erased, or neither. */
export type Standing = "registered" | "erased" | "unknown";

/**
 * Whether the customer is registered. An erased one is not. "Unknown" is answered only after a consistent read, so a
 * customer registered a moment ago is found.
 */
export async function findStanding(table: Table, org: Org, customerId: number): Promise<Standing> {
  const item = await getProfile(table, org, customerId, ["pk", erasedAtAttribute]);
  if (item === undefined) return "unknown";
  return isTombstone(item) ? "erased" : "registered";
}

export async function isRegistered(table: Table, org: Org, customerId: number): Promise<boolean> {
  return (await findStanding(table, org, customerId)) === "registered";
}

/** Whether the item is what is left of an erased customer. */
export function isTombstone(item: StoredItem): boolean {
  return ItemReader.of(item).has(erasedAtAttribute);
}

/**
 * The customer who has the external id; `undefined` is answered only after a consistent read. With `isConsistent` every
 * answer is.
 */
export async function findClaimant(
  table: Table,
  org: Org,
  externalId: string,
  { isConsistent = false } = {},
): Promise<number | undefined> {
  const read = (isFresh: boolean) =>
    get(table, externalIdKey(org, externalId), { isConsistent: isFresh, attributes: ["customerId"] });
  const claim = (await read(isConsistent)) ?? (isConsistent ? undefined : await read(true));
  return claim === undefined ? undefined : ItemReader.of(claim).integer("customerId");
}

async function getProfile(table: Table, org: Org, customerId: number, attributes?: readonly string[]) {
  const key = customerKey(org, customerId);
  const options = attributes === undefined ? {} : { attributes };
  const eventual = await get(table, key, { ...options, isConsistent: false });
  return eventual ?? get(table, key, { ...options, isConsistent: true });
}

/** A profile as stored, with the operation that wrote it. */
export type StoredProfile = {
  readonly customer: Customer;
  readonly operationId: string;
  /** When it was last asked to anonymise the customer; `undefined` when it never was. */
  readonly anonymisedAt: Instant | undefined;
};

/** What is left of an erased customer. */
export type Tombstone = { readonly erasedAt: Instant };

export function isErased(profile: StoredProfile | Tombstone | undefined): profile is Tombstone {
  return profile !== undefined && "erasedAt" in profile;
}

/** The profile as it is now; when the customer was erased: at what time. `undefined` when it never was registered. */
export async function findProfile(
  table: Table,
  org: Org,
  customerId: number,
): Promise<StoredProfile | Tombstone | undefined> {
  const item = await get(table, customerKey(org, customerId), { isConsistent: true });
  if (item === undefined) return undefined;
  const reader = ItemReader.of(item);
  if (isTombstone(item)) return { erasedAt: reader.instant(erasedAtAttribute) };
  const anonymisedAt = reader.has("anonymisedAt") ? reader.instant("anonymisedAt") : undefined;
  return { customer: parseCustomer(item, customerId), operationId: reader.text("operationId"), anonymisedAt };
}

/** The customer who has the external id at present. Both reads are consistent. */
export async function findOwner(table: Table, org: Org, externalId: string): Promise<StoredProfile | undefined> {
  const customerId = await findClaimant(table, org, externalId, { isConsistent: true });
  const profile = customerId === undefined ? undefined : await findProfile(table, org, customerId);
  // Between the two reads, the customer may have been erased, or given the id up.
  if (profile === undefined || isErased(profile)) return undefined;
  return profile.customer.externalId === externalId ? profile : undefined;
}

/** All that a brand has told about a customer, as it is stored. */
export const profileFields = ["firstName", "lastName", "externalId"] as const;

type ProfileWrite = {
  readonly org: Org;
  readonly customerId: number;
  readonly change: ProfileChange;
  readonly now: Instant;
  readonly operationId: string;
};

/** The write of a change that leaves the external id as it is. Nothing has to be read before it. */
export function buildProfileUpdate(write: ProfileWrite): Update {
  const expression = profileExpression(write);
  // The SDK may retry a first update after a second one succeeded. Without the condition the older profile would come
  // back.
  const isNewer = `${expression.name("operationId")} < ${expression.value(write.operationId)}`;
  return expression.update(customerKey(write.org, write.customerId), `attribute_not_exists(pk) OR ${isNewer}`);
}

/**
 * The transaction of a change that names the external id: the profile, the claim of the new id and the release of the
 * old one. The profile is the first part. All of it was decided on the profile that was read.
 */
export function buildClaimingChange(write: ProfileWrite, read: StoredProfile | undefined): TransactionPart[] {
  const { org, customerId, change } = write;
  const [before, after] = [read?.customer.externalId, change.externalId ?? undefined];
  const profile = { Update: buildUpdateOfRead(write, read?.operationId) };
  if (before === after) return [profile];
  return [
    profile,
    ...(after === undefined ? [] : [{ Put: buildClaim(org, after, customerId) }]),
    ...(before === undefined ? [] : [{ Delete: buildRelease(org, before, customerId) }]),
  ];
}

function buildUpdateOfRead(write: ProfileWrite, readOperationId: string | undefined): Update {
  const expression = profileExpression(write);
  // Two changes of one customer may be decided on the same profile. Without the condition the second would leave the
  // first one's claim behind, and a late retry would bring an older profile back.
  const condition =
    readOperationId === undefined
      ? "attribute_not_exists(pk)"
      : `${expression.name("operationId")} = ${expression.value(readOperationId)}`;
  return expression.update(customerKey(write.org, write.customerId), condition);
}

function buildClaim(org: Org, externalId: string, customerId: number): Put {
  return {
    Item: { ...externalIdKey(org, externalId), customerId },
    // Two customers may be given one id at once. Without the condition the second would take it from the first.
    ...unlessOfAnother(customerId),
  };
}

/** The registration of a customer who is named by nothing but the id. */
export function buildEmptyRegistration(write: Omit<ProfileWrite, "change">): Update {
  // Another call may have registered the customer. Without the condition its profile would look changed.
  return profileExpression({ ...write, change: {} }).update(
    customerKey(write.org, write.customerId),
    "attribute_not_exists(pk)",
  );
}

/** The transaction that registers a new customer with an external id that nobody has. The claim is the first part. */
export function buildRegistration(write: ProfileWrite & { readonly externalId: string }): TransactionPart[] {
  const { org, customerId, externalId } = write;
  const change = { ...write.change, externalId };
  return [
    { Update: buildFirstClaim(org, externalId, customerId) },
    // The id was drawn by chance and may be taken. Without the condition that customer would be given the external id.
    {
      Update: profileExpression({ ...write, change }).update(customerKey(org, customerId), "attribute_not_exists(pk)"),
    },
  ];
}

function buildFirstClaim(org: Org, externalId: string, customerId: number): Update {
  return {
    Key: externalIdKey(org, externalId),
    UpdateExpression: "SET customerId = :customerId",
    // Two calls may register the same external id at once. Without the condition each would make a customer.
    ConditionExpression: "attribute_not_exists(pk)",
    ExpressionAttributeValues: { ":customerId": customerId },
  };
}

export function buildRelease(org: Org, externalId: string, customerId: number): Delete {
  // Without the condition, a claim that another customer has made since could be released.
  return { Key: externalIdKey(org, externalId), ...unlessOfAnother(customerId) };
}

function unlessOfAnother(customerId: number) {
  return {
    ConditionExpression: "attribute_not_exists(pk) OR customerId = :customerId",
    ExpressionAttributeValues: { ":customerId": customerId },
  };
}

function profileExpression({ change, now, operationId }: ProfileWrite): Expression {
  const expression = new Expression();
  expression.setIfAbsent("registeredAt", formatInstant(now));
  expression.set("updatedAt", formatInstant(now));
  expression.set("operationId", operationId);
  for (const field of profileFields) {
    const value = change[field];
    if (value === null) expression.remove(field);
    else if (value !== undefined) expression.set(field, value);
  }
  return expression;
}

/** The only reader of profiles. */
export function parseCustomer(item: StoredItem, customerId: number): Customer {
  const reader = ItemReader.of(item);
  return {
    customerId,
    firstName: reader.optionalText("firstName"),
    lastName: reader.optionalText("lastName"),
    externalId: reader.optionalText("externalId"),
    registeredAt: reader.instant("registeredAt"),
    updatedAt: reader.instant("updatedAt"),
  };
}
