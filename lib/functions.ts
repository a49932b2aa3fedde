import { Construct } from "constructs";
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
  const create = (name: FunctionName) => new ApiFunction(parent, name, { ...settings, name, table });
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
    projector: create("projector"),
    listDueCycles: create("listDueCycles"),
    closeShard: create("closeShard"),
  };
  for (const { lambda } of [functions.issueToken, functions.generateToken]) {
    lambda.addEnvironment(tokenLifetimeVariable, settings.tokenLifetimeMinutes.toString());
  }
  if (settings.externalIssuer !== undefined) trustExternalIssuer(functions.authorizer.lambda, settings.externalIssuer);
  return functions;
}
