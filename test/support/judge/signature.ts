import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** The temporary credentials of a role, as Lambda puts them into a function's environment. */
export type Session = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
};

export type SignedRequest = {
  readonly method: string;
  /** The path, with the query if there is one. */
  readonly target: string;
  /** The headers, by name in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
};

/** The parts of the signature: the access key, the service and the region. */
export type Signed = { readonly accessKeyId: string; readonly region: string; readonly service: string };

/** The names that AWS gives to faults of a signature. */
export type SignatureFault =
  | "MissingAuthenticationTokenException"
  | "IncompleteSignatureException"
  | "UnrecognizedClientException"
  | "InvalidSignatureException";

const longestSkewMilliseconds = 5 * 60_000;

/**
 * Recomputes the request's signature (AWS Signature Version 4) from AWS's published description. It uses nothing of the
 * SDK that made the signature. Every header that AWS demands to be signed must be signed.
 */
export function checkSignature(
  request: SignedRequest,
  sessionOf: (accessKeyId: string) => Session | undefined,
  now: number,
): Signed | SignatureFault {
  const authorization = headerOf(request, "authorization");
  if (authorization === "") return "MissingAuthenticationTokenException";
  const signing = parseAuthorization(authorization);
  if (signing === undefined || !signsWhatItMust(request, signing)) return "IncompleteSignatureException";
  const session = sessionOf(signing.accessKeyId);
  if (session === undefined || headerOf(request, "x-amz-security-token") !== session.sessionToken) {
    return "UnrecognizedClientException";
  }
  const isValid = isTimely(request, signing, now) && isSame(signing.signature, signatureOf(request, session, signing));
  return isValid ? signing : "InvalidSignatureException";
}

type Signing = Signed & { readonly day: string; readonly names: readonly string[]; readonly signature: string };

function parseAuthorization(authorization: string): Signing | undefined {
  const [, accessKeyId, day, region, service, names, signature] = authorizationPattern.exec(authorization) ?? [];
  if (!accessKeyId || !day || !region || !service || !names || !signature) return undefined;
  return { accessKeyId, day, region, service, names: names.split(";"), signature };
}

const authorizationPattern =
  /^AWS4-HMAC-SHA256 Credential=(\w+)\/(\d{8})\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/;

function signsWhatItMust({ headers }: SignedRequest, { names }: Signing): boolean {
  const ofAws = Object.keys(headers).filter((name) => name.startsWith("x-amz-"));
  return ["host", "x-amz-date", ...ofAws].every((name) => names.includes(name));
}

function isTimely(request: SignedRequest, { day }: Signing, now: number): boolean {
  const at = headerOf(request, "x-amz-date");
  return at.startsWith(day) && Math.abs(now - instantOf(at)) <= longestSkewMilliseconds;
}

function signatureOf(request: SignedRequest, { secretAccessKey }: Session, signing: Signing): string {
  const { names, day, region, service } = signing;
  const scope = [day, region, service, "aws4_request"];
  const [path = "/", query = ""] = request.target.split("?");
  const canonicalRequest = [
    request.method,
    path,
    query.split("&").toSorted().join("&"),
    ...names.map((name) => `${name}:${headerOf(request, name).trim().replaceAll(/ +/g, " ")}`),
    "",
    names.join(";"),
    createHash("sha256").update(request.body).digest("hex"),
  ].join("\n");
  const digest = createHash("sha256").update(canonicalRequest).digest("hex");
  const stringToSign = ["AWS4-HMAC-SHA256", headerOf(request, "x-amz-date"), scope.join("/"), digest].join("\n");
  const key = scope.reduce<Buffer>((secret, part) => hmac(secret, part), Buffer.from(`AWS4${secretAccessKey}`));
  return hmac(key, stringToSign).toString("hex");
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function headerOf({ headers }: SignedRequest, name: string): string {
  const value = headers[name];
  return Array.isArray(value) ? value.join(",") : (value ?? "");
}

/** The instant of a text such as `20260110T090000Z`. Not a number for any other text. */
function instantOf(text: string): number {
  return Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
}

function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(Buffer.from(given), Buffer.from(expected));
}
