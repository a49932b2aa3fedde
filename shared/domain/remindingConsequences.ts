import { byItself } from "./authorship.ts";
import { type Consequences, type EnrollmentChange, noConsequences } from "./change.ts";
import { achievedValue } from "./enrollment.ts";
import { enrollmentNotification } from "./notifications.ts";
import { streakValue } from "./streak.ts";
import { cycleOf, isStreak, targetValue } from "./targetGroup.ts";

/** The reminders that a write has noted, one notification for each. */
export function remindingConsequences({ org, customerId, group, target, after }: EnrollmentChange): Consequences {
  const { reminded, revision } = after;
  if (reminded?.revision !== revision) return noConsequences;
  const { at, cycleNumber, places } = reminded;
  const cycle = cycleOf(group, cycleNumber);
  const state = {
    cycle,
    targetValue: targetValue(target, cycle),
    achievedValue: achievedValue(after, cycleNumber),
    streakValue: isStreak(group) ? streakValue(group, after, at) : undefined,
  };
  const notifications = places.flatMap((place) => {
    const reminder = target.reminders[place];
    if (reminder === undefined) return [];
    const origin = { ...byItself, revision, at, index: place };
    const detail = { ...state, reminderName: reminder.name };
    return [
      enrollmentNotification({ org, customerId, group, target }, origin, { type: "targetPeriodReminder", detail }),
    ];
  });
  return { entries: [], notifications };
}
