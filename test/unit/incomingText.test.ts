import { describe, expect, it } from "vitest";
import { bodyText, queryFaults, readHeaders } from "../../shared/http/requests/incomingText.ts";

const base64 = (bytes: readonly number[] | string) => Buffer.from(bytes).toString("base64");

describe("the body of an event of API Gateway", () => {
  it.each<[string, string, boolean, string | undefined]>([
    ["is its text", '{"a":"é\u{1f600}"}', false, '{"a":"é\u{1f600}"}'],
    ["in base64 is its text", base64('{"a":"é"}'), true, '{"a":"é"}'],
    ["in base64 keeps a replacement character that was sent", base64("\ufffd"), true, "\ufffd"],
    ["in base64 keeps a byte-order mark, which is no JSON", base64("\ufeff{}"), true, "\ufeff{}"],
    ["is none when half of a surrogate pair is in it", "a\ud800b", false, undefined],
    ["is none when API Gateway has put a replacement character into it", "Jos\ufffd", false, undefined],
    ["in base64 is none when a byte is not UTF-8", base64([0x7b, 0xff, 0x7d]), true, undefined],
    ["in base64 is none when it ends within a character", base64([0xf0, 0x9f]), true, undefined],
    ["in base64 is none when it holds half of a surrogate pair", base64([0xed, 0xa0, 0x80]), true, undefined],
  ])("%s", (_, body, isBase64Encoded, text) => {
    expect(bodyText(body, isBase64Encoded)).toBe(text);
  });
});

describe("queryFaults tells a parameter that was sent twice", () => {
  const twice = ['"a" in the query must be sent once; got 2.'];

  it("by the event's lists", () => {
    const event = { queryStringParameters: { a: "2" }, multiValueQueryStringParameters: { a: ["1", "2"] } };
    expect(queryFaults(event)).toEqual(twice);
  });

  it("and finds none in an event that has only one of the two forms, or neither", () => {
    const none = { queryStringParameters: null, multiValueQueryStringParameters: null };
    expect(queryFaults(none)).toEqual([]);
    expect(queryFaults({ ...none, queryStringParameters: { a: "1" } })).toEqual([]);
    expect(queryFaults({ ...none, multiValueQueryStringParameters: { a: ["1"] } })).toEqual([]);
    expect(queryFaults({ ...none, queryStringParameters: { a: "\ud800" } })).toEqual([
      '"a" in the query must be UTF-8.',
    ]);
  });
});

describe("readHeaders joins by a comma and a blank, under the lower-case name,", () => {
  it("the values of a header that was sent twice", () => {
    const event = { headers: { "X-A": "2" }, multiValueHeaders: { "X-A": ["1", "2"] } };
    expect(readHeaders(event)).toEqual({ "x-a": "1, 2" });
  });

  it("the values of a header whose name is spelled in two ways", () => {
    const multiValueHeaders = { "X-A": ["1"], "x-a": ["2"] };
    expect(readHeaders({ headers: { "X-A": "1", "x-a": "2" }, multiValueHeaders })).toEqual({ "x-a": "1, 2" });
  });
});
