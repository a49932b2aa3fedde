import { type LineItem, numericAttributes } from "../../domain/activity.ts";
import type { Authorship } from "../../domain/authorship.ts";
import type { NamedCustomer } from "../../domain/customer.ts";
import { decimalOf, formatDecimal } from "../../domain/decimal.ts";
import { clockToleranceMilliseconds, formatInstant, type Instant, parseInstant } from "../../domain/instant.ts";
import { isRefusal } from "../../operations/customer.ts";
import type { IncomingActivity } from "../../operations/recordActivity.ts";
import { businessRefusal, invalidInput, type RequestRefused } from "../errors.ts";
import { activityBytes, attributesBytes } from "../limits.ts";
import { canonicalJson } from "./canonicalJson.ts";
import { type Checked, faultsOf } from "./checked.ts";
import { contentDigestOf } from "./contentDigest.ts";
import { customerFaults, readCustomer } from "./customerId.ts";
import { quote } from "./parameters.ts";
import type { ActivityRequest } from "./requestTypes.ts";
import * as schemas from "./schemas.ts";
import { checked, describe, isJsonObject, type JsonObject, longLists } from "./validation.ts";
import { activity as validateActivity } from "./validators.generated.js";

/** An activity as it was sent: without the sender, and with the customer as the sender names one. */
type SentActivity = Omit<IncomingActivity, keyof Authorship | "customerId"> & { readonly customer: NamedCustomer };

/**
 * The activity of a JSON value. Throws {@link RequestRefused} with 300004 and all faults, or with 310011 when the
 * customer's id is the only fault.
 */
export function parseActivityRequest(value: unknown, now: Instant): SentActivity {
  const tooLong = longLists(schemas.activity, value);
  if (tooLong.length > 0) throw invalidInput(tooLong);
  const result = checked(validateActivity, value);
  const fields = isJsonObject(value) ? value : {};
  const attributes = canonicalJson("attributes", fields["attributes"] ?? {});
  const occurredAt = instantOf(fields["occurredAt"]);
  const faults = [
    ...faultsOf(result),
    ...customerFaults(value),
    ...faultsOfInstant(fields["occurredAt"], occurredAt, now),
    ...faultsOfDecimals(fields),
    ...faultsOfLines(fields["lineItems"]),
    ...faultsOfEvent(fields),
    ...faultsOf(attributes),
    ...faultsOfSize(attributes),
    ...faultsOfWhole(value),
  ];
  if (faults.length > 0 || "faults" in result || occurredAt === undefined || "faults" in attributes) {
    throw invalidInput(faults);
  }
  const { valid: request } = result;
  const customer = readCustomer(fields);
  if (isRefusal(customer)) throw businessRefusal(customer);
  return { ...contentOf(request, occurredAt, attributes.valid), customer };
}

type Content = Omit<IncomingActivity, keyof Authorship | "customerId">;

function contentOf(request: ActivityRequest, occurredAt: Instant, attributesJson: string): Content {
  const circumstances = readCircumstances(request);
  return {
    activityId: request.activityId,
    type: request.type,
    name: request.name ?? undefined,
    occurredAt,
    amount: decimalOf(request.amount),
    quantity: decimalOf(request.quantity),
    attributes: numericAttributes(request.attributes ?? {}),
    attributesJson: attributesJson === noAttributes ? undefined : attributesJson,
    attributeTexts: attributeTexts(request.attributes ?? {}),
    originalActivityId: request.originalActivityId ?? undefined,
    ...circumstances,
    contentDigest: digestOf(request, occurredAt, attributesJson, circumstances),
  };
}

type Circumstances = Pick<IncomingActivity, "storeId" | "channel" | "zoneIds" | "conceptIds" | "tenders" | "lineItems">;

/** Where and how it happened, and its lines. Sets and lines come in one order, because their order says nothing. */
function readCircumstances(request: ActivityRequest): Circumstances {
  const lines = (request.lineItems ?? []).map(readLine);
  return {
    storeId: textOf(request.storeId),
    channel: textOf(request.channel),
    zoneIds: setOf(request.zoneIds),
    conceptIds: setOf(request.conceptIds),
    tenders: setOf(request.tenders),
    lineItems: lines.toSorted((one, other) => inOrder(lineText(one), lineText(other))),
  };
}

function readLine({
  itemCode,
  category,
  brand,
  amount,
  quantity,
}: NonNullable<ActivityRequest["lineItems"]>[number]): LineItem {
  return {
    itemCode: String(itemCode),
    category: textOf(category),
    brand: textOf(brand),
    amount: decimalOf(amount),
    quantity: decimalOf(quantity),
  };
}

function textOf(id: string | number | null | undefined): string | undefined {
  return id === null || id === undefined ? undefined : String(id);
}

