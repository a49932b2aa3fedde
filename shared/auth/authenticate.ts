import type { AccessGroup } from "../domain/accessGroups.ts";
import type { Table } from "../table/client.ts";
import { findCredential } from "../table/credentials.ts";
import { parseBasicAuthorization } from "./basicAuthorization.ts";
import { hashSecret, isSecret } from "./secret.ts";

/** Who is calling, for which brand, and what they may do. */
export type Caller = { readonly org: string; readonly username: string; readonly accessGroup: AccessGroup };

/** Compared against when there is no such user, so that an unknown user costs the same as a wrong secret. */
const nobodysSecret = hashSecret("");
const usernamePattern = /^[A-Za-z0-9._-]{1,64}$/;

/** The caller an `Authorization` header stands for; `undefined` when it proves nobody. */
export async function authenticate(table: Table, authorization: string): Promise<Caller | undefined> {
  const presented = parseBasicAuthorization(authorization);
  if (presented === undefined || !usernamePattern.test(presented.username)) return undefined;
  const credential = await findCredential(table, presented.username);
  const matches = isSecret(presented.secret, credential?.secret ?? nobodysSecret);
  if (credential === undefined || !matches || !credential.isActive) return undefined;
  return { org: credential.org, username: credential.username, accessGroup: credential.accessGroup };
}
