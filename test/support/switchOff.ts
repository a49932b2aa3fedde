import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { Table } from "../../shared/table/client.ts";
import { groupKey, type Key, type Org, targetKey } from "../../shared/table/keys.ts";

type SwitchedOff = { readonly groupId: number; readonly targetId: number };

/** Makes an active group inactive, as no route can so far. */
export function switchOffGroup(table: Table, org: Org, { groupId }: SwitchedOff): Promise<void> {
  return switchOff(table, groupKey(org, groupId));
}

/** Makes an active target inactive, as no route can so far. */
export function switchOffTarget(table: Table, org: Org, { groupId, targetId }: SwitchedOff): Promise<void> {
  return switchOff(table, targetKey(org, groupId, targetId));
}

async function switchOff(table: Table, Key: Key): Promise<void> {
  await table.client.send(
    new UpdateCommand({
      TableName: table.name,
      Key,
      UpdateExpression: "SET isActive = :no",
      ConditionExpression: "isActive = :yes",
      ExpressionAttributeValues: { ":no": false, ":yes": true },
    }),
  );
}
