import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, inject, it } from "vitest";
import { authorize } from "../../functions/authorizer/authorize.ts";
import { noIssuer } from "../../shared/auth/externalIssuer.ts";
import { systemClock } from "../../shared/config/systemClock.ts";
import { type CommandResult, spawnAdmin } from "../support/adminCommand.ts";
import { basicAuthorization } from "../support/apiClient.ts";
import { engineEndpoint } from "../support/engineEndpoint.ts";
import { localAccess } from "../support/globalSetup.ts";
import { openTestTable } from "../support/service.ts";
import { UsagePlanServer } from "../support/usagePlanServer.ts";

const table = openTestTable();
const planName = "Milestreak-test";
let plan: UsagePlanServer;

beforeAll(async () => {
  plan = await UsagePlanServer.start(planName);
});
beforeEach(() => {
  plan.keys = [];
  plan.keysInPlan.clear();
});
afterAll(() => {
  plan.stop();
  table.client.destroy();
});

/** The environment of an operator's shell. */
function environment(): Record<string, string> {
  const { accessKeyId, secretAccessKey } = localAccess.credentials;
  return {
    AWS_REGION: localAccess.region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: engineEndpoint(),
    AWS_ENDPOINT_URL_API_GATEWAY: plan.baseUrl,
  };
}

type Names = { readonly org: string; readonly username: string };
const newNames = (): Names => ({ org: `test-${randomUUID()}`, username: randomUUID() });

function credentials(command: string, { org, username }: Names, ...more: string[]): Promise<CommandResult> {
  const names = ["--table", inject("tableName"), "--org", org, "--username", username];
  return spawnAdmin(environment(), "credentials", command, ...names, "--json", ...more);
}

async function done(result: Promise<CommandResult>): Promise<Readonly<Record<string, unknown>>> {
  const { status, stdout, stderr } = await result;
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return Object(JSON.parse(stdout));
}

/** The key for which the deployed authorizer has API Gateway count the pair's calls. */
async function keyOf({ username }: Names, secret: unknown, credentialPlan: string | undefined) {
  const ask = authorize(table, systemClock, noIssuer, credentialPlan);
  const authorizationToken = basicAuthorization(username, String(secret));
  return ask({ type: "TOKEN", authorizationToken, methodArn: "arn:aws:execute-api:r:1:api/v3/GET/targetGroups" });
}

const inPlan = () => plan.keys.filter(({ id }) => plan.keysInPlan.has(id)).map(({ value }) => value);

it("create with --usage-plan puts the key into the plan that the authorizer names for the credential, and rotate keeps it", async () => {
  const names = newNames();
  const { secret } = await done(credentials("create", names, "--usage-plan", plan.planId));
  const { usageIdentifierKey } = await keyOf(names, secret, planName);
  expect(inPlan()).toEqual([usageIdentifierKey]);
  const { secret: rotated } = await done(credentials("rotate", names));
  expect((await keyOf(names, rotated, planName)).usageIdentifierKey).toBe(usageIdentifierKey);
  expect((await keyOf(names, secret, planName)).usageIdentifierKey).toBe(usageIdentifierKey);
  expect(inPlan()).toEqual([usageIdentifierKey]);
});

it("without --usage-plan nothing asks API Gateway, and without a plan the authorizer names no key", async () => {
  const names = newNames();
  const { secret } = await done(credentials("create", names));
  expect(plan.keys).toEqual([]);
  expect(await keyOf(names, secret, undefined)).not.toHaveProperty("usageIdentifierKey");
});

it("limit gives a credential that exists its key, however often it is asked and whatever names begin alike", async () => {
  const names = newNames();
  const longer = { ...names, username: `${names.username}.2` };
  const { secret } = await done(credentials("create", names));
  await done(credentials("create", longer, "--usage-plan", plan.planId));
  for (const _ of [1, 2]) await done(credentials("limit", names, "--usage-plan", plan.planId));
  expect(inPlan()).toHaveLength(2);
  expect(inPlan()).toContain((await keyOf(names, secret, planName)).usageIdentifierKey);
});

it("create without --usage-plan says when the credential has to be limited first", async () => {
  const { org, username } = newNames();
  const names = ["--table", inject("tableName"), "--org", org, "--username", username];
  const { stdout } = await spawnAdmin(environment(), "credentials", "create", ...names);
  expect(stdout).toMatch(/answered with 4000 until\ncredentials limit --usage-plan <UsagePlanId> has run\.\n$/);
  const limited = [...names.slice(0, -1), randomUUID(), "--usage-plan", plan.planId];
  const told = await spawnAdmin(environment(), "credentials", "create", ...limited);
  expect([told.status, told.stdout.includes("4000")]).toEqual([0, false]);
});

it("disable with --usage-plan takes away the credential's key and no other", async () => {
  const [one, other] = [newNames(), newNames()];
  await done(credentials("create", one, "--usage-plan", plan.planId));
  const { secret } = await done(credentials("create", other, "--usage-plan", plan.planId));
  for (const _ of [1, 2]) await done(credentials("disable", one, "--usage-plan", plan.planId));
  expect(inPlan()).toEqual([(await keyOf(other, secret, planName)).usageIdentifierKey]);
});

it("create refuses a usage plan that does not exist, and makes no credential", async () => {
  const names = newNames();
  const { status, stdout, stderr } = await credentials("create", names, "--usage-plan", "none");
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toBe("There is no usage plan none in this account and region.\n");
  await done(credentials("create", names));
});

it("limit refuses a credential that the org does not have, and makes no key", async () => {
  const { status, stderr } = await credentials("limit", newNames(), "--usage-plan", plan.planId);
  expect(status).toBe(1);
  expect(stderr).toMatch(/ has no credential /);
  expect(plan.keys).toEqual([]);
});

/** The key for which a caller's calls count, by the caller's name. */
async function keyFor(username: string): Promise<unknown> {
  const authenticateJwt = () => Promise.resolve({ org: "100", username, accessGroup: "default" as const });
  const ask = authorize(table, systemClock, authenticateJwt, planName);
  const methodArn = "arn:aws:execute-api:r:1:api/v3/GET/targetGroups";
  return (await ask({ type: "TOKEN", authorizationToken: "Bearer e30.e30.AA", methodArn })).usageIdentifierKey;
}

it("the subjects of an external issuer share one key, which no credential's is", async () => {
  expect(await keyFor("jwt:one")).toBe(await keyFor("jwt:other"));
  expect(await keyFor("jwt:one")).not.toBe(await keyFor("jwt"));
});
