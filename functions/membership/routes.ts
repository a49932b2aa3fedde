import { apiHandler } from "../../shared/http/apiHandler.ts";
import type { RouteLambdas } from "../../shared/http/dispatch.ts";
import * as routes from "../../shared/http/routes.ts";
import type { ServiceContext } from "../../shared/operations/context.ts";
import { unenroll } from "./unenroll.ts";

/** The routes that change an enrolment and that no till waits for. */
export function membershipRoutes(context: ServiceContext): RouteLambdas<"membership"> {
  return {
    unenroll: apiHandler(routes.unenroll, unenroll(context)),
  };
}
