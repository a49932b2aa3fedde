import { type AccessGroup, accessGroups } from "../domain/accessGroups.ts";
import { ServiceError } from "../domain/serviceError.ts";
import type { Table } from "./client.ts";
import { tableDefinition } from "./definition.ts";
import { ItemReader, type StoredItem } from "./item.ts";
import { type Org, tokenKey } from "./keys.ts";
import { get, put, update } from "./store.ts";

/** An access token as stored: never the token itself. */
export type StoredToken = {
  /** SHA-256 of the token, in hexadecimal. */
  readonly digest: string;
  readonly org: Org;
  readonly username: string;
  readonly accessGroup: AccessGroup;
  /** The salt of the secret that the token was obtained with. The token ends with that secret. */
  readonly secretSalt: string;
  /** The first second at which the token is no longer valid. DynamoDB deletes the item some time later. */
  readonly expiresAtEpochSeconds: number;
};

export async function putToken(table: Table, token: StoredToken): Promise<void> {
  const { digest, org, username, accessGroup, secretSalt, expiresAtEpochSeconds } = token;
  const isStored = await put(table, {
    Item: {
      ...tokenKey(digest),
      org,
      username,
      accessGroup,
      secretSalt,
      [tableDefinition.timeToLiveAttribute]: expiresAtEpochSeconds,
    },
    // The condition keeps one user's token from replacing another's, which 256 random bits rule out anyway. It is not
    // "does not exist", because a retry by the SDK would fail on its own first attempt. It excludes ended tokens,
    // because a lost attempt that arrives late would bring one back.
    ConditionExpression:
      "attribute_not_exists(pk) OR (username = :username AND secretSalt = :secretSalt AND attribute_not_exists(isEnded))",
    ExpressionAttributeValues: { ":username": username, ":secretSalt": secretSalt },
  });
  if (!isStored) throw new ServiceError("The new token is another user's, or has ended");
}

/**
 * The token with this digest. The read is consistent, so a token that was just ended is not found. An expired token may
 * still be found.
 */
export async function findToken(table: Table, digest: string): Promise<StoredToken | undefined> {
  const item = await get(table, tokenKey(digest), { isConsistent: true });
  return item === undefined || ItemReader.of(item).has("isEnded") ? undefined : parseToken(item, digest);
}

/**
 * Ends the user's token, if it exists; `notYours` when it is another user's. DynamoDB deletes the item when the token
 * expires.
 */
export async function endToken(table: Table, digest: string, username: string): Promise<"gone" | "notYours"> {
  const result = await update(table, {
    Key: tokenKey(digest),
    UpdateExpression: "SET isEnded = :true",
    // Without the condition, somebody who gets hold of another's token could end it and stop that client's work. Ending
    // a token that does not exist would leave an item for ever.
    ConditionExpression: "username = :username",
    ExpressionAttributeValues: { ":username": username, ":true": true },
  });
  return result.outcome === "refused" && result.stored !== undefined ? "notYours" : "gone";
}

/** The only reader of token items. */
function parseToken(item: StoredItem, digest: string): StoredToken {
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
