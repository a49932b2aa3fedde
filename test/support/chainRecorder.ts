import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";

/**
 * Finds the longest chain among a client's requests. In a chain, each request was sent after the one before it had
 * ended.
 */
export class ChainRecorder {
  #longestEnded = 0;
  #longest = 0;

  /**
   * Starts to record. Call it before the client's first request, because the client keeps the middleware of a command.
   */
  static on({ middlewareStack }: DynamoDBClient): ChainRecorder {
    const recorder = new ChainRecorder();
    middlewareStack.add((next) => (args) => recorder.#follow(() => next(args)), {
      // The step is outside the retry loop, so all attempts count as one request.
      step: "initialize",
      priority: "high",
      name: "recordChain",
    });
    return recorder;
  }

  /** The number of requests in the longest chain. Nothing else may use the client meanwhile. */
  async longestDuring(work: () => Promise<unknown>): Promise<number> {
    this.#longestEnded = 0;
    this.#longest = 0;
    await work();
    return this.#longest;
  }

  async #follow<Result>(send: () => Promise<Result>): Promise<Result> {
    const length = this.#longestEnded + 1;
    this.#longest = Math.max(this.#longest, length);
    try {
      return await send();
    } finally {
      this.#longestEnded = Math.max(this.#longestEnded, length);
    }
  }
}
