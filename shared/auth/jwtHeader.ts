/** A JWT's header. Nothing in it is checked yet. */
type Header = { readonly typ?: unknown; readonly [parameter: string]: unknown };

/** The parts of a published key that are read here. */
type PublishedKey = {
  readonly kty: string;
  readonly crv?: string | undefined;
  readonly alg?: string | undefined;
};

/** The types of an access token (RFC 9068) and the general type (RFC 7519), in lower case: media types ignore case. */
const tokenTypes = ["at+jwt", "application/at+jwt", "jwt"];

/**
 * Whether the header needs no more than what is checked here. A token of another declared type, such as a logout token,
 * is not meant for this API. A token without a type is accepted only where the operator says so. The type `JWT` tells
 * no more, but most providers write it; there the audience and the claims decide. No critical extension is supported,
 * and RFC 7515 demands that such a token is refused.
 */
export function hasKnownHeader(header: Header, takesUntypedTokens: boolean): boolean {
  const { typ } = header;
  const isKnownType = typ === undefined ? takesUntypedTokens : isTokenType(typ);
  return isKnownType && !("crit" in header);
}

function isTokenType(typ: unknown): boolean {
  return typeof typ === "string" && tokenTypes.includes(typ.toLowerCase());
}

/** The algorithm of each elliptic curve (RFC 7518, RFC 8037). */
const algorithmOfCurve = new Map([
  ["P-256", "ES256"],
  ["P-384", "ES384"],
  ["P-521", "ES512"],
  ["Ed25519", "EdDSA"],
  ["Ed448", "EdDSA"],
]);
const rsaAlgorithms = ["RS256", "RS384", "RS512"];

/**
 * Whether the key can sign with the algorithm: its type and curve must fit, and so must the algorithm it names, if any.
 */
export function isAlgorithmOf({ kty, crv, alg: named }: PublishedKey, alg: unknown): boolean {
  if (typeof alg !== "string" || (named !== undefined && named !== alg)) return false;
  if (kty === "RSA") return rsaAlgorithms.includes(alg);
  return crv !== undefined && algorithmOfCurve.get(crv) === alg;
}
