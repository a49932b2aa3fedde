import { type Command, InvalidArgumentError } from "commander";
import { type AccessOptions, addAccessOptions } from "../access.ts";

/** The options of every command that sends one request for each row of a file. */
export type BulkOptions = AccessOptions & {
  readonly concurrency: number;
  readonly attempts: number;
  readonly delimiter: string;
  readonly results?: string;
  readonly retryRefused?: true;
};

const maximumConcurrency = 256;
const maximumAttempts = 20;

export function addBulkOptions(command: Command): Command {
  return addAccessOptions(command)
    .option("--results <file>", "remembers each row's result (default: the input's name and .results.csv)")
    .option("--concurrency <number>", "how many rows are under way at once", wholeNumber(maximumConcurrency), 16)
    .option("--attempts <number>", "how often a row is sent that is not answered", wholeNumber(maximumAttempts), 6)
    .option("--delimiter <character>", "what stands between the cells", parseDelimiter, ",")
    .option("--retry-refused", "do again what was refused before");
}

function wholeNumber(maximum: number): (text: string) => number {
  return (text) => {
    const number = /^[1-9]\d{0,3}$/.test(text) ? Number(text) : Number.NaN;
    if (number <= maximum) return number;
    throw new InvalidArgumentError(`A whole number from 1 to ${maximum}.`);
  };
}

function parseDelimiter(text: string): string {
  if (/^[,;|\t]$/.test(text)) return text;
  throw new InvalidArgumentError("One of , ; | and tab.");
}
