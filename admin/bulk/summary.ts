import { errorCatalogue } from "../../shared/http/errors.ts";
import type { LineVerdicts } from "./lineVerdicts.ts";
import { duration } from "./progress.ts";
import { type Outcome, outcomes, type Verdict } from "./rowResult.ts";

/** The state of the whole input after a run, including what earlier runs did. `--json` prints it. */
export type Summary = Readonly<Record<Outcome, number>> & {
  readonly rows: number;
  /** Rows without a result: the run was stopped or gave up. */
  readonly left: number;
  /** Rows that this run has sent or judged. */
  readonly thisRun: number;
  readonly seconds: number;
  /** Rows that were refused or failed, by code. */
  readonly codes: readonly { readonly outcome: Outcome; readonly code: string; readonly count: number }[];
  readonly results: string;
};

type Figures = {
  readonly rows: number;
  readonly thisRun: number;
  readonly seconds: number;
  readonly results: string;
};

export function summarize(verdicts: LineVerdicts, { rows, thisRun, seconds, results }: Figures): Summary {
  const tally = verdicts.tally();
  const total = (outcome: Outcome) => verdicts.count(new Set([outcome]));
  const [done, refused, invalid, failed] = [total("done"), total("refused"), total("invalid"), total("failed")];
  return {
    rows,
    done,
    refused,
    invalid,
    failed,
    left: rows - done - refused - invalid - failed,
    thisRun,
    seconds,
    codes: tally
      .filter(({ verdict }) => verdict.code !== "")
      .map(({ verdict: { outcome, code }, count }) => ({ outcome, code, count }))
      .toSorted((one, other) => other.count - one.count),
    results,
  };
}

export function summaryLines(summary: Summary): string[] {
  const { rows, thisRun, seconds, left, codes, results } = summary;
  const rate = seconds > 0 && thisRun > 0 ? `, ${Math.round(thisRun / seconds)}/s` : "";
  return [
    `${rows} ${rows === 1 ? "row" : "rows"}, ${thisRun} dealt with now, in ${duration(seconds)}${rate}.`,
    ...outcomes.filter((outcome) => summary[outcome] > 0).map((outcome) => row(summary[outcome], outcome)),
    ...(left > 0 ? [row(left, "left")] : []),
    ...(codes.length > 0 ? ["By code:"] : []),
    ...codes.map(({ count, ...verdict }) => row(count, explain(verdict))),
    `Each row's result: ${results}`,
  ];
}

function row(count: number, what: string): string {
  return `${String(count).padStart(10)}  ${what}`;
}

function explain({ code }: Verdict): string {
  if (code === "network") return "network  No answer.";
  const [, entry] = Object.entries(errorCatalogue).find(([known]) => known === code) ?? [];
  return `${code.padEnd(7)}  ${entry?.message ?? ""}`.trimEnd();
}
