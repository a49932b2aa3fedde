import { openHandler } from "../../shared/http/openHandler.ts";
import * as routes from "../../shared/http/routes.ts";
import { deployedTokenContext } from "../../shared/http/tokenContext.ts";
import { generateToken } from "./generateToken.ts";

export const handler = openHandler(routes.generateToken, generateToken(deployedTokenContext()));
