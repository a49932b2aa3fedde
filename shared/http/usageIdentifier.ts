import { createHash } from "node:crypto";

/**
 * The name under which all tokens of an external issuer share one limit, because they have no credential here. No
 * credential has this name.
 */
export const issuerUsageName = "jwt:";

/**
 * The value of the API key by which API Gateway counts a caller. The usage plan has one key for each credential. The
 * value is derived from names, so nothing has to be stored and a rotation changes nothing. It is no secret: API Gateway
 * takes it from the authorizer only, so a client that sends it as `x-api-key` gains nothing.
 */
export function usageIdentifierKey(planName: string, username: string): string {
  const name = username.startsWith(issuerUsageName) ? issuerUsageName : username;
  return createHash("sha256").update(`${planName}/${name}`).digest("hex");
}
