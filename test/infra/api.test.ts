import { describe, expect, test } from "vitest";
import { authorizationExpression } from "../../shared/http/authorizationExpression.ts";
import { routes } from "../../shared/http/routes.ts";
import { deployedMethods, functionBehind, functionIdsByName } from "./support/deployedMethods.ts";
import { at, onlyResource, resourcesOfType, synthesize } from "./support/synthesize.ts";

const stack = synthesize();
const methods = deployedMethods(stack);
const [authorizerId, authorizer] = onlyResource(stack, "AWS::ApiGateway::Authorizer");
const [stageId, stage] = onlyResource(stack, "AWS::ApiGateway::Stage");

/** The routes that need no credential, written out by hand. Nothing else may be reached without one. */
const open = ["POST /oauth/token", "POST /oauth/token/generate", "POST /oauth/revoke"];

describe("methods", () => {
  test("are exactly the route table's, with no OPTIONS and no proxy beside them", () => {
    const declared = Object.values(routes).map(({ method, path }) => `${method} ${path}`);
    expect(methods.map(({ name }) => name).toSorted()).toEqual(declared.toSorted());
  });

  test.each(methods.filter(({ name }) => !open.includes(name)))("$name is behind the authorizer", ({ method }) => {
    expect(method.Properties).toMatchObject({ AuthorizationType: "CUSTOM", AuthorizerId: { Ref: authorizerId } });
    expect(method.Properties.ApiKeyRequired ?? false).toBe(false);
  });

  test.each(open)("%s is not, as it takes a credential for an access token", (openName) => {
    const found = methods.find(({ name }) => name === openName);
    expect(found?.method.Properties).toMatchObject({ AuthorizationType: "NONE" });
    expect(found?.method.Properties).not.toHaveProperty("AuthorizerId");
  });

  test.each(methods)("$name hands the whole request to its function and waits 29 s", ({ method }) => {
    const integration = { Type: "AWS_PROXY", IntegrationHttpMethod: "POST", TimeoutInMillis: 29_000 };
    expect(method.Properties.Integration).toMatchObject(integration);
  });

  test("invoke the function that the route table names, and none the authorizer's", () => {
    const idOf = new Map(functionIdsByName(stack));
    const expected = Object.values(routes).map(({ method, path, servedBy }) => [
      `${method} ${path}`,
      idOf.get(servedBy),
    ]);
    expect(Object.fromEntries(methods.map(({ name, functionId }) => [name, functionId]))).toEqual(
      Object.fromEntries(expected),
    );
    expect(idOf.get("authorizer")).toBe(authorizerFunctionId());
    expect(methods.map(({ functionId }) => functionId)).not.toContain(authorizerFunctionId());
  });

  test.each(["enroll", "recordActivities"] as const)(
    "of %s, which tills wait for, share their function with no other",
    (name) => {
      const sharing = Object.values(routes).filter(({ servedBy }) => servedBy === routes[name].servedBy);
      expect(sharing).toEqual([routes[name]]);
    },
  );
});

describe("the authorizer", () => {
  test("is asked once in 300 s for each Authorization header", () => {
    expect(authorizer.Properties).toMatchObject({
      Type: "TOKEN",
      IdentitySource: "method.request.header.Authorization",
      AuthorizerResultTtlInSeconds: 300,
    });
  });
});

test("API Gateway answers a header that is spelled like no credential by itself, as the local gateway does", () => {
  expect(authorizer.Properties.IdentityValidationExpression).toBe(authorizationExpression);
});

describe("permissions to invoke", () => {
  const permissions = resourcesOfType(stack, "AWS::Lambda::Permission").map(([, { Properties }]) => Properties);

  test("let only API Gateway call each function", () => {
    for (const permission of permissions) {
      expect(permission).toMatchObject({ Action: "lambda:InvokeFunction", Principal: "apigateway.amazonaws.com" });
    }
    expect(permissions).toHaveLength(methods.length + 1);
  });

  test("are for this stage's own method only, not for the console's test button", () => {
    const sources = permissions.map(({ FunctionName, SourceArn }) => [
      functionBehind(stack, FunctionName),
      lastPart(SourceArn),
    ]);
    const expected = methods.map(({ name, functionId }) => [
      functionId,
      `/${name.replace(" ", "").replaceAll(/\{\w+\}/g, "*")}`,
    ]);
    expect(sources.filter(([id]) => id !== authorizerFunctionId()).toSorted()).toEqual(expected.toSorted());
  });

  test("let the authorizer be called as this API's authorizer only", () => {
    const [permission] = permissions.filter(
      ({ FunctionName }) => functionBehind(stack, FunctionName) === authorizerFunctionId(),
    );
    const arn = at(permission, "SourceArn", "Fn::Join", "1");
    expect(Array.isArray(arn) ? arn.slice(-2) : arn).toEqual(["/authorizers/", { Ref: authorizerId }]);
  });
});

