import { Construct } from "constructs";
import { credentialPlanVariable } from "../shared/config/credentialPlanConfig.ts";
import { tokenLifetimeVariable } from "../shared/config/tokenConfig.ts";
import { ApiFunction } from "./apiFunction.ts";
import { trustExternalIssuer } from "./externalIssuer.ts";
import type { FunctionName } from "./functionNames.ts";
import type { Settings } from "./settings.ts";
import type { MilestreakTable } from "./table.ts";

export type Functions = Readonly<Record<FunctionName, ApiFunction>>;

/** Every Lambda of the stack; a name without one does not compile. */
export function createFunctions(scope: Construct, settings: Settings, table: MilestreakTable): Functions {
  const parent = new Construct(scope, "Functions");
  const create = (name: FunctionName, reservedConcurrency?: number) =>
    new ApiFunction(parent, name, { ...settings, name, table, reservedConcurrency });
  const functions = {
    authorizer: create("authorizer"),
    enroll: create("enroll"),
    unenroll: create("unenroll"),
    recordActivities: create("recordActivities"),
    createTargetGroup: create("createTargetGroup"),
    listTargetGroups: create("listTargetGroups"),
    getTargetGroup: create("getTargetGroup"),
    putCustomer: create("putCustomer"),
    getCustomer: create("getCustomer"),
    getUserTargetGroups: create("getUserTargetGroups"),
    getTrackedTargetEvents: create("getTrackedTargetEvents"),
    getEnrolledTargets: create("getEnrolledTargets"),
    issueToken: create("issueToken"),
    generateToken: create("generateToken"),
    revokeToken: create("revokeToken"),
    countQueuedActivities: create("countQueuedActivities"),
    projector: create("projector", settings.projectorConcurrency),
    listDueCycles: create("listDueCycles"),
    closeShard: create("closeShard", settings.closingConcurrency),
  };
  for (const { lambda } of [functions.issueToken, functions.generateToken]) {
    lambda.addEnvironment(tokenLifetimeVariable, settings.tokenLifetimeMinutes.toString());
  }
  if (settings.credentialLimits !== undefined) {
    functions.authorizer.lambda.addEnvironment(credentialPlanVariable, settings.stackName);
  }
  if (settings.externalIssuer !== undefined) trustExternalIssuer(functions.authorizer.lambda, settings.externalIssuer);
  return functions;
}
