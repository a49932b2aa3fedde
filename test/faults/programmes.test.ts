import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { neverLookAside } from "../support/brokenSettingAside.ts";
import { dropMarks, loseLateChanges } from "../support/brokenSettling.ts";
import { CustomerClosing } from "../support/customerClosing.ts";
import type { Sabotage } from "../support/faultStage.ts";
import { carryOut, createFactGroup, factGroups, programmes, type Surroundings } from "../support/programmes.ts";
import { baseSeed, historyCount, inParallel, isFullLength, report } from "../support/seeds.ts";
import { openTestTable, type TestService, useService } from "../support/service.ts";

const service = useService();
/** Shards run side by side, because most of a run is waiting for the engine. */
const shards = 4;
const limitMilliseconds = 3_600_000;

it(
  "every answer and every read of a random programme is what its list of facts says: returns that wait, leaving and coming back, remembered keys",
  async () => {
    const started = performance.now();
    const surroundings = await surroundingsOf(service);
    const runsPerShard = Math.ceil(historyCount(300) / shards);
    let runs = 0;
    let calls = 0;
    let settled = 0;
    const property = fc.asyncProperty(programmes, async (programme) => {
      const carried = await carryOut(surroundings, programme);
      calls += carried.calls;
      settled += carried.hasSettled ? 1 : 0;
      runs += 1;
    });
    await inParallel(shards, shards, (shard) => fc.assert(property, { numRuns: runsPerShard, seed: baseSeed + shard }));
    const seconds = Math.round((performance.now() - started) / 1000);
    report(
      `FAULTS_SEED=${baseSeed}: ${runs} programmes, ${settled} of them with settled cycles, ${calls} calls, ${seconds} s`,
    );
    expect(runs).toBe(shards * runsPerShard);
    expect(settled / runs).toBeGreaterThanOrEqual(0.2);
  },
  limitMilliseconds,
);

async function surroundingsOf({ newOrg, table }: TestService): Promise<Surroundings> {
  const org = await newOrg();
  const groups = await Promise.all(factGroups.map((group, index) => createFactGroup(org, group, `Facts ${index}`)));
  return { org, groups, closing: new CustomerClosing(table) };
}

describe.runIf(isFullLength)("the same comparison", () => {
  const mostProgrammes = 300;

  describe.each([
    ["drops the marks of the cycles it settles", dropMarks],
    ["loses what comes late to a settled cycle", loseLateChanges],
    ["never looks for enrolments that were set aside", neverLookAside],
  ])("notices a service that %s", (_, sabotage: Sabotage) => {
    const table = openTestTable();
    sabotage(table);
    const broken = useService(table);

    it(
      "within a few programmes",
      async () => {
        const surroundings = await surroundingsOf(broken);
        const property = fc.asyncProperty(
          programmes,
          async (programme) => void (await carryOut(surroundings, programme)),
        );
        const options = { numRuns: mostProgrammes, seed: baseSeed, endOnFailure: true };
        const { failed, numRuns } = await fc.check(property, options);
        report(`FAULTS_SEED=${baseSeed}: ${sabotage.name} noticed within ${numRuns} programmes`);
        expect(failed).toBe(true);
      },
      limitMilliseconds,
    );
  });
});
