import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { confirmErasing } from "../../admin/customers/confirmErasing.ts";
import type { ErasureMode } from "../../shared/domain/erasing.ts";
import { CapturedTerminal } from "../support/capturedTerminal.ts";

/** Asks, and types the answers one after another. */
async function confirm(...answers: readonly string[]) {
  return confirmMode("ERASE", ...answers);
}

async function confirmMode(mode: ErasureMode, ...answers: readonly string[]) {
  const [input, terminal] = [new PassThrough(), new CapturedTerminal()];
  await Promise.all([confirmErasing(5, mode, input, terminal), type(input, answers)]);
  return terminal.text;
}

async function type(input: PassThrough, answers: readonly string[]): Promise<void> {
  for (const answer of answers) {
    input.write(answer);
    await new Promise(setImmediate);
  }
}

describe("the confirmation of an erasure", () => {
  it("asks twice: whether it is meant, and for whom", async () => {
    const text = await confirm("yes\r", "5\r");
    expect(text).toContain("removes everything that is stored of customer 5, for ever");
    expect(text).toContain("Type the customer's id again");
  });

  it("says before an erasure, and not before an anonymisation, that the external id has to be noted first", async () => {
    expect(await confirmMode("ERASE", "yes\r", "5\r")).toMatch(
      /^First note the external id, .*dead-letters erase needs it/,
    );
    expect(await confirmMode("ANONYMISE", "yes\r", "5\r")).not.toContain("external id, if");
  });

  it.each([
    ["the first answer is not yes", ["y\r"]],
    ["the id is another one", ["yes\r", "6\r"]],
    ["Ctrl-C is pressed at the first question", ["\u0003"]],
    ["Ctrl-D is pressed at the second question", ["yes\r", "\u0004"]],
  ])("ends the command when %s", async (_, answers) => {
    await expect(confirm(...answers)).rejects.toThrow("Nothing was done.");
  });
});
