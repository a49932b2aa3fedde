import type { RouteLambdas } from "../../shared/http/dispatch.ts";
import { oauthHandler } from "../../shared/http/oauth.ts";
import { openHandler } from "../../shared/http/openHandler.ts";
import * as routes from "../../shared/http/routes.ts";
import type { TokenContext } from "../../shared/http/tokenContext.ts";
import { generateToken } from "./generateToken.ts";
import { issueToken } from "./issueToken.ts";
import { revokeToken } from "./revokeToken.ts";

/** The routes for access tokens. They have no authorizer and check the credential themselves. */
export function tokensRoutes(context: TokenContext): RouteLambdas<"tokens"> {
  return {
    issueToken: oauthHandler(routes.issueToken, issueToken(context)),
    generateToken: openHandler(routes.generateToken, generateToken(context)),
    revokeToken: oauthHandler(routes.revokeToken, revokeToken(context)),
  };
}
