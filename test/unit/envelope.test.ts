import { describe, expect, it } from "vitest";
import { AnswerTooLarge, failureEnvelope, httpResult, successEnvelope } from "../../shared/http/envelope.ts";

/** Lambda's limit for an answer. */
const mostBytes = 6 * 1024 * 1024;

function bytesOf(data: unknown): number {
  return Buffer.byteLength(JSON.stringify(httpResult(200, successEnvelope(data, []))));
}

describe("no answer is larger than Lambda's 6 MB", () => {
  it.each([
    ["letters", "a"],
    ["quotation marks", '"'],
    ["characters of three bytes", "€"],
  ])("data of %s up to the limit are answered, and one byte more is an error", (_, character) => {
    const bytesEach = (bytesOf(character.repeat(11)) - bytesOf(character)) / 10;
    const fitting = Math.floor((mostBytes - bytesOf("")) / bytesEach);
    expect(bytesOf(character.repeat(fitting))).toBeGreaterThan(mostBytes - bytesEach);
    expect(() => bytesOf(character.repeat(fitting + 1))).toThrow(AnswerTooLarge);
  });

  it("errors and warnings are cut, however many and however long", () => {
    const messages = Array.from({ length: 10_000 }, () => '"'.repeat(10_000));
    for (const envelope of [failureEnvelope(300004, messages), successEnvelope(1, messages)]) {
      expect(Buffer.byteLength(JSON.stringify(httpResult(200, envelope)))).toBeLessThan(1_000_000);
    }
  });

  it("a message that is cut within a pair of surrogates stays well-formed", () => {
    const { warnings } = successEnvelope(1, [`${"a".repeat(1999)}😀`]);
    expect(warnings?.[0]?.message).toBe(`${"a".repeat(1999)}\ufffd…`);
  });

  it("a message of 2000 characters is not cut", () => {
    expect(successEnvelope(1, ["a".repeat(2000)]).warnings).toEqual([{ message: "a".repeat(2000) }]);
  });
});
