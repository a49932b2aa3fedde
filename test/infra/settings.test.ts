import { describe, expect, test } from "vitest";
import { readSettings } from "../../lib/settings.ts";
import { synthesize } from "./support/synthesize.ts";

const certificateArn = "arn:aws:acm:eu-west-1:123456789012:certificate/0f2b7c1e-1111-4222-8333-944455556666";

const restoredStreamArn =
  "arn:aws:dynamodb:eu-west-1:123456789012:table/milestreak-restored/stream/2026-11-23T09:15:00.000";

const read = (context: Readonly<Record<string, unknown>>) => readSettings((name) => context[name]);

test("without settings there is one stack, for the account and region of the CDK command", () => {
  expect(read({})).toEqual({
    stackName: "Milestreak",
    account: undefined,
    region: undefined,
    logRetentionDays: 90,
    throttleRate: 500,
    throttleBurst: 1000,
    tokenLifetimeMinutes: 30,
    registration: "manage",
    hasCustomerKey: false,
    setsApiGatewayLogRole: true,
    hasWebAcl: false,
    webAclRate: 30_000,
    webAclTokenRate: 1_000,
    queueOrgs: [],
    queueConcurrency: 20,
    queueRetentionDays: 14,
    domain: undefined,
    externalIssuer: undefined,
    deployment: "canary10Percent5Minutes",
    alarmEmail: undefined,
    restoredStreamArn: undefined,
    statisticsEveryHours: 24,
    shardsAtOnce: 100,
    hasBundleReport: false,
  });
});

test("every setting is read from text, as the command line gives it", () => {
  const context = {
    environment: "staging-2",
    account: "123456789012",
    region: "ap-southeast-2",
    logRetentionDays: "7",
    throttleRate: "50",
    throttleBurst: "60",
    tokenLifetimeMinutes: "5",
    registration: "enroll",
    adjustmentLimit: "500",
    customerKey: "true",
    setApiGatewayLogRole: "false",
    waf: "true",
    wafRatePerIp: "100",
    wafTokenRatePerIp: "50",
    credentialRatePerSecond: "20",
    credentialBurst: "40",
    queueOrgs: "100,brand-2,100",
    queueConcurrency: "12",
    queueRetentionDays: "3",
    projectorConcurrency: "30",
    closingConcurrency: "25",
    domainName: "rewards.brand.example",
    certificateArn,
    oidcIssuer: "https://login.brand.example:8443/realms/brand",
    oidcAudience: "api://milestreak",
    oidcOrgClaim: "custom:org",
    oidcGroupClaim: "https://brand.example/group",
    oidcUntypedTokens: "true",
    deployment: "allAtOnce",
    alarmEmail: "Loyalty.Ops+alarms@brand.example",
    restoredStreamArn,
    statisticsEveryHours: "0",
    shardsAtOnce: "2",
    bundleReport: "true",
  };
  expect(read(context)).toEqual({
    stackName: "Milestreak-staging-2",
    account: "123456789012",
    region: "ap-southeast-2",
    logRetentionDays: 7,
    throttleRate: 50,
    throttleBurst: 60,
    tokenLifetimeMinutes: 5,
    registration: "enroll",
    adjustmentLimit: 500,
    hasCustomerKey: true,
    setsApiGatewayLogRole: false,
    hasWebAcl: true,
    webAclRate: 100,
    webAclTokenRate: 50,
    credentialLimits: { ratePerSecond: 20, burst: 40 },
    queueOrgs: ["100", "brand-2"],
    queueConcurrency: 12,
    queueRetentionDays: 3,
    projectorConcurrency: 30,
    closingConcurrency: 25,
    domain: { name: "rewards.brand.example", certificateArn },
    externalIssuer: {
      issuer: "https://login.brand.example:8443/realms/brand",
      audience: "api://milestreak",
      orgClaim: "custom:org",
      groupClaim: "https://brand.example/group",
      takesUntypedTokens: true,
    },
    deployment: "allAtOnce",
    alarmEmail: "Loyalty.Ops+alarms@brand.example",
    restoredStreamArn,
    statisticsEveryHours: 0,
    shardsAtOnce: 2,
    hasBundleReport: true,
  });
});

test("numbers and booleans are read as cdk.json gives them", () => {
  const context = { logRetentionDays: 7, throttleRate: 50, bundleReport: true };
  expect(read(context)).toMatchObject({ logRetentionDays: 7, throttleRate: 50, hasBundleReport: true });
});

