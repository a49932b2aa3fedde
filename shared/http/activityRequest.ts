import { createHash } from "node:crypto";
import { type Decimal, parseDecimal } from "../domain/decimal.ts";
import { type Instant, parseInstant } from "../domain/instant.ts";
import type { IncomingActivity } from "../table/activities.ts";
import { invalidInput, type RequestRefused } from "./errors.ts";
import { quote } from "./parameters.ts";
import { notACustomerId, parseCustomerId } from "./preconditions.ts";
import type { ActivityRequest } from "./requestTypes.ts";
import { checked } from "./validation.ts";
import { activity as validateActivity } from "./validators.generated.js";

/**
 * The activity a JSON value stands for. Throws {@link RequestRefused} with 300004, all faults at once, or 310011 when
 * only the customer's id is not one.
 */
export function parseActivityRequest(value: unknown): IncomingActivity {
  const result = checked(validateActivity, value);
  if (!("valid" in result)) throw invalidInput(result.faults);
  const request = result.valid;
  const numbers = { amount: request.amount ?? undefined, quantity: request.quantity ?? undefined };
  const occurredAt = parseInstant(request.occurredAt);
  const faults = [...faultsOfInstant(request, occurredAt), ...faultsOfDecimals(numbers), ...faultsOfEvent(request)];
  if (faults.length > 0 || occurredAt === undefined) throw invalidInput(faults);
  const customerId = parseCustomerId(request.customerId);
  if (customerId === undefined) throw notACustomerId(request.customerId);
  return {
    activityId: request.activityId,
    customerId,
    type: request.type,
    name: request.name ?? undefined,
    occurredAt,
    amount: decimalOf(numbers.amount),
    quantity: decimalOf(numbers.quantity),
    attributes: numericAttributes(request.attributes ?? {}),
    originalActivityId: request.originalActivityId ?? undefined,
    contentDigest: digestOf(request, occurredAt),
  };
}

function faultsOfInstant({ occurredAt }: ActivityRequest, instant: Instant | undefined): string[] {
  if (instant !== undefined) return [];
  return [`occurredAt must be an instant with its offset, such as 2026-01-31T18:00:00Z; got ${quote(occurredAt)}.`];
}

function faultsOfDecimals(numbers: Readonly<Record<string, number | undefined>>): string[] {
  return Object.entries(numbers)
    .filter(([, number]) => number !== undefined && decimalOf(number) === undefined)
    .map(([field, number]) => `${field} must have at most 4 fractional digits; got ${number}.`);
}

function faultsOfEvent({ type, name }: ActivityRequest): string[] {
  return type === "EVENT" && typeof name !== "string" ? ["name is required when type is EVENT."] : [];
}

function decimalOf(number: number | undefined): Decimal | undefined {
  return number === undefined ? undefined : parseDecimal(number.toString());
}

/** What an EVENT_ATTRIBUTE target can count; the rest is the caller's own business. */
function numericAttributes(attributes: Readonly<Record<string, unknown>>): Map<string, Decimal> {
  const numbers = Object.entries(attributes).flatMap(([name, value]) => {
    const decimal = typeof value === "number" ? decimalOf(value) : undefined;
    return decimal === undefined || decimal < 0n ? [] : [[name, decimal] as const];
  });
  return new Map(numbers);
}

/** Two deliveries say the same when their fields mean the same, in whatever order and spelling. */
function digestOf(request: ActivityRequest, occurredAt: Instant): string {
  const { type, name, amount, quantity, attributes, originalActivityId } = request;
  const sorted = Object.entries(attributes ?? {}).toSorted(([one], [other]) => (one < other ? -1 : 1));
  const meaning = [
    type,
    name ?? null,
    occurredAt,
    amount ?? null,
    quantity ?? null,
    sorted,
    originalActivityId ?? null,
  ];
  return createHash("sha256").update(JSON.stringify(meaning), "utf8").digest("base64url");
}

/** The refusal for an id that was delivered before with other content. */
export function activityIdReused(activityId: string): RequestRefused {
  return invalidInput(
    [`Activity ${quote(activityId)} was delivered before with other content; nothing was changed.`],
    422,
  );
}
