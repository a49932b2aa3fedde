import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { text as readText } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { askLocalService } from "../../admin/connection.ts";
import { openTable, patientLimits } from "../../shared/table/client.ts";
import { findEnrollment } from "../../shared/table/enrollments.ts";
import { engineEndpoint } from "../support/engineEndpoint.ts";
import { expectRefused } from "../support/envelopes.ts";
import { localAccess } from "../support/globalSetup.ts";
import { nowhere } from "../support/nowhere.ts";
import {
  client,
  connects,
  expectFailed,
  hadEngine,
  message,
  newFolder,
  occupy,
  paste,
  portOf,
  printedEnrollment,
  start,
  startOnOwnPort,
  useStarts,
} from "../support/starts.ts";

useStarts();

describe("what cannot be started ends with exit code 1 and one message", () => {
  it("when the port is in use: it names the port, and shows no stack", async () => {
    const server = await occupy(0);
    const port = portOf(server);
    const service = start({ PORT: String(port), DYNAMODB_ENDPOINT: engineEndpoint() });
    try {
      await expectFailed(service);
      expect(message(service)).toContain(String(port));
    } finally {
      server.close();
    }
  });

  it("when the port is in use, before any engine is started", async () => {
    const server = await occupy(0);
    const port = portOf(server);
    const service = start({ PORT: String(port) });
    try {
      await expectFailed(service);
      expect(message(service)).toBe(
        `Port ${port} is in use. Stop what listens there, or set PORT; PORT=0 takes any free one.`,
      );
      expect(hadEngine(service)).toBe(false);
      expect(service.output).not.toContain("Starting");
    } finally {
      server.close();
    }
  });

  it("when DATA_DIR is a file: it names it", async () => {
    const DATA_DIR = join(newFolder(), "file");
    writeFileSync(DATA_DIR, "");
    const service = start({ PORT: "0", DATA_DIR });
    await expectFailed(service);
    expect(message(service)).toBe(`DATA_DIR must be a folder; ${DATA_DIR} is a file.`);
    expect(hadEngine(service)).toBe(false);
  });

  it("when DATA_DIR cannot be made, as a part of its path is a file: it names it and the reason", async () => {
    const file = join(newFolder(), "file");
    writeFileSync(file, "");
    const DATA_DIR = join(file, "data");
    const service = start({ PORT: "0", DATA_DIR });
    await expectFailed(service);
    expect(message(service)).toMatch(/^DATA_DIR \S+\/file\/data cannot be made or written to: ENOTDIR.*$/);
    expect(hadEngine(service)).toBe(false);
  });

  it.each(["65536", "-1", "3000x", "http", "1.5"])(
    "when PORT is %s: it names PORT, the range and the value",
    async (PORT) => {
      const service = start({ PORT });
      await expectFailed(service);
      expect(message(service)).toBe(`PORT must be an integer from 0 to 65535; got "${PORT}".`);
    },
  );

  it("when DYNAMODB_ENDPOINT is not a URL: it names the variable and the value", async () => {
    const service = start({ PORT: "0", DYNAMODB_ENDPOINT: "localhost:8000" });
    await expectFailed(service);
    expect(message(service)).toMatch(/^DYNAMODB_ENDPOINT must be an http or https URL .*; got "localhost:8000"\.$/);
  });

  it("when AWS_REGION is no region's name: it names the variable and the value", async () => {
    const service = start({ PORT: "0", AWS_REGION: "eu west 1" });
    await expectFailed(service);
    expect(message(service)).toBe('AWS_REGION must be the name of a region such as us-east-1; got "eu west 1".');
  });

  it.each(["0", "1000000000", "12.5", "none"])(
    "when ADJUSTMENT_LIMIT is %s: it names the variable, the range and the value",
    async (ADJUSTMENT_LIMIT) => {
      const service = start({ PORT: "0", ADJUSTMENT_LIMIT });
      await expectFailed(service);
      expect(message(service)).toBe(
        `ADJUSTMENT_LIMIT must be an integer from 1 to 999999999; got "${ADJUSTMENT_LIMIT}".`,
      );
    },
  );

  it.each(["-1", "745", "daily"])(
    "when STATISTICS_EVERY_HOURS is %s: it names the variable, the range and the value",
    async (STATISTICS_EVERY_HOURS) => {
      const service = start({ PORT: "0", STATISTICS_EVERY_HOURS });
      await expectFailed(service);
      expect(message(service)).toBe(
        `STATISTICS_EVERY_HOURS must be an integer from 0 to 744; got "${STATISTICS_EVERY_HOURS}".`,
      );
    },
  );

  it("when something else answers at DYNAMODB_ENDPOINT: it names the endpoint, and shows no stack", async () => {
    const notFound = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    const other = await occupy(0);
    other.on("connection", (socket) => socket.once("data", () => socket.end(notFound)));
    const endpoint = `http://127.0.0.1:${portOf(other)}`;
    const service = start({ PORT: "0", DYNAMODB_ENDPOINT: endpoint });
    await expectFailed(service);
    other.close();
    expect(message(service)).toMatch(/^The engine at \S+ cannot be used \(.*\)\. Check DYNAMODB_ENDPOINT, .*\.$/);
    expect(message(service)).toContain(endpoint);
  });

  it("when the engine does not take AWS_ACCESS_KEY_ID: it gives the engine's reason, and shows no stack", async () => {
    const service = start({ PORT: "0", DYNAMODB_ENDPOINT: engineEndpoint(), AWS_ACCESS_KEY_ID: "not-a-key" });
    await expectFailed(service);
    expect(message(service)).toMatch(
      /^The engine at \S+ cannot be used \(UnrecognizedClientException: .*AWS_ACCESS_KEY_ID/,
    );
  });

  it("when nothing answers at DYNAMODB_ENDPOINT: it names the endpoint, and shows no stack", async () => {
    const service = start({ PORT: "0", DYNAMODB_ENDPOINT: nowhere });
    await expectFailed(service);
    expect(message(service)).toContain(nowhere);
  });

  it("when there is no Java and no endpoint: it names both ways out", async () => {
    const service = start({ PORT: "0", PATH: pathWithoutJava() });
    await expectFailed(service);
    expect(message(service)).toBe(`Java was not found. ${waysOut}`);
  });

  it("when Java is too old: it names the version and both ways out", async () => {
    const service = start({ PORT: "0", PATH: pathWithOldJava() });
    await expectFailed(service);
    expect(message(service)).toBe(`Java 11 was found, which is too old. ${waysOut}`);
  });

  it("when Java is there and does not run: it gives Java's reason and names both ways out", async () => {
    const service = start({ PORT: "0", JAVA_TOOL_OPTIONS: "-Xmx1q" });
    await expectFailed(service);
    expect(message(service)).toMatch(/^Java does not run here: .*-Xmx1q.*\. Install Java 17 or later/);
    expect(message(service).endsWith(waysOut)).toBe(true);
  });

  it("when Node is too old: it names the version that is needed, and that npm ci brings it", async () => {
    const pretended = `Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.11.0"}})`;
    const { code, stderr } = await runStart(root, ["--import", `data:text/javascript,${pretended}`]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        "Node 20.11.0 is too old: Node 22.18 or later is needed. npm ci brings one for npm start, unless it leaves optional packages out.\n",
    });
  });

  it("when npm ci has not been run: it says so", async () => {
    const folder = newFolder();
    for (const file of ["package.json", "bin/start.js", "local/installation.js"]) {
      cpSync(join(root, file), join(folder, file));
    }
    const notInstalled = await runStart(folder, []);
    expect(notInstalled).toEqual({ code: 1, stderr: "The packages are not installed. Run npm ci, then npm start.\n" });
    mkdirSync(join(folder, "node_modules"));
    const halfInstalled = await runStart(folder, []);
    expect(halfInstalled.code).toBe(1);
    expect(halfInstalled.stderr).toMatch(/^The package \S+ is not installed\. Run npm ci, then npm start\.\n$/);
  });
});

