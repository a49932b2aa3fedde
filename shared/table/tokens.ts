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
  /** Names the secret it was obtained with; it ends with that secret. */
  readonly secretSalt: string;
  /** The first second at which it is no longer good. DynamoDB deletes the item some time after it. */
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
    // Two users with one token, which 256 random bits rule out. The condition is not "does not exist", as a retry by the
    // SDK finds its own. It names ended tokens, as an attempt that was lost and arrives now would bring one back.
    ConditionExpression:
      "attribute_not_exists(pk) OR (username = :username AND secretSalt = :secretSalt AND attribute_not_exists(isEnded))",
    ExpressionAttributeValues: { ":username": username, ":secretSalt": secretSalt },
  });
  if (!isStored) throw new ServiceError("The new token is another user's, or has ended");
}

/** Read consistently: a token ended a moment ago is not found. One that has expired may still be. */
export async function findToken(table: Table, digest: string): Promise<StoredToken | undefined> {
  const item = await get(table, tokenKey(digest), { isConsistent: true });
  return item === undefined || ItemReader.of(item).has("isEnded") ? undefined : parseToken(item, digest);
}

/** Ends the user's token, if there is one; `notYours` when it is another's. What is left of it goes when it expires. */
export async function endToken(table: Table, digest: string, username: string): Promise<"gone" | "notYours"> {
  const result = await update(table, {
    Key: tokenKey(digest),
    UpdateExpression: "SET isEnded = :true",
    // Whoever comes by another's token could end it, and with it that client's work; ending one that nobody has
    // would leave an item for ever.
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
