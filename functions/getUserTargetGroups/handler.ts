import { apiHandler } from "../../shared/http/apiHandler.ts";
import * as routes from "../../shared/http/routes.ts";
import { deployedContext } from "../../shared/operations/context.ts";
import { getUserTargetGroups } from "./getUserTargetGroups.ts";

export const handler = apiHandler(routes.getUserTargetGroups, getUserTargetGroups(deployedContext()));
