import type { DynamoDBRecord } from "aws-lambda";
import { projector, type StreamLambda } from "../../functions/projector/projector.ts";
import { StreamPump } from "../../local/streamPump.ts";
import { presentNotification } from "../../shared/bus/notificationView.ts";
import type { Notification } from "../../shared/domain/notifications.ts";
import { createContext } from "../../shared/operations/context.ts";
import type { ProjectionContext } from "../../shared/operations/projectChange.ts";
import type { Table } from "../../shared/table/client.ts";
import { engineEndpoint } from "./engineEndpoint.ts";
import { localAccess } from "./globalSetup.ts";

/** Every record of the table's stream, in the form in which the projector gets it. */
export async function captureStream(table: Table): Promise<readonly DynamoDBRecord[]> {
  const records: DynamoDBRecord[] = [];
  const capture: StreamLambda = async ({ Records }) => {
    records.push(...Records);
    return { batchItemFailures: [] };
  };
  const pump = await StreamPump.open(table, { endpoint: engineEndpoint(), ...localAccess }, capture);
  await pump.drain();
  await pump.stop();
  return records;
}

/** A projector of its own. It keeps what it has announced by `eventId`, with one text for each time. */
export class RecordingProjector {
  readonly announced = new Map<string, string[]>();
  /** Runs before each notification is announced. */
  beforeAnnouncing: (notification: Notification) => void = () => undefined;
  readonly #lambda: StreamLambda;

  constructor(table: Table) {
    const bus: ProjectionContext["bus"] = { publish: async (notifications) => notifications.forEach(this.#announce) };
    this.#lambda = projector({ ...createContext(table), bus });
  }

  /** Delivers the records and answers the sequence numbers that the projector reports as failed. */
  async deliver(records: readonly DynamoDBRecord[]): Promise<readonly string[]> {
    const { batchItemFailures } = await this.#lambda({ Records: [...records] });
    return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  }

  readonly #announce = (notification: Notification): void => {
    this.beforeAnnouncing(notification);
    const { type, eventId } = notification;
    const text = `${type} ${JSON.stringify(presentNotification(notification))}`;
    this.announced.set(eventId, [...(this.announced.get(eventId) ?? []), text]);
  };
}
