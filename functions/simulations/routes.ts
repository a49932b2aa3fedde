import type { Permission } from "../../shared/domain/accessGroups.ts";
import { apiHandler } from "../../shared/http/apiHandler.ts";
import type { RouteLambdas } from "../../shared/http/dispatch.ts";
import * as routes from "../../shared/http/routes.ts";
import type { Table } from "../../shared/table/client.ts";
import { simulateActivities } from "./simulateActivities.ts";
import { simulateEnrollment } from "./simulateEnrollment.ts";
import { simulateUnenrollment } from "./simulateUnenrollment.ts";

/**
 * The routes that answer what a call would do, and write nothing. `registration` is the permission that the real call
 * needs to register a customer.
 */
export function simulationsRoutes(table: Table, registration: Permission = "manage"): RouteLambdas<"simulations"> {
  return {
    simulateEnrollment: apiHandler(routes.simulateEnrollment, simulateEnrollment(table, registration)),
    simulateUnenrollment: apiHandler(routes.simulateUnenrollment, simulateUnenrollment(table)),
    simulateActivities: apiHandler(routes.simulateActivities, simulateActivities(table)),
  };
}
