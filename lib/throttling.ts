import type { MethodDeploymentOptions } from "aws-cdk-lib/aws-apigateway";
import { routeNames, routes } from "../shared/http/routes.ts";
import type { Settings } from "./settings.ts";

type Throttle = Pick<Settings, "throttleRate" | "throttleBurst">;

/** The stage's setting for each route, by the path and method API Gateway names it with. */
export function methodThrottles({ throttleRate, throttleBurst }: Throttle): Record<string, MethodDeploymentOptions> {
  return Object.fromEntries(
    routeNames.map((name) => {
      const { path, method, throttleShare } = routes[name];
      const options = {
        throttlingRateLimit: shareOf(throttleRate, throttleShare),
        throttlingBurstLimit: shareOf(throttleBurst, throttleShare),
      };
      return [`${path}/${method}`, options];
    }),
  );
}

function shareOf(limit: number, share: number): number {
  return Math.max(1, Math.floor(limit * share));
}
