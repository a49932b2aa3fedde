/**
 * `done`: the API accepted the row. `refused`: the API refused it and would refuse it again. `invalid`: the row cannot
 * be sent. `failed`: there was no final answer, and the next run sends the row again.
 */
export const outcomes = ["done", "refused", "invalid", "failed"] as const;
export type Outcome = (typeof outcomes)[number];

/** The result of a row. `code` is the API's code, a word that replaces it, or empty. */
export type Verdict = { readonly outcome: Outcome; readonly code: string };

export type RowResult = Verdict & {
  readonly line: number;
  readonly customerId: string;
  readonly message: string;
};

export function isOutcome(text: string): text is Outcome {
  return outcomes.some((outcome) => outcome === text);
}
