import { BarChart } from "echarts/charts";
import { GridComponent, LegendComponent, TitleComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import type { GrowthRow, Operation } from "./growth.ts";

use([BarChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

/** Colours that are legible on white and on black. Text and grid follow the reader's colour scheme. */
const palette = ["#0a84d8", "#e8710a", "#8e6cd8"];
const schemes = { text: ["#1f2328", "#e6edf3"], grid: ["#d1d9e0", "#3d444d"] } as const;
const [text] = schemes.text;
const [grid] = schemes.grid;

type Panel = {
  readonly title: string;
  readonly axis: string;
  readonly operation: Operation;
  /** The panel's x value for a row; `undefined` when the row does not belong to the panel. */
  readonly positionOf: (row: GrowthRow) => number | undefined;
};

const panels: readonly Panel[] = [
  {
    title: "First enrolment",
    axis: "cycles in the group",
    operation: "first enrolment",
    positionOf: cyclesOfOneTarget,
  },
  {
    title: "Re-enrolment in the first cycle",
    axis: "cycles in the group",
    operation: "re-enrolment in the first cycle",
    positionOf: cyclesOfOneTarget,
  },
  {
    title: "Re-enrolment after all cycles",
    axis: "cycles reached and closed",
    operation: "re-enrolment after all cycles",
    positionOf: cyclesOfOneTarget,
  },
  {
    title: "Activity in the first cycle",
    axis: "targets the customer is in",
    operation: "activity in the first cycle",
    positionOf: targetsOfHundredCycles,
  },
  {
    title: "Activity in the last cycle",
    axis: "cycles, all earlier ones reached and closed; one target",
    operation: "activity in the last cycle",
    positionOf: cyclesOfOneTarget,
  },
  {
    title: "Activity in the last of 100 cycles",
    axis: "targets the customer is in",
    operation: "activity in the last cycle",
    positionOf: targetsOfHundredCycles,
  },
];

function cyclesOfOneTarget({ cycles, targets }: GrowthRow): number | undefined {
  return targets === 1 ? cycles : undefined;
}

function targetsOfHundredCycles({ cycles, targets }: GrowthRow): number | undefined {
  return cycles === 100 ? targets : undefined;
}

/** Below the smallest charge, so that this too has a bar. */
const lowest = 0.5;

const size = { width: 880, height: 982 };
const firstRowTop = 124;
const rowHeight = 300;

/** The write units of each operation as it grows, for all designs, as an SVG document for light and dark pages. */
export function drawGrowth(rows: readonly GrowthRow[]): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, ...size });
  chart.setOption(optionsFor(rows));
  const svg = chart.renderToSVGString();
  chart.dispose();
  const dark = [
    `[fill="${text}"]{fill:${schemes.text[1]}}`,
    `[stroke="${grid}"]{stroke:${schemes.grid[1]}}`,
    `[stroke="${text}"]{stroke:${schemes.text[1]}}`,
  ];
  const label = "<title>Write units per operation, by size, for three designs, on a logarithmic axis</title>";
  const style = `<style>@media (prefers-color-scheme:dark){${dark.join("")}}</style>`;
  return `${svg.replace(/(<svg[^>]*>)/, `$1\n${label}\n${style}`)}\n`;
}

function optionsFor(rows: readonly GrowthRow[]) {
  const designs = [...new Set(rows.map(({ design }) => design))];
  return {
    animation: false,
    color: palette,
    textStyle: { color: text, fontFamily: "system-ui, sans-serif" },
    legend: { top: 8, itemGap: 28, icon: "rect", textStyle: { color: text, fontSize: 13 }, data: designs },
    title: [
      {
        text: "Write units per operation. The axes are logarithmic: from one line to the next is ten times as much.",
        textStyle: { color: text, fontSize: 13, fontWeight: "normal" },
        left: "center",
        top: 40,
      },
      ...panels.map(({ title }, index) => ({
        text: title,
        textStyle: { color: text, fontSize: 14 },
        ...corner(index, -42),
      })),
    ],
    grid: panels.map((_, index) => ({ ...corner(index), width: "38%", height: 190 })),
    xAxis: panels.map((panel, index) => ({
      gridIndex: index,
      type: "category",
      data: positionsOf(rows, panel).map(String),
      name: panel.axis,
      nameLocation: "middle",
      nameGap: 26,
      nameTextStyle: { color: text },
      axisLabel: { color: text },
      axisLine: { lineStyle: { color: grid } },
    })),
    yAxis: panels.map((_, index) => ({
      gridIndex: index,
      type: "log",
      min: lowest,
      startValue: lowest,
      max: 1000,
      axisLabel: { color: text, showMinLabel: false },
      splitLine: { lineStyle: { color: grid } },
    })),
    series: panels.flatMap((panel, index) => designs.map((design) => barsOf(rows, panel, index, design))),
  };
}

function corner(index: number, shift = 0) {
  return { left: index % 2 === 0 ? "7%" : "57%", top: firstRowTop + Math.floor(index / 2) * rowHeight + shift };
}

function positionsOf(rows: readonly GrowthRow[], panel: Panel): number[] {
  const positions = rows
    .filter(({ operation }) => operation === panel.operation)
    .map(panel.positionOf)
    .filter((position) => position !== undefined);
  return [...new Set(positions)].toSorted((one, other) => one - other);
}

function barsOf(rows: readonly GrowthRow[], panel: Panel, index: number, design: string) {
  const own = rows.filter((row) => row.design === design && row.operation === panel.operation);
  return {
    type: "bar",
    name: design,
    xAxisIndex: index,
    yAxisIndex: index,
    barCategoryGap: "25%",
    label: { show: true, position: "top", color: text, fontSize: 11 },
    data: positionsOf(rows, panel).map((at) => own.find((row) => panel.positionOf(row) === at)?.cost.writeUnits),
  };
}
