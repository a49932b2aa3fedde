/**
 * `done`: the API said yes. `refused`: it said no, and would again. `invalid`: the row cannot be sent. `failed`: no
 * answer that is final; the next run does the row again.
 */
export const outcomes = ["done", "refused", "invalid", "failed"] as const;
export type Outcome = (typeof outcomes)[number];

/** What became of a row; `code` is the API's, or a word for what came in its place, or empty. */
export type Verdict = { readonly outcome: Outcome; readonly code: string };

export type RowResult = Verdict & {
  readonly line: number;
  readonly customerId: string;
  readonly message: string;
};

export function isOutcome(text: string): text is Outcome {
  return outcomes.some((outcome) => outcome === text);
}
