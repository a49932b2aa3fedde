import { dispatch } from "../../shared/http/dispatch.ts";
import { deployedContext } from "../../shared/operations/context.ts";
import { definitionsRoutes } from "./routes.ts";

export const handler = dispatch(definitionsRoutes(deployedContext()));
