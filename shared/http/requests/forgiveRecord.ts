import type { NamedCustomer } from "../../domain/customer.ts";
import type { Forgiving, Span } from "../../domain/forgiving.ts";
import { isCalendarDay } from "../../domain/instant.ts";
import type { Refusal } from "../../domain/refusal.ts";
import { mostFreezes } from "../../domain/targetGroup.ts";
import type { ApiRequest } from "../apiHandler.ts";
import { invalidInput, type RequestRefused } from "../errors.ts";
import type { routes } from "../routes.ts";
import { both, required } from "./checked.ts";
import { contentDigestOf } from "./contentDigest.ts";
import { isGiven, readCustomer } from "./customerId.ts";
import { checkedCustomerRecord } from "./customerRecord.ts";
import { quote } from "./parameters.ts";
import * as schemas from "./schemas.ts";
import { type JsonObject, unknownFieldWarnings } from "./validation.ts";
import { excuse as validateExcuse, grantFreezes as validateGrant } from "./validators.generated.js";

/** What is to be forgiven, of the right shape, with its target. */
export type ForgiveRecord = {
  readonly groupId: number;
  readonly targetId: number;
  readonly customer: NamedCustomer | Refusal;
  readonly forgiving: Forgiving;
  readonly warnings: readonly string[];
};

type ExcuseRequest = ApiRequest<typeof routes.excuse | typeof routes.unexcuse>;
type GrantRequest = ApiRequest<typeof routes.grantFreezes>;

/** Reads the record of an excuse, or of one to take back. Refuses with 300004 and all faults. */
export function readExcuseRecord(
  { parameters, body, authorship }: ExcuseRequest,
  kind: "EXCUSE" | "UNEXCUSE",
): ForgiveRecord {
  const checked = checkedCustomerRecord(validateExcuse, body, spanFaults);
  const [{ path }, fields] = required(both(parameters, checked));
  const { targetGroupId: groupId, targetId } = path;
  return {
    groupId,
    targetId,
    customer: readCustomer(fields),
    forgiving: { ...authorship, kind, span: readSpan(fields), reason: fields.reason },
    warnings: unknownFieldWarnings(schemas.excuse, fields),
  };
}

/** Reads the record of a grant of freezes. Refuses with 300004 and all faults. */
export function readGrantRecord({ parameters, body, authorship }: GrantRequest): ForgiveRecord {
  const [{ path }, fields] = required(both(parameters, checkedCustomerRecord(validateGrant, body)));
  const { targetGroupId: groupId, targetId } = path;
  const { grantId, amount, reason } = fields;
  const contentDigest = contentDigestOf(["FREEZES", groupId, targetId, amount, reason]);
  return {
    groupId,
    targetId,
    customer: readCustomer(fields),
    forgiving: { ...authorship, kind: "FREEZES", grant: { grantId, amount, contentDigest }, reason },
    warnings: unknownFieldWarnings(schemas.grantFreezes, fields),
  };
}

/** The schema reports a date that is not written as one. */
function spanFaults({ periodName, startDate, endDate }: JsonObject): string[] {
  const dates = [startDate, endDate].filter(isGiven);
  if (isGiven(periodName))
    return dates.length === 0 ? [] : ["periodName and startDate or endDate must not both be there."];
  if (dates.length === 0) return ["periodName is required, or startDate with endDate in its place."];
  if (dates.length === 1) return [`${isGiven(startDate) ? "endDate" : "startDate"} is required beside the other.`];
  const faults = [...dateFaults("startDate", startDate), ...dateFaults("endDate", endDate)];
  const isReversed = isDate(startDate) && isDate(endDate) && endDate < startDate;
  return faults.length === 0 && isReversed
    ? [`endDate must not be before startDate; got ${quote(startDate)} to ${quote(endDate)}.`]
    : faults;
}

function dateFaults(field: string, date: unknown): string[] {
  if (!isDate(date) || isCalendarDay(date)) return [];
  return [`${field} must be a date of the calendar; got ${quote(date)}.`];
}

function isDate(value: unknown): value is string {
  return typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value);
}

type SpanFields = {
  readonly periodName?: string | null;
  readonly startDate?: string | null;
  readonly endDate?: string | null;
};

/** The fields have no {@link spanFaults}. */
function readSpan({ periodName, startDate, endDate }: SpanFields): Span {
  return isGiven(periodName) ? { cycleName: periodName ?? "" } : { firstDay: startDate ?? "", lastDay: endDate ?? "" };
}

/** The refusal for an id that was used before. */
export function grantIdReused(grantId: string): RequestRefused {
  return invalidInput([`Id ${quote(grantId)} was used before for another grant; nothing was changed.`], 422);
}

/** The refusal for a group whose runs no missed cycle breaks. */
export function notContinuous(groupId: number): RequestRefused {
  return invalidInput([`Target group ${groupId} must have the trackingType STREAKS; nothing was changed.`]);
}

/** The refusal for a grant after which the customer would have so many freezes. */
export function tooManyFreezes(total: number): RequestRefused {
  return invalidInput([
    `amount must leave the customer with at most ${mostFreezes} freezes, those of the group included; it would be ${total}.`,
  ]);
}
