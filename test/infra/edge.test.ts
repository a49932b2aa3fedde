import { describe, expect, test } from "vitest";
import { issuerVariables } from "../../shared/config/issuerConfig.ts";
import { routes } from "../../shared/http/routes.ts";
import { functionIdsByName } from "./support/deployedMethods.ts";
import { at, onlyResource, references, resourcesOfType, synthesize } from "./support/synthesize.ts";

const domain = {
  domainName: "rewards.brand.example",
  certificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/0f2b7c1e-1111-4222-8333-944455556666",
};

describe("without settings", () => {
  const stack = synthesize();

  test("the API's own address takes TLS 1.2 or later with forward secrecy, for its own name only", () => {
    expect(onlyResource(stack, "AWS::ApiGateway::RestApi")[1].Properties).toMatchObject({
      SecurityPolicy: "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09",
      EndpointAccessMode: "STRICT",
    });
  });

  test("there is no web ACL, no domain and no external issuer", () => {
    const types = [...stack.resources.values()].map(({ Type }) => Type);
    expect(types.filter((type) => /WAFv2|DomainName|BasePathMapping/.test(type))).toEqual([]);
    const variables = Object.keys(environmentOfAuthorizer(stack));
    expect(variables.filter((name) => Object.values<string>(issuerVariables).includes(name))).toEqual([]);
  });
});

describe("with waf=true", () => {
  const stack = synthesize({ waf: "true", wafRatePerIp: "1234", wafTokenRatePerIp: "56" });
  const [webAclId, { Properties: webAcl }] = onlyResource(stack, "AWS::WAFv2::WebACL");
  const rules = Array.isArray(webAcl.Rules) ? webAcl.Rules : [];

  test("one web ACL stands in front of the stage", () => {
    const [, { Properties }] = onlyResource(stack, "AWS::WAFv2::WebACLAssociation");
    expect(Properties.WebACLArn).toEqual({ "Fn::GetAtt": [webAclId, "Arn"] });
    expect([...references(Properties.ResourceArn)].toSorted()).toEqual(
      ["AWS::ApiGateway::RestApi", "AWS::ApiGateway::Stage"]
        .map((type) => onlyResource(stack, type)[0])
        .concat("AWS::Partition", "AWS::Region")
        .toSorted(),
    );
    expect(webAcl).toMatchObject({ Scope: "REGIONAL", DefaultAction: { Allow: {} } });
  });

  test("it blocks an address that sends more in five minutes than the setting allows", () => {
    expect(rules.find(({ Name }) => Name === "RatePerAddress")).toMatchObject({
      Priority: 0,
      Action: { Block: {} },
      Statement: { RateBasedStatement: { Limit: 1234, EvaluationWindowSec: 300, AggregateKeyType: "IP" } },
    });
  });

  test("it blocks an address that asks for more tokens in five minutes than a setting of their own allows", () => {
    expect(rules.find(({ Name }) => Name === "TokenRatePerAddress")).toMatchObject({
      Priority: 1,
      Action: { Block: {} },
      Statement: { RateBasedStatement: { Limit: 56, EvaluationWindowSec: 300, AggregateKeyType: "IP" } },
    });
  });

  test("that rate counts calls of the token routes only, with or without the stage in the path", () => {
    const rule = rules.find(({ Name }) => Name === "TokenRatePerAddress");
    const match = at(rule, "Statement", "RateBasedStatement", "ScopeDownStatement", "ByteMatchStatement");
    expect(match).toMatchObject({ FieldToMatch: { UriPath: {} }, PositionalConstraint: "CONTAINS" });
    const searched = String(at(match, "SearchString"));
    const counted = Object.values(routes).filter(({ path }) => path.includes(searched));
    expect(counted).toEqual(Object.values(routes).filter(({ permission }) => permission === "none"));
    expect(counted).toHaveLength(3);
  });

  test("it applies AWS's common rules, but for those that would block this API's own clients", () => {
    expect(rules.find(({ Name }) => Name === "Common")).toMatchObject({
      Priority: 2,
      OverrideAction: { None: {} },
      Statement: {
        ManagedRuleGroupStatement: {
          VendorName: "AWS",
          Name: "AWSManagedRulesCommonRuleSet",
          RuleActionOverrides: ["SizeRestrictions_BODY", "NoUserAgent_HEADER"].map((name) => ({
            Name: name,
            ActionToUse: { Count: {} },
          })),
        },
      },
    });
  });

  test("it keeps neither logs nor samples of requests, which hold credentials; its metrics tell what it blocks", () => {
    expect(resourcesOfType(stack, "AWS::WAFv2::LoggingConfiguration")).toEqual([]);
    for (const { VisibilityConfig } of [webAcl, ...rules]) {
      expect(VisibilityConfig).toMatchObject({ SampledRequestsEnabled: false, CloudWatchMetricsEnabled: true });
    }
  });
});

