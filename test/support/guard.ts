import { type ChildProcess, spawn } from "node:child_process";

/**
 * Kills a process and everything in its group. It is needed when the process's starter was killed and could not do it.
 */
const program = 'read -r _; kill -s KILL -- "-$0"';

/**
 * Makes sure that the process does not outlive this one, even when this one is killed. The process must lead a group of
 * its own. vitest kills its workers, so a worker cannot clean up at its exit. The guard therefore reads from a pipe
 * that closes when this process ends.
 */
export function endWithUs(leader: ChildProcess): void {
  if (leader.pid === undefined) return;
  const guard = spawn("sh", ["-c", program, String(leader.pid)], {
    // Ctrl-C must not reach the guard before it has done its work.
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  guard.unref();
  // Another process may get the same number soon.
  leader.once("exit", () => void guard.kill("SIGKILL"));
}
