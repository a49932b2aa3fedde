import { apiHandler } from "../../shared/http/apiHandler.ts";
import type { RouteLambdas } from "../../shared/http/dispatch.ts";
import * as routes from "../../shared/http/routes.ts";
import type { ServiceContext } from "../../shared/operations/context.ts";
import { adjust } from "./adjust.ts";
import { excuse, grantFreezes, unexcuse } from "./forgive.ts";
import { unenroll } from "./unenroll.ts";

/**
 * The routes that change an enrolment and that no till waits for. `adjustmentLimit` is the largest amount that support may
 * adjust by; `undefined` for no limit.
 */
export function membershipRoutes(context: ServiceContext, adjustmentLimit?: number): RouteLambdas<"membership"> {
  return {
    adjust: apiHandler(routes.adjust, adjust(context, adjustmentLimit)),
    excuse: apiHandler(routes.excuse, excuse(context)),
    unexcuse: apiHandler(routes.unexcuse, unexcuse(context)),
    grantFreezes: apiHandler(routes.grantFreezes, grantFreezes(context)),
    unenroll: apiHandler(routes.unenroll, unenroll(context)),
  };
}