describe("with a domain", () => {
  const stack = synthesize(domain);
  const [domainId, { Properties: name }] = onlyResource(stack, "AWS::ApiGateway::DomainName");
  const mappings = resourcesOfType(stack, "AWS::ApiGateway::BasePathMapping").map(([, { Properties }]) => Properties);

  test("it has the brand's certificate and takes TLS 1.2 or later with forward secrecy, for its own name only", () => {
    expect(name).toMatchObject({
      DomainName: domain.domainName,
      RegionalCertificateArn: domain.certificateArn,
      EndpointConfiguration: { Types: ["REGIONAL"] },
      SecurityPolicy: "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09",
      EndpointAccessMode: "STRICT",
    });
  });

  test("every route answers below it with and without the version", () => {
    const stage = { Ref: onlyResource(stack, "AWS::ApiGateway::Stage")[0] };
    const restApi = { Ref: onlyResource(stack, "AWS::ApiGateway::RestApi")[0] };
    const mapping = { DomainName: { Ref: domainId }, RestApiId: restApi, Stage: stage };
    expect(mappings).toHaveLength(2);
    expect(mappings).toEqual(expect.arrayContaining([mapping, { ...mapping, BasePath: "v3" }]));
  });

  test("the outputs name it as the API's address, and what its DNS record has to point to", () => {
    expect(stack.outputs.BaseUrl).toMatchObject({ Value: "https://rewards.brand.example/v3" });
    expect(stack.outputs.DomainTarget).toMatchObject({
      Value: { "Fn::GetAtt": [domainId, "RegionalDomainName"] },
    });
  });
});

describe("with an external issuer", () => {
  const issuer = {
    oidcIssuer: "https://login.brand.example/tenant",
    oidcAudience: "milestreak",
    oidcOrgClaim: "custom:org",
    oidcGroupClaim: "https://brand.example/group",
  };

  test("the authorizer, and no other function, is told whose JWTs to trust", () => {
    const stack = synthesize(issuer);
    expect(environmentOfAuthorizer(stack)).toMatchObject({
      [issuerVariables.issuer]: issuer.oidcIssuer,
      [issuerVariables.audience]: issuer.oidcAudience,
      [issuerVariables.orgClaim]: issuer.oidcOrgClaim,
      [issuerVariables.groupClaim]: issuer.oidcGroupClaim,
      [issuerVariables.takesUntypedTokens]: "false",
    });
    const untyped = synthesize({ ...issuer, oidcUntypedTokens: "true" });
    expect(environmentOfAuthorizer(untyped)).toMatchObject({ [issuerVariables.takesUntypedTokens]: "true" });
    const told = resourcesOfType(stack, "AWS::Lambda::Function").filter(([, { Properties }]) =>
      JSON.stringify(Properties).includes(issuer.oidcIssuer),
    );
    expect(told).toHaveLength(1);
  });
});

function environmentOfAuthorizer(stack: ReturnType<typeof synthesize>): object {
  const [, id = ""] = functionIdsByName(stack).find(([name]) => name === "authorizer") ?? [];
  return Object(at(stack.resources.get(id)?.Properties, "Environment", "Variables"));
}
