import { vi } from "vitest";

/** The arguments of one call of the console. */
export type ConsoleLine = readonly unknown[];

const methods = ["debug", "error", "info", "log", "trace", "warn"] as const;

/** Answers a list that grows with each call of the console from now on. Nothing reaches the terminal. */
export function captureConsole(): ConsoleLine[] {
  const lines: ConsoleLine[] = [];
  for (const method of methods) {
    vi.spyOn(console, method).mockImplementation((...line: unknown[]) => lines.push(line));
  }
  return lines;
}
