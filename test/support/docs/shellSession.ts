import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { endWithUs } from "../guard.ts";

export type CommandOutcome = { readonly status: number; readonly stdout: string; readonly stderr: string };

/**
 * A shell that runs one command after the other, like a reader's terminal. A variable that one command sets is there
 * for the next.
 */
export class ShellSession {
  readonly #shell: ChildProcessWithoutNullStreams;
  #stdout = "";
  #stderr = "";
  #look: () => void = () => undefined;

  constructor(cwd: string, environment: Readonly<Record<string, string>>) {
    // The shell leads a process group, so that ending the group ends everything that it started.
    this.#shell = spawn("bash", ["--norc"], { cwd, env: { ...environment }, detached: true });
    endWithUs(this.#shell);
    this.#shell.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
      this.#look();
    });
    this.#shell.stderr.setEncoding("utf8").on("data", (text: string) => (this.#stderr += text));
    this.#shell.stdin.write("set -o pipefail\n");
  }

  /** Runs a command and resolves when it has ended. A pipe fails when any of its parts fails. */
  async run(command: string): Promise<CommandOutcome> {
    const marker = `end-${randomUUID()}`;
    const end = new RegExp(`${marker} (\\d+)\\n$`);
    this.#stdout = "";
    this.#stderr = "";
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.#look = () => {
      const [, status] = end.exec(this.#stdout) ?? [];
      if (status !== undefined) resolve(Number(status));
    };
    const fail = () => reject(new Error(`The shell ended within: ${command}\n${this.#stderr}`));
    this.#shell.once("exit", fail);
    // The command runs in the shell itself. Its input is empty, so that it does not read the commands after it.
    this.#shell.stdin.write(`{\n${command}\n} < /dev/null\nprintf '%s %s\\n' ${marker} "$?"\n`);
    const status = await promise.finally(() => this.#shell.removeListener("exit", fail));
    return { status, stdout: this.#stdout.replace(end, ""), stderr: this.#stderr };
  }

  end(): void {
    if (this.#shell.pid !== undefined && this.#shell.exitCode === null) process.kill(-this.#shell.pid, "SIGKILL");
  }
}
