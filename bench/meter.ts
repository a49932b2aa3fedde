import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  type ServiceOutputTypes,
  type TransactGetItem,
  type TransactWriteItem,
} from "@aws-sdk/client-dynamodb";
import { itemBytes, transactionUnits } from "./capacity.ts";

/** What a piece of work asked of the engine. */
export type Cost = {
  /** `GetItem`, `UpdateItem`…, in alphabetical order, as some are sent at once. */
  readonly requests: readonly string[];
  readonly readUnits: number;
  readonly writeUnits: number;
  /** Bodies of requests and answers. */
  readonly bytes: number;
};

type Key = Record<string, AttributeValue>;
type Charge = { readonly command: string; readonly readUnits: number; readonly writeUnits: number };

const reads = new Set(["GetItem", "Query", "BatchGetItem"]);

/** Adds up what a client's requests cost. Only one piece of work may run at a time. */
export class Meter {
  readonly #sizes: DynamoDBClient;
  #isOn = false;
  #charges: Charge[] = [];
  #bytes = 0;

  /** `sizes` looks items up before and after a transaction, and must be another client, as it is not metered. */
  constructor(client: DynamoDBClient, sizes: DynamoDBClient) {
    this.#sizes = sizes;
    client.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        this.#bytes += requestBytes(args.request) + answerBytes(result.response);
        return result;
      },
      { step: "deserialize", priority: "low", name: "meterBytes" },
    );
    client.middlewareStack.add(
      (next, { commandName = "unknown" }) =>
        async (args) => {
          if (!this.#isOn) return next(args);
          const command = commandName.replace(/Command$/, "");
          const items = "TransactItems" in args.input ? (args.input.TransactItems ?? []).filter(isWrite) : [];
          const before = await this.#measure(items);
          const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: "TOTAL" } });
          const after = await this.#measure(items);
          this.#charges.push({ command, ...unitsOf(command, result.output, before, after) });
          return result;
        },
      { step: "initialize", name: "meterUnits" },
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

  async #measure(items: readonly TransactWriteItem[]): Promise<number[]> {
    return Promise.all(
      items.map(async (item) => {
        const { Item } = await this.#sizes.send(new GetItemCommand({ ...keyOf(item), ConsistentRead: true }));
        return Item === undefined ? 0 : itemBytes(Item);
      }),
    );
  }
}

function isWrite(item: TransactWriteItem | TransactGetItem): item is TransactWriteItem {
  return !("Get" in item);
}

function keyOf({ Put, Update, Delete, ConditionCheck }: TransactWriteItem): { TableName: string; Key: Key } {
  const action = Update ?? Delete ?? ConditionCheck;
  if (action?.Key !== undefined && action.TableName !== undefined) {
    return { TableName: action.TableName, Key: action.Key };
  }
  const { pk, sk } = Put?.Item ?? {};
  if (Put?.TableName === undefined || pk === undefined || sk === undefined) throw new Error("An action has no key");
  return { TableName: Put.TableName, Key: { pk, sk } };
}

function unitsOf(
  command: string,
  output: ServiceOutputTypes,
  before: readonly number[],
  after: readonly number[],
): Pick<Charge, "readUnits" | "writeUnits"> {
  if (command === "TransactWriteItems") {
    const units = before.map((bytes, index) => transactionUnits(bytes, after[index] ?? 0));
    return { readUnits: 0, writeUnits: units.reduce((sum, each) => sum + each, 0) };
  }
  const units = reportedUnits(output);
  return reads.has(command) ? { readUnits: units, writeUnits: 0 } : { readUnits: 0, writeUnits: units };
}

function reportedUnits(output: ServiceOutputTypes): number {
  if (!("ConsumedCapacity" in output)) return 0;
  const charges = [output.ConsumedCapacity ?? []].flat();
  return charges.reduce((sum, charge) => sum + ("CapacityUnits" in charge ? (charge.CapacityUnits ?? 0) : 0), 0);
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
