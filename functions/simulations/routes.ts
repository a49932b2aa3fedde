import { apiHandler } from "../../shared/http/apiHandler.ts";
import type { RouteLambdas } from "../../shared/http/dispatch.ts";
import * as routes from "../../shared/http/routes.ts";
import type { Table } from "../../shared/table/client.ts";
import { simulateActivities } from "./simulateActivities.ts";
import { simulateEnrollment } from "./simulateEnrollment.ts";
import { simulateUnenrollment } from "./simulateUnenrollment.ts";

/** The routes that answer what a call would do, and write nothing. */
export function simulationsRoutes(table: Table): RouteLambdas<"simulations"> {
  return {
    simulateEnrollment: apiHandler(routes.simulateEnrollment, simulateEnrollment(table)),
    simulateUnenrollment: apiHandler(routes.simulateUnenrollment, simulateUnenrollment(table)),
    simulateActivities: apiHandler(routes.simulateActivities, simulateActivities(table)),
  };
}
