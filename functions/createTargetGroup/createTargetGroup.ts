import { draftFaults } from "../../shared/domain/drafting.ts";
import type { Operation } from "../../shared/http/apiHandler.ts";
import type { ServiceContext } from "../../shared/http/context.ts";
import { invalidInput, RequestRefused } from "../../shared/http/errors.ts";
import type { routes } from "../../shared/http/routes.ts";
import * as schemas from "../../shared/http/schemas.ts";
import { presentTargetGroup } from "../../shared/http/targetGroupView.ts";
import { unknownFieldWarnings } from "../../shared/http/validation.ts";
import * as validators from "../../shared/http/validators.generated.js";
import { createTargetGroup as writeTargetGroup } from "../../shared/table/targetGroups.ts";
import { filterWarnings, readDraft } from "./readDraft.ts";

/**
 * `POST /targetGroups`: creates group, cycles, targets and levels together or not at all.
 *
 * Answers 201 with the group and all its ids. Refuses with 300004, 310069.
 */
export function createTargetGroup({ table }: ServiceContext): Operation<typeof routes.createTargetGroup> {
  return async ({ org, now, body, validated }) => {
    const draft = readDraft(validated(validators.createTargetGroup).record);
    const faults = "faults" in draft ? draft.faults : draftFaults(draft);
    if ("faults" in draft || faults.length > 0) throw invalidInput(faults);
    const group = await writeTargetGroup(table, org, draft);
    if (group === "nameTaken") {
      throw new RequestRefused(310069, [
        `This org has a target group named ${JSON.stringify(draft.name)}; names differ in more than case.`,
      ]);
    }
    const warnings = [...unknownFieldWarnings(schemas.createTargetGroup, body), ...filterWarnings(draft)];
    return { status: 201, data: presentTargetGroup(group, now, { includePeriods: true }), warnings };
  };
}
