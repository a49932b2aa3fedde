import { apiHandler } from "../../shared/http/apiHandler.ts";
import { deployedContext } from "../../shared/http/context.ts";
import * as routes from "../../shared/http/routes.ts";
import { unenroll } from "./unenroll.ts";

export const handler = apiHandler(routes.unenroll, unenroll(deployedContext()));
