import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTableIfMissing } from "../../local/createTable.ts";
import { seedDemoData } from "../../local/demoData.ts";
import { type BundledStack, bundleStack } from "../../scripts/sam/bundleStack.ts";
import { renderedEvents, sampleInstant } from "../../scripts/sam/sampleEvents.ts";
import { samTemplate } from "../../scripts/sam/template.ts";
import { writeSamFolder } from "../../scripts/sam/writeFolder.ts";
import { type RouteName, routeNames, routes } from "../../shared/http/routes.ts";
import { openTable, patientLimits, type Table } from "../../shared/table/client.ts";
import { localAccess } from "../support/globalSetup.ts";
import { type Configured, invokeOnce, LambdaProcess, plainRuntime, runtime } from "../support/lambda/lambdaProcess.ts";
import { useOwnEngine } from "../support/ownEngine.ts";
import { routeContracts } from "../support/routeContracts.ts";

const folder = mkdtempSync(join(tmpdir(), "milestreak-sam-test-"));
const stack: BundledStack = bundleStack();
const tableName = `sam-${randomUUID()}`;
const engineEndpoint = useOwnEngine();

let table: Table;
let bus: Server;
let published: unknown[];
let environment: Record<string, Record<string, string>>;

beforeAll(async () => {
  const engine = { endpoint: engineEndpoint(), region: localAccess.region, tableName };
  table = openTable({ ...engine, credentials: localAccess.credentials }, patientLimits);
  await createTableIfMissing(table);
  await seedDemoData(table, Date.parse(sampleInstant));
  const prepared = samTemplate(stack, { engine, host: "127.0.0.1", architecture: "arm64" });
  await writeSamFolder(folder, { stack, ...prepared });
  environment = JSON.parse(readFileSync(join(folder, "env.json"), "utf8"));
  published = [];
  bus = createServer((request, response) => void take(request, response)).listen(0, "127.0.0.1");
  await once(bus, "listening");
});
afterAll(() => {
  bus.close();
  table.close();
  rmSync(folder, { recursive: true });
});

/** A stand-in for EventBridge, which cannot be run here. */
async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
  published.push(await json(request));
  response.writeHead(200, { "Content-Type": "application/x-amz-json-1.1" });
  response.end(JSON.stringify({ FailedEntryCount: 0, Entries: [{ EventId: "1" }] }));
}

function event(name: string): unknown {
  return JSON.parse(readFileSync(join("docs/events", `${name}.json`), "utf8"));
}

/** The function with the handler of the deployed stack and the environment that `npm run sam` wrote. */
function deployed(name: string, more: Readonly<Record<string, string>> = {}): Configured {
  const properties = stack.resources.get(stack.functionIds.get(name) ?? "")?.Properties ?? {};
  return {
    name,
    taskRoot: join(folder, name),
    handler: String(properties["Handler"]),
    environment: { ...environment[name], ...more },
  };
}

describe("docs/events/", () => {
  it("has one file for each route and each function without one, and no other, each as npm run generate writes it", () => {
    const files = readdirSync("docs/events").map(
      (file) => [file, readFileSync(join("docs/events", file), "utf8")] as const,
    );
    expect(new Map(files)).toEqual(new Map(renderedEvents()));
    const serving = new Set<string>(routeNames.map((name) => routes[name].servedBy));
    const others = [...stack.functionIds.keys()].filter((name) => !serving.has(name));
    expect(files.map(([file]) => file.replace(".json", "")).toSorted()).toEqual([...routeNames, ...others].toSorted());
  });
});

/**
 * The expected status of a route when the routes are called in the order of the route table, on the demo data.
 * docs/guides/sam-local.md says the same.
 */
function statusOf(name: RouteName): number {
  return routeContracts[name].access.own.status;
}

