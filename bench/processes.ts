import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

/** Runs a module of bench/processes in a process of its own and asks it one question at a time. */
export class Worker {
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;

  constructor(path: string, environment: Readonly<Record<string, string>>) {
    this.#child = fork(path, {
      env: { ...environment },
      serialization: "advanced",
      // The functions write their metrics to standard output, which is ignored here.
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    this.#ended = once(this.#child, "exit").then(([code]) => {
      throw new Error(`${path} ended with ${code}`);
    });
    // The error is thrown by `ask`, so it is ignored here.
    this.#ended.catch(() => undefined);
  }

  /** Throws when the process ends instead of answering. */
  async ask<Answer>(question: object): Promise<Answer> {
    const answered = once(this.#child, "message");
    this.#child.send(question);
    const [answer]: Answer[] = await Promise.race([answered, this.#ended]);
    if (answer === undefined) throw new Error("No answer");
    return answer;
  }

  stop(): void {
    this.#child.kill("SIGKILL");
  }
}
