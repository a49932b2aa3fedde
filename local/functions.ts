import { type AuthorizerLambda, authorize } from "../functions/authorizer/authorize.ts";
import { createTargetGroup } from "../functions/createTargetGroup/createTargetGroup.ts";
import { enroll } from "../functions/enroll/enroll.ts";
import { generateToken } from "../functions/generateToken/generateToken.ts";
import { getCustomer } from "../functions/getCustomer/getCustomer.ts";
import { getEnrolledTargets } from "../functions/getEnrolledTargets/getEnrolledTargets.ts";
import { getTargetGroup } from "../functions/getTargetGroup/getTargetGroup.ts";
import { getTrackedTargetEvents } from "../functions/getTrackedTargetEvents/getTrackedTargetEvents.ts";
import { getUserTargetGroups } from "../functions/getUserTargetGroups/getUserTargetGroups.ts";
import { issueToken } from "../functions/issueToken/issueToken.ts";
import { listTargetGroups } from "../functions/listTargetGroups/listTargetGroups.ts";
import { putCustomer } from "../functions/putCustomer/putCustomer.ts";
import { recordActivities } from "../functions/recordActivities/recordActivities.ts";
import { revokeToken } from "../functions/revokeToken/revokeToken.ts";
import { unenroll } from "../functions/unenroll/unenroll.ts";
import type { Clock } from "../shared/auth/clock.ts";
import { type JwtAuthenticator, noIssuer } from "../shared/auth/externalIssuer.ts";
import { systemClock } from "../shared/config/systemClock.ts";
import { tokenLifetimeMinutes } from "../shared/config/tokenConfig.ts";
import { type ApiLambda, apiHandler } from "../shared/http/apiHandler.ts";
import { oauthHandler } from "../shared/http/oauth.ts";
import { openHandler } from "../shared/http/openHandler.ts";
import { type RouteName, routes } from "../shared/http/routes.ts";
import { createContext } from "../shared/operations/context.ts";
import type { Table } from "../shared/table/client.ts";

const lifetimeSeconds = tokenLifetimeMinutes.default * 60;

export type LocalFunctions = {
  readonly authorizer: AuthorizerLambda;
  readonly handlers: Readonly<Record<RouteName, ApiLambda>>;
};

/**
 * The functions of the stack on a given table. Each has a context of its own, as each is a process of its own there.
 * The clock is for credentials and tokens alone; a request brings its own time.
 */
export function localFunctions(
  table: Table,
  clock: Clock = systemClock,
  authenticateJwt: JwtAuthenticator = noIssuer,
): LocalFunctions {
  return {
    authorizer: authorize(table, clock, authenticateJwt),
    handlers: {
      enroll: apiHandler(routes.enroll, enroll(createContext(table))),
      unenroll: apiHandler(routes.unenroll, unenroll(createContext(table))),
      recordActivities: apiHandler(routes.recordActivities, recordActivities(createContext(table))),
      createTargetGroup: apiHandler(routes.createTargetGroup, createTargetGroup(table)),
      listTargetGroups: apiHandler(routes.listTargetGroups, listTargetGroups(createContext(table))),
      getTargetGroup: apiHandler(routes.getTargetGroup, getTargetGroup(table)),
      putCustomer: apiHandler(routes.putCustomer, putCustomer(table)),
      getCustomer: apiHandler(routes.getCustomer, getCustomer(table)),
      getUserTargetGroups: apiHandler(routes.getUserTargetGroups, getUserTargetGroups(createContext(table))),
      getTrackedTargetEvents: apiHandler(routes.getTrackedTargetEvents, getTrackedTargetEvents(createContext(table))),
      getEnrolledTargets: apiHandler(routes.getEnrolledTargets, getEnrolledTargets(createContext(table))),
      issueToken: oauthHandler(routes.issueToken, issueToken({ table, clock, lifetimeSeconds })),
      generateToken: openHandler(routes.generateToken, generateToken({ table, clock, lifetimeSeconds })),
      revokeToken: oauthHandler(routes.revokeToken, revokeToken({ table, clock })),
    },
  };
}