function setOf(ids: readonly (string | number)[] | null | undefined): string[] {
  return [...new Set((ids ?? []).map(String))].toSorted(inOrder);
}

function lineText({ itemCode, category, brand, amount, quantity }: LineItem): string {
  const decimals = [amount, quantity].map((one) => (one === undefined ? null : formatDecimal(one)));
  return JSON.stringify([itemCode, category ?? null, brand ?? null, ...decimals]);
}

function inOrder(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function instantOf(occurredAt: unknown): Instant | undefined {
  return typeof occurredAt === "string" ? parseInstant(occurredAt) : undefined;
}

/** An activity cannot lie in the future, but a caller's clock may be a little ahead. */
function faultsOfInstant(occurredAt: unknown, instant: Instant | undefined, now: Instant): string[] {
  // The schema reports a value that is missing or of another type.
  if (typeof occurredAt !== "string") return [];
  if (instant === undefined) {
    return [`occurredAt must be an instant with its offset, such as 2026-01-31T18:00:00Z; got ${quote(occurredAt)}.`];
  }
  if (instant <= now + clockToleranceMilliseconds) return [];
  return [`occurredAt must not lie in the future; got ${quote(occurredAt)}, and it is ${formatInstant(now)}.`];
}

function faultsOfDecimals(fields: JsonObject, prefix = ""): string[] {
  return ["amount", "quantity"]
    .map((name) => [name, fields[name]] as const)
    .filter(([, number]) => Number.isFinite(number) && decimalOf(number) === undefined)
    .map(([name, number]) => `${prefix}${name} must have at most 4 fractional digits; got ${describe(number)}.`);
}

function faultsOfLines(lines: unknown): string[] {
  if (!Array.isArray(lines)) return [];
  return lines.flatMap((line: unknown, index) =>
    isJsonObject(line) ? faultsOfDecimals(line, `lineItems[${index}].`) : [],
  );
}

function faultsOfEvent({ type, name }: JsonObject): string[] {
  const isNamed = name !== undefined && name !== null;
  return type === "EVENT" && !isNamed ? ["name is required when type is EVENT."] : [];
}

const noAttributes = "{}";

/** They are stored with the activity, so they must leave room in its item. They can be longer than they were sent. */
function faultsOfSize(attributes: Checked<string>): string[] {
  const sizeBytes = "valid" in attributes ? Buffer.byteLength(attributes.valid) : 0;
  if (sizeBytes <= attributesBytes) return [];
  return [`attributes must take at most ${attributesBytes} bytes as JSON; got ${sizeBytes}.`];
}

/** A call may have several activities, and a message of the queue may be larger than a call. */
function faultsOfWhole(value: unknown): string[] {
  const sizeBytes = Buffer.byteLength(JSON.stringify(value) ?? "");
  if (sizeBytes <= activityBytes) return [];
  return [`An activity must take at most ${activityBytes} bytes as JSON; got ${sizeBytes}.`];
}

/** The attributes that a filter can compare. Lists and objects are only kept. */
function attributeTexts(attributes: Readonly<Record<string, unknown>>): Map<string, string> {
  const texts = Object.entries(attributes).flatMap(([name, value]): [string, string][] =>
    typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? [[name, String(value)]] : [],
  );
  return new Map(texts);
}

/** Two deliveries have the same digest when their fields mean the same, in any order and spelling. */
function digestOf(
  request: ActivityRequest,
  occurredAt: Instant,
  attributes: string,
  { storeId, channel, zoneIds, conceptIds, tenders, lineItems }: Circumstances,
): string {
  const { type, name, amount, quantity, originalActivityId } = request;
  return contentDigestOf([
    type,
    name ?? null,
    occurredAt,
    amount ?? null,
    quantity ?? null,
    attributes,
    originalActivityId ?? null,
    storeId ?? null,
    channel ?? null,
    zoneIds,
    conceptIds,
    tenders,
    lineItems.map(lineText),
  ]);
}

/** The refusal for an id that was delivered before with other content. */
export function activityIdReused(activityId: string): RequestRefused {
  return invalidInput(
    [`Activity ${quote(activityId)} was delivered before with other content; nothing was changed.`],
    422,
  );
}

/** The refusal of an activity that would change more enrolments than a transaction of the engine can hold. */
export function tooManyTargets(
  { customerId }: Pick<IncomingActivity, "customerId">,
  { targets, changes, most }: { readonly targets: number; readonly changes: number; readonly most: number },
): RequestRefused {
  const counted = `The activity counts for ${targets} targets of customer ${customerId}`;
  const more = `, which takes ${changes} changes`;
  return invalidInput([`${counted}${changes > targets ? more : ""}, more than the ${most} that one can change.`], 422);
}
