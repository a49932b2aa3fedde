import type { Decimal } from "../../shared/domain/decimal.ts";
import {
  decideTargetAddition,
  decideTargetEdit,
  type TargetAdditionFault,
  type TargetEdit,
} from "../../shared/domain/targetEditing.ts";
import { triggerCount, withTriggerIds } from "../../shared/domain/triggers.ts";
import type { Operation } from "../../shared/http/apiHandler.ts";
import * as limits from "../../shared/http/limits.ts";
import { both, type Checked, required } from "../../shared/http/requests/checked.ts";
import type { EditTargetRequest } from "../../shared/http/requests/requestTypes.ts";
import * as schemas from "../../shared/http/requests/schemas.ts";
import { checked, longLists, unknownFieldWarnings } from "../../shared/http/requests/validation.ts";
import * as validators from "../../shared/http/requests/validators.generated.js";
import type { routes } from "../../shared/http/routes.ts";
import { describeTargetAdditionFault, describeTargetEditFault } from "../../shared/http/views/targetEditFaults.ts";
import type { ServiceContext } from "../../shared/operations/context.ts";
import { editTargetGroup } from "../../shared/operations/editTargetGroup.ts";
import type { Table } from "../../shared/table/client.ts";
import { allocateIds } from "../../shared/table/ids.ts";
import { answerEdit, readEditCommand } from "./editing.ts";
import { readFilters, readTarget, readTriggers, readValue } from "./readDraft.ts";

/**
 * `PUT /targetGroups/{targetGroupId}/targets/{targetId}`: changes one target. What is absent stays as it is; `null`
 * empties.
 *
 * Answers the group as it is now. Refuses, in this order, with 300004, 310017, 300004 (412), 310018, 300004 for what the
 * target does not allow, 310019.
 */
export function editTarget(context: ServiceContext): Operation<typeof routes.editTarget> {
  return async (request) => {
    const { now, body, parameters } = request;
    const [command, edit] = required(both(readEditCommand(request), readEdit(body)));
    const { path } = required(parameters);
    const firstTriggerId = await newTriggerIds(context.table, command.org, edit.triggers?.length ?? 0);
    const result = await editTargetGroup(context, command, (group) =>
      decideTargetEdit(group, path.targetId, { ...edit, firstTriggerId }, now),
    );
    const warnings = unknownFieldWarnings(schemas.editTarget, body);
    return answerEdit(result, now, describeTargetEditFault, warnings);
  };
}

/**
 * `POST /targetGroups/{targetGroupId}/targets`: adds a target to a milestone. Customers enrol in it like in any other.
 *
 * Answers the group as it is now. Refuses, in this order, with 300004, 310017, 300004 (412), 300004 for what the group
 * does not allow.
 */
export function addTarget(context: ServiceContext): Operation<typeof routes.addTarget> {
  return async (request) => {
    const { now, body } = request;
    const [command, target] = required(both(readEditCommand(request), readAddition(body)));
    const { targetId: id, triggerId } = await allocateIds(context.table, command.org, {
      targets: 1,
      triggers: triggerCount(target),
    });
    const added = { ...withTriggerIds(target, triggerId), id };
    const result = await editTargetGroup<TargetAdditionFault>(context, command, (group) =>
      decideTargetAddition(group, added, limits.targets),
    );
    const warnings = unknownFieldWarnings(schemas.addTarget, body);
    return answerEdit(result, now, describeTargetAdditionFault, warnings);
  };
}

/**
 * `DELETE /targetGroups/{targetGroupId}/targets/{targetId}`: deactivates the target. Its members and what they have
 * achieved stay.
 *
 * Answers the group as it is now. Refuses, in this order, with 300004, 310017, 300004 (412), 310018.
 */
export function deactivateTarget(context: ServiceContext): Operation<typeof routes.deactivateTarget> {
  return async (request) => {
    const { now, parameters } = request;
    const command = required(readEditCommand(request));
    const { path } = required(parameters);
    const result = await editTargetGroup(context, command, (group) =>
      decideTargetEdit(
        group,
        path.targetId,
        {
          own: { isActive: false },
          fixed: {},
          filters: undefined,
          triggers: undefined,
          firstTriggerId: 0,
          values: undefined,
        },
        now,
      ),
    );
    return answerEdit(result, now, describeTargetEditFault, []);
  };
}

/** The first of the ids; there is none to name when no trigger is sent. */
async function newTriggerIds(table: Table, org: string, count: number): Promise<number> {
  if (count === 0) return 0;
  return (await allocateIds(table, org, { triggers: count })).triggerId;
}

function readAddition(body: unknown): Checked<ReturnType<typeof readTarget>> {
  const tooLong = longLists(schemas.addTarget, body);
  if (tooLong.length > 0) return { faults: tooLong };
  const shape = checked(validators.addTarget, body);
  if ("faults" in shape) return shape;
  const faults: string[] = [];
  const target = readTarget(shape.valid, "", faults);
  return faults.length > 0 ? { faults } : { valid: target };
}

function readEdit(body: unknown): Checked<Omit<TargetEdit, "firstTriggerId">> {
  const tooLong = longLists(schemas.editTarget, body);
  if (tooLong.length > 0) return { faults: tooLong };
  const shape = checked(validators.editTarget, body);
  if ("faults" in shape) return shape;
  const { filters, targetMilestoneTriggers, defaultValues } = shape.valid;
  const faults: string[] = [];
  const read = filters === undefined ? undefined : readFilters(filters, "", faults);
  const triggers =
    targetMilestoneTriggers === undefined ? undefined : readTriggers(targetMilestoneTriggers, "", faults);
  const values = readValues(defaultValues, faults);
  if (faults.length > 0) return { faults };
  return { valid: { own: readOwn(shape.valid), fixed: readFixed(shape.valid), filters: read, triggers, values } };
}

function readValues(rows: EditTargetRequest["defaultValues"], faults: string[]): TargetEdit["values"] {
  const [first] = rows ?? [];
  if (rows === undefined || first === undefined) return undefined;
  if (rows.length === 1 && first.periodId === undefined)
    return readValue("defaultValues[0].defaultValue", first.defaultValue, faults);
  return rows.map(({ periodId, defaultValue }, index) => {
    if (periodId === undefined)
      faults.push(
        `defaultValues[${index}].periodId is required, unless one value is given for all cycles that can get one.`,
      );
    const value: Decimal = readValue(`defaultValues[${index}].defaultValue`, defaultValue, faults);
    return { index, cycleId: periodId ?? 0, value };
  });
}

function readOwn({ name, description, active }: EditTargetRequest): TargetEdit["own"] {
  return {
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description: description ?? undefined }),
    ...(active === undefined ? {} : { isActive: active }),
  };
}

function readFixed(request: EditTargetRequest): TargetEdit["fixed"] {
  const { id, targetEntity, eventName, targetType, attributeName, trackFromEnrollmentDate, rewardAllocation } = request;
  const { enrolmentMethod } = request;
  return {
    ...(id === undefined ? {} : { id }),
    ...(targetEntity === undefined ? {} : { entity: targetEntity }),
    ...(eventName === undefined ? {} : { eventName }),
    ...(targetType === undefined ? {} : { type: targetType }),
    ...(attributeName === undefined ? {} : { attributeName }),
    ...(trackFromEnrollmentDate === undefined ? {} : { tracksFromEnrollmentDate: trackFromEnrollmentDate }),
    ...(enrolmentMethod === undefined ? {} : { enrollmentMethod: enrolmentMethod }),
    ...(rewardAllocation === undefined ? {} : { rewardAllocation }),
  };
}
