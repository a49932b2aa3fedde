import { randomUUID } from "node:crypto";
import { hashSecret } from "../../shared/auth/secret.ts";
import { type AccessGroup, accessGroups } from "../../shared/domain/accessGroups.ts";
import type { Table } from "../../shared/table/client.ts";
import { buildCreation, createCredential, disableCredential } from "../../shared/table/credentials.ts";
import { dataIdKey, type Org } from "../../shared/table/keys.ts";
import { type TransactionPart, transact } from "../../shared/table/store.ts";

export type TestCredential = { readonly username: string; readonly secret: string };

type Wanted = {
  readonly org: string;
  readonly accessGroup?: AccessGroup;
  readonly isActive?: boolean;
  readonly secret?: string;
};

/** Stores a credential of the org, and answers the name and secret that its owner would present. */
export async function newCredential(table: Table, wanted: Wanted): Promise<TestCredential> {
  const { org, accessGroup = "default", isActive = true, secret = randomUUID() } = wanted;
  const username = randomUUID();
  await createCredential(table, { username, org, accessGroup, secret: hashSecret(secret) }, Date.now());
  if (!isActive) await disableCredential(table, { org, username });
  return { username, secret };
}

/** Credentials of a new org, one of each access group, stored as {@link newCredential} does but in one request. */
export async function newOrgCredentials(
  table: Table,
  org: Org,
): Promise<Readonly<Record<AccessGroup, TestCredential>>> {
  const credentials = { "read-only": newPair(), default: newPair(), support: newPair(), admin: newPair() };
  const unlessThere = { ConditionExpression: "attribute_not_exists(pk)" };
  const dataId = { Put: { Item: { ...dataIdKey(org), dataId: randomUUID() }, ...unlessThere } };
  await storeTogether(table, [dataId, ...accessGroups.flatMap((group) => buildStored(org, group, credentials[group]))]);
  return credentials;
}

/** So many credentials fit into one request. */
const storedAtOnce = 50;

/** Further credentials of an org, stored as {@link newCredential} does but with few requests. */
export async function newCredentials(
  table: Table,
  org: Org,
  groups: readonly AccessGroup[],
): Promise<readonly TestCredential[]> {
  const made = groups.map((group) => ({ group, pair: newPair() }));
  for (let first = 0; first < made.length; first += storedAtOnce) {
    const some = made.slice(first, first + storedAtOnce);
    await storeTogether(
      table,
      some.flatMap(({ group, pair }) => buildStored(org, group, pair)),
    );
  }
  return made.map(({ pair }) => pair);
}

function newPair(): TestCredential {
  return { username: randomUUID(), secret: randomUUID() };
}

function buildStored(org: Org, accessGroup: AccessGroup, { username, secret }: TestCredential): TransactionPart[] {
  return buildCreation({ username, org, accessGroup, secret: hashSecret(secret) }, Date.now());
}

async function storeTogether(table: Table, parts: readonly TransactionPart[]): Promise<void> {
  const { outcome } = await transact(table, parts);
  if (outcome !== "applied") throw new Error(`New credentials were not stored: ${outcome}`);
}
