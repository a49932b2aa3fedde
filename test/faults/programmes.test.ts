import * as fc from "fast-check";
import { expect, it } from "vitest";
import { carryOut, createFactGroup, factGroups, programmes } from "../support/programmes.ts";
import { baseSeed, historyCount, inParallel, report } from "../support/seeds.ts";
import { useService } from "../support/service.ts";

const service = useService();
/** Shards run side by side, because most of a run is waiting for the engine. */
const shards = 4;
const limitMilliseconds = 3_600_000;

it(
  "every answer and every read of a random programme is what its list of facts says: returns that wait, leaving and coming back, remembered keys",
  async () => {
    const started = performance.now();
    const org = await service.newOrg();
    const groups = await Promise.all(factGroups.map((group, index) => createFactGroup(org, group, `Facts ${index}`)));
    const runsPerShard = Math.ceil(historyCount(1_000) / shards);
    let runs = 0;
    let calls = 0;
    const property = fc.asyncProperty(programmes, async (programme) => {
      const made = await carryOut({ org, groups }, programme);
      calls += made;
      runs += 1;
    });
    await inParallel(shards, shards, (shard) => fc.assert(property, { numRuns: runsPerShard, seed: baseSeed + shard }));
    const seconds = Math.round((performance.now() - started) / 1000);
    report(`FAULTS_SEED=${baseSeed}: ${runs} programmes, ${calls} calls, ${seconds} s`);
    expect(runs).toBe(shards * runsPerShard);
  },
  limitMilliseconds,
);
