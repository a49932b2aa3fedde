/** The part of `oidc-provider` that the tests use. The package has no types. */
declare module "oidc-provider" {
  import type { IncomingMessage, ServerResponse } from "node:http";

  type Context = { readonly get: (header: string) => string };

  type Configuration = {
    readonly clients: readonly Readonly<Record<string, unknown>>[];
    readonly jwks: { readonly keys: readonly Readonly<Record<string, unknown>>[] };
    readonly features: Readonly<Record<string, unknown>>;
    readonly extraTokenClaims: (context: Context) => Readonly<Record<string, unknown>>;
  };

  export default class Provider {
    constructor(issuer: string, configuration: Configuration);
    callback(): (request: IncomingMessage, response: ServerResponse) => void;
  }
}
