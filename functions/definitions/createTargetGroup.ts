import { draftFaults } from "../../shared/domain/drafting.ts";
import type { Operation } from "../../shared/http/apiHandler.ts";
import { invalidInput, RequestRefused } from "../../shared/http/errors.ts";
import type { CreateTargetGroupRequest } from "../../shared/http/requests/requestTypes.ts";
import * as schemas from "../../shared/http/requests/schemas.ts";
import { checked, isJsonObject, longLists, unknownFieldWarnings } from "../../shared/http/requests/validation.ts";
import * as validators from "../../shared/http/requests/validators.generated.js";
import type { routes } from "../../shared/http/routes.ts";
import { describeDraftFault } from "../../shared/http/views/targetGroupFaults.ts";
import { presentTargetGroup } from "../../shared/http/views/targetGroupView.ts";
import { createTargetGroup as writeTargetGroup } from "../../shared/operations/createTargetGroup.ts";
import type { Table } from "../../shared/table/client.ts";
import { filterWarnings, readDraft } from "./readDraft.ts";

/**
 * `POST /targetGroups`: creates group, cycles, targets and levels together or not at all.
 *
 * Answers 201 with the group and all its ids. Refuses with 300004, 310069.
 */
export function createTargetGroup(table: Table): Operation<typeof routes.createTargetGroup> {
  return async ({ org, now, body }) => {
    const tooLong = longLists(schemas.createTargetGroup, body);
    if (tooLong.length > 0) throw invalidInput(tooLong);
    const shape = checked(validators.createTargetGroup, body);
    if ("faults" in shape) throw invalidInput([...shape.faults, ...judgedDraft(readablePart(body)).faults]);
    const { draft, faults } = judgedDraft(shape.valid);
    if (faults.length > 0) throw invalidInput(faults);
    const group = await writeTargetGroup(table, org, draft, now);
    if (group === "nameTaken") {
      throw new RequestRefused(310069, [
        `This org has a target group named ${JSON.stringify(draft.name)}; names are compared without regard to case.`,
      ]);
    }
    const warnings = [...unknownFieldWarnings(schemas.createTargetGroup, body), ...filterWarnings(draft)];
    return { status: 201, data: presentTargetGroup(group, now, { includePeriods: true }), warnings };
  };
}

/** The draft, with the faults that a schema cannot find: in the calendar, in decimals, and between fields. */
function judgedDraft(request: CreateTargetGroupRequest) {
  const { draft, faults } = readDraft(request);
  return { draft, faults: [...faults, ...draftFaults(draft).map(describeDraftFault)] };
}

/**
 * The readable part of a body with a wrong shape, so that all its faults are answered at once. Targets and levels are
 * checked against the cycles, so they are left out when the cycles cannot be read.
 */
function readablePart(body: unknown): CreateTargetGroupRequest {
  const fields = isJsonObject(body) ? body : {};
  const { timeZoneName, periods, targets, streaks } = fields;
  const hasPeriods = validators.periods(periods);
  return {
    name: "",
    targetEvaluationType: "FIXED_CALENDAR_WINDOW",
    trackingType: fields["trackingType"] === "DEFAULT" ? "DEFAULT" : "STREAKS",
    timeZoneName: typeof timeZoneName === "string" && timeZoneName !== "" ? timeZoneName : null,
    periods: hasPeriods ? periods : [],
    targets: hasPeriods && validators.targets(targets) ? targets : [],
    streaks: hasPeriods && validators.streaks(streaks) ? streaks : [],
  };
}
