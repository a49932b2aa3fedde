import {
  type AttributeValue,
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { type AccessGroup, accessGroups } from "../domain/accessGroups.ts";
import type { Table } from "./client.ts";
import { ItemReader } from "./item.ts";
import { credentialKey, type Org } from "./keys.ts";
import { engine } from "./send.ts";

/** A credential as stored: never the secret itself. */
export type Credential = {
  readonly username: string;
  readonly org: Org;
  readonly accessGroup: AccessGroup;
  readonly secret: { readonly salt: string; readonly hash: string };
  readonly isActive: boolean;
};

/** Read consistently: a credential disabled a moment ago is disabled. */
export async function findCredential(table: Table, username: string): Promise<Credential | undefined> {
  const { pk, sk } = credentialKey(username);
  const { Item } = await engine(
    table.client.send(
      new GetItemCommand({ TableName: table.name, Key: { pk: { S: pk }, sk: { S: sk } }, ConsistentRead: true }),
    ),
  );
  return Item === undefined ? undefined : parseCredential(Item, username);
}

/** Stores a new credential; `nameTaken` when the user name exists, in whichever org. */
export async function createCredential(table: Table, credential: Credential): Promise<"created" | "nameTaken"> {
  const { pk, sk } = credentialKey(credential.username);
  const { org, accessGroup, secret, isActive } = credential;
  const item: Record<string, AttributeValue> = {
    pk: { S: pk },
    sk: { S: sk },
    org: { S: org },
    accessGroup: { S: accessGroup },
    salt: { S: secret.salt },
    secretHash: { S: secret.hash },
    isActive: { BOOL: isActive },
  };
  try {
    // Two orgs that choose one user name: without the condition the second would take the first one's over.
    await engine(
      table.client.send(
        new PutItemCommand({ TableName: table.name, Item: item, ConditionExpression: "attribute_not_exists(pk)" }),
      ),
    );
    return "created";
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return "nameTaken";
    throw error;
  }
}

function parseCredential(item: Record<string, AttributeValue>, username: string): Credential {
  const reader = ItemReader.of(item);
  return {
    username,
    org: reader.text("org"),
    accessGroup: reader.oneOf("accessGroup", accessGroups),
    secret: { salt: reader.text("salt"), hash: reader.text("secretHash") },
    isActive: reader.flag("isActive"),
  };
}
