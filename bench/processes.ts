import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

/** A module of bench/processes in a process of its own, which is asked one thing at a time. */
export class Worker {
  readonly #child: ChildProcess;

  constructor(path: string, environment: Readonly<Record<string, string>>) {
    this.#child = fork(path, { env: { ...environment }, serialization: "advanced" });
  }

  /** Throws when the process ends instead of answering. */
  async ask<Answer>(question: object): Promise<Answer> {
    const ended = once(this.#child, "exit").then(([code]) => {
      throw new Error(`${this.#child.spawnfile} ended with ${code}`);
    });
    this.#child.send(question);
    const [answer]: Answer[] = await Promise.race([once(this.#child, "message"), ended]);
    ended.catch(() => undefined);
    if (answer === undefined) throw new Error("No answer");
    return answer;
  }

  stop(): void {
    this.#child.kill("SIGKILL");
  }
}
