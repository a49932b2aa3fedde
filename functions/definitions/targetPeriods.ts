import {
  type Bound,
  type CycleAddition,
  type CycleEdit,
  type CycleEditDecision,
  decideCycleAddition,
  decideCycleEdit,
} from "../../shared/domain/cycleEditing.ts";
import { parseDecimal } from "../../shared/domain/decimal.ts";
import type { Instant } from "../../shared/domain/instant.ts";
import type { TargetGroup } from "../../shared/domain/targetGroup.ts";
import type { Operation } from "../../shared/http/apiHandler.ts";
import * as limits from "../../shared/http/limits.ts";
import { both, type Checked, faultsOf, required } from "../../shared/http/requests/checked.ts";
import type { AppendTargetPeriodsRequest, EditTargetPeriodsRequest } from "../../shared/http/requests/requestTypes.ts";
import * as schemas from "../../shared/http/requests/schemas.ts";
import { checked, longLists, unknownFieldWarnings } from "../../shared/http/requests/validation.ts";
import type { Validator } from "../../shared/http/requests/validators.generated.js";
import * as validators from "../../shared/http/requests/validators.generated.js";
import type { routes } from "../../shared/http/routes.ts";
import { describeCycleEditFault } from "../../shared/http/views/cycleEditFaults.ts";
import type { ServiceContext } from "../../shared/operations/context.ts";
import { editTargetGroup } from "../../shared/operations/editTargetGroup.ts";
import { allocateIds } from "../../shared/table/ids.ts";
import { boundFault, endOf, startOf } from "./calendar.ts";
import { answerEdit, readEditCommand } from "./editing.ts";

type Invalid = { readonly outcome: "invalid"; readonly faults: readonly string[] };
type Decision = Invalid | { readonly outcome: "edit"; readonly group: TargetGroup };

/**
 * `PUT /targetGroups/{targetGroupId}/targetPeriods`: moves cycles, or describes them. What is absent stays as it is.
 *
 * Answers the group as it is now. Refuses, in this order, with 300004, 310017, 300004 (412), 300004 for what the cycles do
 * not allow.
 */
export function editTargetPeriods(context: ServiceContext): Operation<typeof routes.editTargetPeriods> {
  return async (request) => {
    const { now, body } = request;
    const shape = readList(schemas.editTargetPeriods, validators.editTargetPeriods, body);
    const [command, periods] = required(both(readEditCommand(request), shape));
    const result = await editTargetGroup(context, command, (group) => {
      const edits = readAll(periods, (period, index) => readEdit(period, index, group.timeZone));
      return "faults" in edits ? { outcome: "invalid", ...edits } : described(decideCycleEdit(group, edits.valid, now));
    });
    return answerEdit(result, now, String, unknownFieldWarnings(schemas.editTargetPeriods, body));
  };
}

/**
 * `POST /targetGroups/{targetGroupId}/targetPeriods`: appends cycles after the last one. Every member is in them.
 *
 * Answers the group as it is now. Refuses as {@link editTargetPeriods} does.
 */
export function appendTargetPeriods(context: ServiceContext): Operation<typeof routes.appendTargetPeriods> {
  return async (request) => {
    const { now, body } = request;
    const shape = readList(schemas.appendTargetPeriods, validators.appendTargetPeriods, body);
    const [command, periods] = required(both(readEditCommand(request), shape));
    const { cycleId } = await allocateIds(context.table, command.org, { cycles: periods.length });
    const result = await editTargetGroup(context, command, (group) => {
      const read = readAll(periods, (period, index) => readAddition(period, index, cycleId + index, group.timeZone));
      if ("faults" in read) return { outcome: "invalid", ...read };
      return described(decideCycleAddition(group, read.valid, now, limits.cycles));
    });
    return answerEdit(result, now, String, unknownFieldWarnings(schemas.appendTargetPeriods, body));
  };
}

function described(decision: CycleEditDecision): Decision {
  if (decision.outcome === "edit") return decision;
  return { outcome: "invalid", faults: decision.faults.map(describeCycleEditFault) };
}

function readList<Valid>(schema: object, validate: Validator<Valid>, body: unknown): Checked<Valid> {
  const tooLong = longLists(schema, body, "The list");
  return tooLong.length > 0 ? { faults: tooLong } : checked(validate, body);
}

function readAll<Item, Valid>(
  items: readonly Item[],
  read: (item: Item, index: number) => Checked<Valid>,
): Checked<Valid[]> {
  const all = items.map(read);
  const faults = all.flatMap(faultsOf);
  return faults.length > 0 ? { faults } : { valid: all.flatMap((one) => ("valid" in one ? [one.valid] : [])) };
}

function readEdit(
  { id, refCode, startDate, endDate, description }: EditTargetPeriodsRequest[number],
  index: number,
  timeZone: string,
): Checked<CycleEdit> {
  const startsAt = readBound(`[${index}].startDate`, startDate, timeZone, startOf);
  const endsAt = readBound(`[${index}].endDate`, endDate, timeZone, endOf);
  const bounds = both(startsAt, endsAt);
  if ("faults" in bounds) return bounds;
  const texts = description === undefined ? {} : { description: description ?? undefined };
  return { valid: { index, id, refCode, startsAt: bounds.valid[0], endsAt: bounds.valid[1], texts } };
}

function readAddition(
  { refCode, startDate, endDate, description, defaultValues = [] }: AppendTargetPeriodsRequest[number],
  index: number,
  id: number,
  timeZone: string,
): Checked<CycleAddition> {
  const bounds = both(
    readBound(`[${index}].startDate`, startDate, timeZone, startOf),
    readBound(`[${index}].endDate`, endDate, timeZone, endOf),
  );
  const values = readAll(
    defaultValues,
    ({ targetId, defaultValue }, position): Checked<CycleAddition["values"][number]> => {
      const value = parseDecimal(defaultValue.toString());
      if (value !== undefined) return { valid: { targetId, value } };
      const field = `[${index}].defaultValues[${position}].defaultValue`;
      return { faults: [`${field} must have at most 4 fractional digits; got ${defaultValue}.`] };
    },
  );
  const read = both(bounds, values);
  if ("faults" in read) return read;
  const [[start, end], own] = read.valid;
  const [startsAt, endsAt] = [start?.at ?? Number.NaN, end?.at ?? Number.NaN];
  const texts = { refCode, description: description ?? undefined, startDate, endDate };
  return { valid: { index, id, ...texts, startsAt, endsAt, values: own } };
}

function readBound(
  field: string,
  text: string | undefined,
  timeZone: string,
  read: (text: string, timeZone: string) => Instant | undefined,
): Checked<Bound | undefined> {
  if (text === undefined) return { valid: undefined };
  const at = read(text, timeZone);
  return at === undefined ? { faults: [boundFault(field, text)] } : { valid: { at, text } };
}
