import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { askSecret } from "../../admin/secretPrompt.ts";
import { CapturedTerminal } from "../support/capturedTerminal.ts";

describe("the question for a secret", () => {
  it("answers what was typed, corrections included, and shows none of it", async () => {
    const [input, terminal] = [new PassThrough(), new CapturedTerminal()];
    const answer = askSecret("Secret of till.1: ", input, terminal);
    input.write("s3cretx\u007f\r");
    expect(await answer).toBe("s3cret");
    expect(terminal.text).toBe("Secret of till.1: \n");
  });

  it.each([
    ["Ctrl-C", "\u0003"],
    ["Ctrl-D", "\u0004"],
  ])("ends the command at %s", async (_, key) => {
    const input = new PassThrough();
    const answer = askSecret("Secret: ", input, new CapturedTerminal());
    input.write(key);
    await expect(answer).rejects.toThrow("No secret was given.");
  });
});
