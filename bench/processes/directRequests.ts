import {
  DynamoDBClient,
  GetItemCommand,
  type GetItemCommandInput,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteItemsCommand,
  type TransactWriteItemsCommandInput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";

/** One request to the engine, with values in the engine's notation. */
export type EngineRequest =
  | { readonly get: GetItemCommandInput }
  | { readonly query: QueryCommandInput }
  | { readonly update: UpdateItemCommandInput }
  | { readonly transact: TransactWriteItemsCommandInput };

/** Pieces of work, each the requests that follow one another in it, and how many pieces are worked on at once. */
export type DirectWork = { readonly pieces: readonly (readonly EngineRequest[])[]; readonly connections: number };

/** The time of all calls together, and of each one. */
export type LoadAnswer = { readonly milliseconds: number; readonly latencies: readonly number[] };

/** The load with the CPU time that the process has used for it. */
export type MeasuredLoad = LoadAnswer & { readonly cpuMicroseconds: number };

/** The SDK alone, as its documentation has it. */
const client = new DynamoDBClient({});

process.on("message", (work: DirectWork) => {
  void answer(work).then((result) => process.send?.(result));
});

async function answer({ pieces, connections }: DirectWork): Promise<MeasuredLoad> {
  const waiting = pieces.values();
  const latencies: number[] = [];
  const work = async () => {
    for (const piece of waiting) {
      const calledAt = performance.now();
      for (const request of piece) await send(request);
      latencies.push(performance.now() - calledAt);
    }
  };
  const usedBefore = process.cpuUsage();
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: connections }, work));
  const milliseconds = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(usedBefore);
  return { milliseconds, latencies, cpuMicroseconds: user + system };
}

async function send(request: EngineRequest): Promise<void> {
  if ("get" in request) await client.send(new GetItemCommand(request.get));
  else if ("query" in request) await client.send(new QueryCommand(request.query));
  else if ("update" in request) await client.send(new UpdateItemCommand(request.update));
  else await client.send(new TransactWriteItemsCommand(request.transact));
}
