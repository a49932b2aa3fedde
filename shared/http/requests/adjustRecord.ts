import type { Adjustment } from "../../domain/adjusting.ts";
import type { NamedCustomer } from "../../domain/customer.ts";
import { type Decimal, decimalOf, formatDecimal } from "../../domain/decimal.ts";
import type { Refusal } from "../../domain/refusal.ts";
import type { ApiRequest } from "../apiHandler.ts";
import { invalidInput, type RequestRefused } from "../errors.ts";
import type { routes } from "../routes.ts";
import { both, type Checked, required } from "./checked.ts";
import { contentDigestOf } from "./contentDigest.ts";
import { readCustomer } from "./customerId.ts";
import { checkedCustomerRecord } from "./customerRecord.ts";
import { quote } from "./parameters.ts";
import type { AdjustRequest } from "./requestTypes.ts";
import * as schemas from "./schemas.ts";
import { describe, isJsonObject, type JsonObject, unknownFieldWarnings } from "./validation.ts";
import { adjust as validateAdjustment } from "./validators.generated.js";

type Request = ApiRequest<typeof routes.adjust>;

/** An adjustment of the right shape, with its target. */
export type AdjustRecord = {
  readonly groupId: number;
  readonly targetId: number;
  readonly customer: NamedCustomer | Refusal;
  readonly adjustment: Adjustment;
  readonly contentDigest: string;
  readonly warnings: readonly string[];
};

/** Reads the record of an adjustment. Refuses with 300004 and all faults. */
export function readAdjustRecord({ parameters, body, authorship }: Request): AdjustRecord {
  const [{ path }, { fields, amount }] = required(both(parameters, checkedAdjustment(body)));
  const { targetGroupId: groupId, targetId } = path;
  const { adjustmentId, reason } = fields;
  const adjustment = { ...authorship, adjustmentId, cycleName: fields.periodName ?? undefined, amount, reason };
  return {
    groupId,
    targetId,
    customer: readCustomer(fields),
    adjustment,
    contentDigest: digestOf(path, adjustment),
    warnings: unknownFieldWarnings(schemas.adjust, fields),
  };
}

/** The largest amount that a body asks for, whichever sign it has, even if the body is wrong in other ways. */
export function largestAmount(body: unknown): number {
  const records: readonly unknown[] = Array.isArray(body) ? body : [body];
  const amounts = records.map((record) => (isJsonObject(record) ? record["amount"] : undefined));
  return Math.max(0, ...amounts.map((amount) => (typeof amount === "number" ? Math.abs(amount) : 0)));
}

type ValidRecord = { readonly fields: AdjustRequest; readonly amount: Decimal };

function checkedAdjustment(body: unknown): Checked<ValidRecord> {
  const checked = checkedCustomerRecord(validateAdjustment, body, faultsOfAmount);
  if ("faults" in checked) return checked;
  const amount = decimalOf(checked.valid.amount);
  // The schema and the rule above report every amount that is no decimal.
  return amount === undefined ? { faults: [] } : { valid: { fields: checked.valid, amount } };
}

/** The schema reports a value that is no number, or too large. */
function faultsOfAmount({ amount: sent }: JsonObject): string[] {
  const amount = decimalOf(sent);
  if (amount === 0n) return ["amount must not be 0; an adjustment changes something."];
  const isTooFine = typeof sent === "number" && Number.isFinite(sent) && amount === undefined && Math.abs(sent) < 1e11;
  return isTooFine ? [`amount must have at most 4 fractional digits; got ${describe(sent)}.`] : [];
}

function digestOf(
  { targetGroupId, targetId }: { readonly targetGroupId: number; readonly targetId: number },
  { cycleName, amount, reason }: Adjustment,
): string {
  return contentDigestOf(["ADJUSTMENT", targetGroupId, targetId, cycleName ?? null, formatDecimal(amount), reason]);
}

/** The refusal for an id that was used before. */
export function adjustmentIdReused(adjustmentId: string): RequestRefused {
  return invalidInput(
    [`Id ${quote(adjustmentId)} was used before for another adjustment or for an activity; nothing was changed.`],
    422,
  );
}
