/** Whether a measured figure keeps its promise. */
export type Target = { readonly text: string; readonly isMet: boolean };

export function verdict(what: string, measured: number, relation: "≤" | "≥", target: number): Target {
  const isMet = relation === "≤" ? measured <= target : measured >= target;
  const digits = Number.isInteger(measured) ? 0 : 2;
  return {
    text: `${isMet ? "met" : "MISSED"}: ${what} ${measured.toFixed(digits)}, target ${relation} ${target}`,
    isMet,
  };
}

/** Prints a Markdown table that can be pasted into documents. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  console.log(markdownTable(head, rows));
  console.log();
}

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => pad(cell, widths[column] ?? 0, column)).join(" | ")} |`;
  const rule = `|${widths.map((width, column) => `${"-".repeat(width + 1)}${column === 0 ? "-" : ":"}`).join("|")}|`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}

function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}
