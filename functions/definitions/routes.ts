import { apiHandler } from "../../shared/http/apiHandler.ts";
import type { RouteLambdas } from "../../shared/http/dispatch.ts";
import * as routes from "../../shared/http/routes.ts";
import type { ServiceContext } from "../../shared/operations/context.ts";
import { createTargetGroup } from "./createTargetGroup.ts";
import { deleteTargetGroup } from "./deleteTargetGroup.ts";
import { editTargetGroup } from "./editTargetGroup.ts";
import { getAuditLogs } from "./getAuditLogs.ts";
import { getTargetGroup } from "./getTargetGroup.ts";
import { listTargetGroups } from "./listTargetGroups.ts";
import { appendTargetPeriods, editTargetPeriods } from "./targetPeriods.ts";
import { addTarget, deactivateTarget, editTarget } from "./targets.ts";

/** The routes that create, change, list and read target groups. */
export function definitionsRoutes(context: ServiceContext): RouteLambdas<"definitions"> {
  return {
    createTargetGroup: apiHandler(routes.createTargetGroup, createTargetGroup(context.table)),
    listTargetGroups: apiHandler(routes.listTargetGroups, listTargetGroups(context)),
    getTargetGroup: apiHandler(routes.getTargetGroup, getTargetGroup(context.table)),
    editTargetGroup: apiHandler(routes.editTargetGroup, editTargetGroup(context)),
    editTargetPeriods: apiHandler(routes.editTargetPeriods, editTargetPeriods(context)),
    appendTargetPeriods: apiHandler(routes.appendTargetPeriods, appendTargetPeriods(context)),
    addTarget: apiHandler(routes.addTarget, addTarget(context)),
    editTarget: apiHandler(routes.editTarget, editTarget(context)),
    deactivateTarget: apiHandler(routes.deactivateTarget, deactivateTarget(context)),
    deleteTargetGroup: apiHandler(routes.deleteTargetGroup, deleteTargetGroup(context.table)),
    getAuditLogs: apiHandler(routes.getAuditLogs, getAuditLogs(context.table)),
  };
}
