const parts = 3;

/** Whether a bearer token has the shape of a JWT. The service's own access tokens never have it. */
export function isJwt(token: string): boolean {
  return token.split(".").length === parts;
}

/**
 * Whether each part is canonical base64url without padding. The signature does not protect its own spelling, and each
 * spelling of one token would be another entry in API Gateway's cache.
 */
export function isCanonicalJwt(token: string): boolean {
  return token.split(".").every((part) => Buffer.from(part, "base64url").toString("base64url") === part);
}
