import { pMapIterable } from "p-map";
import { type Answer, isHopeless } from "../answer.ts";
import { attempt } from "./attempts.ts";
import type { InputRow } from "./csvInput.ts";
import type { RowResult, Verdict } from "./rowResult.ts";

/** A row that is still to be done. */
export type OpenRow<Content> = InputRow<Content> & {
  /** An earlier run may have sent it without learning the answer. */
  readonly isEarlierUnknown: boolean;
};

export type Run<Content> = {
  /** Taken one at a time, when there is room for one. */
  readonly rows: AsyncIterable<OpenRow<Content>>;
  readonly send: (content: Content, line: number) => Promise<Answer>;
  /**
   * What the API refuses with when the row had been done before. After an attempt whose answer was lost, that says that
   * the attempt succeeded. `undefined` when a repeated request is answered like the first.
   */
  readonly doneBeforeCode: number | undefined;
  readonly concurrency: number;
  readonly maximumAttempts: number;
  /** Must resolve when the result is safe; only then is there room for another row. */
  readonly record: (result: RowResult) => Promise<void>;
  readonly stop: AbortSignal;
};

/** Why rows were left undone, if they were. */
export type Ending = "finished" | "stopped" | { readonly hopeless: string };

const minimumFailuresInARow = 8;

/** Sends the rows, at most `concurrency` at a time, and records what became of each. Holds no row longer than that. */
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
    if (!isHopeless(result.code) && failuresInARow < maximumFailuresInARow) return;
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
  return { line, customerId, ...judge(answer) };
}

function judge(answer: Answer): Verdict & { readonly message: string } {
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
