import type { GrowthRow, Operation } from "./growth.ts";

/** Colours that are legible on white and on black. Text and lines follow the reader's colour scheme. */
const palette = ["#0a84d8", "#e8710a", "#8e6cd8"];
const style = [
  "text{fill:#1f2328;font:11px system-ui,sans-serif;text-anchor:middle}",
  "line{stroke:#d1d9e0}",
  ".caption{font-size:13px}",
  ".title{font-size:14px;font-weight:bold;text-anchor:start}",
  ".level{text-anchor:end;dominant-baseline:middle}",
  ...palette.map((color, index) => `.design${index}{fill:${color}}`),
  "@media(prefers-color-scheme:dark){text{fill:#e6edf3}line{stroke:#3d444d}}",
].join("\n");

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

/** The axis of write units. It begins below the smallest charge, so that this too has a bar. */
const axis = { from: 0.5, to: 1000, levels: [1, 10, 100, 1000] };

/** All in pixels. */
const size = { width: 880, height: 966 };
const plot = { width: 334, height: 190 };
const [columns, firstTop, rowHeight] = [[62, 502], 124, 300];
/** The share of the width of a size that its bars take. */
const barShare = 0.75;

/** The write units of each operation as it grows, for all designs, as an SVG document for light and dark pages. */
export function drawGrowth(rows: readonly GrowthRow[]): string {
  const designs = [...new Set(rows.map(({ design }) => design))];
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}">`,
    "<title>Write units per operation, by size, for three designs, on a logarithmic axis</title>",
    `<style>\n${style}\n</style>`,
    ...designs.map((design, index) => legendOf(design, index, designs.length)),
    text(
      size.width / 2,
      54,
      "Write units per operation. The axes are logarithmic: from one line to the next is ten times as much.",
      "caption",
    ),
    ...panels.flatMap((panel, index) => [
      `<g transform="translate(${columns[index % 2]} ${firstTop + Math.floor(index / 2) * rowHeight})">`,
      ...drawPanel(rows, designs, panel),
      "</g>",
    ]),
    "</svg>",
  ];
  return `${lines.join("\n")}\n`;
}

function legendOf(design: string, index: number, count: number): string {
  const at = ((index + 0.5) * size.width) / count;
  const name = `<tspan class="design${index}">■</tspan> ${escaped(design)}`;
  return `<text x="${round(at)}" y="22" class="caption">${name}</text>`;
}

/** Its corner is at the top left of the plot. */
function drawPanel(rows: readonly GrowthRow[], designs: readonly string[], panel: Panel): string[] {
  const positions = positionsOf(rows, panel);
  const room = plot.width / positions.length;
  return [
    text(0, -28, panel.title, "title"),
    ...[axis.from, ...axis.levels].map((level) => drawLine(heightAt(level))),
    ...axis.levels.map((level) => text(-8, heightAt(level), level.toLocaleString("en"), "level")),
    ...positions.map((position, index) => text((index + 0.5) * room, plot.height + 18, String(position))),
    text(plot.width / 2, plot.height + 38, panel.axis),
    ...positions.flatMap((position, index) =>
      drawBars(
        designs.map((design) => writeUnitsAt(rows, panel, design, position)),
        index * room,
        room,
      ),
    ),
  ];
}

/** The bars of one size, one for each design, and above each bar its number. */
function drawBars(writeUnits: readonly (number | undefined)[], left: number, room: number): string[] {
  const width = (room * barShare) / writeUnits.length;
  const first = left + (room * (1 - barShare)) / 2;
  return writeUnits.flatMap((units, index) => {
    if (units === undefined) return [];
    const [x, y] = [first + index * width, heightAt(units)];
    return [
      `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(plot.height - y)}" class="design${index}"/>`,
      text(x + width / 2, y - 5, String(units)),
    ];
  });
}

function drawLine(y: number): string {
  return `<line x2="${plot.width}" y1="${round(y)}" y2="${round(y)}"/>`;
}

/** Below the top of the plot. */
function heightAt(writeUnits: number): number {
  return (plot.height * Math.log(axis.to / writeUnits)) / Math.log(axis.to / axis.from);
}

function text(x: number, y: number, content: string, className?: string): string {
  const attribute = className === undefined ? "" : ` class="${className}"`;
  return `<text x="${round(x)}" y="${round(y)}"${attribute}>${escaped(content)}</text>`;
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}

function escaped(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

function positionsOf(rows: readonly GrowthRow[], panel: Panel): number[] {
  const positions = rows
    .filter(({ operation }) => operation === panel.operation)
    .map(panel.positionOf)
    .filter((position) => position !== undefined);
  return [...new Set(positions)].toSorted((one, other) => one - other);
}

function writeUnitsAt(rows: readonly GrowthRow[], panel: Panel, design: string, position: number): number | undefined {
  const own = rows.filter((row) => row.design === design && row.operation === panel.operation);
  return own.find((row) => panel.positionOf(row) === position)?.cost.writeUnits;
}
