import { apiHandler } from "../../shared/http/apiHandler.ts";
import type { RouteLambdas } from "../../shared/http/dispatch.ts";
import * as routes from "../../shared/http/routes.ts";
import type { ServiceContext } from "../../shared/operations/context.ts";
import { recordActivities } from "./recordActivities.ts";

/** The route that counts activities sent over HTTP. `countQueuedActivities` counts them from a queue. */
export function recordActivitiesRoutes(context: ServiceContext): RouteLambdas<"recordActivities"> {
  return {
    recordActivities: apiHandler(routes.recordActivities, recordActivities(context)),
  };
}
