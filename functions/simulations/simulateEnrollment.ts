import type { Permission } from "../../shared/domain/accessGroups.ts";
import { openedCycle } from "../../shared/domain/opening.ts";
import type { Operation } from "../../shared/http/apiHandler.ts";
import { enrollOne } from "../../shared/http/enrollOne.ts";
import type { routes } from "../../shared/http/routes.ts";
import { wireDecimal } from "../../shared/http/views/wireDecimal.ts";
import type { Table } from "../../shared/table/client.ts";
import { findEnrollment } from "../../shared/table/enrollments.ts";
import { nothingWritten, rehearsalContext } from "./rehearsal.ts";

const keyIgnored = "The header Idempotency-Key was ignored: a simulation can be repeated as it is.";

const wouldRegister =
  "The customer would be registered. For an external id that nobody has, data is an id such as the call would draw.";

/**
 * `POST …/enroll/simulate`: what `POST …/enroll` would answer, and beside it in `simulation` what it would write.
 *
 * Refuses as `POST …/enroll` does, but for an `Idempotency-Key`, which says nothing here.
 */
export function simulateEnrollment(
  table: Table,
  registration: Permission,
): Operation<typeof routes.simulateEnrollment> {
  return async (request) => {
    const { "idempotency-key": key, ...headers } = request.headers;
    const { result, answer } = await enrollOne(rehearsalContext(table), { ...request, headers }, registration);
    const isNew = result.outcome === "enrolled" && !result.isRegistered;
    const warnings = [
      nothingWritten,
      ...(key === undefined ? [] : [keyIgnored]),
      ...(isNew ? [wouldRegister] : []),
      ...(answer.warnings ?? []),
    ];
    if (result.outcome !== "enrolled") return { ...answer, warnings };
    const { ref, group, plan } = result;
    const opened = openedCycle(group, plan, isNew ? undefined : await findEnrollment(table, ref));
    const simulation = {
      periodName: opened.cycle.refCode,
      targetAchievedValueAfter: wireDecimal(opened.achievedValue),
      reached: opened.isReached,
      coveredPeriods: group.cycles.length - plan.fromCycle + 1,
    };
    return { ...answer, warnings, besides: { simulation } };
  };
}
