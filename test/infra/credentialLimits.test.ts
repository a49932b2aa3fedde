import { describe, expect, test } from "vitest";
import { credentialPlanVariable } from "../../shared/config/credentialPlanConfig.ts";
import { isProtected, routeNames } from "../../shared/http/routes.ts";
import { issuerUsageName, usageIdentifierKey } from "../../shared/http/usageIdentifier.ts";
import { deployedMethods, functionIdsByName } from "./support/deployedMethods.ts";
import { at, onlyResource, resourcesOfType, type SynthesizedStack, synthesize } from "./support/synthesize.ts";

const limits = { credentialRatePerSecond: "20", credentialBurst: "40" };
const issuer = {
  oidcIssuer: "https://login.brand.example",
  oidcAudience: "milestreak",
  oidcOrgClaim: "org",
  oidcGroupClaim: "group",
};

function methodsWithKey(stack: SynthesizedStack): number {
  return deployedMethods(stack).filter(({ method }) => method.Properties.ApiKeyRequired === true).length;
}

function planOfAuthorizer(stack: SynthesizedStack): unknown {
  const [, id = ""] = functionIdsByName(stack).find(([name]) => name === "authorizer") ?? [];
  return at(stack.resources.get(id)?.Properties, "Environment", "Variables", credentialPlanVariable);
}

test("without the settings there is no usage plan and no method wants a key", () => {
  const stack = synthesize(issuer);
  expect([...stack.resources.values()].filter(({ Type }) => /UsagePlan|ApiKey/.test(Type))).toEqual([]);
  expect(methodsWithKey(stack)).toBe(0);
  expect(planOfAuthorizer(stack)).toBeUndefined();
  expect(onlyResource(stack, "AWS::ApiGateway::RestApi")[1].Properties).not.toHaveProperty("ApiKeySourceType");
});

describe("with credentialRatePerSecond and credentialBurst", () => {
  const stack = synthesize({ ...limits, environment: "staging" });
  const [planId, { Properties: plan }] = onlyResource(stack, "AWS::ApiGateway::UsagePlan");

  test("a usage plan of the stage lets each key have that rate and burst", () => {
    expect(plan).toMatchObject({ Throttle: { RateLimit: 20, BurstLimit: 40 } });
    expect(plan.ApiStages).toEqual([
      {
        ApiId: { Ref: onlyResource(stack, "AWS::ApiGateway::RestApi")[0] },
        Stage: { Ref: onlyResource(stack, "AWS::ApiGateway::Stage")[0] },
        Throttle: {},
      },
    ]);
  });

  test("every method behind the authorizer counts calls by the key that the authorizer names", () => {
    const restApi = onlyResource(stack, "AWS::ApiGateway::RestApi")[1].Properties;
    expect(restApi).toMatchObject({ ApiKeySourceType: "AUTHORIZER" });
    expect(methodsWithKey(stack)).toBe(routeNames.filter(isProtected).length);
    const open = deployedMethods(stack).filter(({ method }) => method.Properties.AuthorizationType === "NONE");
    expect(open.filter(({ method }) => method.Properties.ApiKeyRequired === true)).toEqual([]);
  });

  test("the authorizer derives keys from the plan's name, which the operator CLI reads by the plan's id", () => {
    expect(planOfAuthorizer(stack)).toBe("Milestreak-staging");
    expect(plan.UsagePlanName).toBe("Milestreak-staging");
    expect(stack.outputs["UsagePlanId"]).toMatchObject({ Value: { Ref: planId } });
  });

  test("no key is in the template, as the operator CLI makes one for each credential", () => {
    expect(resourcesOfType(stack, "AWS::ApiGateway::ApiKey")).toEqual([]);
  });
});

test("with an external issuer its systems share one key, which is in the plan", () => {
  const stack = synthesize({ ...limits, ...issuer });
  const [keyId, { Properties: key }] = onlyResource(stack, "AWS::ApiGateway::ApiKey");
  expect(key).toMatchObject({ Enabled: true, Value: usageIdentifierKey("Milestreak", issuerUsageName) });
  expect(onlyResource(stack, "AWS::ApiGateway::UsagePlanKey")[1].Properties).toMatchObject({
    KeyId: { Ref: keyId },
    UsagePlanId: { Ref: onlyResource(stack, "AWS::ApiGateway::UsagePlan")[0] },
  });
});
