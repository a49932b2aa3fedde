import { draftFaults } from "../../shared/domain/drafting.ts";
import { type Attribution, createdBy } from "../../shared/domain/targetGroup.ts";
import type { Operation } from "../../shared/http/apiHandler.ts";
import { businessRefusal, invalidInput } from "../../shared/http/errors.ts";
import { faultsOf } from "../../shared/http/requests/checked.ts";
import type { CreateTargetGroupRequest } from "../../shared/http/requests/requestTypes.ts";
import * as schemas from "../../shared/http/requests/schemas.ts";
import { checked, isJsonObject, longLists, unknownFieldWarnings } from "../../shared/http/requests/validation.ts";
import * as validators from "../../shared/http/requests/validators.generated.js";
import type { routes } from "../../shared/http/routes.ts";
import { versionHeader } from "../../shared/http/version.ts";
import { describeDraftFault } from "../../shared/http/views/targetGroupFaults.ts";
import { presentTargetGroup } from "../../shared/http/views/targetGroupView.ts";
import { createTargetGroup as writeTargetGroup } from "../../shared/operations/createTargetGroup.ts";
import { nameTaken } from "../../shared/operations/definition.ts";
import type { Table } from "../../shared/table/client.ts";
import { tooManyAutomatic } from "./editing.ts";
import { cycleSourceFaults, readDraft } from "./readDraft.ts";

/**
 * `POST /targetGroups`: creates group, cycles, targets and levels together or not at all.
 *
 * Answers 201 with the group and all its ids. Refuses with 300004, 310069.
 */
export function createTargetGroup(table: Table): Operation<typeof routes.createTargetGroup> {
  return async ({ org, authorship, now, body, parameters }) => {
    const attribution = createdBy(authorship.enteredBy, now);
    const ofQuery = faultsOf(parameters);
    const tooLong = longLists(schemas.createTargetGroup, body);
    if (tooLong.length > 0) throw invalidInput([...ofQuery, ...tooLong]);
    const shape = checked(validators.createTargetGroup, body);
    if ("faults" in shape) {
      const ofSource = isJsonObject(body) ? cycleSourceFaults(body) : [];
      throw invalidInput([
        ...ofQuery,
        ...shape.faults,
        ...ofSource,
        ...judgedDraft(readablePart(body), attribution).faults,
      ]);
    }
    const { draft, faults: ofDraft } = judgedDraft(shape.valid, attribution);
    const faults = [...ofQuery, ...cycleSourceFaults(shape.valid), ...ofDraft];
    if (faults.length > 0) throw invalidInput(faults);
    const group = await writeTargetGroup(table, org, draft, now);
    if (group === "nameTaken") throw businessRefusal(nameTaken(draft.name));
    if (group === "tooManyAutomatic") throw invalidInput([tooManyAutomatic]);
    const warnings = unknownFieldWarnings(schemas.createTargetGroup, body);
    return {
      status: 201,
      data: presentTargetGroup(group, now, { includePeriods: true }),
      warnings,
      headers: versionHeader(group),
    };
  };
}

/**
 * The draft, with the faults that a schema cannot find: in the calendar, in decimals, and between fields. Targets and
 * levels are checked against the cycles, so they are left out when no cycle could be read.
 */
function judgedDraft(request: CreateTargetGroupRequest, attribution: Attribution) {
  const { draft, faults } = readDraft(request, attribution);
  const judged = draft.cycles.length > 0 ? draft : { ...draft, targets: [], levels: [] };
  return { draft, faults: [...faults, ...draftFaults(judged).map(describeDraftFault)] };
}

/**
 * The readable part of a body with a wrong shape, so that all its faults are answered at once. Targets and levels are
 * checked against the cycles, so they are left out when the cycles cannot be read.
 */
function readablePart(body: unknown): CreateTargetGroupRequest {
  const fields = isJsonObject(body) ? body : {};
  const { timeZoneName, targets, streaks, streakFreezes } = fields;
  const cycles = readableCycles(fields);
  const hasCycles = cycles !== undefined;
  return {
    name: "",
    targetEvaluationType: "FIXED_CALENDAR_WINDOW",
    trackingType: fields["trackingType"] === "DEFAULT" ? "DEFAULT" : "STREAKS",
    timeZoneName: typeof timeZoneName === "string" && timeZoneName !== "" ? timeZoneName : null,
    ...(cycles ?? { periods: [] }),
    targets: hasCycles && validators.targets(targets) ? targets : [],
    streaks: hasCycles && validators.streaks(streaks) ? streaks : [],
    streakFreezes: readableFreezes(streakFreezes),
  };
}

function readableFreezes(freezes: unknown): { readonly initial: number } | null {
  const initial = isJsonObject(freezes) ? freezes["initial"] : undefined;
  return typeof initial === "number" ? { initial } : null;
}

/** The list of cycles or the rule; `undefined` when neither can be read. */
function readableCycles(fields: Readonly<Record<string, unknown>>): Partial<CreateTargetGroupRequest> | undefined {
  const { periods } = fields;
  if (periods !== undefined) return validators.periods(periods) ? { periods } : undefined;
  if (!validators.cyclePattern(fields)) return undefined;
  const { frequencyType, frequency, recurringCycles, fromDate } = fields;
  return { frequencyType, frequency, recurringCycles, fromDate };
}
