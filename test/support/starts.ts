import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, expect } from "vitest";
import { findFreePort, whyNotFree } from "../../local/freePort.ts";
import { ApiClient, type ApiResponse } from "./apiClient.ts";
import { StartedService } from "./startedService.ts";

const started: StartedService[] = [];
const folders: string[] = [];

/** Ends the services of a test and removes its folders after it. Call it once at the top of a test file. */
export function useStarts(): void {
  afterEach(async () => {
    for (const service of started.splice(0)) await service.kill();
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });
}

/** Starts the service as a user does. It ends with the test. */
export function start(environment: Readonly<Record<string, string>>): StartedService {
  const service = new StartedService(environment);
  started.push(service);
  return service;
}

/** Starts the service on a port that the system gives to no other server, neither before nor afterwards. */
export async function startOnOwnPort(environment: Readonly<Record<string, string>> = {}) {
  const port = await findFreePort();
  if (port === undefined) throw new Error("No port is free");
  const service = start({ ...environment, PORT: String(port) });
  return { service, port, baseUrl: await service.ready() };
}

/** Answers a new folder, which goes with the test. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "milestreak-"));
  folders.push(folder);
  return folder;
}

export const secret = "demo-secret";
export const limits = { timeout: 30_000, interval: 50 };

export function client(baseUrl: string, username: string): ApiClient {
  return new ApiClient(baseUrl, { username, secret });
}

/** The answer to a command that a shell runs exactly as printed. */
export async function paste(command: string): Promise<ApiResponse["body"]> {
  const { stdout } = await promisify(execFile)("sh", ["-c", command]);
  return JSON.parse(stdout);
}

export type Printed = { readonly groupId: number; readonly targetId: number; readonly customerId: number };

/** The group, target and customer that the printed command would enrol. */
export function printedEnrollment(command: string): Printed {
  const [, customerId] = /"customerId": (\d+)/.exec(command) ?? [];
  const [, groupId, targetId] = /targetGroups\/(\d+)\/targets\/(\d+)\/enroll/.exec(command) ?? [];
  return { groupId: Number(groupId), targetId: Number(targetId), customerId: Number(customerId) };
}

export async function occupy(port: number): Promise<Server> {
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The system gave no port");
  return address.port;
}

export async function expectGone(service: StartedService): Promise<void> {
  await expect.poll(() => service.leftBehind(), limits).toEqual([]);
}

export async function expectFree(port: number): Promise<void> {
  expect(await whyNotFree(port)).toBeUndefined();
}

export function hadEngine(service: StartedService): boolean {
  return service.seen.some(({ name }) => name === "java");
}

/** The message without npm's own lines about the script that failed. */
export function message(service: StartedService): string {
  return service.errors
    .split("\n")
    .filter((line) => !line.startsWith("npm "))
    .join("\n")
    .trim();
}

export async function expectFailed(service: StartedService): Promise<void> {
  expect(await service.exit()).toEqual({ code: 1, signal: null });
  expect(service.output).not.toContain("listening");
  expect(message(service)).not.toMatch(/^ +at /m);
}

export async function connects(host: string, port: number): Promise<boolean> {
  const socket = connect(port, host);
  const isConnected = await new Promise<boolean>((answer) => {
    socket.once("connect", () => answer(true));
    socket.once("error", () => answer(false));
  });
  socket.destroy();
  return isConnected;
}
