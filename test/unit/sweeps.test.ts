import { expect, test } from "vitest";
import { firstSweep, nextSweep, type Sweep } from "../../shared/domain/sweeps.ts";
import type { TargetGroup } from "../../shared/domain/targetGroup.ts";
import { buildGroup, startOfCycle } from "../support/domain.ts";

const hour = 60 * 60 * 1000;

function allSweeps(group: TargetGroup): Sweep[] {
  const sweeps: Sweep[] = [];
  let sweep: Sweep | undefined = firstSweep(group);
  for (; sweep !== undefined; sweep = nextSweep(group, sweep)) sweeps.push(sweep);
  return sweeps;
}

test("a group's sweeps are two for each cycle, at its end and 25 hours later, in the order they are due", () => {
  expect(allSweeps(buildGroup({ cycleCount: 2 }))).toEqual([
    { cycleNumber: 1, dueAt: startOfCycle(2) },
    { cycleNumber: 2, dueAt: startOfCycle(3) },
    { cycleNumber: 1, dueAt: startOfCycle(2) + 25 * hour },
    { cycleNumber: 2, dueAt: startOfCycle(3) + 25 * hour },
  ]);
});

test("no sweep is skipped when two are due at the same instant", () => {
  const group = buildGroup({ cycleCount: 2 });
  const [first, second] = group.cycles;
  if (first === undefined || second === undefined) throw new Error("The group has two cycles");
  const together = { ...group, cycles: [first, { ...second, endsAt: first.endsAt + 25 * hour }] };
  expect(allSweeps(together)).toHaveLength(4);
});
