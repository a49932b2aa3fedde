import { at, type Resources, references, resourcesOfType } from "../../infra/support/synthesize.ts";
import { NotJudged, parsePolicy, type Statement } from "../judge/policy.ts";
import type { TemplateValues } from "./templateValues.ts";

/** All statements of the policies of the function's role, read from the template alone. */
export function statementsOf(stack: Resources, values: TemplateValues, functionId: string): Statement[] {
  const [roleId = ""] = references(stack.resources.get(functionId)?.Properties["Role"]);
  const role = stack.resources.get(roleId)?.Properties ?? {};
  if (role["ManagedPolicyArns"] !== undefined || role["PermissionsBoundary"] !== undefined) {
    throw new NotJudged(`${roleId} has policies that are not in the template`);
  }
  const inline = [role["Policies"] ?? []].flat().map((policy) => at(policy, "PolicyDocument"));
  const attached = ["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"]
    .flatMap((type) => resourcesOfType(stack, type))
    .filter(([, { Properties }]) => references(Properties["Roles"]).has(roleId))
    .map(([, { Properties }]) => Properties["PolicyDocument"]);
  return [...inline, ...attached].flatMap((document) => parsePolicy(values.resolve(document)));
}
