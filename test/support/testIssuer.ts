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

/** The issuer's tokens are for one client. Its id is their subject. */
export const testSubject = "till-system";
const clientSecret = "a-secret-of-the-test";
const claimsHeader = "x-test-claims";

/**
 * An OpenID provider on 127.0.0.1 that only one test uses. It publishes its configuration and keys, and issues JWTs for
 * the client-credentials grant with any claims.
 */
export class TestIssuer {
  readonly issuer: string;
  /** The paths that were asked for. They tell what a verifier fetches. */
  readonly requestedPaths: string[] = [];
  /** The key that signs the issuer's tokens. It is published with its algorithm. */
  key = newKey();
  /** Keys that are published without their algorithm, as providers may do. */
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

  /** The issuer as an operator would configure it. */
  get config(): ExternalIssuer {
    return {
      issuer: this.issuer,
      audience: testAudience,
      orgClaim: "org",
      groupClaim: "access_group",
      takesUntypedTokens: false,
    };
  }

  /** An authenticator that trusts this issuer. The product's own fetcher takes https only, and this issuer has none. */
  authenticator(config: Partial<ExternalIssuer> = {}): JwtAuthenticator {
    return externalIssuer({ ...this.config, ...config }, { fetch: fetchBytes });
  }

  /** Gets a token over HTTP, as a brand's system does. */
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

  /** The claims of a token that would be accepted. A test can spoil them and sign them by hand. */
  goodClaims(claims: Claims): Claims {
    const issuedAt = Math.floor(Date.now() / 1000);
    const exp = issuedAt + tokenLifetimeSeconds;
    return { iss: this.issuer, aud: testAudience, sub: testSubject, iat: issuedAt, exp, ...claims };
  }

  /** Publishes a new key in place of the old one, and signs with it. */
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

/**
 * A JWT of any header and claims. The key signs it by the header's algorithm, or `signature` replaces the signature.
 */
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

/** The encoding that a JWT needs: the two numbers of an elliptic curve's signature, without an envelope. */
const dsaEncoding = "ieee-p1363";

/** The hash that the algorithm needs. Ed25519 hashes by itself. */
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

/** Fetches any address, unlike the product's own fetcher. */
export async function fetchBytes(uri: string): Promise<ArrayBuffer> {
  const response = await fetch(uri);
  if (!response.ok) throw new Error(`${uri} answered ${response.status}`);
  return response.arrayBuffer();
}
