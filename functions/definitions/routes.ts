import { apiHandler } from "../../shared/http/apiHandler.ts";
import type { RouteLambdas } from "../../shared/http/dispatch.ts";
import * as routes from "../../shared/http/routes.ts";
import type { ServiceContext } from "../../shared/operations/context.ts";
import { createTargetGroup } from "./createTargetGroup.ts";
import { getTargetGroup } from "./getTargetGroup.ts";
import { listTargetGroups } from "./listTargetGroups.ts";

/** The routes that create, list and read target groups. */
export function definitionsRoutes(context: ServiceContext): RouteLambdas<"definitions"> {
  return {
    createTargetGroup: apiHandler(routes.createTargetGroup, createTargetGroup(context.table)),
    listTargetGroups: apiHandler(routes.listTargetGroups, listTargetGroups(context)),
    getTargetGroup: apiHandler(routes.getTargetGroup, getTargetGroup(context.table)),
  };
}
