import { apiHandler } from "../../shared/http/apiHandler.ts";
import { deployedContext } from "../../shared/http/context.ts";
import * as routes from "../../shared/http/routes.ts";
import { getUserTargetGroups } from "./getUserTargetGroups.ts";

export const handler = apiHandler(routes.getUserTargetGroups, getUserTargetGroups(deployedContext()));
