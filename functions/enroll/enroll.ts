import { isStreak, type TargetGroup } from "../../shared/domain/targetGroup.ts";
import type { ApiAnswer, Operation } from "../../shared/http/apiHandler.ts";
import { businessRefusal, invalidInput } from "../../shared/http/errors.ts";
import type { routes } from "../../shared/http/routes.ts";
import { countEnrollment } from "../../shared/observability/metrics.ts";
import type { ServiceContext } from "../../shared/operations/context.ts";
import { type EnrollResult, enroll as enrollCustomer } from "../../shared/operations/enroll.ts";
import { type EnrollRecord, ignoredFields, readEnrollRecord } from "./enrollRecord.ts";

/**
 * `POST …/enroll`: enrols or re-enrols one customer (docs/enrolment.md).
 *
 * Answers the customer's id. Refuses, in this order, with 300004, 310017, 310018, 310011, 310019, 310119.
 */
export function enroll(context: ServiceContext): Operation<typeof routes.enroll> {
  return async (request) => {
    const { org, authorship, now } = request;
    const record = readEnrollRecord(request);
    const { targetGroupId: groupId, targetId } = record.path;
    if (record.milestoneFaults.length > 0 && !isStreakGroup(await context.targetGroups.find(org, groupId, now))) {
      throw invalidInput(record.milestoneFaults);
    }
    const result = await enrollCustomer(context, { ...record, org, authorship, groupId, targetId }, now);
    if (result.outcome === "enrolled") countEnrollment(org);
    return answer(result, record);
  };
}

function isStreakGroup(group: TargetGroup | undefined): boolean {
  return group !== undefined && isStreak(group);
}

function answer(result: EnrollResult, record: EnrollRecord): ApiAnswer {
  switch (result.outcome) {
    case "enrolled":
    case "repeated": {
      const { customerId, group } = result;
      return {
        data: customerId,
        warnings: [...record.warnings, ...(group === undefined ? [] : ignoredFields(group, record))],
      };
    }
    case "refused":
      throw businessRefusal(result);
    case "idempotencyKeyReused":
      throw invalidInput(
        ["This Idempotency-Key has enrolled the same customer with another record; use a new key for a new request."],
        422,
      );
  }
}
