import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Answer } from "../../admin/answer.ts";
import { LineVerdicts } from "../../admin/bulk/lineVerdicts.ts";
import { duration, showProgress } from "../../admin/bulk/progress.ts";
import { type OpenRow, runRows } from "../../admin/bulk/runRows.ts";
import { CapturedTerminal } from "../support/capturedTerminal.ts";

const accepted: Answer = { kind: "accepted", data: 1, warnings: [] };

describe("a run over 20 000 rows", () => {
  it("never holds more rows than may be under way, and takes each one only when there is room", async () => {
    const [rowCount, concurrency] = [20_000, 8];
    let [taken, recorded, mostHeld, mostUnderWay, underWay] = [0, 0, 0, 0, 0];
    const rows = async function* (): AsyncGenerator<OpenRow<number>> {
      for (let line = 2; line < rowCount + 2; line += 1) {
        taken += 1;
        mostHeld = Math.max(mostHeld, taken - recorded);
        yield { line, customerId: String(line), content: line, isEarlierUnknown: false };
      }
    };
    const ending = await runRows({
      rows: rows(),
      send: async () => {
        underWay += 1;
        mostUnderWay = Math.max(mostUnderWay, underWay);
        await nextTurn();
        underWay -= 1;
        return accepted;
      },
      doneBeforeCode: undefined,
      isHopeless: () => false,
      concurrency,
      maximumAttempts: 1,
      record: async () => {
        await nextTurn();
        recorded += 1;
      },
      stop: new AbortController().signal,
    });
    expect({ ending, recorded }).toEqual({ ending: "finished", recorded: rowCount });
    expect(mostUnderWay).toBe(concurrency);
    // One more row may have been read and be waiting for room.
    expect(mostHeld).toBeLessThanOrEqual(concurrency + 1);
  });
});

describe("the verdicts on a million lines", () => {
  it("take a byte each, and each line counts by its last verdict", () => {
    const verdicts = new LineVerdicts();
    const before = process.memoryUsage().arrayBuffers;
    for (let line = 1; line <= 1_000_000; line += 1) verdicts.set(line, { outcome: "done", code: "" });
    verdicts.set(7, { outcome: "refused", code: "310119" });
    verdicts.set(8, { outcome: "failed", code: "network" });
    verdicts.set(8, { outcome: "done", code: "" });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4_000_000);
    expect(verdicts.get(7)).toEqual({ outcome: "refused", code: "310119" });
    expect([verdicts.get(0), verdicts.get(1_000_001), verdicts.get(9_000_000)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(verdicts.tally()).toEqual([
      { verdict: { outcome: "done", code: "" }, count: 999_999 },
      { verdict: { outcome: "refused", code: "310119" }, count: 1 },
    ]);
    expect(verdicts.count(new Set(["done", "failed"]))).toBe(999_999);
  });
});

/** Starts a progress line whose clock the test sets, in milliseconds. */
function startProgress(terminal: CapturedTerminal | undefined): {
  readonly said: string[];
  readonly tick: (ms: number) => void;
  readonly end: () => void;
} {
  let now = 0;
  const said: string[] = [];
  const output = { result: () => undefined, problem: (text: string) => said.push(text), terminal };
  const progress = showProgress(output, 1_000, 400, () => now);
  const tick = (milliseconds: number) => {
    now += milliseconds;
    progress.advance();
  };
  return { said, tick, end: progress.end };
}

describe("progress", () => {
  it("is a line every ten seconds without a terminal, with the rate of this run and the time left", () => {
    const { said, tick, end } = startProgress(undefined);
    for (let count = 0; count < 99; count += 1) tick(100);
    expect(said).toEqual([]);
    tick(100);
    end();
    expect(said).toEqual(["50 %, 500 of 1000 rows, 10/s, 50 s left\n"]);
  });

  it("is a bar on a terminal, which ends as the run stands", () => {
    const terminal = new CapturedTerminal();
    const { said, tick, end } = startProgress(terminal);
    for (let count = 0; count < 200; count += 1) tick(10);
    end();
    expect(said).toEqual([]);
    expect(terminal.text).toContain("[============                  ] 40 %, 400 of 1000 rows");
    expect(terminal.text).toContain("[==================            ] 60 %, 600 of 1000 rows, 100/s, 4 s left");
    expect(terminal.text.endsWith("\n")).toBe(true);
  });

  it.each([
    [0, "0 s"],
    [59.2, "1 min 0 s"],
    [59, "59 s"],
    [3_599, "59 min 59 s"],
    [3_600, "1 h 0 min"],
    [90_000, "25 h 0 min"],
  ])("shows %d seconds as %s", (seconds, expected) => {
    expect(duration(seconds)).toBe(expected);
  });
});
