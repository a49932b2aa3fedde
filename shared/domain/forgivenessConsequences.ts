import { authorshipOf } from "./authorship.ts";
import type { Consequences } from "./change.ts";
import type { Forgiveness } from "./forgiving.ts";
import { forgivenessEntries } from "./ledger.ts";
import {
  type CustomerNotification,
  enrollmentNotification,
  type NotificationContent,
  type NotificationSubject,
} from "./notifications.ts";

/** The history rows of an excuse or a grant. What is told: that the streak value has grown, then the levels that are reached. */
export function forgivenessConsequences(subject: NotificationSubject, forgiveness: Forgiveness): Consequences {
  const { streakValue, isRestored, levelsReached } = forgiveness;
  const restored: NotificationContent[] = isRestored ? [{ type: "streakRestored", detail: { streakValue } }] : [];
  const levels = levelsReached.map((level): NotificationContent => {
    return { type: "streakLevelAchieved", detail: { level, activityId: undefined, streakValue } };
  });
  return {
    entries: forgivenessEntries(forgiveness),
    notifications: [...tell(subject, forgiveness, restored), ...tell(subject, forgiveness, levels)],
  };
}

function tell(
  subject: NotificationSubject,
  forgiveness: Forgiveness,
  contents: readonly NotificationContent[],
): CustomerNotification[] {
  const { revision, recordedAt: at, reason } = forgiveness;
  return contents.map((content, index) => {
    const origin = { ...authorshipOf(forgiveness), revision, at, index };
    return { ...enrollmentNotification(subject, origin, content), reason };
  });
}
