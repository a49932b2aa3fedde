/** A JWT's header as anybody may have written it. */
type Header = { readonly [parameter: string]: unknown };

/** What a published key says of itself. */
type PublishedKey = {
  readonly kty: string;
  readonly crv?: string | undefined;
  readonly alg?: string | undefined;
};

/** An access token's types (RFC 9068) and the general one (RFC 7519). Media types have no case. */
const tokenTypes = ["at+jwt", "application/at+jwt", "jwt"];

/**
 * Whether the header asks for nothing but what is checked here. A token of another declared type, such as a logout
 * token, was not made to be shown here. An extension that is declared critical is not known, so RFC 7515 has the token
 * refused.
 */
export function hasKnownHeader(header: Header): boolean {
  return isTokenType(header["typ"]) && !("crit" in header);
}

/** Providers may leave the type out, and Amazon Cognito does. */
function isTokenType(typ: unknown): boolean {
  return typ === undefined || (typeof typ === "string" && tokenTypes.includes(typ.toLowerCase()));
}

/** By the curve, which decides the algorithm (RFC 7518, RFC 8037). */
const algorithmOfCurve = new Map([
  ["P-256", "ES256"],
  ["P-384", "ES384"],
  ["P-521", "ES512"],
  ["Ed25519", "EdDSA"],
  ["Ed448", "EdDSA"],
]);
const rsaAlgorithms = ["RS256", "RS384", "RS512"];

/** Whether the key signs by that algorithm: by its kind and curve, and by the one it names if it does. */
export function isAlgorithmOf({ kty, crv, alg: named }: PublishedKey, alg: unknown): boolean {
  if (typeof alg !== "string" || (named !== undefined && named !== alg)) return false;
  if (kty === "RSA") return rsaAlgorithms.includes(alg);
  return crv !== undefined && algorithmOfCurve.get(crv) === alg;
}
