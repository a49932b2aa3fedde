import type { ConsumedCapacity, DynamoDBClient } from "@aws-sdk/client-dynamodb";

export type EngineRequest = {
  readonly command: string;
  /** Capacity units the engine charged for it. */
  readonly units: number;
};

/** Counts what a client really sends, retries included, and what the engine charges. */
export class EngineRecorder {
  #requests: EngineRequest[] = [];

  static on(client: DynamoDBClient): EngineRecorder {
    const recorder = new EngineRecorder();
    client.middlewareStack.add(
      (next) => (args) => next({ ...args, input: { ...args.input, ReturnConsumedCapacity: "TOTAL" } }),
      { step: "initialize", name: "askForConsumedCapacity" },
    );
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const result = await next(args);
          recorder.#record(commandName ?? "unknown", result.output);
          return result;
        },
      // Inside the retry loop, so that every attempt is counted, and outside the deserializer.
      { step: "deserialize", name: "recordRequest", priority: "high" },
    );
    return recorder;
  }

  /** What was sent while `work` ran. Nothing else may use the client meanwhile. */
  async during(work: () => Promise<unknown>): Promise<readonly EngineRequest[]> {
    this.#requests = [];
    await work();
    return this.#requests;
  }

  #record(command: string, output: { readonly ConsumedCapacity?: ConsumedCapacity | ConsumedCapacity[] }): void {
    const capacities = [output.ConsumedCapacity ?? []].flat();
    const units = capacities.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
    this.#requests.push({ command: command.replace(/Command$/, ""), units });
  }
}
