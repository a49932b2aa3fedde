import { Duration } from "aws-cdk-lib";
import { Construct } from "constructs";
import { adjustmentLimitVariable } from "../shared/config/adjustmentConfig.ts";
import { credentialPlanVariable } from "../shared/config/credentialPlanConfig.ts";
import { registrationVariable } from "../shared/config/registrationConfig.ts";
import { statisticsVariable } from "../shared/config/statisticsConfig.ts";
import { tokenLifetimeVariable } from "../shared/config/tokenConfig.ts";
import { ApiFunction } from "./apiFunction.ts";
import { trustExternalIssuer } from "./externalIssuer.ts";
import type { FunctionName } from "./functionNames.ts";
import type { Settings } from "./settings.ts";
import type { MilestreakTable } from "./table.ts";

/** A call of closing keeps 20 s in reserve for an engine that fails on all attempts but the last. */
const closingTimeout = Duration.minutes(1);

export type Functions = Readonly<Record<FunctionName, ApiFunction>>;

/** Every Lambda of the stack; a name without one does not compile. */
export function createFunctions(scope: Construct, settings: Settings, table: MilestreakTable): Functions {
  const parent = new Construct(scope, "Functions");
  const create = (name: FunctionName, reservedConcurrency?: number, timeout?: Duration) =>
    new ApiFunction(parent, name, { ...settings, name, table, reservedConcurrency, timeout });
  const functions = {
    authorizer: create("authorizer"),
    enroll: create("enroll"),
    recordActivities: create("recordActivities"),
    membership: create("membership"),
    definitions: create("definitions"),
    customers: create("customers"),
    reads: create("reads"),
    simulations: create("simulations"),
    tokens: create("tokens"),
    countQueuedActivities: create("countQueuedActivities"),
    projector: create("projector", settings.projectorConcurrency),
    listDueCycles: create("listDueCycles"),
    closeShard: create("closeShard", settings.closingConcurrency, closingTimeout),
  };
  functions.tokens.lambda.addEnvironment(tokenLifetimeVariable, settings.tokenLifetimeMinutes.toString());
  functions.listDueCycles.lambda.addEnvironment(statisticsVariable, settings.statisticsEveryHours.toString());
  for (const { lambda } of [functions.enroll, functions.simulations]) {
    lambda.addEnvironment(registrationVariable, settings.registration);
  }
  if (settings.adjustmentLimit !== undefined) {
    functions.membership.lambda.addEnvironment(adjustmentLimitVariable, settings.adjustmentLimit.toString());
  }
  if (settings.credentialLimits !== undefined) {
    functions.authorizer.lambda.addEnvironment(credentialPlanVariable, settings.stackName);
  }
  if (settings.externalIssuer !== undefined) trustExternalIssuer(functions.authorizer.lambda, settings.externalIssuer);
  return functions;
}
