import { randomUUID } from "node:crypto";
import { hashSecret } from "../../shared/auth/secret.ts";
import type { AccessGroup } from "../../shared/domain/accessGroups.ts";
import type { Table } from "../../shared/table/client.ts";
import { createCredential, disableCredential } from "../../shared/table/credentials.ts";

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
