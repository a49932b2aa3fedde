import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withoutTexts } from "../../shared/domain/withoutTexts.ts";

describe("withoutTexts", () => {
  it("empties texts at every depth and keeps names, numbers with their digits, booleans and null", () => {
    const json = '{"a":"Ada","b":[1.10,"x",{"c":"y","d":true,"e":null}],"f":9007199254740993}';
    expect(withoutTexts(json)).toBe('{"a":"","b":[1.10,"",{"c":"","d":true,"e":null}],"f":9007199254740993}');
  });

  it("leaves no text of any JSON, and changes nothing a second time", () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        const emptied = withoutTexts(json);
        const texts: string[] = [];
        JSON.parse(emptied, (_, value: unknown) => {
          if (typeof value === "string") texts.push(value);
          return value;
        });
        expect(texts.filter((text) => text !== "")).toEqual([]);
        expect(withoutTexts(emptied)).toBe(emptied);
      }),
    );
  });
});
