import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";

export type RunningProcess = { readonly pid: number; readonly parent: number; readonly name: string };

/** What a process has started, and what that has started, as far as each still has its parent. */
export function descendantsOf(pid: number): RunningProcess[] {
  const all = listProcesses();
  const below = (parent: number): RunningProcess[] =>
    all.filter((one) => one.parent === parent).flatMap((child) => [child, ...below(child.pid)]);
  return below(pid);
}

/** One that has ended but was not waited for by its parent yet is not among them. */
export function listProcesses(): RunningProcess[] {
  if (!existsSync("/proc/self/stat")) return askPs();
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)));
}

/** Where there is no /proc, as on macOS; where there is one, `ps` may not be installed. */
function askPs(): RunningProcess[] {
  const rows = execFileSync("ps", ["-A", "-o", "pid=,ppid=,stat=,comm="], { encoding: "utf8" }).split("\n");
  return rows.flatMap((row) => {
    const [, pid, parent, state = "", path = ""] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(row) ?? [];
    if (pid === undefined || state.startsWith("Z")) return [];
    return [{ pid: Number(pid), parent: Number(parent), name: basename(path) }];
  });
}

/** `pid (name) state parent …`; the name may hold anything, so what follows is read from the last bracket on. */
function readProcess(pid: number): RunningProcess[] {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch (error) {
    // It ended between the listing and this.
    if (error instanceof Error) return [];
    throw error;
  }
  const end = stat.lastIndexOf(")");
  const [state = "", parent = ""] = stat.slice(end + 2).split(" ");
  const hasEnded = state === "Z" || state === "X";
  return hasEnded ? [] : [{ pid, parent: Number(parent), name: stat.slice(stat.indexOf("(") + 1, end) }];
}
