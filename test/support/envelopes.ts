import { expect } from "vitest";
import type { ApiResponse } from "./apiClient.ts";

/** The fields of every envelope. The document says which routes' successes have `pagination` or `simulation` too. */
export function expectEnvelope({ body }: ApiResponse): void {
  const fields = Object.keys(body).filter((name) => !["pagination", "simulation"].includes(name));
  expect(fields).toEqual(["data", "errors", "warnings"]);
}

/** The whole envelope of an accepted enrolment or un-enrolment. */
export function expectAccepted(response: ApiResponse, customerId: number, warnings: readonly RegExp[] = []): void {
  const expected =
    warnings.length === 0 ? null : warnings.map((message) => ({ message: expect.stringMatching(message) }));
  expect({ status: response.status, body: response.body }).toEqual({
    status: 200,
    body: { data: customerId, errors: null, warnings: expected },
  });
}

/** The whole envelope of a refusal with one error for each message. */
export function expectRefused(
  response: ApiResponse,
  status: number,
  code: number,
  ...messages: readonly RegExp[]
): void {
  const patterns = messages.length === 0 ? [/./] : messages;
  expect({ status: response.status, body: response.body }).toEqual({
    status,
    body: {
      data: null,
      errors: patterns.map((message) => ({ code, message: expect.stringMatching(message) })),
      warnings: null,
    },
  });
}
