import { type GrowthRow, type Operation, operations } from "./growth.ts";

/** Each operation's heading, with what its table shows, for bench/README.md. */
export function growthHeading(operation: Operation): string {
  return `${operation}: requests, read units + write units, bytes`;
}

export type GrowthTable = {
  readonly heading: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
};

/** A table for each operation: a line for each size, a column for each design. */
export function growthTables(measured: readonly GrowthRow[]): GrowthTable[] {
  const designs = [...new Set(measured.map(({ design }) => design))];
  return operations.map((operation) => {
    const own = measured.filter((row) => row.operation === operation);
    const sizes = own.filter(({ design }) => design === designs[0]);
    return {
      heading: growthHeading(operation),
      head: ["cycles × targets", ...designs],
      rows: sizes.map((size) => [
        `${size.cycles} × ${size.targets}`,
        ...designs.map((design) => cell(own.find((row) => row.design === design && isOf(row, size)))),
      ]),
    };
  });
}

function isOf(row: GrowthRow, { cycles, targets }: GrowthRow): boolean {
  return row.cycles === cycles && row.targets === targets;
}

function cell(row: GrowthRow | undefined): string {
  if (row === undefined) return "";
  const { requests, readUnits, writeUnits, bytes } = row.cost;
  return `${requests}, ${readUnits} + ${writeUnits}, ${bytes}`;
}

const cellPattern = /^([\d.]+), ([\d.]+) \+ ([\d.]+), (\d+)$/;

/** Reads back the rows of a table that {@link growthTables} wrote. */
export function readGrowthTable(operation: Operation, { head, rows }: Omit<GrowthTable, "heading">): GrowthRow[] {
  const designs = head.slice(1);
  return rows.flatMap(([size = "", ...cells]) => {
    const [cycles, targets] = size.split(" × ").map(Number);
    if (cycles === undefined || targets === undefined) throw new Error(`No size: ${size}`);
    return designs.map((design, column) => ({
      design,
      operation,
      cycles,
      targets,
      cost: readCell(cells[column] ?? ""),
    }));
  });
}

function readCell(text: string): GrowthRow["cost"] {
  const [, requests, readUnits, writeUnits, bytes] = cellPattern.exec(text) ?? [];
  if (bytes === undefined) throw new Error(`Not a cost: ${text}`);
  return {
    requests: Number(requests),
    readUnits: Number(readUnits),
    writeUnits: Number(writeUnits),
    bytes: Number(bytes),
  };
}
