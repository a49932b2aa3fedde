import {
  type AttributeValue,
  GetItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { formatInstant } from "../../shared/domain/instant.ts";
import type { Table } from "../../shared/table/client.ts";
import { isRegistered } from "../../shared/table/customers.ts";
import type { Design } from "../designs.ts";
import { benchUser, during, endOf, type Place, targetValue } from "../place.ts";

/**
 * The first usual design: an item for each cycle of an enrolment. All items are written in one transaction, because
 * half an enrolment would be wrong. It is limited to 100 cycles, the most items of a transaction; more are written here by
 * several, which can leave half an enrolment. Keys begin with the cycle, so that an activity reads only the items it may
 * change.
 *
 * An item holds what a report or a dispute needs and cannot be found out later, as the service's enrolments do: who
 * enrolled the customer, by which way and under which version, and whether the reached cycle was announced.
 */
export function itemPerCycle(table: Table): Design {
  return {
    name: "an item per cycle",
    isFlat: false,
    enroll: async ({ org, group }, customerId, targetId, cycleNumber) => {
      if (!(await isRegistered(table, org, customerId))) throw new Error("Not registered");
      const TransactItems = group.cycles.slice(cycleNumber - 1).map(({ number }) => ({
        Update: {
          TableName: table.name,
          Key: keyOf(org, customerId, group.id, targetId, number),
          UpdateExpression:
            "SET #status = :enrolled, enrolledAt = :now, achieved = if_not_exists(achieved, :zero), " +
            "enteredBy = :user, #source = :api, definitionVersion = :version",
          ConditionExpression: "attribute_not_exists(pk) OR #status = :unenrolled",
          ExpressionAttributeNames: { "#status": "status", "#source": "source" },
          ExpressionAttributeValues: {
            ":enrolled": { S: "ENROLLED" },
            ":unenrolled": { S: "UNENROLLED" },
            ":now": { S: formatInstant(during(cycleNumber)) },
            ":zero": { N: "0" },
            ":user": { S: benchUser },
            ":api": { S: "API" },
            ":version": { N: "1" },
          },
        },
      }));
      for (let index = 0; index < TransactItems.length; index += 100) {
        const part = TransactItems.slice(index, index + 100);
        await table.client.send(new TransactWriteItemsCommand({ TransactItems: part }));
      }
    },
    leave: async ({ org, group }, customerId, targetId, cycleNumber) => {
      const Key = keyOf(org, customerId, group.id, targetId, cycleNumber);
      await table.client.send(new GetItemCommand({ TableName: table.name, Key, ConsistentRead: true }));
      await table.client.send(
        new UpdateItemCommand({
          TableName: table.name,
          Key,
          UpdateExpression: "SET #status = :unenrolled",
          ConditionExpression: "#status = :enrolled",
          ExpressionAttributeNames: { "#status": "status" },
          ExpressionAttributeValues: { ":unenrolled": { S: "UNENROLLED" }, ":enrolled": { S: "ENROLLED" } },
        }),
      );
    },
    close: async ({ org, group }, customerId, cycleNumber) => {
      for (const { id } of group.targets)
        await close(table, keyOf(org, customerId, group.id, id, cycleNumber), cycleNumber);
    },
    count: (place, customerId, cycleNumber) =>
      post(table, place, customerId, { cycleNumber, activityId: `receipt-${cycleNumber}`, amount: targetValue }),
    giveBack: async (place, customerId) => {
      const Key = { pk: partition(place.org, customerId), sk: { S: "ACTIVITY#receipt-1" } };
      await table.client.send(new GetItemCommand({ TableName: table.name, Key, ConsistentRead: true }));
      await post(table, place, customerId, { cycleNumber: 1, activityId: "giveback-1", amount: -1 });
    },
    read: (place, customerId, what, cycleNumber) =>
      Promise.all([
        what === "enrolled" || isRegistered(table, place.org, customerId),
        cycleItems(table, place, customerId, what === "all" ? undefined : cycleNumber),
      ]),
  };
}

async function post(
  table: Table,
  place: Place,
  customerId: number,
  {
    cycleNumber,
    activityId,
    amount,
  }: { readonly cycleNumber: number; readonly activityId: string; readonly amount: number },
): Promise<void> {
  const items = await cycleItems(table, place, customerId, cycleNumber);
  const record = {
    Put: {
      TableName: table.name,
      Item: { pk: partition(place.org, customerId), sk: { S: `ACTIVITY#${activityId}` } },
      ConditionExpression: "attribute_not_exists(pk)",
    },
  };
  const updates = items.map(({ pk, sk }) => ({
    Update: {
      TableName: table.name,
      Key: { pk: pk ?? noKey(), sk: sk ?? noKey() },
      UpdateExpression: "SET achieved = achieved + :amount, reachedAt = :now, announced = :yes",
      ConditionExpression: "#status = :enrolled",
      ExpressionAttributeNames: { "#status": "status" },
      ExpressionAttributeValues: {
        ":amount": { N: amount.toString() },
        ":now": { S: formatInstant(during(cycleNumber)) },
        ":enrolled": { S: "ENROLLED" },
        ":yes": { BOOL: true },
      },
    },
  }));
  await table.client.send(new TransactWriteItemsCommand({ TransactItems: [record, ...updates] }));
}

async function close(table: Table, Key: ReturnType<typeof keyOf>, cycleNumber: number): Promise<void> {
  const { Item } = await table.client.send(new GetItemCommand({ TableName: table.name, Key, ConsistentRead: true }));
  if (Item === undefined) return;
  await table.client.send(
    new UpdateItemCommand({
      TableName: table.name,
      Key,
      UpdateExpression: "SET closedAt = :now",
      ConditionExpression: "attribute_not_exists(closedAt)",
      ExpressionAttributeValues: { ":now": { S: formatInstant(endOf(cycleNumber)) } },
    }),
  );
}

/** The items of one cycle, or of all. */
async function cycleItems(
  table: Table,
  { org }: Place,
  customerId: number,
  cycleNumber: number | undefined,
): Promise<Record<string, AttributeValue>[]> {
  const prefix = cycleNumber === undefined ? "CYCLE#" : cyclePrefix(cycleNumber);
  const { Items = [] } = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
      ExpressionAttributeValues: { ":pk": partition(org, customerId), ":prefix": { S: prefix } },
      ConsistentRead: true,
    }),
  );
  return Items;
}

function keyOf(org: string, customerId: number, groupId: number, targetId: number, cycleNumber: number) {
  return { pk: partition(org, customerId), sk: { S: `${cyclePrefix(cycleNumber)}${groupId}#${targetId}` } };
}

function cyclePrefix(cycleNumber: number): string {
  return `CYCLE#${cycleNumber}#`;
}

function partition(org: string, customerId: number) {
  return { S: `PER-CYCLE#${org}#CUSTOMER#${customerId}` };
}

function noKey(): never {
  throw new Error("An item has no key");
}