test("an environment is a stack of its own", () => {
  expect(synthesize({ environment: "staging" }).stackName).toBe("Milestreak-staging");
});

describe("refuses", () => {
  test.each([
    ["environment", ""],
    ["environment", "Staging"],
    ["environment", "a".repeat(33)],
    ["account", "12345678901"],
    ["account", "1234567890123"],
    ["region", "ireland"],
    ["logRetentionDays", "2"],
    ["logRetentionDays", "9999"],
    ["logRetentionDays", "90.0"],
    ["throttleRate", "0"],
    ["throttleRate", "-1"],
    ["throttleRate", "1.5"],
    ["throttleRate", "1e3"],
    ["throttleBurst", ""],
    ["throttleBurst", "1000000000"],
    ["registration", "read"],
    ["customerKey", "yes"],
    ["adjustmentLimit", "0"],
    ["adjustmentLimit", "12.5"],
    ["tokenLifetimeMinutes", "4"],
    ["tokenLifetimeMinutes", "61"],
    ["tokenLifetimeMinutes", "7.5"],
    ["setApiGatewayLogRole", "yes"],
    ["bundleReport", 1],
    ["waf", "on"],
    ["wafRatePerIp", "9"],
    ["wafRatePerIp", "1000000000"],
    ["wafTokenRatePerIp", "9"],
    ["credentialRatePerSecond", "0"],
    ["credentialBurst", "10001"],
    ["queueOrgs", "100#GROUP"],
    ["queueOrgs", "1,2,3,4,5,6,7,8,9,10"],
    ["queueConcurrency", "1"],
    ["queueRetentionDays", "15"],
    ["projectorConcurrency", "0"],
    ["closingConcurrency", "many"],
    ["domainName", "https://rewards.brand.example"],
    ["domainName", "Rewards.brand.example"],
    ["domainName", "localhost"],
    ["certificateArn", "0f2b7c1e-1111-4222-8333-944455556666"],
    ["oidcIssuer", "http://login.brand.example"],
    ["oidcIssuer", "https://login.brand.example?tenant=1"],
    ["oidcIssuer", "https://user@login.brand.example"],
    ["oidcAudience", ""],
    ["oidcAudience", "two words"],
    ["oidcOrgClaim", "org claim"],
    ["oidcGroupClaim", "a".repeat(129)],
    ["deployment", "canary"],
    ["previousTable", "milestreak-restored"],
    ["previousTable", restoredStreamArn],
    ["statisticsEveryHours", "-1"],
    ["statisticsEveryHours", "745"],
    ["shardsAtOnce", "0"],
    ["shardsAtOnce", "1001"],
    ["alarmEmail", "ops"],
    ["alarmEmail", "ops@brand"],
    ["alarmEmail", "ops and more@brand.example"],
    ["restoredStreamArn", "milestreak-restored"],
    ["restoredStreamArn", "arn:aws:dynamodb:eu-west-1:123456789012:table/milestreak-restored"],
  ])("%s %j", (name, value) => {
    expect(() => read({ [name]: value })).toThrow(
      new RegExp(`^Invalid settings \\(docs/deploy.md\\): ${name} must be `),
    );
  });

  test.each([
    ["domainName", "rewards.brand.example", "certificateArn must be set, because domainName is"],
    ["certificateArn", certificateArn, "domainName must be set, because certificateArn is"],
    ["credentialRatePerSecond", "20", "credentialBurst must be set, because credentialRatePerSecond is"],
    ["credentialBurst", "40", "credentialRatePerSecond must be set, because credentialBurst is"],
    ["oidcIssuer", "https://login.brand.example", "oidcAudience must be set, because oidcIssuer is"],
    ["oidcGroupClaim", "group", "oidcIssuer must be set, because oidcGroupClaim is"],
  ])("%s without what it needs", (name, value, message) => {
    expect(() => read({ [name]: value })).toThrow(message);
  });

  test("with one message that names all the faults and what was given", () => {
    expect(() => read({ throttleRate: "fast", region: "ireland" })).toThrow(
      'Invalid settings (docs/deploy.md): region must be a region\'s code, such as eu-west-1; got "ireland"; ' +
        'throttleRate must be an integer from 1 to 999999999; got "fast".',
    );
  });
});
