import { oauthHandler } from "../../shared/http/oauth.ts";
import * as routes from "../../shared/http/routes.ts";
import { deployedTokenContext } from "../../shared/http/tokenContext.ts";
import { issueToken } from "./issueToken.ts";

export const handler = oauthHandler(routes.issueToken, issueToken(deployedTokenContext()));
