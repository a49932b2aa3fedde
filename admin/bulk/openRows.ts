import { mayHaveHappened } from "../answer.ts";
import type { InputRow } from "./csvInput.ts";
import type { LineVerdicts } from "./lineVerdicts.ts";
import type { Outcome } from "./rowResult.ts";
import type { OpenRow } from "./runRows.ts";

/** The part of earlier runs' results that says which rows are still to be done. */
export type Earlier = {
  readonly verdicts: LineVerdicts;
  readonly maximumLostRows: number;
  /** A row with another outcome is done again. */
  readonly finalOutcomes: ReadonlySet<Outcome>;
};

/**
 * The rows without a final result. Rows are sent in the file's order. So the rows that a killed run had under way are
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
