import type { Customer, CustomerProfile } from "../domain/customer.ts";
import { formatInstant, type Instant } from "../domain/instant.ts";
import type { Table } from "./client.ts";
import { Expression } from "./expression.ts";
import { ItemReader, type StoredItem } from "./item.ts";
import { customerKey, type Org } from "./keys.ts";
import { get, type Update } from "./store.ts";

/**
 * Whether the customer is registered. "No" is answered only after a consistent read, so a customer registered a moment
 * ago is found.
 */
export async function isRegistered(table: Table, org: Org, customerId: number): Promise<boolean> {
  return (await getProfile(table, org, customerId, ["pk"])) !== undefined;
}

export async function findCustomer(table: Table, org: Org, customerId: number): Promise<Customer | undefined> {
  const item = await getProfile(table, org, customerId);
  return item === undefined ? undefined : parseCustomer(item, customerId);
}

async function getProfile(table: Table, org: Org, customerId: number, attributes?: readonly string[]) {
  const key = customerKey(org, customerId);
  const options = attributes === undefined ? {} : { attributes };
  const eventual = await get(table, key, { ...options, isConsistent: false });
  return eventual ?? get(table, key, { ...options, isConsistent: true });
}

const profileFields = ["firstName", "lastName", "externalId"] as const;

/** The one write of a profile. */
export function buildProfileUpdate(
  org: Org,
  customerId: number,
  profile: CustomerProfile,
  now: Instant,
  operationId: string,
): Update {
  const expression = new Expression();
  expression.setIfAbsent("registeredAt", formatInstant(now));
  expression.set("updatedAt", formatInstant(now));
  expression.set("operationId", operationId);
  for (const field of profileFields) {
    const value = profile[field];
    if (value === undefined) expression.remove(field);
    else expression.set(field, value);
  }
  // The SDK may retry a first update after a second one succeeded. Without the condition the older profile would come
  // back.
  const isNewer = `${expression.name("operationId")} < ${expression.value(operationId)}`;
  return expression.update(customerKey(org, customerId), `attribute_not_exists(pk) OR ${isNewer}`);
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
