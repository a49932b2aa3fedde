import { Refused } from "../refused.ts";
import type { CredentialOptions } from "./options.ts";

export function noSuchCredential({ org, username }: CredentialOptions): Refused {
  return new Refused(`Org ${org} has no credential ${username}; see credentials list --org ${org}.`);
}
