const parts = 3;

/** Whether a bearer token has the shape of a JWT; our own access tokens never do. */
export function isJwt(token: string): boolean {
  return token.split(".").length === parts;
}

/**
 * Whether each part is spelled in the one canonical way, base64url without padding. The signature does not protect its
 * own spelling: each one would be another entry in API Gateway's cache of the same token.
 */
export function isCanonicalJwt(token: string): boolean {
  return token.split(".").every((part) => Buffer.from(part, "base64url").toString("base64url") === part);
}
