import { decideGroupEdit, type GroupEdit, type Lengthen, type LevelEdit } from "../../shared/domain/editing.ts";
import type { TargetGroup } from "../../shared/domain/targetGroup.ts";
import type { Operation } from "../../shared/http/apiHandler.ts";
import { invalidInput } from "../../shared/http/errors.ts";
import * as limits from "../../shared/http/limits.ts";
import { both, type Checked, required } from "../../shared/http/requests/checked.ts";
import type { EditTargetGroupRequest } from "../../shared/http/requests/requestTypes.ts";
import * as schemas from "../../shared/http/requests/schemas.ts";
import { checked, isJsonObject, longLists, unknownFieldWarnings } from "../../shared/http/requests/validation.ts";
import * as validators from "../../shared/http/requests/validators.generated.js";
import type { routes } from "../../shared/http/routes.ts";
import { describeEditFault, describeFixed } from "../../shared/http/views/editFaults.ts";
import type { ServiceContext } from "../../shared/operations/context.ts";
import { editTargetGroup as edit } from "../../shared/operations/editTargetGroup.ts";
import type { Table } from "../../shared/table/client.ts";
import { allocateIds } from "../../shared/table/ids.ts";
import { answerEdit, readEditCommand } from "./editing.ts";
import { makeRule, readBound } from "./readDraft.ts";

/**
 * `PUT /targetGroups/editTargetGroup/{targetGroupId}`: changes the group's own fields and its levels. What is absent
 * stays as it is; `null` empties.
 *
 * Answers the group as it is now. Refuses, in this order, with 300004, 310017, 300004 (412), 300004 for what the group
 * does not allow, 310019, 310069.
 */
export function editTargetGroup(context: ServiceContext): Operation<typeof routes.editTargetGroup> {
  return async (request) => {
    const { now, body } = request;
    const [command, record] = required(both(readEditCommand(request), readRecord(body)));
    const newLevels = record.levels.filter(({ id }) => id === undefined);
    const newLevelIds = newLevels.length === 0 ? [] : await levelIds(context.table, command.org, newLevels.length);
    const result = await edit(context, command, (group) =>
      decideGroupEdit(group, { ...withWindow(record, group), newLevelIds }, now, {
        mostLevels: limits.levels,
        lengthen,
      }),
    );
    return answerEdit(result, now, describeEditFault, unknownFieldWarnings(schemas.editTargetGroup, body));
  };
}

const lengthen: Lengthen = (rule, count, timeZone) => makeRule({ ...rule, count }, timeZone, rule);

async function levelIds(table: Table, org: string, count: number): Promise<number[]> {
  const { levelId } = await allocateIds(table, org, { levels: count });
  return Array.from({ length: count }, (_, index) => levelId + index);
}

/** The bounds of the time for enrolling that were sent. A date is read in the zone of the group. */
type Window = Pick<EditTargetGroupRequest, "enrolmentStartDate" | "enrolmentEndDate">;
type EditRecord = Omit<GroupEdit, "newLevelIds"> & { readonly window: Window };

function withWindow(record: EditRecord, { timeZone }: TargetGroup): EditRecord {
  const { enrolmentStartDate: opens, enrolmentEndDate: closes } = record.window;
  // Each was read in another zone before. At the ends of time this zone may make an impossible instant of it.
  const faults: string[] = [];
  const own = {
    ...record.own,
    ...(opens === undefined ? {} : { enrollmentOpens: readBound("enrolmentStartDate", opens, timeZone, faults) }),
    ...(closes === undefined ? {} : { enrollmentCloses: readBound("enrolmentEndDate", closes, timeZone, faults) }),
  };
  if (faults.length > 0) throw invalidInput(faults);
  return { ...record, own };
}

function windowFaults({ enrolmentStartDate, enrolmentEndDate }: Window): string[] {
  const faults: string[] = [];
  readBound("enrolmentStartDate", enrolmentStartDate, "UTC", faults);
  readBound("enrolmentEndDate", enrolmentEndDate, "UTC", faults);
  return faults;
}

function readRecord(body: unknown): Checked<EditRecord> {
  const tooLong = longLists(schemas.editTargetGroup, body);
  if (tooLong.length > 0) return { faults: tooLong };
  const shape = checked(validators.editTargetGroup, body);
  if ("faults" in shape) return shape;
  const { streaks = [], targetEvaluationType = evaluationType } = shape.valid;
  const levels = streaks.map(readLevel);
  const faults = [
    ...(targetEvaluationType === evaluationType
      ? []
      : [describeFixed("targetEvaluationType", evaluationType, targetEvaluationType)]),
    ...windowFaults(shape.valid),
    ...levels.flatMap((level) => ("faults" in level ? level.faults : [])),
  ];
  if (faults.length > 0) return { faults };
  return {
    valid: {
      own: readOwn(shape.valid),
      window: shape.valid,
      fixed: readFixed(shape.valid),
      offsetDays: readOffset(shape.valid),
      cycleCount: shape.valid.recurringCycles ?? undefined,
      levels: levels.flatMap((level) => ("valid" in level ? [level.valid] : [])),
    },
  };
}

/** The one there is. */
const evaluationType = "FIXED_CALENDAR_WINDOW";

function readOwn({ name, description, active }: EditTargetGroupRequest): EditRecord["own"] {
  return {
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description: description ?? undefined }),
    ...(active === undefined ? {} : { isActive: active }),
  };
}

/** `null` empties: the cycles are closed at their end. */
function readOffset({ offsetDays }: EditTargetGroupRequest): number | undefined {
  return offsetDays === null ? 0 : offsetDays;
}

function readFixed(request: EditTargetGroupRequest): EditRecord["fixed"] {
  const { id, trackingType, timeZoneName, frequencyType, frequency, fromDate, streakFreezes } = request;
  return {
    ...(id === undefined ? {} : { id }),
    ...(frequencyType === undefined ? {} : { frequencyType }),
    ...(frequency === undefined ? {} : { frequency }),
    ...(fromDate === undefined ? {} : { firstDay: fromDate }),
    ...(trackingType === undefined ? {} : { trackingType }),
    ...(timeZoneName === undefined ? {} : { timeZone: timeZoneName }),
    ...(streakFreezes === undefined ? {} : { initialFreezes: readInitial(streakFreezes) }),
  };
}

/** `null` says that there are none. What is no such object is none of the values, a number neither. */
function readInitial(streakFreezes: unknown): unknown {
  if (streakFreezes === null) return 0;
  return isJsonObject(streakFreezes) ? (streakFreezes["initial"] ?? null) : JSON.stringify(streakFreezes);
}

type LevelRequest = NonNullable<EditTargetGroupRequest["streaks"]>[number];

function readLevel({ id, name, targetCountOfSequence: cyclesToMeet }: LevelRequest, index: number): Checked<LevelEdit> {
  if (id !== undefined) return { valid: { index, id, name, cyclesToMeet } };
  if (name !== undefined && cyclesToMeet !== undefined) return { valid: { index, id, name, cyclesToMeet } };
  const missing = [name === undefined && "name", cyclesToMeet === undefined && "targetCountOfSequence"];
  return {
    faults: missing
      .filter((field) => field !== false)
      .map((field) => `streaks[${index}].${field} is required of a new level, which has no id.`),
  };
}
