import type { NamedCustomer } from "../../domain/customer.ts";
import { parseDecimal } from "../../domain/decimal.ts";
import type { EnrollmentRequest } from "../../domain/enrolling.ts";
import type { IdempotencyMark } from "../../domain/enrollment.ts";
import type { Refusal } from "../../domain/refusal.ts";
import { isStreak, type TargetGroup } from "../../domain/targetGroup.ts";
import type { ApiRequest } from "../apiHandler.ts";
import type { routes } from "../routes.ts";
import { both, faultsOf, required } from "./checked.ts";
import { customerFaults, readCustomer } from "./customerId.ts";
import { idempotencyKeyFaults, idempotencyMark } from "./idempotency.ts";
import * as schemas from "./schemas.ts";
import { checkedRecord, isJsonObject, type JsonObject, singleRecord, unknownFieldWarnings } from "./validation.ts";
import * as validators from "./validators.generated.js";

/** An enrolment record of the right shape, with its target. */
export type EnrollRecord = {
  readonly path: { readonly targetGroupId: number; readonly targetId: number };
  readonly customer: NamedCustomer | Refusal;
  readonly registersCustomer: boolean;
  readonly request: EnrollmentRequest;
  readonly idempotency: IdempotencyMark | undefined;
  /** The fields that were sent and are not null. */
  readonly sentFields: ReadonlySet<string>;
  readonly warnings: readonly string[];
  /**
   * The faults of fields that apply to milestones only. A streak ignores these fields, so they are faults only when the
   * group is a milestone.
   */
  readonly milestoneFaults: readonly string[];
};

type Request = ApiRequest<typeof routes.enroll>;

/**
 * Reads the record of an enrolment. Refuses with 300004 for everything that is wrong for any kind of group, with all
 * faults at once.
 */
export function readEnrollRecord(request: Request): EnrollRecord {
  const { parameters, headers, body } = request;
  const key = headers["idempotency-key"];
  const record = singleRecord(body);
  const alwaysFaults = [...idempotencyKeyFaults(key), ...("valid" in record ? customerFaults(record.valid) : [])];
  const milestoneFaults = faultsOf(checkedRecord(validators.enrollMilestone, body));
  const isRightForStreaks = "valid" in checkedRecord(validators.enrollStreak, body) && alwaysFaults.length === 0;
  const isWrongForAll = !isRightForStreaks || "faults" in parameters;
  const judged = isWrongForAll ? { faults: [...alwaysFaults, ...milestoneFaults] } : record;
  const [{ path }, fields] = required(both(parameters, judged));
  return {
    ...readFields(fields, key),
    path,
    warnings: unknownFieldWarnings(schemas.enrollMilestone, fields),
    milestoneFaults,
  };
}

/** Whether a body asks to register the customer, even if the body is wrong in other ways. */
export function asksToRegister(body: unknown): boolean {
  const records: readonly unknown[] = Array.isArray(body) ? body : [body];
  return records.some((record) => isJsonObject(record) && record["registerCustomer"] === true);
}

function readFields(
  record: JsonObject,
  key: string | undefined,
): Pick<EnrollRecord, "customer" | "registersCustomer" | "request" | "idempotency" | "sentFields"> {
  const { periodName, initialBalance, resetStreakStatus } = record;
  const balance = typeof initialBalance === "number" ? initialBalance : undefined;
  const request = {
    cycleName: typeof periodName === "string" ? periodName : undefined,
    openingBalance: balance === undefined ? undefined : parseDecimal(balance.toString()),
    resetsStreak: resetStreakStatus === true,
  };
  // The mark is kept on the customer's enrolment, so a record means the same whichever way it names the customer.
  const meaning = [request.cycleName, balance, request.resetsStreak];
  return {
    customer: readCustomer(record),
    registersCustomer: record["registerCustomer"] === true,
    request,
    idempotency: idempotencyMark(key, meaning),
    sentFields: new Set(Object.keys(record).filter((field) => record[field] !== null)),
  };
}

/** A warning for each field that was sent and does not apply to the kind of group. */
export function ignoredFields(group: TargetGroup, { request, sentFields }: EnrollRecord): string[] {
  if (isStreak(group)) {
    return ["periodName", "initialBalance"]
      .filter((field) => sentFields.has(field))
      .map((field) => `${field} was ignored: target group ${group.id} is a streak, which has no use for it.`);
  }
  if (!request.resetsStreak) return [];
  return [`resetStreakStatus was ignored: target group ${group.id} is a milestone, which has no streak to reset.`];
}
