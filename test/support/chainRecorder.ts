import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** Finds the longest chain of a client's requests of which each was sent after the one before had ended. */
export class ChainRecorder {
  #longestEnded = 0;
  #longest = 0;

  /** To be called before the client's first request, as the client keeps the middleware of a command. */
  static on({ middlewareStack }: DynamoDBClient): ChainRecorder {
    const recorder = new ChainRecorder();
    middlewareStack.add((next) => (args) => recorder.#follow(() => next(args)), {
      // Outside the retry loop: all attempts are one request.
      step: "initialize",
      priority: "high",
      name: "recordChain",
    });
    return recorder;
  }

  /** How many requests the chain has. Nothing else may use the client meanwhile. */
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
