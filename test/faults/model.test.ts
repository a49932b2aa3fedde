import * as fc from "fast-check";
import { expect, it } from "vitest";
import { Model, modelCommands, Real } from "../support/modelCommands.ts";
import { baseSeed, historyCount, inParallel, report } from "../support/seeds.ts";
import { useService } from "../support/service.ts";

const service = useService();
/** Shards run side by side, because most of a run is waiting for the engine. */
const shards = 3;
const limitMilliseconds = 600_000;

it(
  "milestones and streaks do over HTTP what a plain model does, whatever is called in whatever order",
  async () => {
    const started = performance.now();
    const org = await service.newOrg();
    const runsPerShard = Math.ceil(historyCount(300) / shards);
    let runs = 0;
    let calls = 0;
    const property = fc.asyncProperty(modelCommands, async (commands) => {
      runs += 1;
      const groupPrefix = `Model ${runs}`;
      const real = new Real(org, [await org.newCustomer(), await org.newCustomer()], groupPrefix);
      await fc.asyncModelRun(() => ({ model: new Model(), real }), commands);
      calls += [...commands].length;
    });
    await inParallel(shards, shards, (shard) => fc.assert(property, { numRuns: runsPerShard, seed: baseSeed + shard }));
    report(
      `FAULTS_SEED=${baseSeed}: ${runs} runs of the model, ${calls} calls, ${Math.round((performance.now() - started) / 1000)} s`,
    );
    expect(runs).toBe(shards * runsPerShard);
  },
  limitMilliseconds,
);