describe(`each bundle, loaded as Lambda names its handler by ${runtime.name}`, () => {
  it.each(routeNames)("answers the event of %s with success", async (name) => {
    const invocation = await invokeOnce(deployed(routes[name].servedBy), event(name));
    expect(invocation).toMatchObject({ outcome: "returned", value: { statusCode: statusOf(name) } });
  });

  it("lets the demo till in, and answers Unauthorized to a wrong secret", async () => {
    const authorizer = await LambdaProcess.start(deployed("authorizer"));
    try {
      const context = { org: "100", username: "demo-till", accessGroup: "default" };
      const sample = event("authorizer");
      expect(await authorizer.invoke(sample)).toMatchObject({ outcome: "returned", value: { context } });
      const wrong = Buffer.from("demo-till:wrong").toString("base64");
      const refused = await authorizer.invoke(Object.assign({}, sample, { authorizationToken: `Basic ${wrong}` }));
      expect(refused).toMatchObject({ outcome: "failed", errorMessage: "Unauthorized" });
    } finally {
      authorizer.stop();
    }
  });

  it("counts the queued activity and reports no message as failed", async () => {
    const invocation = await invokeOnce(deployed("countQueuedActivities"), event("countQueuedActivities"));
    expect(invocation).toEqual({ outcome: "returned", value: { batchItemFailures: [] } });
  });

  it("projects the enrolment of the stream's batch: a notification, and no record reported as failed", async () => {
    const address = bus.address();
    if (address === null || typeof address === "string") throw new Error("The bus has no port");
    const configured = deployed("projector", { AWS_ENDPOINT_URL_EVENTBRIDGE: `http://127.0.0.1:${address.port}` });
    expect(await invokeOnce(configured, event("projector"))).toEqual({
      outcome: "returned",
      value: { batchItemFailures: [] },
    });
    expect(published).toMatchObject([{ Entries: [{ DetailType: "targetCustomerEnrolment", EventBusName: "local" }] }]);
  });

  it("reports the record as failed under sam local, where the projector sends nothing to EventBridge", async () => {
    const value = { batchItemFailures: [{ itemIdentifier: "100000000000000000001" }] };
    expect(await invokeOnce(deployed("projector"), event("projector"))).toEqual({ outcome: "returned", value });
  });

  it("lists the cycles that are due, and closes the shard of the sample", async () => {
    expect(await invokeOnce(deployed("listDueCycles"), event("listDueCycles"))).toMatchObject({
      outcome: "returned",
      value: { tasks: expect.any(Array), resumeAfter: null },
    });
    const closed = await invokeOnce(deployed("closeShard"), event("closeShard"));
    expect(closed).toMatchObject({ outcome: "returned", value: { busyCount: 0, left: [] } });
  });
});

describe.each([...new Set([runtime, plainRuntime])])("a function under $name", (run) => {
  it("answers what its handler answers", async () => {
    const invocation = await invokeOnce(deployed("customers"), event("getCustomer"), run);
    expect(invocation).toMatchObject({ outcome: "returned", value: { statusCode: 200 } });
  });

  it("fails with the error that its handler throws", async () => {
    const withoutToken = { type: "TOKEN", methodArn: "arn:aws:execute-api:us-east-1:123456789012:local/v3/GET/x" };
    const invocation = await invokeOnce(deployed("authorizer"), withoutToken, run);
    expect(invocation).toMatchObject({ outcome: "failed", errorMessage: "Unauthorized" });
  });

  it("fails at its start without a table, and says which variable is missing", async () => {
    const { TABLE_NAME: _, ...without } = environment["enroll"] ?? {};
    const invocation = await invokeOnce({ ...deployed("enroll"), environment: without }, event("enroll"), run);
    expect(invocation).toMatchObject({
      outcome: "failed",
      errorMessage: expect.stringMatching(/TABLE_NAME is not set/),
    });
  });

  it("fails at its start when the template names an export that the bundle does not have", async () => {
    const invocation = await invokeOnce({ ...deployed("enroll"), handler: "index.main" }, event("enroll"), run);
    expect(invocation).toMatchObject({
      outcome: "failed",
      errorMessage: expect.stringMatching(/index\.main is undefined/),
    });
  });
});

type Stamped = { readonly statusCode: number; readonly body: string };

describe("a route's function as sam local start-api calls it", () => {
  // SAM gives every request the time and id of its own start, the time in seconds (aws/aws-sam-cli issues 8020 and
  // 9279).
  const startedAtEpochSeconds = 1_767_225_600;

  async function enroll(customerId: number, headers: Readonly<Record<string, string>>): Promise<Stamped> {
    const sample = JSON.parse(JSON.stringify(event("enroll")));
    const { Resources } = JSON.parse(readFileSync(join(folder, "template.json"), "utf8"));
    const configured = { ...deployed("enroll"), handler: String(Resources.enroll.Properties.Handler) };
    const invocation = await invokeOnce(configured, {
      ...sample,
      body: JSON.stringify([{ customerId }]),
      headers: { ...sample.headers, ...headers },
      requestContext: { ...sample.requestContext, requestTimeEpoch: startedAtEpochSeconds, requestId: "frozen" },
    });
    if (invocation.outcome === "failed") throw new Error(invocation.errorMessage);
    const { statusCode, body } = JSON.parse(JSON.stringify(invocation.value));
    return { statusCode, body };
  }

  it("takes the time from the header x-local-now, however SAM spells it", async () => {
    const inFirstCycle = await enroll(345651202, { "X-Local-Now": "2026-01-10T09:00:00Z" });
    expect(inFirstCycle.statusCode).toBe(200);
    const afterTheLast = await enroll(345651203, { "X-Local-Now": "2027-01-10T09:00:00Z" });
    expect(afterTheLast).toMatchObject({ statusCode: 400, body: expect.stringContaining("310019") });
  });

  it("takes the clock's time without it, not the time at which SAM started", async () => {
    // The demo milestone of January 2026 is over by the clock, and was not at SAM's start.
    expect(await enroll(345651204, {})).toMatchObject({ statusCode: 400, body: expect.stringContaining("310019") });
  });

  it("answers 300004 to a header that is not an instant", async () => {
    const refused = await enroll(345651205, { "x-local-now": "noon" });
    expect(refused).toMatchObject({ statusCode: 400, body: expect.stringContaining("300004") });
  });
});
