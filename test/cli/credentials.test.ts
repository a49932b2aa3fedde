import { randomUUID } from "node:crypto";
import { QueryCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { enginePage } from "../../local/enginePage.ts";
import { localFunctions } from "../../local/functions.ts";
import { type LocalGateway, startGateway } from "../../local/gateway.ts";
import { accessGroups } from "../../shared/domain/accessGroups.ts";
import { credentialKey } from "../../shared/table/keys.ts";
import { admin, type CommandResult, spawnAdmin } from "../support/adminCommand.ts";
import { ApiClient } from "../support/apiClient.ts";
import { engineEndpoint } from "../support/engineEndpoint.ts";
import { localAccess } from "../support/globalSetup.ts";
import { openTestTable } from "../support/service.ts";
import { SettableClock } from "../support/settableClock.ts";

const hourMilliseconds = 60 * 60 * 1000;
const table = openTestTable();
const clock = new SettableClock();
let gateway: LocalGateway;
let local: readonly string[];

beforeAll(async () => {
  const address = { endpoint: engineEndpoint(), tableName: inject("tableName"), region: localAccess.region };
  gateway = await startGateway(localFunctions(table, clock.read), 0, enginePage(address));
  local = ["--local", "--port", new URL(gateway.baseUrl).port];
});
afterAll(async () => {
  await gateway.close();
  table.close();
});

/** Names that only this test uses. */
function newCredentialNames() {
  return { org: `test-${randomUUID()}`, username: randomUUID() };
}

function optionsOf({ org, username }: { readonly org: string; readonly username: string }): string[] {
  return ["--org", org, "--username", username];
}

/** The JSON that a successful command printed. */
function resultOf({ status, stdout, stderr }: CommandResult) {
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return JSON.parse(stdout);
}

async function create(names: { readonly org: string; readonly username: string }, ...more: readonly string[]) {
  const { secret } = resultOf(await admin("credentials", "create", ...local, ...optionsOf(names), "--json", ...more));
  return { ...names, secret: String(secret) };
}

async function rotate(names: { readonly org: string; readonly username: string }, ...more: readonly string[]) {
  return resultOf(await admin("credentials", "rotate", ...local, ...optionsOf(names), "--json", ...more));
}

/**
 * The status of the API's answer to the pair. The authorizer remembers a header that it let in, so each state is asked
 * once.
 */
async function statusOf(username: string, secret: string): Promise<number> {
  return (await new ApiClient(gateway.baseUrl, { username, secret }).get("/targetGroups")).status;
}

describe("credentials create", () => {
  it("makes a pair that the API lets in, of the org and access group that were named", async () => {
    const names = newCredentialNames();
    const { secret } = await create(names, "--group", "read-only");
    const client = new ApiClient(gateway.baseUrl, { username: names.username, secret });
    expect((await client.get("/targetGroups")).body).toEqual({ data: [], errors: null, warnings: null });
    expect((await client.post("/targetGroups", {})).body.errors?.map(({ code }) => code)).toEqual([4000]);
  });

  it("makes secrets of 256 random bits, no two the same, and stores only salted hashes", async () => {
    const [one, other] = [await create(newCredentialNames()), await create(newCredentialNames())];
    expect(Buffer.from(one.secret, "base64url")).toHaveLength(32);
    expect(other.secret).not.toBe(one.secret);
    const { Items = [] } = await table.client.send(
      new QueryCommand({
        TableName: table.name,
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": { S: credentialKey(one.username).pk } },
      }),
    );
    expect(Items).toHaveLength(1);
    expect(JSON.stringify(Items)).not.toContain(one.secret);
    expect(Object.keys(Items[0] ?? {}).toSorted()).toEqual([
      "accessGroup",
      "isActive",
      "org",
      "pk",
      "salt",
      "secretHash",
      "sk",
    ]);
  });

  it("shows the secret to a person, and says that this was the only time", async () => {
    const { status, stdout } = await admin("credentials", "create", ...local, ...optionsOf(newCredentialNames()));
    expect(status).toBe(0);
    expect(stdout).toMatch(/^ {2}secret {4}[A-Za-z0-9_-]{43}$/m);
    expect(stdout).toContain("shown this once");
  });

  it("refuses a user name that another org has, showing no secret and leaving the other's alone", async () => {
    const first = await create(newCredentialNames());
    const names = { org: `test-${randomUUID()}`, username: first.username };
    const { status, stdout, stderr } = await admin("credentials", "create", ...local, ...optionsOf(names));
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/ is taken, by this org or another/);
    expect(await statusOf(first.username, first.secret)).toBe(200);
    expect(resultOf(await admin("credentials", "list", ...local, "--org", names.org, "--json"))).toEqual([]);
  });

  it("of eight at once for one user name makes exactly one", async () => {
    const { username } = newCredentialNames();
    const orgs = Array.from({ length: 8 }, () => `test-${randomUUID()}`);
    const results = await Promise.all(
      orgs.map((org) => admin("credentials", "create", ...local, ...optionsOf({ org, username }))),
    );
    expect(results.map(({ status }) => status).toSorted()).toEqual([0, 1, 1, 1, 1, 1, 1, 1]);
  });
});

