import { vi } from "vitest";

/** One call of the console: what it was given. */
export type ConsoleLine = readonly unknown[];

const methods = ["debug", "error", "info", "log", "trace", "warn"] as const;

/** What is written to the console from now on, as a list that grows; nothing of it reaches the terminal. */
export function captureConsole(): ConsoleLine[] {
  const lines: ConsoleLine[] = [];
  for (const method of methods) {
    vi.spyOn(console, method).mockImplementation((...line: unknown[]) => lines.push(line));
  }
  return lines;
}
