import type { Permission } from "../domain/accessGroups.ts";
import { isStreak, type TargetGroup } from "../domain/targetGroup.ts";
import type { ServiceContext } from "../operations/context.ts";
import { type EnrollResult, enroll } from "../operations/enroll.ts";
import { type ApiAnswer, type ApiRequest, requirePermission } from "./apiHandler.ts";
import { businessRefusal, invalidInput } from "./errors.ts";
import { asksToRegister, type EnrollRecord, ignoredFields, readEnrollRecord } from "./requests/enrollRecord.ts";
import type { routes } from "./routes.ts";

type Enrolled = Extract<EnrollResult, { readonly outcome: "enrolled" | "repeated" }>;

/**
 * Enrols the customer whom the request names, and answers what it did beside the answer to the caller. `registration`
 * is the permission that `registerCustomer: true` needs. Refuses, in this order, with 4000, 300004, 310017, 310018,
 * 310011, 310019, 310119.
 */
export async function enrollOne(
  context: ServiceContext,
  request: ApiRequest<typeof routes.enroll>,
  registration: Permission,
): Promise<{ readonly result: Enrolled; readonly answer: ApiAnswer }> {
  const { org, authorship, now } = request;
  if (asksToRegister(request.body)) requirePermission(request.accessGroup, registration, "registerCustomer: true");
  const record = readEnrollRecord(request);
  const { targetGroupId: groupId, targetId } = record.path;
  if (record.milestoneFaults.length > 0 && !isStreakGroup(await context.targetGroups.find(org, groupId, now))) {
    throw invalidInput(record.milestoneFaults);
  }
  const result = accepted(await enroll(context, { ...record, org, authorship, groupId, targetId }, now));
  return { result, answer: { data: result.customerId, warnings: warningsOf(result.group, record) } };
}

function isStreakGroup(group: TargetGroup | undefined): boolean {
  return group !== undefined && isStreak(group);
}

function accepted(result: EnrollResult): Enrolled {
  switch (result.outcome) {
    case "enrolled":
    case "repeated":
      return result;
    case "refused":
      throw businessRefusal(result);
    case "idempotencyKeyReused":
      throw invalidInput(
        ["This Idempotency-Key has enrolled the same customer with another record; use a new key for a new request."],
        422,
      );
  }
}

function warningsOf(group: TargetGroup | undefined, record: EnrollRecord): readonly string[] {
  return [...record.warnings, ...(group === undefined ? [] : ignoredFields(group, record))];
}
