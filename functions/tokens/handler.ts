import { dispatch } from "../../shared/http/dispatch.ts";
import { deployedTokenContext } from "../../shared/http/tokenContext.ts";
import { tokensRoutes } from "./routes.ts";

export const handler = dispatch(tokensRoutes(deployedTokenContext()));
