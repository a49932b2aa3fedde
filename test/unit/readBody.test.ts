import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { markInexactNumbers, parseJson } from "../../shared/http/requests/json.ts";
import { readJson } from "../support/readJson.ts";

const base64 = (bytes: readonly number[] | string) => Buffer.from(bytes).toString("base64");
const refusal = (status: number, detail: RegExp) =>
  expect.objectContaining({ code: 300004, status, details: [expect.stringMatching(detail)] });

describe("a number of a body", () => {
  it.each([
    ["0", 0],
    ["-0", -0],
    ["1e2", 100],
    ["5.0", 5],
    ["0.1", 0.1],
    ["1000.0001", 1000.0001],
    ["99999999999.9999", 99_999_999_999.9999],
    ["9007199254740991", 9_007_199_254_740_991],
    ["-9007199254740991", -9_007_199_254_740_991],
    ["100000000000000000000", 1e20],
  ])("%s is read as it was written", async (text, value) => {
    expect(await readJson(`{"a":[${text}]}`)).toEqual({ a: [value] });
  });

  it.each([
    "1.0000000000000001",
    "9007199254740993",
    "0.10000000000000000555",
    "1e400",
    "1e-400",
    "99999999999.99991234",
  ])(
    "%s, which a double cannot hold, is read as an infinite number of the same sign, which no schema takes",
    async (text) => {
      expect(await readJson(`{"a":${text},"b":-${text}}`)).toEqual({
        a: Number.POSITIVE_INFINITY,
        b: Number.NEGATIVE_INFINITY,
      });
    },
  );

  it.each(['"1e400"', String.raw`"\"1e400"`, String.raw`"\\\" 9007199254740993"`])(
    "is not looked for within a string: %s",
    async (text) => {
      expect(await readJson(`{${text}:${text}}`)).toEqual(JSON.parse(`{${text}:${text}}`));
    },
  );
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe("marking the numbers that a double cannot hold", () => {
  const pieces = fc.constantFrom(
    "9007199254740993",
    "1e400",
    "1",
    "0",
    "-",
    "+",
    ".",
    "e",
    '"',
    "\\",
    ",",
    "[",
    "]",
    " ",
  );
  it("leaves malformed text malformed and well-formed text well-formed", () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const text = parts.join("");
        expect(isJson(markInexactNumbers(text))).toBe(isJson(text));
      }),
      { numRuns: 5_000 },
    );
  });

  it("changes nothing in a text that JSON.stringify has written of exact numbers", () => {
    const exact = fc.integer().map((tenThousandths) => tenThousandths / 10_000);
    const values = fc.array(fc.oneof(exact, fc.string(), fc.dictionary(fc.string(), exact)));
    fc.assert(
      fc.property(values, (value) => {
        expect(markInexactNumbers(JSON.stringify(value))).toBe(JSON.stringify(value));
      }),
    );
  });
});

describe("the chain that reads a body refuses with 300004", () => {
  it("413 by the size of its bytes, before the type and the text are looked at", async () => {
    const sent = { isBase64Encoded: true, maximumBodyBytes: 2, contentType: "text/plain" };
    await expect(readJson(base64([0xff, 0xff, 0xff]), sent)).rejects.toEqual(refusal(413, /at most 2 bytes; got 3/));
    await expect(readJson("éé", { maximumBodyBytes: 3 })).rejects.toEqual(refusal(413, /at most 3 bytes; got 4/));
    expect(await readJson(base64("123"), { isBase64Encoded: true, maximumBodyBytes: 3 })).toBe(123);
  });

  it("415 a body that is not declared as JSON, before the text is looked at", async () => {
    const sent = { isBase64Encoded: true, contentType: "text/plain" };
    await expect(readJson(base64([0xff]), sent)).rejects.toEqual(refusal(415, /got text\/plain/));
    await expect(readJson("{", { contentType: "application/problem+json" })).rejects.toEqual(refusal(415, /problem/));
  });

  it("400 bytes that are not UTF-8, before the JSON is looked at", async () => {
    await expect(readJson(base64([0x7b, 0xff]), { isBase64Encoded: true })).rejects.toEqual(refusal(400, /UTF-8/));
  });

  it.each(["", "{", "[1,]", "01", "1-9007199254740993", "09007199254740993", '"\n"', "\u{feff}{}", "NaN", "1e400e400"])(
    "400 what is not JSON: %j",
    async (text) => {
      await expect(readJson(text)).rejects.toEqual(refusal(400, /^The body must be well-formed JSON\.$/));
    },
  );

  it.each([
    ["lists", "[", "]"],
    ["objects", '{"a":', "}"],
  ])("400 more than 100 %s in each other", async (_, open, close) => {
    const nested = (depth: number) => `${open.repeat(depth)}0${close.repeat(depth)}`;
    expect(JSON.stringify(await readJson(nested(100)))).toBe(nested(100));
    for (const depth of [101, 100_000]) {
      const refused = refusal(400, /^The body must not nest lists and objects more than 100 deep\.$/);
      await expect(readJson(nested(depth))).rejects.toEqual(refused);
      await expect(readJson(nested(depth).replace("0", '"\\u0041"'))).rejects.toEqual(refused);
    }
  });
});

it.each([
  '{"__proto__":{"a":1},"b":1e400}',
  '{"constructor":{"prototype":{}},"b":-1e400}',
  '{"a":[{"__proto__":null}]}',
])("a name that the parser refuses is read like any other: %s", async (text) => {
  const value = await readJson(text);
  expect(value).toEqual(parseJson(text));
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  expect(JSON.stringify(value)).toBe(text.replace(/-?1e400/, "null"));
});

it.each(['"[[["', '"\\"[[["', "[],[]", '{"[":"{"}'])(
  "any number of brackets beside each other or in strings is read: %s",
  async (text) => {
    const list = `[${Array.from({ length: 200 }, () => text).join()}]`;
    expect(JSON.stringify(await readJson(list))).toBe(list);
  },
);

it.each([
  ["a string", '{"a":{"b":"\\ud800"}}', "b"],
  ["a name", '{"\\udfff":1}', "\\udfff"],
  ["a string beside a name that the parser refuses", '{"__proto__":{"c":"\\ud800"}}', "c"],
])("400 half of a surrogate pair in %s, named", async (_, text, name) => {
  const detail = `The text of "${name}" must be well-formed Unicode; it holds half of a surrogate pair.`;
  await expect(readJson(text)).rejects.toEqual(
    expect.objectContaining({ code: 300004, status: 400, details: [detail] }),
  );
});
