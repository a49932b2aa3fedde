import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { afterEach, describe, expect, it, vi } from "vitest";
import { claimDataDirectory } from "../../local/dataDirectory.ts";

const limits = { timeout: 30_000 };
const folders: string[] = [];
const parents: ChildProcess[] = [];

afterEach(() => {
  for (const parent of parents.splice(0)) parent.kill("SIGKILL");
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A folder with a lock that names the process. */
function folderLockedBy(pid: number): string {
  const folder = mkdtempSync(join(tmpdir(), "milestreak-"));
  folders.push(folder);
  writeFileSync(join(folder, "milestreak.lock"), `${pid}\n`);
  return folder;
}

/**
 * The shell starts a process and becomes a program that never waits for it. Only then the process ends, because the shell
 * itself would wait for it.
 */
async function startZombie(): Promise<number> {
  const parent = spawn("sh", ["-c", "read -r _ <&3 & echo $!; exec cat"], {
    stdio: ["pipe", "pipe", "inherit", "pipe"],
  });
  parents.push(parent);
  const [, output, , end] = parent.stdio;
  if (output === null) throw new Error("The shell has no output");
  const [text] = await once(output, "data");
  const pid = Number(String(text));
  await vi.waitFor(() => expect(readFileSync(`/proc/${parent.pid}/comm`, "utf8")).toBe("cat\n"), limits);
  if (end instanceof Writable) end.end();
  await vi.waitFor(() => expect(readFileSync(`/proc/${pid}/stat`, "utf8")).toMatch(/\) Z /), limits);
  return pid;
}

describe("a DATA_DIR with a lock", () => {
  it("is refused while the process that the lock names runs", () => {
    const folder = folderLockedBy(process.ppid);
    expect(() => claimDataDirectory(folder)).toThrow(`DATA_DIR ${folder} is in use by process ${process.ppid}.`);
  });

  it("is refused with a sentence when the lock cannot be read, such as a folder of that name", () => {
    const folder = mkdtempSync(join(tmpdir(), "milestreak-"));
    folders.push(folder);
    const lock = join(folder, "milestreak.lock");
    mkdirSync(lock);
    expect(() => claimDataDirectory(folder)).toThrow(
      `DATA_DIR ${folder} has a lock that cannot be read; remove ${lock}: EISDIR`,
    );
  });

  it.runIf(existsSync("/proc/self/stat"))(
    "is free when that process has ended and its parent has not waited for it",
    async () => {
      const folder = folderLockedBy(await startZombie());
      const release = claimDataDirectory(folder);
      expect(readFileSync(join(folder, "milestreak.lock"), "utf8")).toBe(`${process.pid}\n`);
      release();
      expect(existsSync(join(folder, "milestreak.lock"))).toBe(false);
    },
  );
});

it.runIf(existsSync("/proc/self/stat"))(
  "a DATA_DIR where the system makes no folders, such as /proc, is refused",
  () => {
    const program =
      'import("./local/dataDirectory.ts").then(({ claimDataDirectory }) => claimDataDirectory("/proc/milestreak/data"))';
    // It has a process of its own, because making the folder went on for ever and kept its thread busy.
    const options = { encoding: "utf8", timeout: 60_000, killSignal: "SIGKILL" } as const;
    const { stderr, signal } = spawnSync(process.execPath, ["-e", program], options);
    expect(signal).toBeNull();
    expect(stderr).toContain("DATA_DIR /proc/milestreak/data cannot be made or written to: ENOENT");
  },
);
