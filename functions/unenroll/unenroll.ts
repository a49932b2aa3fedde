import type { Enrollment } from "../../shared/domain/enrollment.ts";
import type { Refusal } from "../../shared/domain/refusal.ts";
import { decideUnenrollment } from "../../shared/domain/unenrolling.ts";
import type { Operation } from "../../shared/http/apiHandler.ts";
import type { ServiceContext } from "../../shared/http/context.ts";
import { RequestRefused } from "../../shared/http/errors.ts";
import { customerNotFound, notACustomerId, parseCustomerId, requireTarget } from "../../shared/http/preconditions.ts";
import type { routes } from "../../shared/http/routes.ts";
import * as schemas from "../../shared/http/schemas.ts";
import { schemaFaults, singleRecord, unknownFieldWarnings } from "../../shared/http/validation.ts";
import * as validators from "../../shared/http/validators.generated.js";
import { countUnenrollment } from "../../shared/observability/metrics.ts";
import { isRegistered } from "../../shared/table/customers.ts";
import { type EnrollmentRef, unenroll as writeUnenrollment } from "../../shared/table/enrollments.ts";

/**
 * `POST …/unEnroll`: the customer leaves the current cycle and every later one (docs/enrolment.md).
 *
 * Answers the customer's id. Refuses, in this order, with 300004, 310017, 310018, 310011, 310126.
 */
export function unenroll(context: ServiceContext): Operation<typeof routes.unenroll> {
  return async ({ org, now, body, parameters }) => {
    const unwrapped = singleRecord(body);
    const record = "record" in unwrapped ? unwrapped.record : {};
    const { path } = parameters("fault" in unwrapped ? [unwrapped.fault] : schemaFaults(validators.unenroll, record));
    const definition = await requireTarget(context, org, path, now);
    if (definition instanceof RequestRefused) throw definition;
    const customerId = parseCustomerId(record["customerId"]);
    if (customerId === undefined) throw notACustomerId(record["customerId"]);
    const { group, target } = definition;
    const ref = { org, customerId, groupId: group.id, targetId: target.id };
    const decide = (stored: Enrollment | undefined) => decideUnenrollment(group, stored, now);
    const refusal = await writeUnenrollment(context.table, ref, now, decide);
    if (refusal !== undefined) throw await explain(context, ref, refusal);
    countUnenrollment(org);
    return { data: customerId, warnings: unknownFieldWarnings(schemas.unenroll, record) };
  };
}

/** Who is not enrolled may not even be registered; that is looked up only now, because whoever is enrolled is. */
async function explain(
  { table }: ServiceContext,
  { org, customerId, groupId, targetId }: EnrollmentRef,
  { code }: Refusal,
): Promise<RequestRefused> {
  if (!(await isRegistered(table, org, customerId))) return customerNotFound(customerId);
  return new RequestRefused(code, [
    `Customer ${customerId} is not enrolled in target ${targetId} of target group ${groupId}; nothing was changed.`,
  ]);
}
