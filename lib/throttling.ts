import type { MethodDeploymentOptions } from "aws-cdk-lib/aws-apigateway";
import { type RouteName, routes } from "../shared/http/routes.ts";
import { routeNames } from "./functionNames.ts";
import type { Settings } from "./settings.ts";

/**
 * The share of the stage's requests that one route may take. None may take all, so that a campaign tool that reads
 * in a loop leaves room for the tills; a definition is large and rarely made.
 */
const throttleShares = {
  enroll: 0.8,
  unenroll: 0.5,
  recordActivities: 0.8,
  createTargetGroup: 0.05,
  listTargetGroups: 0.2,
  getTargetGroup: 0.5,
  putCustomer: 0.5,
  getCustomer: 0.5,
  getUserTargetGroups: 0.8,
  getTrackedTargetEvents: 0.5,
  getEnrolledTargets: 0.5,
  // A client needs one token per token lifetime. No authorizer protects these routes, so a flood of calls must leave
  // room for the others.
  issueToken: 0.1,
  generateToken: 0.1,
  revokeToken: 0.1,
} as const satisfies Record<RouteName, number>;

type Throttle = Pick<Settings, "throttleRate" | "throttleBurst">;

/** The stage's setting for each route, by the path and method API Gateway names it with. */
export function methodThrottles({ throttleRate, throttleBurst }: Throttle): Record<string, MethodDeploymentOptions> {
  return Object.fromEntries(
    routeNames.map((name) => {
      const { path, method } = routes[name];
      const options = {
        throttlingRateLimit: shareOf(throttleRate, name),
        throttlingBurstLimit: shareOf(throttleBurst, name),
      };
      return [`${path}/${method}`, options];
    }),
  );
}

function shareOf(limit: number, name: RouteName): number {
  return Math.max(1, Math.floor(limit * throttleShares[name]));
}
