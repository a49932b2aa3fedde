import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import type { BusConfig } from "../config/busConfig.ts";
import type { Notification } from "../domain/notifications.ts";
import { ServiceError } from "../domain/serviceError.ts";
import { attemptSettings, limitAttempts } from "../sdk/attempts.ts";
import { type Bus, eventSource } from "./bus.ts";
import { presentNotification } from "./notificationView.ts";

/**
 * How long one request may take: attempts × (connect + request), so that one that hangs ends long before the function
 * does (a test holds the product against the stack).
 */
export const busLimits = {
  maxAttempts: 3,
  connectionTimeoutMilliseconds: 400,
  requestTimeoutMilliseconds: 2_000,
  /** EventBridge's own limit. */
  entriesInOneRequest: 10,
} as const;

/** Some entries were not taken. The message names EventBridge's codes, not what was in the entries. */
export class EventsNotTaken extends ServiceError {
  override readonly name = "EventsNotTaken";
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
      // Side by side, as no order is promised: what one activity leads to in many targets takes as long as one request, up
      // to the 50 that the client has connections for.
      await Promise.all(buildRequests(busName, notifications).map((Entries) => send(client, Entries)));
    },
  };
}

/** An answer of 200 may still say that single entries were refused, mostly for throttling. */
async function send(client: EventBridgeClient, Entries: PutEventsRequestEntry[]): Promise<void> {
  const { FailedEntryCount = 0, Entries: results = [] } = await client.send(new PutEventsCommand({ Entries }));
  if (FailedEntryCount === 0) return;
  const codes = new Set(results.flatMap(({ ErrorCode }) => ErrorCode ?? []));
  throw new EventsNotTaken(`${FailedEntryCount} of ${Entries.length} events were not taken: ${[...codes].join(", ")}`);
}

function buildRequests(busName: string, notifications: readonly Notification[]): PutEventsRequestEntry[][] {
  const entries = notifications.map((notification) => buildEntry(busName, notification));
  const most = busLimits.entriesInOneRequest;
  return Array.from({ length: Math.ceil(entries.length / most) }, (_, index) =>
    entries.slice(index * most, (index + 1) * most),
  );
}

/** The event's own time is left to EventBridge: ours is a business instant, and stands in the detail. */
function buildEntry(EventBusName: string, notification: Notification): PutEventsRequestEntry {
  return {
    EventBusName,
    Source: eventSource,
    DetailType: notification.type,
    Detail: JSON.stringify(presentNotification(notification)),
  };
}
