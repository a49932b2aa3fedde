import { apiHandler } from "../../shared/http/apiHandler.ts";
import * as routes from "../../shared/http/routes.ts";
import { deployedContext } from "../../shared/operations/context.ts";
import { unenroll } from "./unenroll.ts";

export const handler = apiHandler(routes.unenroll, unenroll(deployedContext()));
