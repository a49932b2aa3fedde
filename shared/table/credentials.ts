import { type AccessGroup, accessGroups } from "../domain/accessGroups.ts";
import { formatInstant, type Instant } from "../domain/instant.ts";
import type { Table } from "./client.ts";
import { ensureDataId } from "./dataId.ts";
import { OutcomeUnknown } from "./failures.ts";
import { ItemReader, type StoredItem } from "./item.ts";
import { credentialEntryKey, credentialEntryPrefix, credentialKey, type Org, orgPartition } from "./keys.ts";
import { inRounds, Overtaken } from "./rounds.ts";
import { get, queryAll, type TransactionPart, transact } from "./store.ts";

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
  const item = await get(table, credentialKey(username), { isConsistent: true });
  return item === undefined ? undefined : parseCredential(item, username);
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
  return (await isWritten(table, buildCreation(draft, now))) ? "created" : "nameTaken";
}

/** From now on the credential proves nobody, and neither does a token obtained with it. */
export async function disableCredential(table: Table, ref: CredentialRef): Promise<"disabled" | "notFound"> {
  return (await isWritten(table, buildDisabling(ref))) ? "disabled" : "notFound";
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
  const rotation = buildRotation(credential, secret, previousValidUntil, now);
  return (await isWritten(table, rotation)) ? "rotated" : "changedMeanwhile";
}

function buildCreation({ username, org, accessGroup, secret }: CredentialDraft, now: Instant): TransactionPart[] {
  // Two orgs that choose one user name: without the condition the second would take the first one's over.
  const unlessThere = { ConditionExpression: "attribute_not_exists(pk)" };
  const shared = { accessGroup, isActive: true };
  const stored = { org, salt: secret.salt, secretHash: secret.hash };
  const listed = { username, createdAt: formatInstant(now) };
  return [
    { Put: { ...unlessThere, Item: { ...credentialKey(username), ...shared, ...stored } } },
    { Put: { ...unlessThere, Item: { ...credentialEntryKey(org, username), ...shared, ...listed } } },
  ];
}

function buildDisabling({ org, username }: CredentialRef): TransactionPart[] {
  const change = { UpdateExpression: "SET isActive = :false" };
  const values = { ":false": false };
  return [
    {
      Update: {
        ...change,
        Key: credentialKey(username),
        // An operator who mistypes the org would shut another brand's till out.
        ConditionExpression: "org = :org",
        ExpressionAttributeValues: { ...values, ":org": org },
      },
    },
    {
      Update: {
        ...change,
        Key: credentialEntryKey(org, username),
        // A mistyped name would make an entry of a credential that does not exist.
        ConditionExpression: "attribute_exists(pk)",
        ExpressionAttributeValues: values,
      },
    },
  ];
}

function buildRotation(
  { org, username, secret: previous }: Credential,
  secret: StoredSecret,
  previousValidUntil: Instant,
  now: Instant,
): TransactionPart[] {
  const validUntil = { ":validUntil": formatInstant(previousValidUntil) };
  return [
    {
      Update: {
        Key: credentialKey(username),
        UpdateExpression:
          "SET salt = :salt, secretHash = :hash, previousSalt = :previousSalt, previousHash = :previousHash, previousValidUntil = :validUntil",
        // Of two rotations at once, the later would end the secret that both promise to keep; after a disabling, there
        // is nothing to keep.
        ConditionExpression: "salt = :previousSalt AND isActive = :true",
        ExpressionAttributeValues: {
          ...validUntil,
          ":salt": secret.salt,
          ":hash": secret.hash,
          ":previousSalt": previous.salt,
          ":previousHash": previous.hash,
          ":true": true,
        },
      },
    },
    {
      Update: {
        Key: credentialEntryKey(org, username),
        UpdateExpression: "SET rotatedAt = :now, previousValidUntil = :validUntil",
        // Written with the credential, so it is there; a row without its other attributes could not be read.
        ConditionExpression: "attribute_exists(pk)",
        ExpressionAttributeValues: { ...validUntil, ":now": formatInstant(now) },
      },
    },
  ];
}

const rounds = { most: 3, overtaken: "Another change of the credential was under way every time" };

/** Whether the transaction's conditions held; what was written, a retry by the SDK does not write again. */
async function isWritten(table: Table, parts: readonly TransactionPart[]): Promise<boolean> {
  return inRounds(table, rounds, async (lostAttempts) => {
    const result = await transact(table, parts);
    if (result.outcome === "applied") return true;
    if (result.outcome === "conflict") return new Overtaken(result.attempts - 1);
    // After an attempt of an earlier round was lost, the state that fails the condition may be our own.
    if (lostAttempts === 0) return false;
    throw new OutcomeUnknown("An attempt that was lost may have made the change that fails the condition");
  });
}

/** The only reader of credential items. */
function parseCredential(item: StoredItem, username: string): Credential {
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
function parseEntry(item: StoredItem): CredentialEntry {
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
