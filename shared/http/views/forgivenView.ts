import type { StreakStanding } from "../../domain/forgiving.ts";
import type { Cycle, Level, Target, TargetGroup } from "../../domain/targetGroup.ts";

type Forgiven = StreakStanding & {
  readonly group: Pick<TargetGroup, "id">;
  readonly target: Pick<Target, "id" | "name">;
  readonly customerId: number;
  readonly levelsReached: readonly Level[];
};

/** What an excuse did, or an excuse that was taken back, with the cycles that the call names. */
export function presentExcused(forgiven: Forgiven & { readonly cycles: readonly Cycle[] }) {
  const periods = forgiven.cycles.map(({ id, refCode }) => ({ periodId: id, periodRefCode: refCode }));
  return { ...presentTarget(forgiven), periods, ...presentStanding(forgiven) };
}

/** What a grant did. */
export function presentGrant(
  { grantId, amount }: { readonly grantId: string; readonly amount: number },
  forgiven: Forgiven,
) {
  return { grantId, ...presentTarget(forgiven), amount, ...presentStanding(forgiven) };
}

function presentTarget({ customerId, group, target }: Forgiven) {
  return { customerId, targetGroupId: group.id, targetRuleId: target.id, targetName: target.name };
}

function presentStanding({ streakValue, freezesTotal, freezesLeft, levelsReached }: Forgiven) {
  return {
    streakValue,
    freezesTotal,
    freezesLeft,
    levelsReached: levelsReached.map(({ id, name }) => ({ streakId: id, streakName: name })),
  };
}
