import { apiHandler } from "../../shared/http/apiHandler.ts";
import type { RouteLambdas } from "../../shared/http/dispatch.ts";
import * as routes from "../../shared/http/routes.ts";
import type { ServiceContext } from "../../shared/operations/context.ts";
import { exportCustomer } from "./exportCustomer.ts";
import { getEnrolledTargets } from "./getEnrolledTargets.ts";
import { getTargetStatistics } from "./getTargetStatistics.ts";
import { getTrackedTargetEvents } from "./getTrackedTargetEvents.ts";
import { getUserTargetGroups } from "./getUserTargetGroups.ts";
import { listTargetCustomers } from "./listTargetCustomers.ts";

/** The routes that read the state of one customer or of many. They never write. */
export function readsRoutes(context: ServiceContext): RouteLambdas<"reads"> {
  return {
    getUserTargetGroups: apiHandler(routes.getUserTargetGroups, getUserTargetGroups(context)),
    getTrackedTargetEvents: apiHandler(routes.getTrackedTargetEvents, getTrackedTargetEvents(context)),
    exportCustomer: apiHandler(routes.exportCustomer, exportCustomer(context)),
    getEnrolledTargets: apiHandler(routes.getEnrolledTargets, getEnrolledTargets(context)),
    getTargetStatistics: apiHandler(routes.getTargetStatistics, getTargetStatistics(context)),
    listTargetCustomers: apiHandler(routes.listTargetCustomers, listTargetCustomers(context)),
  };
}