describe("credentials list", () => {
  it("shows the org's own credentials by name, and nothing of their secrets", async () => {
    const { org } = newCredentialNames();
    const usernames = ["till.2", "till.1", "tool"].map((name) => `${name}-${randomUUID()}`);
    const created = [];
    for (const [index, username] of usernames.entries()) {
      created.push(await create({ org, username }, "--group", accessGroups[index] ?? "default"));
    }
    await create(newCredentialNames());
    const result = await admin("credentials", "list", ...local, "--org", org, "--json");
    const expected = created.map(({ username }, index) => ({
      username,
      accessGroup: accessGroups[index],
      isActive: true,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      rotatedAt: null,
      previousSecretValidUntil: null,
    }));
    expect(resultOf(result)).toEqual(expected.toSorted((one, other) => (one.username < other.username ? -1 : 1)));
  });

  it("shows a person which are disabled and which were rotated, or that there are none", async () => {
    const { org } = newCredentialNames();
    expect((await admin("credentials", "list", ...local, "--org", org)).stdout).toMatch(/has no credentials\.\n$/);
    const [off, turned] = [
      await create({ org, username: "off" + randomUUID() }),
      await create({ org, username: "turned" + randomUUID() }),
    ];
    await admin("credentials", "disable", ...local, ...optionsOf(off));
    await rotate(turned);
    const { stdout } = await admin("credentials", "list", ...local, "--org", org);
    expect(stdout).toMatch(new RegExp(`^${off.username} +default +disabled created \\S+$`, "m"));
    expect(stdout).toMatch(
      new RegExp(`^${turned.username} .* active .*rotated \\S+, secret before it good until \\S+$`, "m"),
    );
  });
});

describe("credentials disable", () => {
  it("shuts the pair out, and may be repeated", async () => {
    const one = await create(newCredentialNames());
    for (const _ of [1, 2]) {
      expect(resultOf(await admin("credentials", "disable", ...local, ...optionsOf(one), "--json"))).toEqual({
        org: one.org,
        username: one.username,
        isActive: false,
      });
    }
    expect(await statusOf(one.username, one.secret)).toBe(401);
  });

  it("refuses to touch a credential of another org, or one that does not exist", async () => {
    const one = await create(newCredentialNames());
    const { org, username } = newCredentialNames();
    for (const names of [
      { org, username: one.username },
      { org: one.org, username },
    ]) {
      const { status, stdout, stderr } = await admin("credentials", "disable", ...local, ...optionsOf(names));
      expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
      expect(stderr).toMatch(/ has no credential /);
    }
    expect(await statusOf(one.username, one.secret)).toBe(200);
    expect(resultOf(await admin("credentials", "list", ...local, "--org", one.org, "--json"))).toHaveLength(1);
  });
});

describe("credentials rotate", () => {
  it.each([
    [[], 24],
    [["--grace-hours", "1"], 1],
  ] as const)("with %j keeps the old secret until the last millisecond of %d hours", async (options, hours) => {
    const [one, other] = [await create(newCredentialNames()), await create(newCredentialNames())];
    for (const { username, secret: old, org } of [one, other]) {
      const { secret, previousSecretValidUntil } = await rotate({ org, username }, ...options);
      const end = Date.parse(previousSecretValidUntil);
      expect(Math.abs(end - Date.now() - hours * hourMilliseconds)).toBeLessThan(60_000);
      const isLastInstant = username === one.username;
      clock.now = isLastInstant ? end - 1 : end;
      expect(await statusOf(username, old)).toBe(isLastInstant ? 200 : 401);
      expect(await statusOf(username, secret)).toBe(200);
    }
  });

  it("with --grace-hours 0 ends the old secret at once", async () => {
    const one = await create(newCredentialNames());
    clock.now = Date.now() + 1;
    const { secret } = await rotate(one, "--grace-hours", "0");
    clock.now = Date.now() + 1;
    expect(await statusOf(one.username, one.secret)).toBe(401);
    expect(await statusOf(one.username, secret)).toBe(200);
  });

  it("ends the secret before the last at once", async () => {
    const one = await create(newCredentialNames());
    const [second, third] = [await rotate(one), await rotate(one)];
    clock.now = Date.now();
    expect(await statusOf(one.username, one.secret)).toBe(401);
    expect(await statusOf(one.username, second.secret)).toBe(200);
    expect(await statusOf(one.username, third.secret)).toBe(200);
  });

  it("refuses for a disabled credential, for another org's and for none, showing no secret", async () => {
    const [one, off] = [await create(newCredentialNames()), await create(newCredentialNames())];
    await admin("credentials", "disable", ...local, ...optionsOf(off));
    for (const names of [off, { org: off.org, username: one.username }, newCredentialNames()]) {
      const { status, stdout } = await admin("credentials", "rotate", ...local, ...optionsOf(names));
      expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    }
    expect(await statusOf(one.username, one.secret)).toBe(200);
  });
});

