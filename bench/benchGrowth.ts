import { writeFileSync } from "node:fs";
import { withEngine } from "./engine.ts";
import { type GrowthRow, measureGrowth } from "./growth.ts";
import { drawGrowth } from "./growthChart.ts";
import { growthTables } from "./growthTables.ts";
import { printTable, type Target, verdict } from "./report.ts";

const chartPath = new URL("../docs/growth.svg", import.meta.url);

/** Prints the cost of every operation at every size in every design, and draws a chart. */
export async function benchGrowth(): Promise<Target[]> {
  const rows = await withEngine((engine) => measureGrowth(engine));
  for (const { heading, head, rows: lines } of growthTables(rows)) {
    console.log(`${heading}\n`);
    printTable(head, lines);
  }
  writeFileSync(chartPath, drawGrowth(rows));
  const ours = rows.filter(({ design }) => design === rows[0]?.design);
  const enrolments = ours.filter(({ operation }) => operation === "first enrolment");
  return [
    verdict("a first enrolment's write units at any size", Math.max(...enrolments.map(writeUnitsOf)), "≤", 1),
    verdict("its requests", Math.max(...enrolments.map(({ cost }) => cost.requests)), "≤", 2),
  ];
}

function writeUnitsOf({ cost }: GrowthRow): number {
  return cost.writeUnits;
}
