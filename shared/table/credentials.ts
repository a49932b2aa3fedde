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

/** A credential as stored. Its item is found by user name alone. A second item, the entry, lists it under its org. */
export type Credential = {
  readonly username: string;
  readonly org: Org;
  readonly accessGroup: AccessGroup;
  readonly isActive: boolean;
  readonly secret: StoredSecret;
  /** The secret before the last rotation, which stays valid until `validUntil`. */
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

/** The credential as it is now. The read is consistent, so a credential that was just disabled is found disabled. */
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
 * Stores a new credential. `nameTaken` when the user name exists in any org. The org gets its data id before its first
 * credential, so every caller with a credential finds the id.
 */
export async function createCredential(
  table: Table,
  draft: CredentialDraft,
  now: Instant,
): Promise<"created" | "nameTaken"> {
  await ensureDataId(table, draft.org);
  return (await isWritten(table, buildCreation(draft, now))) ? "created" : "nameTaken";
}

/** Disables the credential. From now on neither it nor a token obtained with it is accepted. */
export async function disableCredential(table: Table, ref: CredentialRef): Promise<"disabled" | "notFound"> {
  return (await isWritten(table, buildDisabling(ref))) ? "disabled" : "notFound";
}

/**
 * Gives the credential a new secret. The current one stays valid until `previousValidUntil`; an older one ends at once.
 * `changedMeanwhile` when somebody else changed the credential in between. Then nothing was written.
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

/** The writes that together store a new credential. */
export function buildCreation(
  { username, org, accessGroup, secret }: CredentialDraft,
  now: Instant,
): TransactionPart[] {
  // Two orgs may choose the same user name. Without the condition the second would take over the first one's
  // credential.
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
        // Without the condition, an operator who mistypes the org would disable another brand's credential.
        ConditionExpression: "org = :org",
        ExpressionAttributeValues: { ...values, ":org": org },
      },
    },
    {
      Update: {
        ...change,
        Key: credentialEntryKey(org, username),
        // Without the condition, a mistyped name would create an entry for a credential that does not exist.
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
        // Two rotations at once both promise to keep the current secret. Without the condition the later one would end
        // it. A disabled credential has no secret to keep.
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
        // The entry is written together with the credential, so it exists. Without the condition a missing entry would
        // be created with these two attributes only, and could not be read.
        ConditionExpression: "attribute_exists(pk)",
        ExpressionAttributeValues: { ...validUntil, ":now": formatInstant(now) },
      },
    },
  ];
}

const rounds = { most: 3, overtaken: "Another change of the credential was under way every time" };

/** Whether the transaction's conditions held. A retry by the SDK does not write a second time. */
async function isWritten(table: Table, parts: readonly TransactionPart[]): Promise<boolean> {
  return inRounds(table, rounds, async (lostAttempts) => {
    const result = await transact(table, parts);
    if (result.outcome === "applied") return true;
    if (result.outcome === "conflict") return new Overtaken(result.attempts - 1);
    // When an attempt of an earlier round was lost, our own write may have caused the state that fails the condition.
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
