import type { Clock } from "../auth/clock.ts";
import { systemClock } from "../config/systemClock.ts";
import { readTokenLifetimeSeconds } from "../config/tokenConfig.ts";
import { deployedTable } from "../operations/deployedTable.ts";
import type { Table } from "../table/client.ts";

/** The values that a function for credentials keeps between requests. */
export type CredentialContext = { readonly table: Table; readonly clock: Clock };
export type TokenContext = CredentialContext & { readonly lifetimeSeconds: number };

function deployedCredentialContext(): CredentialContext {
  return { table: deployedTable(), clock: systemClock };
}

export function deployedTokenContext(): TokenContext {
  return { ...deployedCredentialContext(), lifetimeSeconds: readTokenLifetimeSeconds() };
}
