import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, it, onTestFinished } from "vitest";
import { descendantsOf, killListed, listProcesses, type RunningProcess } from "../support/processes.ts";

const vitest = ["node_modules/vitest/vitest.mjs", "run", "--config", "test/support/interrupted/vitest.config.ts"];
let started: readonly RunningProcess[] = [];

afterEach(() => {
  for (const one of stillRunning()) killListed(one);
});

it.each(["SIGINT", "SIGKILL"] as const)(
  "a test run that ends by %s leaves no process behind: engines, services, shells and their children",
  async (signal) => {
    const run = await startEndlessRun();
    started = descendantsOf(run.pid ?? 0);
    expect(started.filter(({ name }) => name === "java")).toHaveLength(4);
    const ended = once(run, "exit");
    run.kill(signal);
    await ended;
    await until(() => stillRunning().length === 0);
  },
);

/** Starts a run of vitest. Its one test starts every kind of process and then waits for ever. */
async function startEndlessRun(): Promise<ChildProcess> {
  const folder = mkdtempSync(join(tmpdir(), "milestreak-interrupted-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "started");
  const run = spawn(process.execPath, vitest, {
    env: { ...process.env, STARTED_FILE: file },
    // The process leads a group, as in a terminal.
    detached: true,
    stdio: "ignore",
  });
  await until(() => existsSync(file) || run.exitCode !== null);
  expect(run.exitCode).toBeNull();
  return run;
}

function stillRunning(): readonly RunningProcess[] {
  const names = new Map(started.map(({ pid, name }) => [pid, name]));
  return listProcesses().filter(({ pid, name }) => names.get(pid) === name);
}

/** Waits for as long as the test may take, so the speed of the machine makes no difference. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await delay(50);
}