const root = fileURLToPath(new URL("../..", import.meta.url));

const waysOut =
  "Install Java 17 or later, best a JDK, which runs the embedded database engine, " +
  "or set DYNAMODB_ENDPOINT to an engine that is running already, such as http://127.0.0.1:8000.";

type Ended = { readonly code: number | null; readonly stderr: string };

/** Runs what `npm start` runs, in another folder or with options of Node's. */
async function runStart(folder: string, options: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [...options, "bin/start.js"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = once(child, "close");
  const stderr = await readText(child.stderr);
  await ended;
  return { code: child.exitCode, stderr };
}

/** A path with a Java that only says that it is version 11. */
function pathWithOldJava(): string {
  const folder = pathWithoutJava();
  const script = "#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n";
  writeFileSync(join(folder, "java"), script, { mode: 0o755 });
  return folder;
}

/** A folder with npm, node, the shell that npm runs scripts with, and nothing else. */
function pathWithoutJava(): string {
  const folder = newFolder();
  for (const name of ["npm", "node", "sh"]) symlinkSync(findOnPath(name), join(folder, name));
  return folder;
}

function findOnPath(name: string): string {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    try {
      return realpathSync(join(folder, name));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
    }
  }
  throw new Error(`${name} is not on the PATH`);
}

describe("the embedded engine", () => {
  // 127.0.0.2 stands for all other interfaces. A server that listens on all of them answers there too.
  it("of npm start listens on 127.0.0.1 only, so that no other machine reaches it", async () => {
    const service = start({ PORT: "0" });
    const port = await enginePort(await service.ready());
    expect(await connects("127.0.0.1", port)).toBe(true);
    expect(await connects("127.0.0.2", port)).toBe(false);
    expect(service.output).not.toContain("all interfaces");
  });

  it("runs with a Java that has no compiler, and the start text says that it listens on all interfaces", async () => {
    const service = start({ PORT: "0", JDK_JAVA_OPTIONS: "--limit-modules=java.se,jdk.unsupported,jdk.crypto.ec" });
    const port = await enginePort(await service.ready());
    expect(service.output).toContain(`The database engine listens on all interfaces, port ${port}, without a password`);
  });
});

