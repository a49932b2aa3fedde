import type { EnrollmentChange } from "./change.ts";
import type { Instant } from "./instant.ts";
import type { NotificationContent } from "./notifications.ts";
import { streakValue } from "./streak.ts";

/** The levels that a write has reached. The write is none of an activity, whose record tells of its levels. */
export function newLevels({ group, before, after }: EnrollmentChange, at: Instant): NotificationContent[] {
  const isNew = (levelId: number) => after.levelReachedAt.has(levelId) && before?.levelReachedAt.has(levelId) !== true;
  return group.levels
    .filter(({ id }) => isNew(id))
    .map((level) => {
      const detail = { level, activityId: undefined, streakValue: streakValue(group, after, at) };
      return { type: "streakLevelAchieved", detail };
    });
}
