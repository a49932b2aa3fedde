import { dispatch } from "../../shared/http/dispatch.ts";
import { deployedContext } from "../../shared/operations/context.ts";
import { readsRoutes } from "./routes.ts";

export const handler = dispatch(readsRoutes(deployedContext()));
