import { setTimeout as delay } from "node:timers/promises";
import { DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import {
  type AttributeValue,
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  ExpiredIteratorException,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type _Record as StreamRecord,
  type Shard as StreamShard,
  TrimmedDataAccessException,
} from "@aws-sdk/client-dynamodb-streams";
import type { DynamoDBBatchResponse, DynamoDBRecord, AttributeValue as EventValue } from "aws-lambda";
import type { StreamLambda } from "../functions/projector/projector.ts";
import type { TableConfig } from "../shared/config/tableConfig.ts";
import type { Table } from "../shared/table/client.ts";

const pollMilliseconds = 200;
/**
 * After a failure the pump waits, so that an absent engine is not asked five times a second and does not fill the log.
 */
const pauseAfterFailureMilliseconds = 5_000;
const recordsInOneBatch = 100;
const attemptsForOneRecord = 3;
const maximumRounds = 10_000;

/** The engine or the table has no stream. The message says what that means and how to correct it. */
export class NoStream extends Error {
  override readonly name = "NoStream";
}

type Shard = {
  readonly id: string;
  readonly parentId: string | undefined;
  iterator: string | undefined;
  lastSequenceNumber: string | undefined;
  hasEnded: boolean;
};

/**
 * Does on a laptop what Lambda's event source mapping does for the deployed projector. It delivers the stream's records
 * in order, from the oldest that is still there, and delivers again what is reported as failed.
 */
export class StreamPump {
  readonly #client: DynamoDBStreamsClient;
  readonly #streamArn: string;
  readonly #lambda: StreamLambda;
  readonly #shards = new Map<string, Shard>();
  readonly #stopping = new AbortController();
  #knowsShards = false;
  #turn: Promise<unknown> = Promise.resolve();
  #run: Promise<void> | undefined;

  private constructor(client: DynamoDBStreamsClient, streamArn: string, lambda: StreamLambda) {
    this.#client = client;
    this.#streamArn = streamArn;
    this.#lambda = lambda;
  }

  /** Finds the table's stream. Throws {@link NoStream} when there is none. */
  static async open(
    table: Table,
    { endpoint, region, credentials }: Omit<TableConfig, "tableName">,
    lambda: StreamLambda,
  ): Promise<StreamPump> {
    const client = new DynamoDBStreamsClient({
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(region === undefined ? {} : { region }),
      ...(credentials === undefined ? {} : { credentials }),
      requestHandler: { connectionTimeout: 5_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
    });
    const { Table: description } = await table.client.send(new DescribeTableCommand({ TableName: table.name }));
    const streamArn = description?.LatestStreamArn;
    if (streamArn === undefined) throw noStream("the table has no stream");
    const pump = new StreamPump(client, streamArn, lambda);
    await pump.#listShards().catch((error: unknown) => {
      throw noStream(error instanceof Error ? error.message : String(error));
    });
    return pump;
  }

  /** Reads the stream until stopped. */
  start(): void {
    this.#run ??= this.#keepPumping();
  }

  /** Stops after the current batch. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#run;
    await this.#turn;
    this.#client.destroy();
  }

  /** Resolves when everything written before the call was projected, and also what the projection wrote. */
  async drain(): Promise<void> {
    for (let round = 1; round <= maximumRounds; round += 1) {
      if (await this.#round()) return;
    }
    throw new Error(`The stream did not come to an end in ${maximumRounds} rounds`);
  }

  async #keepPumping(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const pause = await this.#round().then(
        (isAtEnd) => (isAtEnd ? pollMilliseconds : 0),
        (error: unknown) => {
          console.error("The table's stream could not be read; trying again in 5 s.", error);
          return pauseAfterFailureMilliseconds;
        },
      );
      await this.#pause(pause);
    }
  }

  async #pause(milliseconds: number): Promise<void> {
    const { signal } = this.#stopping;
    await delay(milliseconds, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }

  /**
   * Reads one batch of each readable shard. Rounds do not overlap. Answers whether all shards were read to their end.
   */
  #round(): Promise<boolean> {
    const round = async () => {
      if (!this.#knowsShards) await this.#listShards();
      let isAtEnd = true;
      for (const shard of this.#readableShards()) isAtEnd = (await this.#pumpShard(shard)) && isAtEnd;
      return isAtEnd;
    };
    const turn = this.#turn.then(round, round);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** The shards that may be read now. A shard waits for its parent, which holds older changes of the same items. */
  #readableShards(): Shard[] {
    return [...this.#shards.values()].filter(({ hasEnded, parentId }) => {
      const parent = parentId === undefined ? undefined : this.#shards.get(parentId);
      return !hasEnded && (parent === undefined || parent.hasEnded);
    });
  }

  async #listShards(): Promise<void> {
    let last: string | undefined;
    do {
      const { StreamDescription } = await this.#client.send(
        new DescribeStreamCommand({ StreamArn: this.#streamArn, ExclusiveStartShardId: last }),
      );
      for (const shard of StreamDescription?.Shards ?? []) this.#addShard(shard);
      last = StreamDescription?.LastEvaluatedShardId;
    } while (last !== undefined);
    this.#knowsShards = true;
  }

  #addShard({ ShardId: id, ParentShardId: parentId }: StreamShard): void {
    if (id === undefined || this.#shards.has(id)) return;
    this.#shards.set(id, { id, parentId, iterator: undefined, lastSequenceNumber: undefined, hasEnded: false });
  }

  /** Reads one batch. Answers whether there is nothing more to read, in this shard or in one that continues it. */
  async #pumpShard(shard: Shard): Promise<boolean> {
    const answer = await this.#nextRecords(shard);
    if (answer === undefined) return false;
    const records = answer.Records ?? [];
    await this.#deliver(records.map(asEventRecord));
    shard.lastSequenceNumber = records.at(-1)?.dynamodb?.SequenceNumber ?? shard.lastSequenceNumber;
    shard.iterator = answer.NextShardIterator;
    shard.hasEnded = answer.NextShardIterator === undefined;
    if (shard.hasEnded) this.#knowsShards = false;
    return records.length === 0 && !shard.hasEnded;
  }

  /**
   * The next records; `undefined` when the place in the stream was lost, for example after a laptop's sleep. The next
   * round finds it again.
   */
  async #nextRecords(shard: Shard) {
    try {
      const ShardIterator = shard.iterator ?? (await this.#newIterator(shard));
      return await this.#client.send(new GetRecordsCommand({ ShardIterator, Limit: recordsInOneBatch }));
    } catch (error) {
      if (error instanceof TrimmedDataAccessException) shard.lastSequenceNumber = undefined;
      else if (!(error instanceof ExpiredIteratorException)) throw error;
      shard.iterator = undefined;
      return undefined;
    }
  }

  async #newIterator({ id, lastSequenceNumber }: Shard): Promise<string | undefined> {
    const start =
      lastSequenceNumber === undefined
        ? { ShardIteratorType: "TRIM_HORIZON" as const }
        : { ShardIteratorType: "AFTER_SEQUENCE_NUMBER" as const, SequenceNumber: lastSequenceNumber };
    const command = new GetShardIteratorCommand({ StreamArn: this.#streamArn, ShardId: id, ...start });
    return (await this.#client.send(command)).ShardIterator;
  }

  /**
   * Delivers again from the failed record on. A record that fails too often is skipped and lost here. A record is not
   * lost when the engine has gone away: then listing the shards fails, and the round with it.
   */
  async #deliver(records: readonly DynamoDBRecord[]): Promise<void> {
    let rest = [...records];
    let attempts = 0;
    while (rest.length > 0) {
      const failed = failedIndex(rest, await this.#lambda({ Records: rest }));
      if (failed === undefined) return;
      await this.#listShards();
      attempts = failed === 0 ? attempts + 1 : 1;
      const isGivenUp = attempts === attemptsForOneRecord;
      if (isGivenUp) console.error(leftOut(rest[failed], attempts));
      if (isGivenUp) attempts = 0;
      rest = rest.slice(isGivenUp ? failed + 1 : failed);
    }
  }
}

/** A line about a record that is skipped. It leaves out the record's content, because a caller has sent it. */
function leftOut(record: DynamoDBRecord | undefined, attempts: number): string {
  const { SequenceNumber } = record?.dynamodb ?? {};
  return `A stream record failed ${attempts} times and was left out; its sequence number is ${SequenceNumber}.`;
}

function failedIndex(records: readonly DynamoDBRecord[], { batchItemFailures }: DynamoDBBatchResponse) {
  const [failure] = batchItemFailures;
  if (failure === undefined) return undefined;
  const index = records.findIndex(({ dynamodb }) => dynamodb?.SequenceNumber === failure.itemIdentifier);
  // For an unknown identifier the whole batch has failed, as with Lambda.
  return Math.max(index, 0);
}

function noStream(reason: string): NoStream {
  return new NoStream(
    [
      `History and notifications are off: the table's stream cannot be read (${reason}).`,
      "The embedded engine has streams; another engine needs them, and a table made with both images streamed.",
    ].join("\n"),
  );
}

/** The record as Lambda delivers it: JSON, with the instant in epoch seconds. */
function asEventRecord({ eventID, eventName, dynamodb }: StreamRecord): DynamoDBRecord {
  const { ApproximateCreationDateTime, Keys, NewImage, OldImage, SequenceNumber } = dynamodb ?? {};
  return {
    eventID,
    eventName,
    eventSource: "aws:dynamodb",
    dynamodb: {
      ApproximateCreationDateTime: (ApproximateCreationDateTime?.getTime() ?? 0) / 1000,
      Keys: Keys && asEventImage(Keys),
      NewImage: NewImage && asEventImage(NewImage),
      OldImage: OldImage && asEventImage(OldImage),
      SequenceNumber,
      StreamViewType: "NEW_AND_OLD_IMAGES",
    },
  };
}

function asEventImage(image: Readonly<Record<string, AttributeValue>>): Record<string, EventValue> {
  return Object.fromEntries(Object.entries(image).map(([name, value]) => [name, asEventValue(value)]));
}

/** The SDK's values equal the event's, except for binaries, which the event has in base64. */
function asEventValue(value: AttributeValue): EventValue {
  if (value.S !== undefined) return { S: value.S };
  if (value.N !== undefined) return { N: value.N };
  if (value.BOOL !== undefined) return { BOOL: value.BOOL };
  if (value.NS !== undefined) return { NS: value.NS };
  if (value.SS !== undefined) return { SS: value.SS };
  if (value.B !== undefined) return { B: Buffer.from(value.B).toString("base64") };
  if (value.L !== undefined) return { L: value.L.map(asEventValue) };
  if (value.M !== undefined) return { M: asEventImage(value.M) };
  throw new Error(`The stream holds a value of a type the table does not: ${Object.keys(value).join()}`);
}
