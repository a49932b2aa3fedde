import type { Instant } from "../domain/instant.ts";
import type { Table } from "../table/client.ts";
import { authenticateAccessToken } from "./accessToken.ts";
import { parseBasicAuthorization } from "./basicAuthorization.ts";
import { parseBearerAuthorization } from "./bearerAuthorization.ts";
import type { Caller } from "./caller.ts";
import type { JwtAuthenticator } from "./externalIssuer.ts";
import { isJwt } from "./jwt.ts";
import { provePair } from "./provePair.ts";

/** The caller that an `Authorization` header identifies, Basic or Bearer; `undefined` when it identifies nobody. */
export async function authenticate(
  table: Table,
  authenticateJwt: JwtAuthenticator,
  authorization: string,
  now: Instant,
): Promise<Caller | undefined> {
  const pair = parseBasicAuthorization(authorization);
  if (pair !== undefined) {
    const credential = (await provePair(table, pair, now))?.credential;
    return credential && { org: credential.org, username: credential.username, accessGroup: credential.accessGroup };
  }
  const token = parseBearerAuthorization(authorization);
  if (token === undefined) return undefined;
  return isJwt(token) ? authenticateJwt(token, now) : authenticateAccessToken(table, token, now);
}
