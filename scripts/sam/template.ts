import type { EngineAddress } from "../../local/enginePage.ts";
import { busNameVariable } from "../../shared/config/busConfig.ts";
import { endpointVariable, tableNameVariable } from "../../shared/config/tableConfig.ts";
import { isJsonObject } from "../../shared/http/requests/validation.ts";
import type { BundledStack, Resource } from "./bundleStack.ts";

export const architectures = ["x86_64", "arm64"] as const;
export type Architecture = (typeof architectures)[number];

/** The architecture of this machine, which needs no emulation. Bundles are plain JavaScript and run on both. */
export function machineArchitecture(): Architecture {
  return process.arch === "arm64" ? "arm64" : "x86_64";
}

export type SamSettings = {
  /** The engine's address as seen from this machine. */
  readonly engine: EngineAddress;
  /** The name of this machine inside a container. */
  readonly host: string;
  readonly architecture: Architecture;
};

/** The variables of each function, by function name and then by variable. */
export type SamEnvironment = Readonly<Record<string, Readonly<Record<string, string>>>>;

export type SamTemplate = { readonly Resources: Readonly<Record<string, Resource>> };

/**
 * The part of the stack that `sam local` serves: functions, the API's resources and methods, its authorizer and stage.
 *
 * A function is named by its folder below `functions/`, as SAM names containers, environments and events by that name.
 * Methods call functions and not their aliases, because not every version of SAM resolves aliases. The reasons are in
 * docs/decisions/0021-sam-local.md.
 */
export function samTemplate(
  stack: BundledStack,
  settings: SamSettings,
): { readonly template: SamTemplate; readonly environment: SamEnvironment } {
  const environment: Record<string, Record<string, string>> = {};
  const resources: Record<string, Resource> = {};
  const routed = new Set<string>();
  for (const [id, resource] of stack.resources) {
    const served = servedApiResource(stack, resource);
    if (served === undefined) continue;
    resources[id] = served.resource;
    if (served.method !== undefined) routed.add(served.method);
  }
  for (const [name, id] of stack.functionIds) {
    const properties = propertiesOf(stack, id);
    const variables = localVariables(variablesOf(properties), settings);
    environment[name] = variables;
    resources[name] = localFunction(name, properties, {
      settings,
      variables,
      handler: routed.has(name) ? stampedHandler : String(properties["Handler"]),
    });
  }
  return { template: { Resources: resources }, environment };
}

/** The module beside a route's bundle that gives each request a time and an id of its own. */
export const stampedModule = "sam.mjs";
const stampedHandler = "sam.handler";

type Served = { readonly resource: Resource; readonly method?: string };

/**
 * The resource for `sam local`; `undefined` for one that it does not use. It would warn about some of these and refuse
 * others.
 */
function servedApiResource(stack: BundledStack, { Type, Properties }: Resource): Served | undefined {
  switch (Type) {
    case "AWS::ApiGateway::Resource":
      return { resource: { Type, Properties } };
    case "AWS::ApiGateway::RestApi":
      return { resource: { Type, Properties: pick(Properties, ["Name"]) } };
    case "AWS::ApiGateway::Stage":
      return { resource: { Type, Properties: pick(Properties, ["RestApiId", "StageName"]) } };
    case "AWS::ApiGateway::Authorizer": {
      const AuthorizerUri = invocationUri(functionBehind(stack, Properties["AuthorizerUri"]));
      return { resource: { Type, Properties: { ...Properties, AuthorizerUri } } };
    }
    case "AWS::ApiGateway::Method": {
      const integration = isJsonObject(Properties["Integration"]) ? Properties["Integration"] : {};
      const method = functionBehind(stack, integration["Uri"]);
      const Integration = { ...integration, Uri: invocationUri(method) };
      return { resource: { Type, Properties: { ...Properties, Integration } }, method };
    }
    default:
      return undefined;
  }
}

function localFunction(
  name: string,
  properties: Resource["Properties"],
  {
    settings,
    variables,
    handler,
  }: {
    readonly settings: SamSettings;
    readonly variables: Readonly<Record<string, string>>;
    readonly handler: string;
  },
): Resource {
  return {
    Type: "AWS::Lambda::Function",
    Properties: {
      ...pick(properties, ["MemorySize", "Runtime", "Timeout"]),
      Architectures: [settings.architecture],
      // The path is relative to the template's folder.
      Code: name,
      Handler: handler,
      // SAM passes a function only the variables that its template names.
      Environment: { Variables: Object.fromEntries(Object.keys(variables).map((variable) => [variable, ""])) },
    },
  };
}

/**
 * Holds nothing of this machine's own environment. Otherwise SAM would pass the operator's credentials to the
 * functions.
 */
function localVariables(
  deployed: Readonly<Record<string, unknown>>,
  { engine, host }: SamSettings,
): Record<string, string> {
  const known = new Map([
    [tableNameVariable, engine.tableName],
    [busNameVariable, "local"],
  ]);
  const own = Object.entries(deployed).map(([name, value]): [string, string] => {
    const local = typeof value === "string" ? value : known.get(name);
    if (local === undefined) throw new Error(`scripts/sam/template.ts has no local value for ${name}`);
    return [name, local];
  });
  return {
    ...Object.fromEntries(own),
    ...(busNameVariable in deployed ? { AWS_ENDPOINT_URL_EVENTBRIDGE: noBus } : {}),
    [endpointVariable]: seenFromContainer(engine.endpoint, host),
    AWS_REGION: engine.region,
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_SESSION_TOKEN: "",
  };
}

/** The discard port of the container itself, so that no notification reaches the account's EventBridge. */
const noBus = "http://127.0.0.1:9";

const thisMachine = new Set(["127.0.0.1", "localhost", "[::1]", "0.0.0.0"]);

function seenFromContainer(endpoint: string, host: string): string {
  const url = new URL(endpoint);
  if (thisMachine.has(url.hostname)) url.hostname = host;
  return url.origin;
}

function invocationUri(name: string): unknown {
  return {
    "Fn::Sub": `arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${${name}.Arn}/invocations`,
  };
}

/** The function that a value refers to, directly or by an alias and its version. */
function functionBehind(stack: BundledStack, value: unknown): string {
  const names = new Map([...stack.functionIds].map(([name, id]) => [id, name]));
  const ids = references(value);
  for (const id of ids) {
    const name = names.get(id);
    if (name !== undefined) return name;
    if (stack.resources.get(id)?.Type === "AWS::Lambda::Alias") {
      return functionBehind(stack, propertiesOf(stack, id)["FunctionName"]);
    }
  }
  throw new Error(`No function is behind ${JSON.stringify(value)}`);
}

/** The logical ids that a value refers to, at any depth. */
function references(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (!isJsonObject(value)) return [];
  const attribute = value["Fn::GetAtt"];
  const own: unknown[] = [value["Ref"], Array.isArray(attribute) ? attribute[0] : undefined];
  return [...own.filter((id) => typeof id === "string"), ...Object.values(value).flatMap(references)];
}

function propertiesOf({ resources }: BundledStack, id: string): Resource["Properties"] {
  const resource = resources.get(id);
  if (resource === undefined) throw new Error(`The template has no ${id}`);
  return resource.Properties;
}

function variablesOf({ Environment }: Resource["Properties"]): Readonly<Record<string, unknown>> {
  const variables = isJsonObject(Environment) ? Environment["Variables"] : undefined;
  return isJsonObject(variables) ? variables : {};
}

function pick(properties: Resource["Properties"], names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, properties[name]]));
}
