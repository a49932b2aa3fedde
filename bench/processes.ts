import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

/** A module of bench/processes in a process of its own, which is asked one thing at a time. */
export class Worker {
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;

  constructor(path: string, environment: Readonly<Record<string, string>>) {
    this.#child = fork(path, {
      env: { ...environment },
      serialization: "advanced",
      // A function writes its metrics to its output, as deployed.
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    this.#ended = once(this.#child, "exit").then(([code]) => {
      throw new Error(`${path} ended with ${code}`);
    });
    // Thrown by whoever asks.
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
