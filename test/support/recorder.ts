import type { DynamoDBClient, ServiceOutputTypes } from "@aws-sdk/client-dynamodb";

export type EngineRequest = {
  readonly command: string;
  /** The capacity units that the engine charged. */
  readonly units: number;
  /** The number of items that a transaction wrote or checked. */
  readonly items?: number;
};

/** Records the requests that a client really sends, retries included, and what the engine charges. */
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
          const command = (commandName ?? "unknown").replace(/Command$/, "");
          const items = "TransactItems" in args.input ? { items: args.input.TransactItems?.length ?? 0 } : {};
          try {
            const result = await next(args);
            recorder.#requests.push({ command, units: unitsOf(result.output), ...items });
            return result;
          } catch (error) {
            // The engine does not say what it charges for a failed condition.
            recorder.#requests.push({ command, units: 0, ...items });
            throw error;
          }
        },
      // The step is inside the retry loop, so that every attempt is counted, and outside the deserializer.
      { step: "deserialize", name: "recordRequest", priority: "high" },
    );
    return recorder;
  }

  /** The requests that were sent while `work` ran. Nothing else may use the client meanwhile. */
  async during(work: () => Promise<unknown>): Promise<readonly EngineRequest[]> {
    this.#requests = [];
    await work();
    return this.#requests;
  }
}

function unitsOf(output: ServiceOutputTypes | undefined): number {
  if (output === undefined || !("ConsumedCapacity" in output)) return 0;
  const charges = [output.ConsumedCapacity ?? []].flat();
  return charges.reduce((sum, charge) => sum + ("CapacityUnits" in charge ? (charge.CapacityUnits ?? 0) : 0), 0);
}
