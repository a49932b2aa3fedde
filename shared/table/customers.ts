import {
  type AttributeValue,
  ConditionalCheckFailedException,
  GetItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";
import type { Customer, CustomerProfile } from "../domain/customer.ts";
import { formatInstant, type Instant } from "../domain/instant.ts";
import type { Table } from "./client.ts";
import { ItemReader } from "./item.ts";
import { customerKey, type Org } from "./keys.ts";
import { engine, OutcomeUnknown, TooMuchContention } from "./send.ts";

/** Whether the customer is registered. A customer registered a moment ago is found: "no" is read consistently. */
export async function isRegistered(table: Table, org: Org, customerId: number): Promise<boolean> {
  return (await getProfile(table, org, customerId, ["pk"])) !== undefined;
}

export async function findCustomer(table: Table, org: Org, customerId: number): Promise<Customer | undefined> {
  const item = await getProfile(table, org, customerId);
  return item === undefined ? undefined : parseCustomer(item, customerId);
}

async function getProfile(table: Table, org: Org, customerId: number, attributes?: string[]) {
  const { pk, sk } = customerKey(org, customerId);
  const input = {
    TableName: table.name,
    Key: { pk: { S: pk }, sk: { S: sk } },
    ...(attributes === undefined ? {} : { ProjectionExpression: attributes.join(", ") }),
  };
  const eventual = await engine(table.client.send(new GetItemCommand(input)));
  if (eventual.Item !== undefined) return eventual.Item;
  const consistent = await engine(table.client.send(new GetItemCommand({ ...input, ConsistentRead: true })));
  return consistent.Item;
}

/**
 * Registers the customer or replaces the profile, and answers it as stored. A field that is absent is cleared.
 * Of two calls at once the later wins; a late retry of the earlier one changes nothing.
 */
export async function putCustomer(
  table: Table,
  org: Org,
  customerId: number,
  profile: CustomerProfile,
  now: Instant,
): Promise<Customer> {
  let operationId = table.operationIds.next();
  for (let round = 1; round <= putRounds; round += 1) {
    const input = { TableName: table.name, ...buildProfileUpdate(org, customerId, profile, now, operationId) };
    try {
      const { Attributes = {} } = await engine(table.client.send(new UpdateItemCommand(input)));
      return parseCustomer(Attributes, customerId);
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException) || error.Item === undefined) throw error;
      const storedOperationId = ItemReader.of(error.Item).text("operationId");
      if (storedOperationId === operationId) return parseCustomer(error.Item, customerId);
      // An earlier attempt of ours may have been applied and replaced since, or never have arrived.
      if (error.$metadata.attempts !== 1) throw new OutcomeUnknown("The profile may have been stored and replaced");
      operationId = table.operationIds.nextAfter(storedOperationId);
    }
  }
  throw new TooMuchContention("The customer was overtaken every time");
}

/** A further round is needed only when another process's clock is ahead of ours. */
const putRounds = 3;

const profileFields = ["firstName", "lastName", "externalId"] as const;

function buildProfileUpdate(
  org: Org,
  customerId: number,
  profile: CustomerProfile,
  now: Instant,
  operationId: string,
): Omit<UpdateItemCommandInput, "TableName"> {
  const { pk, sk } = customerKey(org, customerId);
  const values: Record<string, AttributeValue> = {
    ":now": { S: formatInstant(now) },
    ":operationId": { S: operationId },
  };
  const sets = ["registeredAt = if_not_exists(registeredAt, :now)", "updatedAt = :now", "operationId = :operationId"];
  const removes: string[] = [];
  for (const field of profileFields) {
    const value = profile[field];
    if (value === undefined) {
      removes.push(field);
      continue;
    }
    values[`:${field}`] = { S: value };
    sets.push(`${field} = :${field}`);
  }
  return {
    Key: { pk: { S: pk }, sk: { S: sk } },
    UpdateExpression: `SET ${sets.join(", ")}${removes.length === 0 ? "" : ` REMOVE ${removes.join(", ")}`}`,
    // Two updates at once, the first retried by the SDK after the second succeeded: without it the older profile
    // would come back.
    ConditionExpression: "attribute_not_exists(pk) OR operationId < :operationId",
    ExpressionAttributeValues: values,
    ReturnValues: "ALL_NEW",
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  };
}

function parseCustomer(item: Record<string, AttributeValue>, customerId: number): Customer {
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
