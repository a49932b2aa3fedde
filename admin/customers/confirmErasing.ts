import { createInterface } from "node:readline/promises";
import type { ErasureMode } from "../../shared/domain/erasing.ts";
import { Refused } from "../refused.ts";

const meanings = {
  ERASE: "removes everything that is stored of",
  ANONYMISE: "empties names, external id and texts of",
} as const satisfies Record<ErasureMode, string>;

/** Afterwards nothing knows the external id, and dead letters that hold it can be deleted only by it. */
const before = {
  ERASE: "First note the external id, if there is one: dead-letters erase needs it (customers export shows it).\n",
  ANONYMISE: "",
} as const satisfies Record<ErasureMode, string>;

/**
 * Asks twice on a terminal whether a customer is to be erased, because nothing brings the data back. The second question is
 * for the id, so that a wrong one is noticed. Throws {@link Refused} for any other answer.
 */
export async function confirmErasing(
  customerId: number,
  mode: ErasureMode,
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
): Promise<void> {
  const terminal = createInterface({ input, output, terminal: true });
  output.write(before[mode]);
  try {
    const meant = await terminal.question(
      `${mode} ${meanings[mode]} customer ${customerId}, for ever. Type yes to go on: `,
    );
    const isConfirmed =
      meant === "yes" && (await terminal.question("Type the customer's id again: ")) === String(customerId);
    if (!isConfirmed) throw new Refused("Nothing was done.");
  } catch (error) {
    // Ctrl-C or Ctrl-D.
    if (error instanceof Error && error.name === "AbortError") throw new Refused("Nothing was done.", 130);
    throw error;
  } finally {
    terminal.close();
  }
}
