import { type DynamoDBClient, GetItemCommand, type ServiceInputTypes } from "@aws-sdk/client-dynamodb";
import { itemBytes } from "./capacity.ts";
import { type ItemRef, itemsWrittenBy, type Outcome, type Units, unitsOf } from "./charges.ts";

/** The requests that a piece of work sent to the engine, and their cost. */
export type Cost = Units & {
  /**
   * `GetItem`, `UpdateItem`…, one for every attempt, also for failed ones. They are in alphabetical order, because some
   * are sent at once.
   */
  readonly requests: readonly string[];
  /** The size of the bodies of requests and answers. */
  readonly bytes: number;
};

type Charge = Units & { readonly command: string };

/**
 * Adds up the cost of a client's requests. Each attempt of the SDK counts, whatever its result. Only one piece of work
 * may run at a time.
 */
export class Meter {
  readonly #sizes: DynamoDBClient;
  #isOn = false;
  #charges: Charge[] = [];
  #bytes = 0;

  /**
   * It must be made before the client's first request, because the client keeps the middleware of a command. `sizes`
   * reads items before and after a write. It must be another client, as its requests are not counted.
   */
  constructor(client: DynamoDBClient, sizes: DynamoDBClient) {
    this.#sizes = sizes;
    client.middlewareStack.add(
      (next) => (args) => next({ ...args, input: { ...args.input, ReturnConsumedCapacity: "TOTAL" } }),
      { step: "initialize", name: "meterAsksForUnits" },
    );
    client.middlewareStack.add(
      (next, { commandName = "unknown" }) =>
        (args) =>
          this.#isOn ? this.#attempt(commandName.replace(/Command$/, ""), args.input, () => next(args)) : next(args),
      // The step is inside the retry loop, so that every attempt is counted, and outside the deserializer.
      { step: "deserialize", priority: "high", name: "meterUnits" },
    );
    client.middlewareStack.add(
      (next) => async (args) => {
        this.#bytes += requestBytes(args.request);
        const result = await next(args);
        this.#bytes += answerBytes(result.response);
        return result;
      },
      { step: "deserialize", priority: "low", name: "meterBytes" },
    );
  }

  async costOf(work: () => Promise<unknown>): Promise<Cost> {
    this.#charges = [];
    this.#bytes = 0;
    this.#isOn = true;
    await work().finally(() => {
      this.#isOn = false;
    });
    const sum = (read: (charge: Charge) => number) => this.#charges.reduce((total, charge) => total + read(charge), 0);
    return {
      requests: this.#charges.map(({ command }) => command).toSorted(),
      readUnits: sum(({ readUnits }) => readUnits),
      writeUnits: sum(({ writeUnits }) => writeUnits),
      bytes: this.#bytes,
    };
  }

  async #attempt<Answer extends Outcome>(
    command: string,
    input: ServiceInputTypes,
    send: () => Promise<Answer>,
  ): Promise<Answer> {
    const items = itemsWrittenBy(command, input);
    const before = await this.#measure(items);
    const answer = send();
    const outcome = await answer.catch((error: unknown): Outcome => ({ error }));
    const after = await this.#measure(items);
    const sizes = before.map((bytes, index) => ({ before: bytes, after: after[index] ?? 0 }));
    this.#charges.push({ command, ...unitsOf(command, input, sizes, outcome) });
    return answer;
  }

  async #measure(items: readonly ItemRef[]): Promise<number[]> {
    return Promise.all(
      items.map(async (item) => {
        const { Item } = await this.#sizes.send(new GetItemCommand({ ...item, ConsistentRead: true }));
        return Item === undefined ? 0 : itemBytes(Item);
      }),
    );
  }
}

function requestBytes(request: unknown): number {
  const body = typeof request === "object" && request !== null && "body" in request ? request.body : undefined;
  return typeof body === "string" || body instanceof Uint8Array ? Buffer.byteLength(body) : 0;
}

function answerBytes(response: unknown): number {
  const headers =
    typeof response === "object" && response !== null && "headers" in response ? response.headers : undefined;
  const isRecord = typeof headers === "object" && headers !== null && "content-length" in headers;
  return isRecord ? Number(headers["content-length"]) : 0;
}
