import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import type { Table } from "../../shared/table/client.ts";
import {
  achievedAttribute,
  levelReachedAtAttribute,
  names,
  reachedAtAttribute,
} from "../../shared/table/enrollmentItem.ts";
import { enrollmentKey } from "../../shared/table/keys.ts";
import type { TestGroup, TestOrg } from "./org.ts";

type Progress = {
  readonly org: TestOrg;
  readonly group: TestGroup;
  readonly customerId: number;
  /** The sums, by cycle number. */
  readonly cycles?: Readonly<Record<number, string>>;
  readonly reached?: readonly number[];
  readonly levelIds?: readonly number[];
  readonly now: string;
};

/** Writes a customer's progress in the way activities would. */
export async function recordProgress(table: Table, progress: Progress): Promise<void> {
  const { org, group, customerId, cycles = {}, reached = [], levelIds = [], now } = progress;
  const attributes = [
    ...Object.entries(cycles).map(([cycle, sum]) => [achievedAttribute(Number(cycle)), { N: sum }] as const),
    ...reached.map((cycle) => [reachedAtAttribute(cycle), { N: Date.parse(now).toString() }] as const),
    ...levelIds.map((levelId) => [levelReachedAtAttribute(levelId), { N: Date.parse(now).toString() }] as const),
  ];
  const { pk, sk } = enrollmentKey(org.org, customerId, group.groupId, group.targetId);
  await table.client.send(
    new UpdateItemCommand({
      TableName: table.name,
      Key: { pk: { S: pk }, sk: { S: sk } },
      ConditionExpression: "attribute_exists(pk)",
      UpdateExpression: `SET #revision = #revision + :one, ${attributes.map((_, index) => `#${index} = :${index}`).join(", ")}`,
      ExpressionAttributeNames: {
        "#revision": names.revision,
        ...Object.fromEntries(attributes.map(([name], index) => [`#${index}`, name])),
      },
      ExpressionAttributeValues: {
        ":one": { N: "1" },
        ...Object.fromEntries(attributes.map(([, value], index) => [`:${index}`, value])),
      },
    }),
  );
}
