import { describe, expect, test } from "vitest";
import { at, onlyResource, resourcesOfType, type SynthesizedStack, synthesize } from "./support/synthesize.ts";

const without = synthesize();
const stack = synthesize({ customerKey: "true" });

const isTableKey = ([id]: readonly [string, unknown]) => id.startsWith("Table");
const keysOf = (of: SynthesizedStack) => resourcesOfType(of, "AWS::KMS::Key").filter(isTableKey);

const policiesOf = (of: SynthesizedStack) => resourcesOfType(of, "AWS::IAM::Policy");

function tableKey() {
  const [key, ...others] = keysOf(stack);
  if (key === undefined || others.length > 0) throw new Error("The table has one key");
  return key;
}

const [keyId, key] = tableKey();

describe("with the setting customerKey", () => {
  test("the table is encrypted with a key of the account's own, and is otherwise the same", () => {
    const [tableId, table] = onlyResource(stack, "AWS::DynamoDB::Table");
    const [ownId, own] = onlyResource(without, "AWS::DynamoDB::Table");
    const SSESpecification = {
      SSEEnabled: true,
      SSEType: "KMS",
      KMSMasterKeyId: { "Fn::GetAtt": [keyId, "Arn"] },
    };
    expect([tableId, table]).toEqual([ownId, { ...own, Properties: { ...own.Properties, SSESpecification } }]);
  });

  test("the key is rotated and kept whatever happens to the stack, because without it table and backups are lost", () => {
    expect(key).toMatchObject({
      DeletionPolicy: "Retain",
      UpdateReplacePolicy: "Retain",
      Properties: { EnableKeyRotation: true },
    });
  });

  test("the account manages the key, and whoever may use the table uses it through DynamoDB, in this account alone", () => {
    const [managed, used, ...others] = Object.values(at(key.Properties, "KeyPolicy", "Statement") ?? {});
    expect(managed).toMatchObject({ Effect: "Allow", Action: "kms:*", Principal: { AWS: expect.anything() } });
    expect(JSON.stringify(at(managed, "Principal"))).toContain(":root");
    expect(used).toEqual({
      Effect: "Allow",
      Principal: { AWS: "*" },
      Action: [
        "kms:CreateGrant",
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:GenerateDataKey*",
        "kms:ReEncrypt*",
      ],
      Resource: "*",
      Condition: {
        StringEquals: {
          "kms:CallerAccount": { Ref: "AWS::AccountId" },
          "kms:ViaService": { "Fn::Join": ["", ["dynamodb.", { Ref: "AWS::Region" }, ".", { Ref: "AWS::URLSuffix" }]] },
        },
      },
    });
    expect(others).toEqual([]);
  });

  test("an output names the key, for a restored table", () => {
    expect(stack.outputs).toEqual({
      ...without.outputs,
      TableKeyArn: { Description: expect.any(String), Value: { "Fn::GetAtt": [keyId, "Arn"] } },
    });
  });

  test("no role changes, so that no version loses the table while a deployment is under way", () => {
    expect(policiesOf(stack)).toEqual(policiesOf(without));
  });
});

test("without the setting the stack makes no key for the table", () => {
  expect(keysOf(without)).toEqual([]);
});
