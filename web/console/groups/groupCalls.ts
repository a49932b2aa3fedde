import { type Call, json } from "../calls.ts";
import type { Group } from "../model.ts";
import type { filterBody, triggerBody } from "./countingDraft.ts";
import type { CycleFields } from "./cycleDraft.ts";

/** The group that is edited, at the version that was shown. The API refuses the edit of another version with HTTP 412. */
type Shown = Pick<Group, "id" | "version">;

/** Changes of a group's own fields. What is absent stays as it is, and `null` empties. */
export type GroupChanges = {
  readonly name?: string;
  readonly description?: string | null;
  readonly active?: boolean;
  readonly recurringCycles?: number;
  readonly offsetDays?: number;
  readonly enrolmentStartDate?: string | null;
  readonly enrolmentEndDate?: string | null;
  readonly streaks?: readonly LevelChange[];
};

/** A new name of a level, or a level above the highest. */
export type LevelChange =
  | { readonly id: number; readonly name: string }
  | { readonly name: string; readonly targetCountOfSequence: number };

/** Creates a group. */
export function createGroupCall(body: unknown): Call {
  return { method: "POST", path: "/targetGroups", headers: json, body };
}

export function editGroupCall(group: Shown, body: GroupChanges): Call {
  return { method: "PUT", path: `/targetGroups/editTargetGroup/${group.id}`, headers: ifShown(group), body };
}

/** Changes of a target. A value without a cycle is that of every cycle that can still get one; `null` is none. */
export type TargetChanges = {
  readonly active?: boolean;
  readonly filters?: readonly ReturnType<typeof filterBody>[] | null;
  readonly targetMilestoneTriggers?: readonly ReturnType<typeof triggerBody>[] | null;
  readonly defaultValues?: readonly { readonly periodId?: number; readonly defaultValue: number }[];
};

export function editTargetCall(group: Shown, targetId: number, body: TargetChanges): Call {
  return { method: "PUT", path: `/targetGroups/${group.id}/targets/${targetId}`, headers: ifShown(group), body };
}

/** Moves the bounds of a cycle. One that is absent stays where it is. */
export function moveCycleCall(group: Shown, id: number, days: Partial<Omit<CycleFields, "refCode">>): Call {
  return {
    method: "PUT",
    path: `/targetGroups/${group.id}/targetPeriods`,
    headers: ifShown(group),
    body: [{ id, ...days }],
  };
}

/** Appends cycles after the last one. */
export function appendCyclesCall(group: Shown, body: readonly CycleFields[]): Call {
  return { method: "POST", path: `/targetGroups/${group.id}/targetPeriods`, headers: ifShown(group), body };
}

function ifShown({ version }: Shown): Call["headers"] {
  return { ...json, "If-Match": `"${version}"` };
}
