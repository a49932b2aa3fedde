import type { Refusal, RefusalCode } from "../domain/refusal.ts";

/** Every code an answer can carry. */
export type ErrorCode = RefusalCode | 300004 | 401 | 4000 | 404 | 429 | 500 | 4001;

/**
 * The closed catalogue: HTTP status and the sentence each message starts with (docs/errors.md).
 * A business refusal is always 400, so that no client or gateway takes it for something to retry.
 */
export const errorCatalogue = {
  401: { status: 401, message: "Not authenticated." },
  4000: { status: 403, message: "Not allowed." },
  300004: { status: 400, message: "Invalid input." },
  310017: { status: 400, message: "Target group not found or inactive." },
  310018: { status: 400, message: "Target not found in that group, or inactive." },
  310011: { status: 400, message: "Invalid userId." },
  310019: { status: 400, message: "Target period not found." },
  310119: { status: 400, message: "User already enrolled for the target." },
  310126: { status: 400, message: "User is not enrolled to this target." },
  310069: { status: 400, message: "Target group name already taken." },
  310149: { status: 400, message: "No record of that user for that target." },
  404: { status: 404, message: "No such route." },
  429: { status: 429, message: "Too many requests." },
  500: { status: 500, message: "Unexpected error." },
  4001: { status: 503, message: "A dependency is unavailable." },
} as const satisfies Record<ErrorCode, { status: number; message: string }>;

/**
 * The HTTP statuses of invalid input that say more than 400: conflict, other version, too large, wrong content type, key
 * reused.
 */
export type InvalidInputStatus = 400 | 409 | 412 | 413 | 415 | 422;

/**
 * The request is answered with these errors. Code that parses or orchestrates throws it; the domain returns its
 * refusals.
 */
export class RequestRefused extends Error {
  override readonly name = "RequestRefused";
  readonly code: ErrorCode;
  readonly details: readonly string[];
  readonly status: number;

  constructor(code: ErrorCode, details: readonly string[], status: number = errorCatalogue[code].status) {
    super(`${code}: ${details.join(" ")}`);
    this.code = code;
    this.details = details;
    this.status = status;
  }
}

/** Refuses with 300004, one error for each fault. */
export function invalidInput(faults: readonly string[], status: InvalidInputStatus = 400): RequestRefused {
  return new RequestRefused(300004, faults, status);
}

/** The answer to a business refusal. */
export function businessRefusal({ code, detail }: Refusal): RequestRefused {
  return new RequestRefused(code, [detail]);
}
