import { parseDecimal } from "../../shared/domain/decimal.ts";
import type { EnrollmentRequest } from "../../shared/domain/enrolling.ts";
import type { IdempotencyMark } from "../../shared/domain/enrollment.ts";
import { isStreak, type TargetGroup } from "../../shared/domain/targetGroup.ts";
import type { ApiRequest } from "../../shared/http/apiHandler.ts";
import { invalidInput } from "../../shared/http/errors.ts";
import { idempotencyKeyFaults, idempotencyMark } from "../../shared/http/idempotency.ts";
import { parseCustomerId } from "../../shared/http/preconditions.ts";
import type { routes } from "../../shared/http/routes.ts";
import * as schemas from "../../shared/http/schemas.ts";
import { type JsonObject, schemaFaults, singleRecord, unknownFieldWarnings } from "../../shared/http/validation.ts";
import * as validators from "../../shared/http/validators.generated.js";

/** An enrolment record of the right shape, with where it is meant for. */
export type EnrollRecord = EnrollmentRequest & {
  readonly path: { readonly targetGroupId: number; readonly targetId: number };
  /** As sent: whether it is a customer's id is judged after the group and target (precedence of 310011). */
  readonly sentCustomerId: unknown;
  /** Fields that were sent and are not null. */
  readonly sentFields: ReadonlySet<string>;
  readonly warnings: readonly string[];
  readonly idempotency: IdempotencyMark | undefined;
};

type Request = ApiRequest<typeof routes.enroll>;

/**
 * Reads the record of an enrolment. Refuses with 300004, all faults at once.
 *
 * A streak has no use for `periodName` and `initialBalance`, whatever they hold, so a fault in one of them counts
 * only after `findGroup` has said that the group is not a streak.
 */
export async function parseEnrollRecord(
  request: Request,
  findGroup: (groupId: number) => Promise<TargetGroup | undefined>,
): Promise<EnrollRecord> {
  const unwrapped = singleRecord(request.body);
  const key = request.headers["idempotency-key"];
  const otherFaults = idempotencyKeyFaults(key);
  const record = "record" in unwrapped ? unwrapped.record : {};
  const faults = "fault" in unwrapped ? [unwrapped.fault] : schemaFaults(validators.enrollMilestone, record);
  const isWrongForStreaks = "fault" in unwrapped || !validators.enrollStreak(record) || otherFaults.length > 0;
  const countAllFaults = isWrongForStreaks || request.hasParameterFaults;
  const { path } = request.parameters(countAllFaults ? [...otherFaults, ...faults] : []);
  if (faults.length > 0 && !(await isStreakGroup(findGroup, path.targetGroupId))) throw invalidInput(faults);
  return { ...readFields(record, key), path, warnings: unknownFieldWarnings(schemas.enrollMilestone, record) };
}

async function isStreakGroup(
  findGroup: (groupId: number) => Promise<TargetGroup | undefined>,
  groupId: number,
): Promise<boolean> {
  const group = await findGroup(groupId);
  return group !== undefined && isStreak(group);
}

function readFields(record: JsonObject, key: string | undefined): Omit<EnrollRecord, "path" | "warnings"> {
  const { customerId, periodName, initialBalance, resetStreakStatus } = record;
  const balance = typeof initialBalance === "number" ? initialBalance : undefined;
  const fields = {
    cycleName: typeof periodName === "string" ? periodName : undefined,
    initialBalance: balance === undefined ? undefined : parseDecimal(balance.toString()),
    resetsStreak: resetStreakStatus === true,
  };
  const meaning = [parseCustomerId(customerId), fields.cycleName, balance, fields.resetsStreak];
  return {
    ...fields,
    sentCustomerId: customerId,
    sentFields: new Set(Object.keys(record).filter((field) => record[field] !== null)),
    idempotency: idempotencyMark(key, meaning),
  };
}
