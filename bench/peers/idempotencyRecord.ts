import { createHash } from "node:crypto";
import { GetCommand, QueryCommand, TransactWriteCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { formatInstant } from "../../shared/domain/instant.ts";
import type { Table } from "../../shared/table/client.ts";
import { isRegistered } from "../../shared/table/customers.ts";
import { names, statuses } from "../../shared/table/enrollmentItem.ts";
import { buildEnrollmentUpdate } from "../../shared/table/enrollmentUpdate.ts";
import type { StoredItem } from "../../shared/table/item.ts";
import type { Key } from "../../shared/table/keys.ts";
import type { Design } from "../designs.ts";
import { benchAuthor, during, endOf, targetValue } from "../place.ts";

/**
 * The second usual design: a flat enrolment like the service's. A record of the request makes it safe to repeat. It is
 * written in the same transaction and expires.
 */
export function idempotencyRecord(table: Table): Design {
  return {
    name: "an idempotency record",
    isFlat: true,
    enroll: async ({ org, group }, customerId, targetId, cycleNumber) => {
      if (!(await isRegistered(table, org, customerId))) throw new Error("Not registered");
      const update = buildEnrollmentUpdate({
        key: keyOf(org, customerId, group.id, targetId),
        plan: { outcome: "accepted", fromCycle: cycleNumber, opening: { kind: "resume" }, definitionVersion: 1 },
        now: during(cycleNumber),
        operationId: table.operationIds.next(),
        authorship: benchAuthor,
        idempotency: undefined,
      });
      const record = recordOf(table.name, org, customerId, `enroll-${targetId}-${cycleNumber}`);
      // A failed condition answers the stored item, by which a repeat is distinguished from a second call.
      const Update = { TableName: table.name, ...update, ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const };
      const TransactItems = [record, { Update }];
      await table.client.send(new TransactWriteCommand({ TransactItems }));
    },
    leave: async ({ org, group }, customerId, targetId) => {
      const Key = keyOf(org, customerId, group.id, targetId);
      const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key, ConsistentRead: true }));
      await table.client.send(
        new UpdateCommand({
          TableName: table.name,
          Key,
          UpdateExpression: "SET #status = :unenrolled, #revision = #revision + :one",
          ConditionExpression: "#revision = :revision",
          ExpressionAttributeNames: { "#status": names.status, "#revision": names.revision },
          ExpressionAttributeValues: {
            ":unenrolled": statuses.unenrolled,
            ":one": 1,
            ":revision": Item?.[names.revision],
          },
        }),
      );
    },
    giveBack: async ({ org }, customerId) => {
      const [enrollments] = await Promise.all([
        readEnrollments(table, org, customerId),
        table.client.send(
          new GetCommand({
            TableName: table.name,
            Key: { pk: `IDEMPOTENCY#${org}#${customerId}#receipt-1`, sk: "IDEMPOTENCY" },
            ConsistentRead: true,
          }),
        ),
      ]);
      const record = recordOf(table.name, org, customerId, "giveback-1");
      const updates = enrollments.map((item) => countingUpdate(table.name, item, 1, targetValue - 1));
      await table.client.send(new TransactWriteCommand({ TransactItems: [record, ...updates] }));
    },
    read: ({ org }, customerId, what) =>
      Promise.all([
        what === "enrolled" || isRegistered(table, org, customerId),
        readEnrollments(table, org, customerId),
      ]),
    close: async ({ org, group }, customerId, cycleNumber) => {
      for (const { id } of group.targets) await close(table, keyOf(org, customerId, group.id, id), cycleNumber);
    },
    count: async ({ org }, customerId, cycleNumber) => {
      const enrollments = await readEnrollments(table, org, customerId);
      const record = recordOf(table.name, org, customerId, `receipt-${cycleNumber}`);
      const updates = enrollments.map((item) => countingUpdate(table.name, item, cycleNumber, targetValue));
      await table.client.send(new TransactWriteCommand({ TransactItems: [record, ...updates] }));
    },
  };
}

async function close(table: Table, Key: Key, cycleNumber: number): Promise<void> {
  const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key, ConsistentRead: true }));
  if (Item === undefined) return;
  await table.client.send(
    new UpdateCommand({
      TableName: table.name,
      Key,
      UpdateExpression: "SET #closedAt = :now, #revision = #revision + :one",
      ConditionExpression: "#revision = :revision",
      ExpressionAttributeNames: { "#closedAt": `closedAt#${cycleNumber}`, "#revision": names.revision },
      ExpressionAttributeValues: {
        ":now": formatInstant(endOf(cycleNumber)),
        ":one": 1,
        ":revision": Item[names.revision],
      },
    }),
  );
}

async function readEnrollments(table: Table, org: string, customerId: number) {
  const { Items = [] } = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
      ExpressionAttributeValues: { ":pk": partition(org, customerId), ":prefix": "ENROLLMENT#" },
      ConsistentRead: true,
    }),
  );
  return Items;
}

function countingUpdate(TableName: string, item: StoredItem, cycleNumber: number, achieved: number) {
  const { pk, sk, [names.revision]: revision } = item;
  if (pk === undefined || sk === undefined || revision === undefined) throw new Error("Not an enrolment");
  return {
    Update: {
      TableName,
      Key: { pk, sk },
      UpdateExpression: "SET #achieved = :amount, #reachedAt = :now, #revision = #revision + :one",
      ConditionExpression: "#revision = :revision",
      ExpressionAttributeNames: {
        "#achieved": `achieved#${cycleNumber}`,
        "#reachedAt": `reachedAt#${cycleNumber}`,
        "#revision": names.revision,
      },
      ExpressionAttributeValues: {
        ":amount": achieved,
        ":now": formatInstant(during(cycleNumber)),
        ":one": 1,
        ":revision": revision,
      },
    },
  };
}

function recordOf(TableName: string, org: string, customerId: number, key: string) {
  return {
    Put: {
      TableName,
      Item: {
        pk: `IDEMPOTENCY#${org}#${customerId}#${key}`,
        sk: "IDEMPOTENCY",
        recordDigest: createHash("sha256").update(key).digest("base64url"),
        answer: JSON.stringify({ data: customerId, errors: null, warnings: null }),
        expiresAt: during(1) / 1000 + 86_400,
      },
      ConditionExpression: "attribute_not_exists(pk)",
    },
  };
}

function keyOf(org: string, customerId: number, groupId: number, targetId: number): Key {
  return { pk: partition(org, customerId), sk: `ENROLLMENT#${groupId}#${targetId}` };
}

function partition(org: string, customerId: number): string {
  return `WITH-RECORD#${org}#CUSTOMER#${customerId}`;
}
