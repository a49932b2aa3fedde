import { apiHandler } from "../../shared/http/apiHandler.ts";
import type { RouteLambdas } from "../../shared/http/dispatch.ts";
import * as routes from "../../shared/http/routes.ts";
import type { ServiceContext } from "../../shared/operations/context.ts";
import { enroll } from "./enroll.ts";

/** Customers into targets: the route that tills wait for, alone in its function. */
export function enrollRoutes(context: ServiceContext): RouteLambdas<"enroll"> {
  return {
    enroll: apiHandler(routes.enroll, enroll(context)),
  };
}
