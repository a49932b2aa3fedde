import { generateKeyPairSync, type KeyObject, randomUUID, sign } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import Provider from "oidc-provider";
import { type ExternalIssuer, externalIssuer, type JwtAuthenticator } from "../../shared/auth/externalIssuer.ts";

type Claims = Readonly<Record<string, unknown>>;
type Serve = (request: IncomingMessage, response: ServerResponse) => void;
type KeyPair = { readonly privateKey: KeyObject; readonly publicKey: KeyObject };
type Key = KeyPair & { readonly kid: string };

const keyMakers = {
  RS256: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
  ES384: () => generateKeyPairSync("ec", { namedCurve: "P-384" }),
  ES512: () => generateKeyPairSync("ec", { namedCurve: "P-521" }),
  EdDSA: () => generateKeyPairSync("ed25519"),
} as const satisfies Record<string, () => KeyPair>;

/** The algorithms that a published key can have. */
export type Algorithm = keyof typeof keyMakers;

const testAudience = "https://api.milestreak.example";
export const tokenLifetimeSeconds = 600;

/** The issuer's tokens are for one client, whose id is their subject. */
export const testSubject = "till-system";
const clientSecret = "a-secret-of-the-test";
const claimsHeader = "x-test-claims";

/**
 * An OpenID provider of the test's own on 127.0.0.1: it publishes its configuration and keys, and issues JWTs for the
 * client-credentials grant with the claims it is asked to put in.
 */
export class TestIssuer {
  readonly issuer: string;
  /** Paths that were asked for, to tell what a verifier fetches. */
  readonly requestedPaths: string[] = [];
  /** It signs the issuer's tokens, and says its algorithm where it is published. */
  key = newKey();
  /** Published beside it without their algorithm, which providers may leave out. */
  readonly otherKeys = {
    RS256: newKey("RS256"),
    ES256: newKey("ES256"),
    ES384: newKey("ES384"),
    ES512: newKey("ES512"),
    EdDSA: newKey("EdDSA"),
  } as const satisfies Record<Algorithm, Key>;
  #serve: Serve;
  readonly #stop: () => Promise<void>;

  private constructor(issuer: string, stop: () => Promise<void>) {
    this.issuer = issuer;
    this.#stop = stop;
    this.#serve = this.#newServe();
  }

  static async start(): Promise<TestIssuer> {
    const server = createServer((request, response) => {
      issuer.requestedPaths.push(request.url ?? "");
      issuer.#serve(request, response);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("The issuer has no port");
    const issuer = new TestIssuer(`http://127.0.0.1:${address.port}`, async () => {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    });
    return issuer;
  }

  /** What an operator would name it by. */
  get config(): ExternalIssuer {
    return { issuer: this.issuer, audience: testAudience, orgClaim: "org", groupClaim: "access_group" };
  }

  /** Trusts this issuer. The product's own fetcher takes https only, which a test's issuer has not. */
  authenticator(config: Partial<ExternalIssuer> = {}): JwtAuthenticator {
    return externalIssuer({ ...this.config, ...config }, { fetch: fetchBytes });
  }

  /** A token as a brand's system gets one, over HTTP. */
  async obtainToken(claims: Claims, audience = testAudience): Promise<string> {
    const response = await fetch(`${this.issuer}/token`, {
      method: "POST",
      headers: {
        Authorization: `Basic ${Buffer.from(`${testSubject}:${clientSecret}`).toString("base64")}`,
        [claimsHeader]: JSON.stringify(claims),
      },
      body: new URLSearchParams({ grant_type: "client_credentials", resource: audience }),
    });
    const { access_token: token } = Object(await response.json());
    if (typeof token !== "string") throw new Error(`The issuer answered ${response.status}`);
    return token;
  }

  /** The claims of a token that would be accepted, to be spoiled and signed by hand. */
  goodClaims(claims: Claims): Claims {
    const issuedAt = Math.floor(Date.now() / 1000);
    const exp = issuedAt + tokenLifetimeSeconds;
    return { iss: this.issuer, aud: testAudience, sub: testSubject, iat: issuedAt, exp, ...claims };
  }

  /** Publishes another key instead of the one it had, and signs with it. */
  rotateKeys(): void {
    this.key = newKey();
    this.#serve = this.#newServe();
  }

  #newServe(): Serve {
    const provider = newProvider(this.issuer, this.key);
    const keys = [{ ...publicJwk(this.key), alg: "RS256" }, ...Object.values(this.otherKeys).map(publicJwk)];
    return (request, response) => {
      if (request.url === "/jwks") response.end(JSON.stringify({ keys }));
      else provider(request, response);
    };
  }

  stop(): Promise<void> {
    return this.#stop();
  }
}

/** A JWT of any header and claims, signed with the key by the header's algorithm, or by `signature`. */
export function signedJwt(
  header: Claims,
  claims: Claims,
  { privateKey }: Pick<Key, "privateKey">,
  signature: (input: string) => Buffer = (input) =>
    sign(hashOf(header), Buffer.from(input), { key: privateKey, dsaEncoding }),
): string {
  const input = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  return `${input}.${signature(input).toString("base64url")}`;
}

/** As a JWT wants it: the two numbers of an elliptic curve's signature, without an envelope. */
const dsaEncoding = "ieee-p1363";

/** Ed25519 hashes by itself. */
function hashOf({ alg }: Claims): string | null {
  const bits = /^[RE]S(256|384|512)$/.exec(String(alg))?.[1];
  if (bits !== undefined) return `sha${bits}`;
  return alg === "EdDSA" ? null : "sha256";
}

export function newKey(algorithm: Algorithm = "RS256"): Key {
  return { kid: randomUUID(), ...keyMakers[algorithm]() };
}

function publicJwk({ kid, publicKey }: Key) {
  return { ...publicKey.export({ format: "jwk" }), kid, use: "sig" };
}

function newProvider(issuer: string, { kid, privateKey }: Key) {
  const provider = new Provider(issuer, {
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), kid, alg: "RS256", use: "sig" }] },
    clients: [
      {
        client_id: testSubject,
        client_secret: clientSecret,
        grant_types: ["client_credentials"],
        redirect_uris: [],
        response_types: [],
      },
    ],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: { enabled: true, getResourceServerInfo },
    },
    extraTokenClaims: (context) => Object(JSON.parse(context.get(claimsHeader))),
  });
  return provider.callback();
}

function getResourceServerInfo(_context: unknown, audience: string) {
  return {
    scope: "",
    audience,
    accessTokenFormat: "jwt",
    accessTokenTTL: tokenLifetimeSeconds,
    jwt: { sign: { alg: "RS256" } },
  };
}

/** Of any address, unlike the product's own fetcher. */
export async function fetchBytes(uri: string): Promise<ArrayBuffer> {
  const response = await fetch(uri);
  if (!response.ok) throw new Error(`${uri} answered ${response.status}`);
  return response.arrayBuffer();
}
