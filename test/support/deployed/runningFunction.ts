import { type Configured, LambdaProcess } from "../lambda/lambdaProcess.ts";
import type { Invocation } from "../lambda/runtimeApi.ts";

/** A function with one process, which starts at the first event and stays warm. Events that come meanwhile wait. */
export class RunningFunction {
  readonly #configured: Configured;
  #process: Promise<LambdaProcess> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(configured: Configured) {
    this.#configured = configured;
  }

  invoke(event: unknown): Promise<Invocation> {
    const invoke = async () => {
      this.#process ??= LambdaProcess.start(this.#configured);
      return (await this.#process).invoke(event);
    };
    const invocation = this.#last.then(invoke, invoke);
    this.#last = invocation.catch(() => undefined);
    return invocation;
  }

  /**
   * Calls the function and answers what it returns. When the function throws, this throws an error with the same
   * message.
   */
  async call(event: unknown): Promise<unknown> {
    const invocation = await this.invoke(event);
    if (invocation.outcome === "failed") throw new Error(invocation.errorMessage);
    return invocation.value;
  }

  async stop(): Promise<void> {
    (await this.#process)?.stop();
  }
}
