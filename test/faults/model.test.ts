import * as fc from "fast-check";
import { expect, it } from "vitest";
import { CustomerClosing } from "../support/customerClosing.ts";
import { liveTwoCycles, Model, modelCommands, Real } from "../support/modelCommands.ts";
import { baseSeed, historyCount, inParallel, report } from "../support/seeds.ts";
import { useService } from "../support/service.ts";

const service = useService();
/** Shards run side by side, because most of a run is waiting for the engine. */
const shards = 3;
const limitMilliseconds = 3_600_000;

it(
  "milestones and streaks do over HTTP what a plain model does, whatever is called in whatever order",
  async () => {
    const started = performance.now();
    const org = await service.newOrg();
    const runsPerShard = Math.ceil(historyCount(300) / shards);
    let runs = 0;
    let calls = 0;
    let settled = 0;
    const closing = new CustomerClosing(service.table);
    // In most runs cycles are closed, mostly with two cycles lived through before. In some the closing has come to a halt.
    const kind = fc.constantFrom("lived", "lived", "lived", "lived", "lived", "closes", "halted");
    const property = fc.asyncProperty(kind, liveTwoCycles, modelCommands, async (is, before, commands) => {
      runs += 1;
      const groupPrefix = `Model ${runs}`;
      const customerIds = [await org.newCustomer(), await org.newCustomer()];
      const real = new Real(org, customerIds, groupPrefix, is === "halted" ? undefined : closing);
      const all = is === "lived" ? [...before, ...commands] : [...commands];
      await fc.asyncModelRun(() => ({ model: new Model(), real }), all);
      calls += [...commands].length;
      const isSettled = await Promise.all(customerIds.map((customerId) => closing.hasSettled(org.org, customerId)));
      settled += isSettled.includes(true) ? 1 : 0;
    });
    await inParallel(shards, shards, (shard) => fc.assert(property, { numRuns: runsPerShard, seed: baseSeed + shard }));
    report(
      `FAULTS_SEED=${baseSeed}: ${runs} runs of the model, ${settled} of them with settled cycles, ${calls} calls, ${Math.round((performance.now() - started) / 1000)} s`,
    );
    expect(runs).toBe(shards * runsPerShard);
    expect(settled / runs).toBeGreaterThanOrEqual(0.3);
  },
  limitMilliseconds,
);
