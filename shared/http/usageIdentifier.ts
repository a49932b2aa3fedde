import { createHash } from "node:crypto";

/** Tokens of an external issuer have no credential here. All of them share one limit, under a name no credential has. */
export const issuerUsageName = "jwt:";

/**
 * What API Gateway counts a caller by: the value of the API key that the usage plan has for the credential. It is derived
 * from names, so nothing has to be stored, and a rotation changes nothing. It is no secret: a client that sends it as
 * `x-api-key` gets nowhere, as API Gateway takes it from the authorizer only.
 */
export function usageIdentifierKey(planName: string, username: string): string {
  const name = username.startsWith(issuerUsageName) ? issuerUsageName : username;
  return createHash("sha256").update(`${planName}/${name}`).digest("hex");
}
