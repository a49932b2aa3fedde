import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";

/**
 * Finds the longest chain among a client's requests. In a chain, each request was sent after the one before it had
 * ended.
 *
 * Requests that are under way at once end together. Otherwise work that goes on side by side would make chains across it
 * whenever one request is slower than another.
 */
export class ChainRecorder {
  #longestEnded = 0;
  #longest = 0;
  #underWay = 0;
  #ended: (() => void)[] = [];

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
    this.#underWay += 1;
    try {
      return await send();
    } finally {
      await this.#endTogether();
      this.#longestEnded = Math.max(this.#longestEnded, length);
    }
  }

  #endTogether(): Promise<void> {
    this.#underWay -= 1;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#ended.push(resolve);
    if (this.#underWay === 0) for (const end of this.#ended.splice(0)) end();
    return promise;
  }
}