describe("the stage", () => {
  test("is v3 and traced", () => {
    expect(stage.Properties).toMatchObject({ StageName: "v3", TracingEnabled: true });
  });

  test("is throttled, and no route may take all of it", () => {
    const settings = methodSettings();
    expect(settings.find(({ path }) => path === "* /*")).toEqual({ path: "* /*", rate: 500, burst: 1000 });
    for (const { method, path } of Object.values(routes)) {
      const own = settings.find((setting) => setting.path === `${method} ${path}`);
      expect(own?.rate).toBeLessThan(500);
      expect(own?.burst).toBeLessThan(1000);
    }
    expect(settings).toHaveLength(methods.length + 1);
  });

  test("throttles as the settings say, and leaves every route at least one request", () => {
    const small = synthesize({ throttleRate: "2", throttleBurst: "3" });
    const settings = methodSettings(small);
    expect(settings.find(({ path }) => path === "* /*")).toEqual({ path: "* /*", rate: 2, burst: 3 });
    expect(settings.find(({ path }) => path === "POST /targetGroups")).toEqual({
      path: "POST /targetGroups",
      rate: 1,
      burst: 1,
    });
  });

  test("logs who called which route and how it ended, without headers, path, query or bodies", () => {
    const format: unknown = JSON.parse(String(at(stage.Properties, "AccessLogSetting", "Format")));
    expect(Object.values(format ?? {}).toSorted()).toEqual([
      "$context.authorizer.integrationStatus",
      "$context.authorizer.latency",
      "$context.authorizer.org",
      "$context.authorizer.principalId",
      "$context.authorizer.status",
      "$context.error.responseType",
      "$context.httpMethod",
      "$context.identity.sourceIp",
      "$context.integration.integrationStatus",
      "$context.integration.latency",
      "$context.integration.requestId",
      "$context.integration.status",
      "$context.requestId",
      "$context.requestTimeEpoch",
      "$context.resourcePath",
      "$context.responseLatency",
      "$context.responseLength",
      "$context.status",
      "$context.xrayTraceId",
    ]);
  });

  test("counts what API Gateway fails to do, and nothing that a function's or the authorizer's limit turns away", () => {
    const [, filter] = onlyResource(stack, "AWS::Logs::MetricFilter");
    const pattern = String(at(filter.Properties, "FilterPattern"));
    expect(pattern).toBe(
      '{ ($.status = "5*") && ($.gatewayResponse != "-") && ($.functionInvocationStatus != "429") && ($.authorizerInvocationStatus != "429") }',
    );
    const format: unknown = JSON.parse(String(at(stage.Properties, "AccessLogSetting", "Format")));
    const fields = pattern.matchAll(/\$\.(\w+)/g).map(([, name]) => name);
    expect(Object.keys(Object(format))).toEqual(expect.arrayContaining([...fields]));
  });

  test("never logs requests in full", () => {
    for (const setting of settingsOf(stack)) {
      expect(setting).toMatchObject({ DataTraceEnabled: false });
      expect(at(setting, "LoggingLevel") ?? "OFF").toBe("OFF");
    }
  });

  test("can log in an account where no API has logged before, and leaves an account's own log role alone if set so", () => {
    expect(stage).toMatchObject({ DependsOn: [onlyResource(stack, "AWS::ApiGateway::Account")[0]] });
    const without = synthesize({ setApiGatewayLogRole: "false" });
    expect(resourcesOfType(without, "AWS::ApiGateway::Account")).toEqual([]);
  });
});

test("the stack's outputs have the API's address and all other addresses that a brand needs", () => {
  expect(stack.outputs).toEqual({
    AlarmTopicArn: { Description: expect.any(String), Value: { Ref: onlyResource(stack, "AWS::SNS::Topic")[0] } },
    ActivityDeadLettersUrl: {
      Description: expect.any(String),
      Value: { Ref: expect.stringMatching(/^ActivityQueueDeadLetters/) },
    },
    ActivityQueueUrl: { Description: expect.any(String), Value: expect.anything() },
    BusName: { Description: expect.any(String), Value: { Ref: onlyResource(stack, "AWS::Events::EventBus")[0] } },
    BaseUrl: { Description: expect.any(String), Value: { "Fn::Join": ["", baseUrlParts()] } },
    ErasureListName: { Description: expect.any(String), Value: { Ref: onlyResource(stack, "AWS::S3::Bucket")[0] } },
    TableName: { Description: expect.any(String), Value: { Ref: onlyResource(stack, "AWS::DynamoDB::Table")[0] } },
  });
});

function authorizerFunctionId(): string {
  return functionBehind(stack, authorizer.Properties.AuthorizerUri);
}

/** The last part of an ARN made for the stage, such as `/POST/targetGroups`. */
function lastPart(sourceArn: unknown): unknown {
  const parts = at(sourceArn, "Fn::Join", "1");
  if (!Array.isArray(parts)) return parts;
  const [stageRef, last]: unknown[] = parts.slice(-2);
  return at(stageRef, "Ref") === stageId ? last : parts;
}

function settingsOf(of: typeof stack): unknown[] {
  const settings = onlyResource(of, "AWS::ApiGateway::Stage")[1].Properties.MethodSettings;
  return Array.isArray(settings) ? settings : [];
}

function methodSettings(of = stack) {
  return settingsOf(of).map((setting) => ({
    path: `${String(at(setting, "HttpMethod"))} ${unescaped(String(at(setting, "ResourcePath")))}`,
    rate: at(setting, "ThrottlingRateLimit"),
    burst: at(setting, "ThrottlingBurstLimit"),
  }));
}

/** The path without escapes. A stage's settings write `/a/b` as `/~1a~1b`. */
function unescaped(resourcePath: string): string {
  return resourcePath.replace(/^\/~1/, "/").replaceAll("~1", "/");
}

function baseUrlParts(): unknown[] {
  const api = { Ref: onlyResource(stack, "AWS::ApiGateway::RestApi")[0] };
  return ["https://", api, ".execute-api.", { Ref: "AWS::Region" }, ".", { Ref: "AWS::URLSuffix" }, "/v3"];
}
