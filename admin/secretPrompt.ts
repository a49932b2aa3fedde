import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { Refused } from "./refused.ts";

/** Asks on a terminal without showing what is typed. */
export async function askSecret(
  question: string,
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
): Promise<string> {
  output.write(question);
  // The terminal would echo the input. Readline takes over the echo, and its output is discarded.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input, output: nowhere, terminal: true });
  try {
    return await terminal.question("");
  } catch (error) {
    // Ctrl-C or Ctrl-D.
    if (!(error instanceof Error && error.name === "AbortError")) throw error;
    throw new Refused("No secret was given.", 130);
  } finally {
    terminal.close();
    output.write("\n");
  }
}
