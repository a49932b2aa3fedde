import {
  type AttributeValue,
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { type AccessGroup, accessGroups } from "../domain/accessGroups.ts";
import type { Table } from "./client.ts";
import { tableDefinition } from "./definition.ts";
import { ItemReader } from "./item.ts";
import { keyAttributes, type Org, tokenKey } from "./keys.ts";
import { engine } from "./send.ts";

/** An access token as stored: never the token itself. */
export type StoredToken = {
  /** SHA-256 of the token, in hexadecimal. */
  readonly digest: string;
  readonly org: Org;
  readonly username: string;
  readonly accessGroup: AccessGroup;
  /** Names the secret it was obtained with; it ends with that secret. */
  readonly secretSalt: string;
  /** The first second at which it is no longer good. DynamoDB deletes the item some time after it. */
  readonly expiresAtEpochSeconds: number;
};

export async function putToken(table: Table, token: StoredToken): Promise<void> {
  await engine(table.client.send(new PutItemCommand({ TableName: table.name, ...buildPut(token) })));
}

function buildPut({ digest, org, username, accessGroup, secretSalt, expiresAtEpochSeconds }: StoredToken) {
  return {
    Item: {
      ...keyAttributes(tokenKey(digest)),
      org: { S: org },
      username: { S: username },
      accessGroup: { S: accessGroup },
      secretSalt: { S: secretSalt },
      [tableDefinition.timeToLiveAttribute]: { N: expiresAtEpochSeconds.toString() },
    },
    // Two users with one token, which 256 random bits rule out. Not "does not exist": a retry by the SDK finds its own.
    // One that was ended: an attempt that was lost, arriving now, would bring it back.
    ConditionExpression:
      "attribute_not_exists(pk) OR (username = :username AND secretSalt = :secretSalt AND attribute_not_exists(isEnded))",
    ExpressionAttributeValues: { ":username": { S: username }, ":secretSalt": { S: secretSalt } },
  };
}

/** Read consistently: a token ended a moment ago is not found. One that has expired may still be. */
export async function findToken(table: Table, digest: string): Promise<StoredToken | undefined> {
  const Key = keyAttributes(tokenKey(digest));
  const { Item } = await engine(
    table.client.send(new GetItemCommand({ TableName: table.name, Key, ConsistentRead: true })),
  );
  return Item === undefined || ItemReader.of(Item).has("isEnded") ? undefined : parseToken(Item, digest);
}

/** Ends the user's token, if there is one; `notYours` when it is another's. What is left of it goes when it expires. */
export async function endToken(table: Table, digest: string, username: string): Promise<"gone" | "notYours"> {
  try {
    await engine(
      table.client.send(
        new UpdateItemCommand({
          TableName: table.name,
          Key: keyAttributes(tokenKey(digest)),
          UpdateExpression: "SET isEnded = :true",
          // Whoever comes by another's token could end it, and with it that client's work; ending one that nobody has
          // would leave an item for ever.
          ConditionExpression: "username = :username",
          ExpressionAttributeValues: { ":username": { S: username }, ":true": { BOOL: true } },
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        }),
      ),
    );
    return "gone";
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return error.Item === undefined ? "gone" : "notYours";
    throw error;
  }
}

/** The only reader of token items. */
function parseToken(item: Record<string, AttributeValue>, digest: string): StoredToken {
  const reader = ItemReader.of(item);
  return {
    digest,
    org: reader.text("org"),
    username: reader.text("username"),
    accessGroup: reader.oneOf("accessGroup", accessGroups),
    secretSalt: reader.text("secretSalt"),
    expiresAtEpochSeconds: reader.integer(tableDefinition.timeToLiveAttribute),
  };
}
