import type { DynamoDBRecord } from "aws-lambda";
import { projector, type StreamLambda } from "../functions/projector/projector.ts";
import { StreamPump } from "../local/streamPump.ts";
import { createContext } from "../shared/operations/context.ts";
import type { Table } from "../shared/table/client.ts";
import type { Key } from "../shared/table/keys.ts";
import type { BenchEngine } from "./engine.ts";
import { during } from "./place.ts";

const writtenAtSeconds = during(1) / 1000;

/** The stream of a table that nobody else writes to, with a projector that works on request. */
export class Projection {
  readonly #pump: StreamPump;
  readonly #records: DynamoDBRecord[];
  readonly #project: StreamLambda;
  #projected = 0;

  private constructor(pump: StreamPump, records: DynamoDBRecord[], project: StreamLambda) {
    this.#pump = pump;
    this.#records = records;
    this.#project = project;
  }

  static async open({ table, access }: BenchEngine): Promise<Projection> {
    const records: DynamoDBRecord[] = [];
    const keep: StreamLambda = async ({ Records }) => {
      records.push(...Records);
      return { batchItemFailures: [] };
    };
    return new Projection(await StreamPump.open(table, access, keep), records, newProjector(table));
  }

  /**
   * The latest stream record of the item, as the projector receives it. All are given the same time: definitions are
   * cached for 30 s of the records' time, and a slow machine takes longer between two of them.
   */
  async recordOf({ pk, sk }: Key): Promise<DynamoDBRecord> {
    await this.#pump.drain();
    const record = this.#records.findLast(({ dynamodb }) => {
      const { pk: itemPk, sk: itemSk } = dynamodb?.Keys ?? {};
      return itemPk?.S === pk && itemSk?.S === sk;
    });
    if (record === undefined) throw new Error(`The stream has nothing of ${pk} ${sk}`);
    return { ...record, dynamodb: { ...record.dynamodb, ApproximateCreationDateTime: writtenAtSeconds } };
  }

  /** Projects everything written so far. */
  async catchUp(): Promise<void> {
    await this.#pump.drain();
    const Records = this.#records.slice(this.#projected);
    this.#projected = this.#records.length;
    const { batchItemFailures } = await this.#project({ Records });
    if (batchItemFailures.length > 0) throw new Error("A record could not be projected");
  }

  async close(): Promise<void> {
    await this.#pump.stop();
  }
}

/** A projector with an empty cache of definitions, on a bus that nobody listens to. */
export function newProjector(table: Table): StreamLambda {
  return projector({ ...createContext(table), bus: { publish: async () => undefined } });
}
