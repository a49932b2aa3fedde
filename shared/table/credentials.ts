import {
  type AttributeValue,
  GetItemCommand,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import { type AccessGroup, accessGroups } from "../domain/accessGroups.ts";
import { formatInstant, type Instant } from "../domain/instant.ts";
import type { Table } from "./client.ts";
import { ensureDataId } from "./dataId.ts";
import { ItemReader } from "./item.ts";
import {
  credentialEntryKey,
  credentialEntryPrefix,
  credentialKey,
  keyAttributes,
  type Org,
  orgPartition,
} from "./keys.ts";
import { queryAll } from "./query.ts";
import { attemptsOf, engine, isTransactionConflict, OutcomeUnknown, outrun } from "./send.ts";

/** A secret as stored: never the secret itself. */
type StoredSecret = { readonly salt: string; readonly hash: string };

/** A credential as stored. Its item is found by user name alone; an entry beside it lists it under its org. */
export type Credential = {
  readonly username: string;
  readonly org: Org;
  readonly accessGroup: AccessGroup;
  readonly isActive: boolean;
  readonly secret: StoredSecret;
  /** The secret before the last rotation, good for a while yet. */
  readonly previousSecret: (StoredSecret & { readonly validUntil: Instant }) | undefined;
};

export type CredentialDraft = Pick<Credential, "username" | "org" | "accessGroup" | "secret">;

/** What an operator may see of a credential. */
export type CredentialEntry = Pick<Credential, "username" | "accessGroup" | "isActive"> & {
  readonly createdAt: Instant;
  readonly rotatedAt: Instant | undefined;
  readonly previousSecretValidUntil: Instant | undefined;
};

type CredentialRef = Pick<Credential, "org" | "username">;

/** Read consistently: a credential disabled a moment ago is disabled. */
export async function findCredential(table: Table, username: string): Promise<Credential | undefined> {
  const Key = keyAttributes(credentialKey(username));
  const { Item } = await engine(
    table.client.send(new GetItemCommand({ TableName: table.name, Key, ConsistentRead: true })),
  );
  return Item === undefined ? undefined : parseCredential(Item, username);
}

/** The org's credentials by user name, as they are now, without anything of their secrets. */
export async function listCredentials(table: Table, org: Org): Promise<CredentialEntry[]> {
  const query = { partition: orgPartition(org), sortKeyPrefix: credentialEntryPrefix };
  return (await queryAll(table, query)).map(parseEntry);
}

/**
 * Stores a new credential; `nameTaken` when the user name exists, in whichever org. The org has a data id from its first
 * credential on, so whoever can ask for the id finds it.
 */
export async function createCredential(
  table: Table,
  draft: CredentialDraft,
  now: Instant,
): Promise<"created" | "nameTaken"> {
  await ensureDataId(table, draft.org);
  return (await isWritten(table, buildCreation(table.name, draft, now))) ? "created" : "nameTaken";
}

/** From now on the credential proves nobody, and neither does a token obtained with it. */
export async function disableCredential(table: Table, ref: CredentialRef): Promise<"disabled" | "notFound"> {
  return (await isWritten(table, buildDisabling(table.name, ref))) ? "disabled" : "notFound";
}

/**
 * Gives the credential another secret. The one it had stays good until `previousValidUntil`, the one before that ends
 * at once. `changedMeanwhile` when somebody else changed the credential in between; then nothing was written.
 */
export async function rotateCredential(
  table: Table,
  ref: CredentialRef,
  secret: StoredSecret,
  previousValidUntil: Instant,
  now: Instant,
): Promise<"rotated" | "notFound" | "disabled" | "changedMeanwhile"> {
  const credential = await findCredential(table, ref.username);
  if (credential === undefined || credential.org !== ref.org) return "notFound";
  if (!credential.isActive) return "disabled";
  const rotation = buildRotation(table.name, credential, secret, previousValidUntil, now);
  return (await isWritten(table, rotation)) ? "rotated" : "changedMeanwhile";
}

function buildCreation(
  TableName: string,
  { username, org, accessGroup, secret }: CredentialDraft,
  now: Instant,
): TransactWriteItem[] {
  // Two orgs that choose one user name: without the condition the second would take the first one's over.
  const unlessThere = { TableName, ConditionExpression: "attribute_not_exists(pk)" };
  const shared = { accessGroup: { S: accessGroup }, isActive: { BOOL: true } };
  const stored = { org: { S: org }, salt: { S: secret.salt }, secretHash: { S: secret.hash } };
  const listed = { username: { S: username }, createdAt: { S: formatInstant(now) } };
  return [
    { Put: { ...unlessThere, Item: { ...keyAttributes(credentialKey(username)), ...shared, ...stored } } },
    { Put: { ...unlessThere, Item: { ...keyAttributes(credentialEntryKey(org, username)), ...shared, ...listed } } },
  ];
}

function buildDisabling(TableName: string, { org, username }: CredentialRef): TransactWriteItem[] {
  const change = { TableName, UpdateExpression: "SET isActive = :false" };
  const values = { ":false": { BOOL: false } };
  return [
    {
      Update: {
        ...change,
        Key: keyAttributes(credentialKey(username)),
        // An operator who mistypes the org would shut another brand's till out.
        ConditionExpression: "org = :org",
        ExpressionAttributeValues: { ...values, ":org": { S: org } },
      },
    },
    {
      Update: {
        ...change,
        Key: keyAttributes(credentialEntryKey(org, username)),
        // A mistyped name would make an entry of a credential that does not exist.
        ConditionExpression: "attribute_exists(pk)",
        ExpressionAttributeValues: values,
      },
    },
  ];
}

function buildRotation(
  TableName: string,
  { org, username, secret: previous }: Credential,
  secret: StoredSecret,
  previousValidUntil: Instant,
  now: Instant,
): TransactWriteItem[] {
  const validUntil = { ":validUntil": { S: formatInstant(previousValidUntil) } };
  return [
    {
      Update: {
        TableName,
        Key: keyAttributes(credentialKey(username)),
        UpdateExpression:
          "SET salt = :salt, secretHash = :hash, previousSalt = :previousSalt, previousHash = :previousHash, previousValidUntil = :validUntil",
        // Of two rotations at once, the later would end the secret that both promise to keep; after a disabling, there
        // is nothing to keep.
        ConditionExpression: "salt = :previousSalt AND isActive = :true",
        ExpressionAttributeValues: {
          ...validUntil,
          ":salt": { S: secret.salt },
          ":hash": { S: secret.hash },
          ":previousSalt": { S: previous.salt },
          ":previousHash": { S: previous.hash },
          ":true": { BOOL: true },
        },
      },
    },
    {
      Update: {
        TableName,
        Key: keyAttributes(credentialEntryKey(org, username)),
        UpdateExpression: "SET rotatedAt = :now, previousValidUntil = :validUntil",
        // Written with the credential, so it is there; a row without its other attributes could not be read.
        ConditionExpression: "attribute_exists(pk)",
        ExpressionAttributeValues: { ...validUntil, ":now": { S: formatInstant(now) } },
      },
    },
  ];
}

const writingRounds = 3;

/** Whether the transaction's conditions held; what was written, a retry by the SDK does not write again. */
async function isWritten(table: Table, TransactItems: TransactWriteItem[]): Promise<boolean> {
  let lostAttempts = 0;
  for (let round = 1; round <= writingRounds; round += 1) {
    try {
      await engine(table.client.send(new TransactWriteItemsCommand({ TransactItems })));
      return true;
    } catch (error) {
      // After an attempt of an earlier round was lost, the state that fails the condition may be our own.
      if (isConditionFailed(error)) return notWritten(lostAttempts);
      if (!isTransactionConflict(error)) throw error;
      lostAttempts += attemptsOf(error) - 1;
    }
  }
  throw outrun(lostAttempts, "Another change of the credential was under way every time");
}

function notWritten(lostAttempts: number): false {
  if (lostAttempts === 0) return false;
  throw new OutcomeUnknown("An attempt that was lost may have made the change that fails the condition");
}

function isConditionFailed(error: unknown): boolean {
  if (!(error instanceof TransactionCanceledException)) return false;
  return (error.CancellationReasons ?? []).some(({ Code }) => Code === "ConditionalCheckFailed");
}

/** The only reader of credential items. */
function parseCredential(item: Record<string, AttributeValue>, username: string): Credential {
  const reader = ItemReader.of(item);
  return {
    username,
    org: reader.text("org"),
    accessGroup: reader.oneOf("accessGroup", accessGroups),
    isActive: reader.flag("isActive"),
    secret: { salt: reader.text("salt"), hash: reader.text("secretHash") },
    previousSecret: reader.has("previousSalt")
      ? {
          salt: reader.text("previousSalt"),
          hash: reader.text("previousHash"),
          validUntil: reader.instant("previousValidUntil"),
        }
      : undefined,
  };
}

/** The only reader of entries. */
function parseEntry(item: Record<string, AttributeValue>): CredentialEntry {
  const reader = ItemReader.of(item);
  return {
    username: reader.text("username"),
    accessGroup: reader.oneOf("accessGroup", accessGroups),
    isActive: reader.flag("isActive"),
    createdAt: reader.instant("createdAt"),
    rotatedAt: reader.has("rotatedAt") ? reader.instant("rotatedAt") : undefined,
    previousSecretValidUntil: reader.has("previousValidUntil") ? reader.instant("previousValidUntil") : undefined,
  };
}
