import { apiHandler } from "../../shared/http/apiHandler.ts";
import { deployedContext } from "../../shared/http/context.ts";
import { routes } from "../../shared/http/routes.ts";
import { createTargetGroup } from "./createTargetGroup.ts";

export const handler = apiHandler(routes.createTargetGroup, createTargetGroup(deployedContext()));
