import { SingleBar } from "cli-progress";
import type { Output } from "../output.ts";

export type Progress = {
  /** Counts one more row with a result. */
  readonly advance: () => void;
  readonly end: () => void;
};

const plainLineMilliseconds = 10_000;
const barCharacters = 30;

/**
 * Shows the progress of a run, its rate and the remaining time: as a bar on a terminal, else as a line every ten
 * seconds. `clock` is in milliseconds. Rows of earlier runs count for the progress and not for the rate.
 */
export function showProgress(output: Output, total: number, doneBefore: number, clock: () => number): Progress {
  const startedAt = clock();
  const describe = (done: number) =>
    describeProgress(done, total, (done - doneBefore) / ((clock() - startedAt) / 1000));
  return output.terminal === undefined
    ? plainProgress(output, doneBefore, clock, describe)
    : barProgress(output.terminal, total, doneBefore, describe);
}

function barProgress(
  stream: NodeJS.WritableStream,
  total: number,
  doneBefore: number,
  describe: (done: number) => string,
): Progress {
  const bar = new SingleBar({
    stream,
    // Without this the library switches line wrapping off in the terminal. It would stay off if the process is killed.
    linewrap: true,
    hideCursor: true,
    // Computed only when the bar is drawn, at most ten times a second.
    format: (_, { progress, value }) => {
      const filled = Math.round(Math.min(progress, 1) * barCharacters);
      return `[${"=".repeat(filled)}${" ".repeat(barCharacters - filled)}] ${describe(value)}`;
    },
  });
  bar.start(total, doneBefore);
  return { advance: () => bar.increment(), end: () => bar.stop() };
}

function plainProgress(
  { problem }: Output,
  doneBefore: number,
  clock: () => number,
  describe: (done: number) => string,
): Progress {
  let done = doneBefore;
  let saidAt = clock();
  return {
    advance: () => {
      done += 1;
      const now = clock();
      if (now - saidAt < plainLineMilliseconds) return;
      saidAt = now;
      problem(`${describe(done)}\n`);
    },
    end: () => undefined,
  };
}

function describeProgress(done: number, total: number, rowsPerSecond: number): string {
  const percentage = total === 0 ? 100 : Math.floor((100 * done) / total);
  const isMeasured = Number.isFinite(rowsPerSecond) && rowsPerSecond > 0;
  const left = isMeasured ? `, ${Math.round(rowsPerSecond)}/s, ${duration((total - done) / rowsPerSecond)} left` : "";
  return `${percentage} %, ${done} of ${total} rows${left}`;
}

/** `1 h 2 min`, `3 min 4 s` or `5 s`. */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}
