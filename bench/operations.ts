import { localFunctions } from "../local/functions.ts";
import { apiSteps } from "./apiSteps.ts";
import { backgroundSteps } from "./backgroundSteps.ts";
import type { BenchEngine } from "./engine.ts";
import {
  automaticTargetSteps,
  fiftyTargetsSteps,
  lastOfHundredCyclesSteps,
  lastOfTenCyclesSteps,
  ninetyAutomaticTargetsSteps,
} from "./grownSteps.ts";
import type { Cost, Meter } from "./meter.ts";
import { Projection } from "./projection.ts";
import type { Chapter, OperationName, Step } from "./steps.ts";
import { tokenSteps } from "./tokenSteps.ts";

/** The background work comes first, because it lists everything that is due in the table. */
const chapters: readonly Chapter[] = [
  backgroundSteps,
  tokenSteps,
  apiSteps,
  lastOfTenCyclesSteps,
  lastOfHundredCyclesSteps,
  fiftyTargetsSteps,
  automaticTargetSteps,
  ninetyAutomaticTargetsSteps,
];

/**
 * The requests of every function to the engine, on an empty table that nobody else writes to. The result is
 * deterministic.
 */
export async function measureOperations(engine: BenchEngine, meter: Meter): Promise<Map<OperationName, Cost>> {
  const { table } = engine;
  const projection = await Projection.open(engine);
  try {
    const costs = new Map<OperationName, Cost>();
    for (const chapter of chapters) {
      await measureSteps(await chapter({ table, functions: localFunctions(table), projection }), meter, costs);
    }
    return costs;
  } finally {
    await projection.close();
  }
}

async function measureSteps(steps: readonly Step[], meter: Meter, costs: Map<OperationName, Cost>): Promise<void> {
  for (const { name, prepare, run } of steps) {
    if (costs.has(name)) throw new Error(`${name} is measured twice`);
    await prepare?.();
    costs.set(name, await meter.costOf(run));
  }
}