/** The port of the engine behind a running service. */
async function enginePort(baseUrl: string): Promise<number> {
  const { endpoint } = await askLocalService(Number(new URL(baseUrl).port));
  return Number(new URL(endpoint).port);
}

describe("DATA_DIR", () => {
  it("keeps what was enrolled from one start to the next, and the printed command still enrols", async () => {
    const DATA_DIR = join(newFolder(), "made", "when", "missing");
    const first = start({ PORT: "0", DATA_DIR });
    await first.ready();
    const enrolled = printedEnrollment(first.printedCommand);
    expect(await paste(first.printedCommand)).toMatchObject({ data: enrolled.customerId });
    const rival = start({ PORT: "0", DATA_DIR });
    await expectFailed(rival);
    expect(message(rival)).toBe(
      `DATA_DIR ${DATA_DIR} is in use by process ${first.servicePid()}. Stop it, or name another folder; ` +
        `if it is no Milestreak, remove ${join(DATA_DIR, "milestreak.lock")}.`,
    );
    expect(hadEngine(rival)).toBe(false);
    process.kill(first.servicePid(), "SIGTERM");
    expect(await first.exit()).toEqual({ code: 0, signal: null });

    const second = start({ PORT: "0", DATA_DIR });
    const baseUrl = await second.ready();
    const { body } = await client(baseUrl, "demo-reader").get(`/users/${enrolled.customerId}/targetGroups`);
    expect(body.data.targetGroups).toMatchObject([
      { id: enrolled.groupId, targets: [{ targetRuleId: enrolled.targetId }] },
    ]);
    const path = `/targetGroups/${enrolled.groupId}/targets/${enrolled.targetId}/enroll`;
    const again = await client(baseUrl, "demo-till").post(path, [{ customerId: enrolled.customerId }]);
    expectRefused(again, 400, 310119);
    const next = printedEnrollment(second.printedCommand);
    expect(next.customerId).not.toBe(enrolled.customerId);
    expect(await paste(second.printedCommand)).toEqual({ data: next.customerId, errors: null, warnings: null });
  });

  it("is free again after the service that used it was killed", async () => {
    const DATA_DIR = newFolder();
    const first = start({ PORT: "0", DATA_DIR });
    await first.ready();
    await first.kill();
    const second = start({ PORT: "0", DATA_DIR });
    expect(await second.ready()).toMatch(/^http:/);
  });

  it("absent, nothing is kept: the same customer can be enrolled at the next start", async () => {
    const first = start({ PORT: "0" });
    await first.ready();
    const command = first.printedCommand;
    const { customerId } = printedEnrollment(command);
    expect(await paste(command)).toMatchObject({ data: customerId });
    process.kill(first.servicePid(), "SIGTERM");
    await first.exit();
    const second = start({ PORT: "0" });
    await second.ready();
    expect(printedEnrollment(second.printedCommand)).toEqual(printedEnrollment(command));
    expect(await paste(second.printedCommand)).toMatchObject({ data: customerId });
  });
});

