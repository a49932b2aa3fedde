import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { InvalidConfig } from "../shared/config/localConfig.ts";

const lockName = "milestreak.lock";

/**
 * Creates the folder if it is missing and locks it for this process. Two engines on one folder would overwrite each
 * other's data. Answers a function that unlocks it. Throws {@link InvalidConfig} when it cannot be used.
 */
export function claimDataDirectory(path: string): () => void {
  const absolute = resolve(path);
  makeFolder(absolute);
  const lock = join(absolute, lockName);
  if (!tryLock(lock)) {
    refuseIfInUse(absolute, lock);
    // The lock is left over from a service that was killed.
    rmSync(lock, { force: true });
    if (!tryLock(lock)) throw new InvalidConfig(`DATA_DIR ${absolute} is in use by a service that is just starting.`);
  }
  return () => rmSync(lock, { force: true });
}

function makeFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isFile()) {
    throw new InvalidConfig(`DATA_DIR must be a folder; ${path} is a file.`);
  }
  try {
    makeWithParents(path);
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new InvalidConfig(`DATA_DIR ${path} cannot be made or written to: ${error.message}.`);
  }
}

/** Node's own way never returns for a folder that the system refuses with ENOENT, such as one in `/proc`. */
function makeWithParents(path: string): void {
  if (existsSync(path)) return;
  makeWithParents(dirname(path));
  mkdirSync(path);
}

/** Only one process can create the file. */
function tryLock(lock: string): boolean {
  try {
    writeFileSync(lock, `${process.pid}\n`, { flag: "wx" });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

function refuseIfInUse(path: string, lock: string): void {
  const holder = readHolder(path, lock);
  if (!Number.isSafeInteger(holder) || holder <= 0 || holder === process.pid || !isRunning(holder)) return;
  throw new InvalidConfig(
    `DATA_DIR ${path} is in use by process ${holder}. Stop it, or name another folder; if it is no Milestreak, remove ${lock}.`,
  );
}

/** The process that the lock names; no number when it names none. */
function readHolder(path: string, lock: string): number {
  try {
    return Number(readFileSync(lock, "utf8"));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new InvalidConfig(`DATA_DIR ${path} has a lock that cannot be read; remove ${lock}: ${error.message}.`);
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    // The process exists and belongs to another user, so it may not be signalled.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/**
 * Whether the process has ended and only its entry is left. A container whose first process waits for no other keeps
 * such entries for ever. Only Linux is asked: `/proc/<pid>/stat` is "pid (name) state …".
 */
function isZombie(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z");
  } catch {
    return false;
  }
}
