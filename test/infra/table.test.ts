import { expect, test } from "vitest";
import { tableDefinition } from "../../shared/table/definition.ts";
import { onlyResource, synthesize } from "./support/synthesize.ts";

const [, table] = onlyResource(synthesize(), "AWS::DynamoDB::Table");

test("the table has the definition's keys, both strings, and no index", () => {
  const { partitionKey, sortKey } = tableDefinition;
  expect(table.Properties).toMatchObject({
    KeySchema: [
      { AttributeName: partitionKey, KeyType: "HASH" },
      { AttributeName: sortKey, KeyType: "RANGE" },
    ],
    AttributeDefinitions: [
      { AttributeName: partitionKey, AttributeType: "S" },
      { AttributeName: sortKey, AttributeType: "S" },
    ],
  });
  expect(table.Properties).not.toHaveProperty("GlobalSecondaryIndexes");
  expect(table.Properties).not.toHaveProperty("LocalSecondaryIndexes");
});

test("the table's items expire by the definition's attribute", () => {
  const specification = { AttributeName: tableDefinition.timeToLiveAttribute, Enabled: true };
  expect(table.Properties).toMatchObject({ TimeToLiveSpecification: specification });
});

test("the table streams both images of every change", () => {
  expect(table.Properties).toMatchObject({ StreamSpecification: { StreamViewType: tableDefinition.streamViewType } });
  expect(tableDefinition.streamViewType).toBe("NEW_AND_OLD_IMAGES");
});

test("the table is paid per request, so no load needs planning", () => {
  expect(table.Properties).toMatchObject({ BillingMode: "PAY_PER_REQUEST" });
});

test("the table can be restored to any second, and no deployment or removal of the stack deletes it", () => {
  expect(table).toMatchObject({
    Properties: {
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    },
    DeletionPolicy: "Retain",
    UpdateReplacePolicy: "Retain",
  });
});

test("the table is encrypted with the key that DynamoDB owns, because no key is set", () => {
  expect(table.Properties.SSESpecification).toEqual({ SSEEnabled: false });
});
