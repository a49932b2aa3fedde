import { expect, it } from "vitest";
import { decideEnrollment } from "../../shared/domain/enrolling.ts";
import { buildGroup, buildLevels, buildTarget, noonOf, startOfCycle } from "../support/domain.ts";

it.each([
  ["the current cycle", noonOf(2), [2]],
  ["the current cycle, five minutes and a little before the next", startOfCycle(3) - 5 * 60_000 - 1, [2]],
  ["the next cycle as well, which a clock ahead can have met", startOfCycle(3) - 5 * 60_000, [2, 3]],
  ["the first cycle, when none has begun", startOfCycle(1) - 24 * 3_600_000, [1]],
])("a reset clears %s", (_, now, clearedCycles) => {
  const group = buildGroup({ trackingType: "STREAKS", levels: buildLevels(2, 3) });
  const request = { cycleName: undefined, openingBalance: undefined, resetsStreak: true };
  expect(decideEnrollment(group, buildTarget(), request, now)).toMatchObject({
    opening: { kind: "streakReset", clearedCycles, levelIds: [1, 2] },
  });
});
