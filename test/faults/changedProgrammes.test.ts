import * as fc from "fast-check";
import { expect, it } from "vitest";
import { localFunctions } from "../../local/functions.ts";
import { startGateway } from "../../local/gateway.ts";
import { ApiClient } from "../support/apiClient.ts";
import { timedSteps } from "../support/changingProgramme.ts";
import { LiveProgramme } from "../support/liveProgramme.ts";
import { useProjectedTable } from "../support/projectedTable.ts";
import { baseSeed, historyCount, inParallel, isFullLength, report } from "../support/seeds.ts";
import { useService } from "../support/service.ts";

const { table, announced } = useProjectedTable();
const service = useService(table);
/** Shards run side by side, because most of a run is waiting for the engine. */
const shards = 3;
const limitMilliseconds = 3_600_000;

const programmes = fc.record({
  kind: fc.record({
    trackingType: fc.constantFrom("DEFAULT", "STREAKS", "NON_CONTINUOUS_STREAKS"),
    trackFromEnrollmentDate: fc.boolean(),
    rewardAllocation: fc.constantFrom("IMMEDIATE", "PERIOD_END"),
  }),
  steps: timedSteps,
});

it(
  "a programme that is edited while activities come to two processes, and while it is swept, ends as its final definition says",
  async () => {
    const started = performance.now();
    const org = await service.newOrg();
    const other = await startGateway(localFunctions(table), 0);
    const tills = [org.till, new ApiClient(other.baseUrl, org.credentials.till)] as const;
    const runsPerShard = Math.ceil(historyCount(90) / shards);
    const edits: number[] = [];
    const property = fc.asyncProperty(programmes, async ({ kind, steps }) => {
      const programme = await LiveProgramme.begin({ table, org, tills }, kind);
      for (const step of steps) await programme.take(step);
      edits.push((await programme.expectItsEnd()) - 1);
    });
    await inParallel(shards, shards, (shard) => fc.assert(property, { numRuns: runsPerShard, seed: baseSeed + shard }));
    await other.close();
    const seconds = Math.round((performance.now() - started) / 1000);
    const editCount = edits.reduce((sum, count) => sum + count, 0);
    report(`FAULTS_SEED=${baseSeed}: ${edits.length} programmes, ${editCount} edits, ${seconds} s`);
    expect(edits).toHaveLength(shards * runsPerShard);
    expect(editCount / edits.length).toBeGreaterThan(1);
    await expectAnnouncements(org.org, editCount);
  },
  limitMilliseconds,
);

/** Each edit is told once, and each reached cycle and sub-target of a customer at most once. */
async function expectAnnouncements(org: string, editCount: number): Promise<void> {
  const all = await announced(org);
  const reached = all.flatMap((one) =>
    one.type === "targetValueAchieved" ? [`${one.customerId}#${one.detail.cycle.refCode}`] : [],
  );
  const milestones = all.flatMap((one) =>
    one.type === "targetMilestoneAchieved"
      ? [`${one.customerId}#${one.detail.cycle.refCode}#${one.detail.trigger.id}`]
      : [],
  );
  expect(milestones.length).toBeGreaterThan(0);
  for (const told of [reached, milestones]) expect(told).toEqual([...new Set(told)]);
  expect(all.filter(({ type }) => type === "targetGroupUpdated")).toHaveLength(editCount);
  // In a tenth of the programmes it can be that no cycle is reached.
  if (!isFullLength) return;
  expect(reached.length).toBeGreaterThan(0);
}
