import { projector } from "../functions/projector/projector.ts";
import type { TableConfig } from "../shared/config/tableConfig.ts";
import type { Instant } from "../shared/domain/instant.ts";
import { failureEnvelope, httpResult, successEnvelope } from "../shared/http/envelope.ts";
import { parseId, quote } from "../shared/http/requests/parameters.ts";
import { createContext } from "../shared/operations/context.ts";
import type { Table } from "../shared/table/client.ts";
import { closeCycles } from "./closeCycles.ts";
import { noErasureList, type RecordErasure } from "./erasureList.ts";
import { EventLog } from "./eventLog.ts";
import type { LocalPages } from "./gateway.ts";
import { NoStream, StreamPump } from "./streamPump.ts";

/** The deployed stack's projector and bus, on a laptop. */
export type Projection = {
  readonly pages: LocalPages;
  /** Reads the stream until stopped. */
  readonly start: () => void;
  readonly drain: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/**
 * Connects the projector to the table's stream, with an {@link EventLog} as its bus. Throws {@link NoStream} when the
 * engine has no streams.
 */
export async function openProjection(
  table: Table,
  access: Omit<TableConfig, "tableName">,
  print: (line: string) => void,
  record: RecordErasure = noErasureList,
): Promise<Projection> {
  const bus = new EventLog(print);
  const pump = await StreamPump.open(table, access, projector({ ...createContext(table), bus }));
  return {
    pages: {
      "GET /local/events": (query) => readEvents(pump, bus, query),
      "POST /local/close-cycles": (query, now) => closeEndedCycles({ pump, table, record }, query, now),
    },
    start: () => pump.start(),
    drain: () => pump.drain(),
    stop: () => pump.stop(),
  };
}

/** The same for an engine that may lack streams. It then prints a message, and there is no history. */
export async function tryProjection(...parameters: Parameters<typeof openProjection>): Promise<Projection | undefined> {
  try {
    return await openProjection(...parameters);
  } catch (error) {
    if (!(error instanceof NoStream)) throw error;
    console.error(error.message);
    return undefined;
  }
}

/** Answers after the stream was read to its end, so that the events of an earlier call are in the answer. */
async function readEvents(pump: StreamPump, bus: EventLog, query: URLSearchParams) {
  const text = query.get("customerId");
  const customerId = text === null ? undefined : parseId(text);
  if (text !== null && customerId === undefined) {
    return httpResult(400, failureEnvelope(300004, [`customerId in the query must be an id; got ${quote(text)}.`]));
  }
  await pump.drain();
  return httpResult(200, successEnvelope({ events: bus.list(customerId) }, []));
}

/** Brings the index up to date, closes the ended cycles, and answers when their notifications were published. */
async function closeEndedCycles(
  { pump, table, record }: { readonly pump: StreamPump; readonly table: Table; readonly record: RecordErasure },
  query: URLSearchParams,
  now: Instant,
) {
  const text = query.get("targetGroupId");
  const groupId = text === null ? undefined : parseId(text);
  if (text !== null && groupId === undefined) {
    return httpResult(400, failureEnvelope(300004, [`targetGroupId in the query must be an id; got ${quote(text)}.`]));
  }
  await pump.drain();
  const closed = await closeCycles(table, now, query.get("org") ?? undefined, groupId, record);
  await pump.drain();
  return httpResult(200, successEnvelope({ closed }, []));
}
