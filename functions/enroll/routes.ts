import type { Permission } from "../../shared/domain/accessGroups.ts";
import { apiHandler } from "../../shared/http/apiHandler.ts";
import type { RouteLambdas } from "../../shared/http/dispatch.ts";
import * as routes from "../../shared/http/routes.ts";
import type { ServiceContext } from "../../shared/operations/context.ts";
import { enroll } from "./enroll.ts";

/**
 * The route that enrols. Tills wait for it, so it has a function of its own. `registration` is the permission that
 * registering a customer at the same time needs.
 */
export function enrollRoutes(context: ServiceContext, registration: Permission = "manage"): RouteLambdas<"enroll"> {
  return {
    enroll: apiHandler(routes.enroll, enroll(context, registration)),
  };
}
