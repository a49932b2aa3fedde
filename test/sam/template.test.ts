import { describe, expect, it } from "vitest";
import type { BundledStack, Resource } from "../../scripts/sam/bundleStack.ts";
import { type SamSettings, samTemplate } from "../../scripts/sam/template.ts";
import { routeNames, routes } from "../../shared/http/routes.ts";
import { functionIdsByName } from "../infra/support/deployedMethods.ts";
import { at, synthesize } from "../infra/support/synthesize.ts";

const settings: SamSettings = {
  engine: { endpoint: "http://127.0.0.1:8000", region: "eu-west-1", tableName: "milestreak" },
  host: "host.docker.internal",
  architecture: "x86_64",
};

function deployedStack(context: Readonly<Record<string, unknown>> = {}): BundledStack {
  const stack = synthesize(context);
  return { resources: stack.resources, functionIds: new Map(functionIdsByName(stack)), bundles: new Map() };
}

const stack = deployedStack();
const { template, environment } = samTemplate(stack, settings);
const resources = Object.entries(template.Resources);

function ofType(type: string): [string, Resource][] {
  return resources.filter(([, { Type }]) => Type === type);
}

function pathOf(resourceId: unknown): string {
  const resource = template.Resources[String(at(resourceId, "Ref"))];
  if (resource?.Type !== "AWS::ApiGateway::Resource") return "";
  return `${pathOf(resource.Properties["ParentId"])}/${String(resource.Properties["PathPart"])}`;
}

function uri(name: string) {
  return {
    "Fn::Sub": `arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${${name}.Arn}/invocations`,
  };
}

describe("the template of sam local", () => {
  it("has the route table's methods and no other, each calling the function that serves its route by name", () => {
    const methods = ofType("AWS::ApiGateway::Method").map(([, { Properties }]) => ({
      route: `${String(Properties["HttpMethod"])} ${pathOf(Properties["ResourceId"])}`,
      uri: at(Properties, "Integration", "Uri"),
      isProtected: at(Properties, "AuthorizerId", "Ref") !== undefined,
    }));
    const expected = routeNames.map((name) => ({
      route: `${routes[name].method} ${routes[name].path}`,
      uri: uri(routes[name].servedBy),
      isProtected: routes[name].permission !== "none",
    }));
    expect(methods).toEqual(expect.arrayContaining(expected));
    expect(methods).toHaveLength(expected.length);
  });

  it("has the authorizer in front of them, by the header Authorization, and the stage v3", () => {
    expect(ofType("AWS::ApiGateway::Authorizer").map(([, { Properties }]) => Properties)).toMatchObject([
      { Type: "TOKEN", IdentitySource: "method.request.header.Authorization", AuthorizerUri: uri("authorizer") },
    ]);
    expect(ofType("AWS::ApiGateway::Stage").map(([, { Properties }]) => Properties)).toMatchObject([
      { StageName: "v3" },
    ]);
  });

  it("names every function by its folder, with its code below the template and the machine's architecture", () => {
    const functions = ofType("AWS::Lambda::Function");
    expect(functions.map(([id]) => id).toSorted()).toEqual([...stack.functionIds.keys()].toSorted());
    for (const [id, { Properties }] of functions) {
      const Timeout = id === "closeShard" ? 60 : 25;
      expect(Properties).toMatchObject({ Code: id, Architectures: ["x86_64"], Runtime: "nodejs24.x", Timeout });
    }
  });

  it("refers only to resources that it has", () => {
    const missing = [...JSON.stringify(template).matchAll(/"Ref":"([^":]+)"|"Fn::GetAtt":\["([^"]+)"/g)]
      .map(([, ref, attribute]) => ref ?? attribute ?? "")
      .filter((id) => template.Resources[id] === undefined);
    expect(missing).toEqual([]);
  });

  it("declares the variables of env.json, because SAM passes only declared ones", () => {
    const declared = ofType("AWS::Lambda::Function").map(([id, { Properties }]) => [
      id,
      Object.keys(Object(at(Properties, "Environment", "Variables"))),
    ]);
    const given = Object.entries(environment).map(([id, variables]) => [id, Object.keys(variables)]);
    expect(Object.fromEntries(declared)).toEqual(Object.fromEntries(given));
  });

  it("calls the function itself and not its alias, because not every SAM resolves aliases", () => {
    const integration = { "Fn::Join": ["", ["arn:…:functions/", { Ref: "EnrollAlias" }, "/invocations"]] };
    const aliased: BundledStack = {
      resources: new Map<string, Resource>([
        ["EnrollFunction", { Type: "AWS::Lambda::Function", Properties: { Handler: "index.handler" } }],
        ["EnrollAlias", { Type: "AWS::Lambda::Alias", Properties: { FunctionName: { Ref: "EnrollFunction" } } }],
        ["Post", { Type: "AWS::ApiGateway::Method", Properties: { Integration: { Uri: integration } } }],
      ]),
      functionIds: new Map([["enroll", "EnrollFunction"]]),
      bundles: new Map(),
    };
    const { Resources } = samTemplate(aliased, settings).template;
    expect(Resources["Post"]?.Properties).toEqual({ Integration: { Uri: uri("enroll") } });
    expect(Object.keys(Resources).toSorted()).toEqual(["Post", "enroll"]);
  });

  it("is refused when a method calls anything but a function of the stack", () => {
    const unknown: BundledStack = {
      resources: new Map([
        ["Post", { Type: "AWS::ApiGateway::Method", Properties: { Integration: { Uri: "arn:aws:elsewhere" } } }],
      ]),
      functionIds: new Map(),
      bundles: new Map(),
    };
    expect(() => samTemplate(unknown, settings)).toThrow(/No function is behind "arn:aws:elsewhere"/);
  });
});

describe("the environment of sam local", () => {
  it("has the addresses of table and engine as a container sees them, and placeholders instead of the operator's credentials", () => {
    expect(environment["enroll"]).toMatchObject({
      TABLE_NAME: "milestreak",
      DYNAMODB_ENDPOINT: "http://host.docker.internal:8000",
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
      AWS_SESSION_TOKEN: "",
    });
  });

  it("keeps the stack's own settings, and names a bus that does not exist", () => {
    expect(environment["tokens"]).toMatchObject({ TOKEN_LIFETIME_MINUTES: "30" });
    expect(environment["projector"]).toMatchObject({
      EVENT_BUS_NAME: "local",
      AWS_ENDPOINT_URL_EVENTBRIDGE: "http://127.0.0.1:9",
    });
  });

  it("leaves an engine's address on another machine unchanged", () => {
    const engine = { ...settings.engine, endpoint: "http://dynamodb.test:8000" };
    const elsewhere = samTemplate(stack, { ...settings, engine }).environment;
    expect(elsewhere["enroll"]?.["DYNAMODB_ENDPOINT"]).toBe("http://dynamodb.test:8000");
  });
});
