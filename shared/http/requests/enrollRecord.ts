import { parseDecimal } from "../../domain/decimal.ts";
import type { EnrollmentRequest } from "../../domain/enrolling.ts";
import type { IdempotencyMark } from "../../domain/enrollment.ts";
import type { Refusal } from "../../domain/refusal.ts";
import { isStreak, type TargetGroup } from "../../domain/targetGroup.ts";
import type { ApiRequest } from "../apiHandler.ts";
import type { routes } from "../routes.ts";
import { both, faultsOf, required } from "./checked.ts";
import { readCustomerId } from "./customerId.ts";
import { idempotencyKeyFaults, idempotencyMark } from "./idempotency.ts";
import * as schemas from "./schemas.ts";
import { checkedRecord, type JsonObject, singleRecord, unknownFieldWarnings } from "./validation.ts";
import * as validators from "./validators.generated.js";

/** An enrolment record of the right shape, with its target. */
export type EnrollRecord = {
  readonly path: { readonly targetGroupId: number; readonly targetId: number };
  readonly customerId: number | Refusal;
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
  const keyFaults = idempotencyKeyFaults(key);
  const record = singleRecord(body);
  const milestoneFaults = faultsOf(checkedRecord(validators.enrollMilestone, body));
  const isRightForStreaks = "valid" in checkedRecord(validators.enrollStreak, body) && keyFaults.length === 0;
  const isWrongForAll = !isRightForStreaks || "faults" in parameters;
  const judged = isWrongForAll ? { faults: [...keyFaults, ...milestoneFaults] } : record;
  const [{ path }, fields] = required(both(parameters, judged));
  return {
    ...readFields(fields, key),
    path,
    warnings: unknownFieldWarnings(schemas.enrollMilestone, fields),
    milestoneFaults,
  };
}

function readFields(
  record: JsonObject,
  key: string | undefined,
): Pick<EnrollRecord, "customerId" | "request" | "idempotency" | "sentFields"> {
  const { periodName, initialBalance, resetStreakStatus } = record;
  const customerId = readCustomerId(record["customerId"]);
  const balance = typeof initialBalance === "number" ? initialBalance : undefined;
  const request = {
    cycleName: typeof periodName === "string" ? periodName : undefined,
    openingBalance: balance === undefined ? undefined : parseDecimal(balance.toString()),
    resetsStreak: resetStreakStatus === true,
  };
  const meaning = [
    typeof customerId === "number" ? customerId : undefined,
    request.cycleName,
    balance,
    request.resetsStreak,
  ];
  return {
    customerId,
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
