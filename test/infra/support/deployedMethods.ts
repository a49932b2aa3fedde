import { at, type Resource, type Resources, references, resourcesOfType } from "./synthesize.ts";

export type DeployedMethod = {
  /** The method and path as in the route table, such as `GET /targetGroups`. */
  readonly name: string;
  readonly method: Resource;
  /** The logical id of the Lambda that the method invokes. */
  readonly functionId: string;
};

/** Every method of the API with its function, found in the way API Gateway finds them. */
export function deployedMethods(stack: Resources): DeployedMethod[] {
  return resourcesOfType(stack, "AWS::ApiGateway::Method").map(([, method]) => ({
    name: `${String(method.Properties.HttpMethod)} ${pathOf(stack, method.Properties.ResourceId)}`,
    method,
    functionId: functionBehind(stack, at(method.Properties, "Integration", "Uri")),
  }));
}

/** The authorizer's Lambda, and the Lambda that each route's method invokes. */
export function functionIdsByName({ resources }: Resources): [string, string][] {
  return [...resources].flatMap(([id, { Type }]): [string, string][] => {
    const name = Type === "AWS::Lambda::Function" ? /^Functions(\w+)Function[0-9A-F]{8}$/.exec(id)?.[1] : undefined;
    return name === undefined ? [] : [[name, id]];
  });
}

/**
 * The function whose live alias the value refers to. Throws if it refers to the function without an alias, or to
 * several functions.
 */
export function functionBehind({ resources }: Resources, value: unknown): string {
  const [alias, ...others] = [...references(value)]
    .map((id) => resources.get(id))
    .filter((resource) => resource?.Type.startsWith("AWS::Lambda::"));
  if (alias?.Type !== "AWS::Lambda::Alias" || others.length > 0) throw new Error("Refers to one alias");
  return String(at(alias.Properties.FunctionName, "Ref"));
}

/** The alias by which a function is invoked. */
export function liveAliasId(stack: Resources, functionId: string): string {
  const [alias, ...others] = resourcesOfType(stack, "AWS::Lambda::Alias").filter(([, { Properties }]) =>
    references(Properties.FunctionName).has(functionId),
  );
  if (alias === undefined || others.length > 0) throw new Error("A function has one alias");
  return alias[0];
}

function pathOf(stack: Resources, resourceId: unknown): string {
  const resource = stack.resources.get(String(at(resourceId, "Ref")));
  if (resource?.Type !== "AWS::ApiGateway::Resource") return "";
  return `${pathOf(stack, resource.Properties.ParentId)}/${String(resource.Properties.PathPart)}`;
}
