import { apiHandler } from "../../shared/http/apiHandler.ts";
import type { RouteLambdas } from "../../shared/http/dispatch.ts";
import * as routes from "../../shared/http/routes.ts";
import type { ServiceContext } from "../../shared/operations/context.ts";
import { enroll } from "./enroll.ts";

/** The route that enrols. Tills wait for it, so it has a function of its own. */
export function enrollRoutes(context: ServiceContext): RouteLambdas<"enroll"> {
  return {
    enroll: apiHandler(routes.enroll, enroll(context)),
  };
}