describe("the command line", () => {
  it.each([
    [["--help"], "credentials"],
    [["credentials", "--help"], "rotate"],
    [["credentials", "create", "--help"], "--group"],
    [["credentials", "list", "--help"], "--org"],
    [["credentials", "disable", "--help"], "--username"],
    [["credentials", "rotate", "--help"], "--grace-hours"],
  ])("%j explains itself, with status 0", async (args, expected) => {
    const { status, stdout, stderr } = await admin(...args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain(expected);
  });

  const good = ["--org", "100", "--username", "till.1"];
  it.each([
    ["nothing", []],
    ["no command", ["credentials"]],
    ["an unknown command", ["credentials", "erase"]],
    ["no org", ["credentials", "list", "--local"]],
    ["neither --table nor --local", ["credentials", "list", "--org", "100"]],
    ["both --table and --local", ["credentials", "list", "--org", "100", "--local", "--table", "t"]],
    ["an org that would forge a key", ["credentials", "list", "--local", "--org", "100#GROUP#1"]],
    ["an empty org", ["credentials", "list", "--local", "--org", ""]],
    ["an org of 65 characters", ["credentials", "list", "--local", "--org", "o".repeat(65)]],
    ["a user name with a colon", ["credentials", "disable", "--local", "--org", "100", "--username", "till:1"]],
    ["a user name of 65 characters", ["credentials", "disable", "--local", "--org", "1", "--username", "u".repeat(65)]],
    ["an unknown access group", ["credentials", "create", "--local", ...good, "--group", "owner"]],
    ["a negative grace", ["credentials", "rotate", "--local", ...good, "--grace-hours=-1"]],
    ["a grace of 721 hours", ["credentials", "rotate", "--local", ...good, "--grace-hours", "721"]],
    ["a port that is none", ["credentials", "list", "--local", "--org", "100", "--port", "65536"]],
    ["a secret of one's own", ["credentials", "create", "--local", ...good, "--secret", "s"]],
  ])("with %s is refused with status 2, printing nothing on standard output", async (_, args) => {
    const { status, stdout, stderr } = await admin(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).not.toBe("");
  });

  it("says with status 1 that no local service answers", async () => {
    const { status, stderr } = await admin("credentials", "list", "--local", "--port", "1", "--org", "100");
    expect(status).toBe(1);
    expect(stderr).toMatch(/^Nothing answers on port 1\. Start the service with npm start/);
  });
});

describe("the program", () => {
  const { accessKeyId, secretAccessKey } = localAccess.credentials;
  const operator = {
    AWS_REGION: localAccess.region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    // The SDK itself reads these. To the command the table is that of a deployed stack.
    AWS_ENDPOINT_URL_DYNAMODB: engineEndpoint(),
  };

  it("works on a deployed table with the credentials and region of the operator's environment", async () => {
    const names = newCredentialNames();
    const args = ["--table", inject("tableName"), ...optionsOf(names), "--json"];
    const { secret } = resultOf(await spawnAdmin(operator, "credentials", "create", ...args));
    expect(await statusOf(names.username, String(secret))).toBe(200);
    expect((await spawnAdmin(operator, "credentials", "create", ...args)).status).toBe(1);
  });

  it("says with status 1 that there is no such table", async () => {
    const missing = ["--table", `none-${randomUUID()}`];
    const { status, stderr } = await spawnAdmin(operator, "credentials", "list", ...missing, "--org", "100");
    expect(status).toBe(1);
    expect(stderr).toMatch(/^ResourceNotFoundException: /);
  });
});
