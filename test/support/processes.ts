import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";

export type RunningProcess = { readonly pid: number; readonly parent: number; readonly name: string };

/** Kills a process, if it has not ended since it was listed. */
export function killListed({ pid }: RunningProcess): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

/**
 * The processes that a process has started, and those that they have started. A process whose parent has ended is not
 * found.
 */
export function descendantsOf(pid: number): RunningProcess[] {
  const all = listProcesses();
  const below = (parent: number): RunningProcess[] =>
    all.filter((one) => one.parent === parent).flatMap((child) => [child, ...below(child.pid)]);
  return below(pid);
}

/** All processes that run. A process that has ended is left out, even if its parent has not waited for it yet. */
export function listProcesses(): RunningProcess[] {
  if (!existsSync("/proc/self/stat")) return askPs();
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)));
}

/** Lists the processes with `ps`, for systems without /proc such as macOS. Systems with /proc may lack `ps`. */
function askPs(): RunningProcess[] {
  const rows = execFileSync("ps", ["-A", "-o", "pid=,ppid=,stat=,comm="], { encoding: "utf8" }).split("\n");
  return rows.flatMap((row) => {
    const [, pid, parent, state = "", path = ""] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(row) ?? [];
    if (pid === undefined || state.startsWith("Z")) return [];
    return [{ pid: Number(pid), parent: Number(parent), name: basename(path) }];
  });
}

/** Reads `pid (name) state parent …`. The name may hold any character, so the rest is read from the last bracket on. */
function readProcess(pid: number): RunningProcess[] {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch (error) {
    // The process ended after it was listed.
    if (error instanceof Error) return [];
    throw error;
  }
  const end = stat.lastIndexOf(")");
  const [state = "", parent = ""] = stat.slice(end + 2).split(" ");
  const hasEnded = state === "Z" || state === "X";
  return hasEnded ? [] : [{ pid, parent: Number(parent), name: stat.slice(stat.indexOf("(") + 1, end) }];
}
