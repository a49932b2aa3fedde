import { pMapIterable } from "p-map";
import type { Answer } from "../answer.ts";
import { attempt } from "./attempts.ts";
import type { InputRow } from "./csvInput.ts";
import type { RowResult, Verdict } from "./rowResult.ts";

/** A row that is still to be done. */
export type OpenRow<Content> = InputRow<Content> & {
  /** Whether an earlier run may have sent it without receiving the answer. */
  readonly isEarlierUnknown: boolean;
};

export type Run<Content> = {
  /** Read one at a time, when another row can be sent. */
  readonly rows: AsyncIterable<OpenRow<Content>>;
  readonly send: (content: Content, line: number) => Promise<Answer>;
  /**
   * The code by which the API says that the row was done before. After an attempt whose answer was lost, it means that
   * the attempt succeeded. `undefined` when a repeated request gets the first one's answer.
   */
  readonly doneBeforeCode: number | undefined;
  /** Whether no row can succeed once one was refused with this code. */
  readonly isHopeless: (code: string) => boolean;
  readonly concurrency: number;
  readonly maximumAttempts: number;
  /** Must resolve when the result is stored. Only then is another row sent. */
  readonly record: (result: RowResult) => Promise<void>;
  readonly stop: AbortSignal;
};

/** How the run ended, and why rows were left undone. */
export type Ending = "finished" | "stopped" | { readonly hopeless: string };

const minimumFailuresInARow = 8;

/**
 * Sends the rows, at most `concurrency` at a time, and records the result of each. No row stays in memory after that.
 */
export async function runRows<Content>(run: Run<Content>): Promise<Ending> {
  const giveUp = new AbortController();
  const stop = AbortSignal.any([run.stop, giveUp.signal]);
  const maximumFailuresInARow = Math.max(run.concurrency, minimumFailuresInARow);
  let failuresInARow = 0;
  let hopeless: string | undefined;
  const finish = async (row: OpenRow<Content>) => {
    const result = await settle(run, row, stop);
    await run.record(result);
    failuresInARow = result.outcome === "failed" ? failuresInARow + 1 : 0;
    if (!run.isHopeless(result.code) && failuresInARow < maximumFailuresInARow) return;
    hopeless ??= result.message;
    giveUp.abort();
  };
  const { concurrency } = run;
  const finished = pMapIterable(untilStopped(run.rows, stop), finish, { concurrency, preserveOrder: false });
  for await (const _ of finished);
  if (run.stop.aborted) return "stopped";
  return hopeless === undefined ? "finished" : { hopeless };
}

async function* untilStopped<Row>(rows: AsyncIterable<Row>, stop: AbortSignal): AsyncGenerator<Row> {
  for await (const row of rows) {
    if (stop.aborted) return;
    yield row;
  }
}

async function settle<Content>(run: Run<Content>, row: OpenRow<Content>, stop: AbortSignal): Promise<RowResult> {
  const { line, customerId } = row;
  if ("fault" in row) return { line, customerId, outcome: "invalid", code: "", message: row.fault };
  const { answer, isEarlierUnknown } = await attempt(() => run.send(row.content, line), run.maximumAttempts, stop);
  const isDoneBefore = answer.kind === "refused" && answer.code === run.doneBeforeCode;
  if (isDoneBefore && (isEarlierUnknown || row.isEarlierUnknown)) {
    const message = `${answer.messages.join(" ")} An earlier try may have done it, whose answer was lost.`;
    return { line, customerId, outcome: "done", code: "", message };
  }
  return { line, customerId, ...judge(answer, run.isHopeless) };
}

function judge(answer: Answer, isHopeless: (code: string) => boolean): Verdict & { readonly message: string } {
  switch (answer.kind) {
    case "accepted":
      return { outcome: "done", code: "", message: answer.warnings.join(" ") };
    case "refused": {
      const code = String(answer.code);
      return { outcome: isHopeless(code) ? "failed" : "refused", code, message: answer.messages.join(" ") };
    }
    case "unanswered":
      return { outcome: "failed", code: String(answer.code), message: answer.message };
  }
}
