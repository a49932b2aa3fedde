import { apiHandler } from "../../shared/http/apiHandler.ts";
import { deployedContext } from "../../shared/http/context.ts";
import { routes } from "../../shared/http/routes.ts";
import { getTargetGroup } from "./getTargetGroup.ts";

export const handler = apiHandler(routes.getTargetGroup, getTargetGroup(deployedContext()));
