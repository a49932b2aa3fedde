import { type Bus, eventSource } from "../shared/bus/bus.ts";
import { presentNotification } from "../shared/bus/notificationView.ts";
import type { Notification } from "../shared/domain/notifications.ts";

const maximumEvents = 1_000;

/** An event as EventBridge would deliver it, without the fields that EventBridge adds. */
type LoggedEvent = {
  readonly source: typeof eventSource;
  readonly "detail-type": Notification["type"];
  readonly detail: ReturnType<typeof presentNotification>;
};

/** The bus on a laptop. It keeps the latest {@link maximumEvents} events for reading and prints a line for each. */
export class EventLog implements Bus {
  readonly #print: (line: string) => void;
  #events: readonly LoggedEvent[] = [];

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  async publish(notifications: readonly Notification[]): Promise<void> {
    const events = notifications.map(asEvent);
    this.#events = [...this.#events, ...events].slice(-maximumEvents);
    for (const event of events) this.#print(describe(event));
  }

  /** The events of one customer or of all, the oldest first. */
  list(customerId?: number): readonly LoggedEvent[] {
    return this.#events.filter(({ detail }) => customerId === undefined || customerOf(detail) === customerId);
  }
}

/** The customer that the event is about; `undefined` for one about a target group. */
function customerOf(detail: LoggedEvent["detail"]): number | undefined {
  return "customerId" in detail ? detail.customerId : undefined;
}

function asEvent(notification: Notification): LoggedEvent {
  return { source: eventSource, "detail-type": notification.type, detail: presentNotification(notification) };
}

function describe({ "detail-type": type, detail }: LoggedEvent): string {
  if ("mode" in detail) return `Event ${type}: customer ${detail.customerId}, ${detail.mode}, ${detail.eventId}`;
  if (!("customerId" in detail)) return `Event ${type}: target group ${detail.targetGroupId}, ${detail.eventId}`;
  const { customerId, targetRuleId, targetName, eventId } = detail;
  return `Event ${type}: customer ${customerId}, target ${targetRuleId} (${targetName}), ${eventId}`;
}
