import type { AuthorizerLambda } from "../../../functions/authorizer/authorize.ts";
import type { LocalFunctions } from "../../../local/functions.ts";
import type { ApiLambda } from "../../../shared/http/dispatch.ts";
import { type RouteName, routeNames, routes } from "../../../shared/http/routes.ts";
import { deployedMethods, functionBehind } from "../../infra/support/deployedMethods.ts";
import { onlyResource, type Resources } from "../../infra/support/synthesize.ts";
import type { DeployedFunction } from "./deployment.ts";

type Functions = ReadonlyMap<string, DeployedFunction>;

/** The API's functions for the local gateway. Each route has the function that the template's method invokes. */
export function deployedApi(stack: Resources, functions: Functions): LocalFunctions {
  const handlers = Object.fromEntries(
    routeNames.map((route) => [route, proxied(requireFunction(functions, functionIdOf(stack, route)))]),
  );
  if (!isComplete(handlers)) throw new Error("A route has no method");
  return { authorizer: authorizerOf(stack, functions), handlers };
}

/** The logical id of the function that a route's method invokes. */
export function functionIdOf(stack: Resources, route: RouteName): string {
  const name = `${routes[route].method} ${routes[route].path}`;
  const method = deployedMethods(stack).find((each) => each.name === name);
  if (method === undefined) throw new Error(`No method serves ${name}`);
  return method.functionId;
}

function authorizerOf(stack: Resources, functions: Functions): AuthorizerLambda {
  const [, { Properties }] = onlyResource(stack, "AWS::ApiGateway::Authorizer");
  const { running } = requireFunction(functions, functionBehind(stack, Properties["AuthorizerUri"]));
  return async (event) => JSON.parse(JSON.stringify(await running.call(event)));
}

function proxied({ running }: DeployedFunction): ApiLambda {
  return async (event) => JSON.parse(JSON.stringify(await running.call(event)));
}

function isComplete(handlers: Partial<LocalFunctions["handlers"]>): handlers is LocalFunctions["handlers"] {
  return routeNames.every((name) => handlers[name] !== undefined);
}

/** The function with that logical id. */
export function requireFunction(functions: Functions, id: string): DeployedFunction {
  const found = functions.get(id);
  if (found === undefined) throw new Error(`The stack has no function ${id}`);
  return found;
}
