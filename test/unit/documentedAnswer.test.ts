import { describe, expect, it } from "vitest";
import { assertDocumented } from "../support/documentedAnswer.ts";

const customer = {
  customerId: 7,
  firstName: null,
  lastName: null,
  externalId: null,
  registeredOn: "2030-01-10T08:00:00.000Z",
  lastUpdatedOn: "2030-01-10T08:00:00.000Z",
};

function answer(status: number, body: unknown, headers: Record<string, string> = {}) {
  return { status, headers: new Headers(headers), body };
}

function answered(...parts: Parameters<typeof answer>) {
  return () => assertDocumented("GET", "/v3/customers/7?x=1", answer(...parts));
}

function success(data: unknown) {
  return { data, errors: null, warnings: null };
}

function refusal(code: number) {
  return { data: null, errors: [{ code, message: "No." }], warnings: null };
}

/** Every test of the API uses this check, so the check has tests of its own. */
describe("an answer is taken for documented", () => {
  it("when status, headers and body are as docs/openapi.json says", () => {
    expect(answered(200, success(customer))).not.toThrow();
    expect(answered(400, refusal(310011))).not.toThrow();
    expect(answered(401, refusal(401), { "WWW-Authenticate": "Basic" })).not.toThrow();
  });

  it.each([
    ["a field is new", answered(200, success({ ...customer, city: "Wien" })), /additional properties/],
    ["a field is gone", answered(200, success({ customerId: 7 })), /firstName/],
    ["a field is of another type", answered(200, success({ ...customer, customerId: "7" })), /must be integer/],
    ["an instant is written otherwise", answered(200, success({ ...customer, registeredOn: "2030-01-10" })), /format/],
    ["the envelope lacks a part", answered(200, { data: customer, errors: null }), /warnings/],
    ["the code is another route's", answered(400, refusal(310119)), /allowed values/],
    ["the status is another", answered(418, refusal(300004)), /status is not documented/],
    ["a promised header is missing", answered(401, refusal(401)), /WWW-Authenticate is missing/],
  ])("not when %s", (_what, check, message) => {
    expect(check).toThrow(message);
  });

  it("not when there is no such route and the answer is not 404", () => {
    expect(() => assertDocumented("GET", "/v3/nothing", answer(404, refusal(404)))).not.toThrow();
    expect(() => assertDocumented("GET", "/v3/nothing", answer(400, refusal(300004)))).toThrow(/no route/);
  });
});
