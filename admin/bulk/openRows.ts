import { mayHaveHappened } from "../answer.ts";
import type { InputRow } from "./csvInput.ts";
import type { LineVerdicts } from "./lineVerdicts.ts";
import type { Outcome } from "./rowResult.ts";
import type { OpenRow } from "./runRows.ts";

/** What earlier runs left, as far as it says which rows are to be done. */
export type Earlier = {
  readonly verdicts: LineVerdicts;
  readonly maximumLostRows: number;
  /** With any other outcome a row is done again. */
  readonly finalOutcomes: ReadonlySet<Outcome>;
};

/**
 * The rows that have no final result. Rows are sent in the file's order, so those that a killed run had under way are
 * the first ones without any result.
 */
export async function* openRows<Content>(
  rows: AsyncIterable<InputRow<Content>>,
  { verdicts, maximumLostRows, finalOutcomes }: Earlier,
): AsyncGenerator<OpenRow<Content>> {
  let lostRows = 0;
  for await (const row of rows) {
    const verdict = verdicts.get(row.line);
    if (verdict !== undefined && finalOutcomes.has(verdict.outcome)) continue;
    if (verdict === undefined) lostRows += 1;
    const isEarlierUnknown = verdict === undefined ? lostRows <= maximumLostRows : mayHaveHappened(verdict.code);
    yield { ...row, isEarlierUnknown };
  }
}
