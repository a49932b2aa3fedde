import { readFileSync } from "node:fs";
import { check } from "recheck";
import { expressionsIn, type FoundExpression } from "./regex/expressions.ts";
import { type KnownExpression, knownExpressions } from "./regex/known.ts";
import { sourcesToScan } from "./regex/sources.ts";

/**
 * `npm run check:regex [-- file…]`: checks the regular expressions that read input. It fails for one that can take more
 * than linear time, or that is built at run time and cannot be judged, unless it is listed as known. It also fails for a
 * listed one that no longer exists.
 *
 * With a slow expression, a caller without a credential could use seconds of CPU with a body of some kB.
 */
async function main(files: readonly string[]): Promise<void> {
  const isWhole = files.length === 0;
  const scanned = isWhole ? await sourcesToScan() : files;
  const found = scanned.flatMap((file) => expressionsIn(file, readFileSync(file, "utf8")));
  const judged = await Promise.all(found.map(judge));
  const problems = judged.filter((one) => one !== undefined);
  const unknown = problems.filter(({ expression }) => !knownExpressions.some((known) => isKnown(expression, known)));
  const gone = isWhole
    ? knownExpressions.filter((known) => !problems.some((one) => isKnown(one.expression, known)))
    : [];
  for (const { expression, problem } of unknown) console.error(`${expression.at} ${expression.text} ${problem}`);
  for (const { file, text } of gone) console.error(`scripts/regex/known.ts lists ${text} of ${file}, which is gone`);
  console.log(`${found.length} regular expressions in ${scanned.length} files`);
  if (unknown.length + gone.length > 0) process.exitCode = 1;
}

type Judged = { readonly expression: FoundExpression; readonly problem: string };

async function judge(expression: FoundExpression): Promise<Judged | undefined> {
  const { parts } = expression;
  if (parts === undefined) return { expression, problem: "is put together at run time" };
  const verdict = await verdictOf(parts);
  return verdict === undefined ? undefined : { expression, problem: verdict };
}

/** The same expression is in many files. */
const verdicts = new Map<string, Promise<string | undefined>>();

function verdictOf({ source, flags }: NonNullable<FoundExpression["parts"]>): Promise<string | undefined> {
  const key = `/${source}/${flags}`;
  const verdict = verdicts.get(key) ?? askRecheck(source, flags);
  verdicts.set(key, verdict);
  return verdict;
}

/**
 * The check uses automata, whose verdict is certain. The alternative tries random texts. It finds less on a busy
 * machine and has called linear expressions slow. An expression that automata cannot judge, such as a look-behind, is
 * written differently.
 */
const judging = { checker: "automaton", timeout: 120_000 } as const;

async function askRecheck(source: string, flags: string): Promise<string | undefined> {
  const diagnostics = await check(source, flags, judging);
  if (diagnostics.status === "safe") return undefined;
  if (diagnostics.status === "unknown") return `could not be judged (${diagnostics.error.kind})`;
  return `takes more than linear time: ${diagnostics.complexity.summary}, for example on ${diagnostics.attack.pattern}`;
}

function isKnown({ at, text }: FoundExpression, known: KnownExpression): boolean {
  return at.slice(0, at.lastIndexOf(":")).endsWith(known.file) && text === known.text;
}

await main(process.argv.slice(2));
