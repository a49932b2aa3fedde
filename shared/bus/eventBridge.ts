import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import type { BusConfig } from "../config/busConfig.ts";
import type { Notification } from "../domain/notifications.ts";
import { ServiceError } from "../domain/serviceError.ts";
import { attemptSettings, limitAttempts } from "../sdk/attempts.ts";
import { type Bus, eventSource } from "./bus.ts";
import { presentNotification } from "./notificationView.ts";

/**
 * How long one request may take: attempts × (connect + request). A request that hangs ends long before the function's
 * timeout. A test compares the product with the stack.
 */
export const busLimits = {
  maxAttempts: 3,
  connectionTimeoutMilliseconds: 400,
  requestTimeoutMilliseconds: 2_000,
  /** EventBridge's own limit. */
  entriesInOneRequest: 10,
} as const;

/** EventBridge did not accept some entries. The message names its error codes and nothing of the entries' content. */
export class EventsNotTaken extends ServiceError {
  override readonly name = "EventsNotTaken";
  /** Too many events at once, which callers can bring about by themselves. */
  readonly comesFromLoad: boolean;
  constructor(count: number, total: number, codes: readonly string[]) {
    super(`${count} of ${total} events were not taken: ${codes.join(", ")}`);
    this.comesFromLoad = codes.every((code) => code === "ThrottlingException");
  }
}

/** The bus of the account, with every limit set. */
export function openEventBridge({ busName, endpoint, region, credentials }: BusConfig): Bus {
  const client = new EventBridgeClient({
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    ...(credentials === undefined ? {} : { credentials }),
    ...attemptSettings(busLimits),
  });
  limitAttempts(client, busLimits);
  return {
    publish: async (notifications) => {
      // The requests are sent in parallel, because no order is promised. So the notifications of one activity in many
      // targets take as long as one request. The client has connections for up to 50.
      await Promise.all(buildRequests(busName, notifications).map((Entries) => send(client, Entries)));
    },
  };
}

/** An answer with status 200 can still report refused entries, mostly because of throttling. */
async function send(client: EventBridgeClient, Entries: PutEventsRequestEntry[]): Promise<void> {
  const { FailedEntryCount = 0, Entries: results = [] } = await client.send(new PutEventsCommand({ Entries }));
  if (FailedEntryCount === 0) return;
  const codes = new Set(results.flatMap(({ ErrorCode }) => ErrorCode ?? []));
  throw new EventsNotTaken(FailedEntryCount, Entries.length, [...codes]);
}

function buildRequests(busName: string, notifications: readonly Notification[]): PutEventsRequestEntry[][] {
  const entries = notifications.map((notification) => buildEntry(busName, notification));
  const most = busLimits.entriesInOneRequest;
  return Array.from({ length: Math.ceil(entries.length / most) }, (_, index) =>
    entries.slice(index * most, (index + 1) * most),
  );
}

/** EventBridge sets the event's time. The service's own time is a business instant and is part of the detail. */
function buildEntry(EventBusName: string, notification: Notification): PutEventsRequestEntry {
  return {
    EventBusName,
    Source: eventSource,
    DetailType: notification.type,
    Detail: JSON.stringify(presentNotification(notification)),
  };
}
