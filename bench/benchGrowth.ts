import { writeFileSync } from "node:fs";
import { type GrowthRow, measureGrowth, operations } from "./growth.ts";
import { drawGrowth } from "./growthChart.ts";
import { printTable, type Target, verdict } from "./report.ts";

const chartPath = new URL("../docs/growth.svg", import.meta.url);

/** Prints what every operation costs at every size in every design, and draws it. */
export async function benchGrowth(): Promise<Target[]> {
  const rows = await measureGrowth();
  const designs = [...new Set(rows.map(({ design }) => design))];
  for (const operation of operations) {
    const measured = rows.filter((row) => row.operation === operation);
    const sizes = measured.filter(({ design }) => design === designs[0]);
    console.log(`${operation}: requests, read units + write units, bytes\n`);
    printTable(
      ["cycles × targets", ...designs],
      sizes.map(({ cycles, targets }) => [
        `${cycles} × ${targets}`,
        ...designs.map((design) =>
          describe(measured.find((row) => row.design === design && row.cycles === cycles && row.targets === targets)),
        ),
      ]),
    );
  }
  writeFileSync(chartPath, drawGrowth(rows));
  const enrolments = rows.filter(({ design, operation }) => design === designs[0] && operation === "first enrolment");
  return [
    verdict("a first enrolment's write units at any size", Math.max(...enrolments.map(writeUnitsOf)), "≤", 1),
    verdict("its requests", Math.max(...enrolments.map(({ cost }) => cost.requests.length)), "≤", 2),
  ];
}

function writeUnitsOf({ cost }: GrowthRow): number {
  return cost.writeUnits;
}

function describe(row: GrowthRow | undefined): string {
  if (row === undefined) return "";
  const { requests, readUnits, writeUnits, bytes } = row.cost;
  return `${requests.length}, ${readUnits} + ${writeUnits}, ${bytes}`;
}