describe("DYNAMODB_ENDPOINT", () => {
  it("starts no engine, makes table and demo data at that endpoint if missing, and needs no Java", async () => {
    const DYNAMODB_ENDPOINT = engineEndpoint();
    const first = start({ PORT: "0", DYNAMODB_ENDPOINT, PATH: pathWithoutJava() });
    await first.ready();
    expect(first.descendants().map(({ pid }) => pid)).toEqual([first.servicePid()]);
    const enrolled = printedEnrollment(first.printedCommand);
    expect(await paste(first.printedCommand)).toEqual({ data: enrolled.customerId, errors: null, warnings: null });
    const table = openTable({ tableName: "milestreak", endpoint: DYNAMODB_ENDPOINT, ...localAccess }, patientLimits);
    expect(await findEnrollment(table, { org: "100", ...enrolled })).toMatchObject({
      membership: { status: "ENROLLED" },
    });
    table.close();
  });

  it("finds table and demo data at the next start, and prints a command for a customer who is not enrolled", async () => {
    const DYNAMODB_ENDPOINT = engineEndpoint();
    const groups: unknown[] = [];
    for (let round = 1; round <= 2; round += 1) {
      const service = start({ PORT: "0", DYNAMODB_ENDPOINT });
      const baseUrl = await service.ready();
      const { customerId } = printedEnrollment(service.printedCommand);
      expect(await paste(service.printedCommand)).toEqual({ data: customerId, errors: null, warnings: null });
      groups.push((await client(baseUrl, "demo-admin").get("/targetGroups")).body.data);
      process.kill(service.servicePid(), "SIGTERM");
      expect(await service.exit()).toEqual({ code: 0, signal: null });
    }
    expect(groups[1]).toEqual(groups[0]);
  });

  it("takes any credentials of the environment", async () => {
    const credentials = {
      AWS_ACCESS_KEY_ID: "AKIAEXAMPLE",
      AWS_SECRET_ACCESS_KEY: "example",
      AWS_REGION: "eu-central-1",
    };
    const service = start({ PORT: "0", DYNAMODB_ENDPOINT: engineEndpoint(), ...credentials });
    const baseUrl = await service.ready();
    expect((await client(baseUrl, "demo-reader").get("/targetGroups")).status).toBe(200);
  });
});

describe("ADJUSTMENT_LIMIT", () => {
  it("lets demo-support adjust by that much, and by more only demo-admin", async () => {
    const service = start({ PORT: "0", DYNAMODB_ENDPOINT: engineEndpoint(), ADJUSTMENT_LIMIT: "500" });
    const baseUrl = await service.ready();
    const { groupId, targetId, customerId } = printedEnrollment(service.printedCommand);
    const adjust = (username: string, amount: number) =>
      client(baseUrl, username).post(`/targetGroups/${groupId}/targets/${targetId}/adjust`, {
        adjustmentId: "limit",
        customerId,
        amount,
        reason: "A test",
      });
    // The customer is not enrolled, so what is allowed ends with 310126.
    expectRefused(await adjust("demo-support", 500), 400, 310126);
    expectRefused(await adjust("demo-support", -501), 403, 4000);
    expectRefused(await adjust("demo-admin", -501), 400, 310126);
  });
});

describe("PORT", () => {
  it("chooses the port", async () => {
    const { port, baseUrl } = await startOnOwnPort({ DYNAMODB_ENDPOINT: engineEndpoint() });
    expect(baseUrl).toBe(`http://127.0.0.1:${port}/v3`);
  });
});
