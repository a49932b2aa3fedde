import type { Notification } from "../domain/notifications.ts";

/** Where the brand's other systems hear of what happened. */
export type Bus = {
  /** Resolves when every notification has been taken; rejects when any may not have been, to be told again. */
  readonly publish: (notifications: readonly Notification[]) => Promise<void>;
};

/** Who tells, on every event of the bus; a rule selects by it. */
export const eventSource = "milestreak";
