import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { withEngine } from "../../bench/engine.ts";
import { type GrowthRow, measureGrowth, type Operation, operations, type Size, sizes } from "../../bench/growth.ts";
import { drawGrowth } from "../../bench/growthChart.ts";
import { growthHeading, readGrowthTable } from "../../bench/growthTables.ts";
import { settlingRules } from "../../shared/domain/settling.ts";

/** The sizes that are quick to measure: the smallest, and the largest in cycles and in targets. */
const measuredSizes: readonly Size[] = [
  { cycles: 1, targets: 1 },
  { cycles: 1, targets: 50 },
  { cycles: 100, targets: 1 },
];

const figures = readFileSync("bench/README.md", "utf8").split("\n");
const recorded = new Map(operations.map((operation) => [operation, recordedRows(operation)]));
const all = [...recorded.values()].flat();

let measured: readonly GrowthRow[] = [];

// The file has an engine of its own, like the bench. An engine that holds what all other tests have written takes six
// times as long.
beforeAll(async () => {
  measured = await withEngine((engine) => measureGrowth(engine, measuredSizes));
});

function cellsOf(line: string): string[] {
  return line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** The rows of bench/README.md for an operation, as the bench printed them. */
function recordedRows(operation: Operation): GrowthRow[] {
  const heading = figures.indexOf(growthHeading(operation));
  if (heading < 0) throw new Error(`bench/README.md has no figures of the ${operation}`);
  const lines = figures.slice(heading + 2);
  const [head = [], , ...rows] = lines.slice(0, lines.indexOf("")).map(cellsOf);
  return readGrowthTable(operation, { head, rows });
}

function writeUnits(operation: Operation, cycles: number, targets: number): string[] {
  return all
    .filter((row) => row.operation === operation && row.cycles === cycles && row.targets === targets)
    .map(({ cost }) => cost.writeUnits.toString());
}

describe("the figures of growth in bench/README.md", () => {
  it.each(operations)("of the %s are its measured cost, in every design", (operation) => {
    const own = measured.filter((row) => row.operation === operation);
    expect(own.length).toBeGreaterThan(0);
    expect(recorded.get(operation)).toEqual(expect.arrayContaining(own));
  });

  it("are there at every size, and only what the bench measures", () => {
    const first = all.filter(({ operation }) => operation === "first enrolment");
    const designs = [...new Set(measured.map(({ design }) => design))];
    expect(designs).toHaveLength(3);
    expect(first.map(({ design, cycles, targets }) => ({ design, cycles, targets }))).toEqual(
      sizes.flatMap((size) => designs.map((design) => ({ design, ...size }))),
    );
  });

  it("are those that docs/growth.svg is drawn from", () => {
    expect(drawGrowth(all)).toBe(readFileSync("docs/growth.svg", "utf8"));
  });

  it.each([
    ["a first enrolment, 100 cycles", writeUnits("first enrolment", 100, 1)],
    ["a re-enrolment in the first of 100 cycles", writeUnits("re-enrolment in the first cycle", 100, 1)],
    ["a re-enrolment after all 100 cycles", writeUnits("re-enrolment after all cycles", 100, 1)],
    ["an activity in the first cycle, one target", writeUnits("activity in the first cycle", 100, 1)],
    ["an activity in the first cycle, 50 targets", writeUnits("activity in the first cycle", 10, 50)],
    ["an activity in the last of 100 cycles, one target", writeUnits("activity in the last cycle", 100, 1)],
    ["an activity in the last of 1000 cycles, one target", writeUnits("activity in the last cycle", 1_000, 1)],
    ["an activity in the last of 10 cycles, 50 targets", writeUnits("activity in the last cycle", 10, 50)],
  ])("have correct sums for %s", (what, units) => {
    expect(figures.map(cellsOf).find(([first]) => first === what)).toEqual([what, ...units]);
  });
});

/** What DynamoDB charges on demand: a write unit costs as much as five read units, in every region (docs/costs.md). */
const readUnitsOfWriteUnit = 5;

function priceOf({ cost }: GrowthRow): number {
  return cost.readUnits + readUnitsOfWriteUnit * cost.writeUnits;
}

/**
 * How many rows of settled cycles the one rare path reads and writes besides: a return into a cycle that has left takes
 * one for each target. With fewer cycles than a row holds, none has left.
 */
function rowsBesides({ operation, cycles, targets }: GrowthRow): number {
  const isRarePath = operation === "return into the first cycle, in the last" && cycles > settlingRules.cyclesPerRow;
  return isRarePath ? targets : 0;
}

/** In a transaction, a row of one kB takes two units. */
const writeUnitsOfRow = 2;

describe("of the three designs", () => {
  const ours = all.filter(({ design }) => design === all[0]?.design);
  const bestOf = (row: GrowthRow, figure: (row: GrowthRow) => number) =>
    Math.min(
      ...all
        .filter(
          ({ operation, cycles, targets }) =>
            operation === row.operation && cycles === row.cycles && targets === row.targets,
        )
        .map(figure),
    );

  it("every operation at every size is measured", () => {
    expect(new Set(ours.map(({ operation }) => operation))).toEqual(new Set(operations));
  });

  it.each(ours)("the $operation, $cycles cycles and $targets targets, costs at most 1.05 of the best", (row) => {
    const besides = rowsBesides(row) * (1 + writeUnitsOfRow * readUnitsOfWriteUnit);
    expect(priceOf(row) - besides).toBeLessThanOrEqual(1.05 * bestOf(row, priceOf));
  });

  it.each(ours)("the $operation, $cycles cycles and $targets targets, writes at most 1.05 of the best", (row) => {
    const units = row.cost.writeUnits - rowsBesides(row) * writeUnitsOfRow;
    expect(units).toBeLessThanOrEqual(1.05 * bestOf(row, ({ cost }) => cost.writeUnits));
  });
});
