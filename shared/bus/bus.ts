import type { Notification } from "../domain/notifications.ts";

/** The channel by which the brand's other systems receive notifications. */
export type Bus = {
  /**
   * Resolves when every notification was accepted. Rejects when one may not have been; the caller then publishes all
   * again.
   */
  readonly publish: (notifications: readonly Notification[]) => Promise<void>;
};

/** The `source` of every event on the bus. Rules select events by it. */
export const eventSource = "milestreak";
