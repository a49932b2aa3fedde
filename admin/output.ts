/** Where commands write: results to one stream, everything else to the other. */
export type Output = {
  readonly result: (text: string) => void;
  readonly problem: (text: string) => void;
  /** The stream of `problem` if it is a terminal. The progress bar is drawn there. */
  readonly terminal?: NodeJS.WritableStream | undefined;
};

/** The result as JSON, or as lines for a person. */
export function report(output: Output, isJson: true | undefined, result: unknown, lines: readonly string[]): void {
  output.result(`${isJson ? JSON.stringify(result) : lines.join("\n")}\n`);
}

/** Said with every secret that is printed. */
export const secretAdvice = "The secret is shown this once and cannot be read again: store it now.";
