import { type ChildProcess, spawn } from "node:child_process";

/** Ends, with everything in its group, a process whose starter was killed and could not end it itself. */
const program = 'read -r _; kill -s KILL -- "-$0"';

/**
 * The process, which leads a group of its own, does not outlive this one, even when this one is killed: vitest kills its
 * workers, so that nothing they meant to do at their exit is done. The guard reads a pipe that closes when we end.
 */
export function endWithUs(leader: ChildProcess): void {
  if (leader.pid === undefined) return;
  const guard = spawn("sh", ["-c", program, String(leader.pid)], {
    // Ctrl-C must not reach the guard before it has done its work.
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  guard.unref();
  // Its number may be another process's soon.
  leader.once("exit", () => void guard.kill("SIGKILL"));
}
