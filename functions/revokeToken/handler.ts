import { oauthHandler } from "../../shared/http/oauth.ts";
import * as routes from "../../shared/http/routes.ts";
import { deployedCredentialContext } from "../../shared/http/tokenContext.ts";
import { revokeToken } from "./revokeToken.ts";

export const handler = oauthHandler(routes.revokeToken, revokeToken(deployedCredentialContext()));
