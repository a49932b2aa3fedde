import type { AuthorizerLambda } from "../functions/authorizer/authorize.ts";
import { authorizationExpression } from "../shared/http/authorizationExpression.ts";

export type AuthorizerVerdict =
  | { readonly outcome: "allowed"; readonly context: Readonly<Record<string, unknown>> }
  | { readonly outcome: "UNAUTHORIZED" | "ACCESS_DENIED" | "AUTHORIZER_FAILURE" };

/** The same value as in the stack. */
const cacheSeconds = 300;
const maximumEntries = 10_000;
const authorizationPattern = new RegExp(authorizationExpression);

/** Imitates API Gateway in front of the authorizer: its answers, and how long it caches a policy for a header value. */
export class AuthorizerCache {
  readonly #authorizer: AuthorizerLambda;
  readonly #allowed = new Map<
    string,
    { readonly context: Readonly<Record<string, unknown>>; readonly until: number }
  >();

  constructor(authorizer: AuthorizerLambda) {
    this.#authorizer = authorizer;
  }

  async judge(authorization: string | undefined, methodArn: string): Promise<AuthorizerVerdict> {
    if (authorization === undefined || !authorizationPattern.test(authorization)) return { outcome: "UNAUTHORIZED" };
    const cached = this.#allowed.get(authorization);
    if (cached !== undefined && performance.now() < cached.until)
      return { outcome: "allowed", context: cached.context };
    const verdict = await this.#invoke(authorization, methodArn);
    if (verdict.outcome === "allowed") this.#remember(authorization, verdict.context);
    return verdict;
  }

  async #invoke(authorizationToken: string, methodArn: string): Promise<AuthorizerVerdict> {
    try {
      const { policyDocument, context } = await this.#authorizer({ type: "TOKEN", authorizationToken, methodArn });
      const isAllowed = policyDocument.Statement.some(({ Effect }) => Effect === "Allow");
      return isAllowed ? { outcome: "allowed", context: context ?? {} } : { outcome: "ACCESS_DENIED" };
    } catch (error) {
      // API Gateway knows this one message. Any other error is a failure of the authorizer.
      if (error instanceof Error && error.message === "Unauthorized") return { outcome: "UNAUTHORIZED" };
      console.error(error);
      return { outcome: "AUTHORIZER_FAILURE" };
    }
  }

  #remember(authorization: string, context: Readonly<Record<string, unknown>>): void {
    this.#allowed.set(authorization, { context, until: performance.now() + cacheSeconds * 1000 });
    const [oldest] = this.#allowed.keys();
    if (this.#allowed.size > maximumEntries && oldest !== undefined) this.#allowed.delete(oldest);
  }
}
