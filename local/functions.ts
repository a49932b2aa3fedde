import { type AuthorizerLambda, authorize } from "../functions/authorizer/authorize.ts";
import { customersRoutes } from "../functions/customers/routes.ts";
import { definitionsRoutes } from "../functions/definitions/routes.ts";
import { enrollRoutes } from "../functions/enroll/routes.ts";
import { membershipRoutes } from "../functions/membership/routes.ts";
import { readsRoutes } from "../functions/reads/routes.ts";
import { recordActivitiesRoutes } from "../functions/recordActivities/routes.ts";
import { simulationsRoutes } from "../functions/simulations/routes.ts";
import { tokensRoutes } from "../functions/tokens/routes.ts";
import type { Clock } from "../shared/auth/clock.ts";
import { type JwtAuthenticator, noIssuer } from "../shared/auth/externalIssuer.ts";
import { systemClock } from "../shared/config/systemClock.ts";
import { tokenLifetimeMinutes } from "../shared/config/tokenConfig.ts";
import type { ApiLambda } from "../shared/http/dispatch.ts";
import type { RouteName } from "../shared/http/routes.ts";
import { createContext } from "../shared/operations/context.ts";
import type { Table } from "../shared/table/client.ts";

const lifetimeSeconds = tokenLifetimeMinutes.default * 60;

export type LocalFunctions = {
  readonly authorizer: AuthorizerLambda;
  readonly handlers: Readonly<Record<RouteName, ApiLambda>>;
};

/**
 * The functions of the stack on a given table. Each has a context of its own, as each is a process of its own there.
 * The clock is for credentials and tokens alone; a request brings its own time. `adjustmentLimit` is the largest amount
 * that support may adjust by.
 */
export function localFunctions(
  table: Table,
  clock: Clock = systemClock,
  authenticateJwt: JwtAuthenticator = noIssuer,
  adjustmentLimit?: number,
): LocalFunctions {
  return {
    authorizer: authorize(table, clock, authenticateJwt),
    handlers: {
      ...enrollRoutes(createContext(table)),
      ...membershipRoutes(createContext(table), adjustmentLimit),
      ...recordActivitiesRoutes(createContext(table)),
      ...definitionsRoutes(createContext(table)),
      ...customersRoutes(table),
      ...readsRoutes(createContext(table)),
      ...simulationsRoutes(table),
      ...tokensRoutes({ table, clock, lifetimeSeconds }),
    },
  };
}
