import { decideEnrollment, type EnrollmentPlan, ignoredFields } from "../../shared/domain/enrolling.ts";
import type { TargetGroup } from "../../shared/domain/targetGroup.ts";
import type { ApiAnswer, ApiRequest, Operation } from "../../shared/http/apiHandler.ts";
import type { ServiceContext } from "../../shared/http/context.ts";
import { invalidInput, RequestRefused } from "../../shared/http/errors.ts";
import { customerNotFound, notACustomerId, parseCustomerId, requireTarget } from "../../shared/http/preconditions.ts";
import type { routes } from "../../shared/http/routes.ts";
import { countEnrollment } from "../../shared/observability/metrics.ts";
import { isRegistered } from "../../shared/table/customers.ts";
import {
  type EnrollmentRef,
  type EnrollOutcome,
  findEnrollment,
  replayOutcome,
  enroll as writeEnrollment,
} from "../../shared/table/enrollments.ts";
import { type EnrollRecord, parseEnrollRecord } from "./enrollRecord.ts";

type Request = ApiRequest<typeof routes.enroll>;
type Planned = { readonly ref: EnrollmentRef; readonly group: TargetGroup; readonly plan: EnrollmentPlan };

/**
 * `POST …/enroll`: enrols or re-enrols one customer with one conditional write (docs/enrolment.md).
 *
 * Answers the customer's id. Refuses, in this order, with 300004, 310017, 310018, 310011, 310019, 310119.
 */
export function enroll(context: ServiceContext): Operation<typeof routes.enroll> {
  return async (request) => {
    const { org, now } = request;
    const record = await parseEnrollRecord(request, (groupId) => context.targetGroups.find(org, groupId, now));
    const planned = await planEnrollment(context, request, record);
    if (planned instanceof RequestRefused) return answerRefused(context, request, record, planned);
    const { ref, group, plan } = planned;
    const outcome = await writeEnrollment(context.table, ref, plan, now, record.idempotency);
    if (outcome === "enrolled") countEnrollment(org);
    return answer(outcome, ref, record, group);
  };
}

/** Decides without writing. A refusal is returned, because a repeated call may have to be answered all the same. */
async function planEnrollment(
  context: ServiceContext,
  { org, now }: Request,
  record: EnrollRecord,
): Promise<Planned | RequestRefused> {
  const customerId = parseCustomerId(record.sentCustomerId);
  const [definition, isKnown] = await Promise.all([
    requireTarget(context, org, record.path, now),
    customerId !== undefined && isRegistered(context.table, org, customerId),
  ]);
  if (definition instanceof RequestRefused) return definition;
  if (customerId === undefined) return notACustomerId(record.sentCustomerId);
  if (!isKnown) return customerNotFound(customerId);
  const { group, target } = definition;
  const plan = decideEnrollment(group, target, record, now);
  if (plan.outcome === "refused") return new RequestRefused(plan.code, [plan.detail]);
  return { ref: { org, customerId, groupId: group.id, targetId: target.id }, group, plan };
}

/**
 * A call that repeats an `Idempotency-Key` is answered as the first one was, even when the same record would now be
 * refused, because the cycle has ended since, say. It costs a read, on this path only.
 */
async function answerRefused(
  { table, targetGroups }: ServiceContext,
  { org, now }: Request,
  record: EnrollRecord,
  refusal: RequestRefused,
): Promise<ApiAnswer> {
  const customerId = parseCustomerId(record.sentCustomerId);
  if (record.idempotency === undefined || customerId === undefined) throw refusal;
  const { targetGroupId: groupId, targetId } = record.path;
  const ref = { org, customerId, groupId, targetId };
  const outcome = replayOutcome(await findEnrollment(table, ref), record.idempotency);
  if (outcome === undefined) throw refusal;
  return answer(outcome, ref, record, await targetGroups.find(org, groupId, now));
}

function answer(
  outcome: EnrollOutcome,
  { customerId, groupId, targetId }: EnrollmentRef,
  record: EnrollRecord,
  group: TargetGroup | undefined,
): ApiAnswer {
  switch (outcome) {
    case "enrolled":
      return {
        data: customerId,
        warnings: [...record.warnings, ...(group === undefined ? [] : ignoredFields(group, record))],
      };
    case "alreadyEnrolled":
      throw new RequestRefused(310119, [
        `Customer ${customerId} is enrolled in target ${targetId} of target group ${groupId}, for its cycle and every later one; un-enrol first to enrol anew.`,
      ]);
    case "idempotencyKeyReused":
      throw invalidInput(
        ["This Idempotency-Key has enrolled the same customer with another record; use a new key for a new request."],
        422,
      );
  }
}
