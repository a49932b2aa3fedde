const schemePattern = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/;

/** Reads the token of `Authorization: Bearer …` (RFC 6750), whatever its kind; `undefined` for another spelling. */
export function parseBearerAuthorization(header: string): string | undefined {
  return schemePattern.exec(header)?.[1];
}
