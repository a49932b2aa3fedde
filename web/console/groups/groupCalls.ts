import { type Call, json } from "../calls.ts";
import type { Group } from "../model.ts";

/** The group that is edited, at the version that was shown. The API refuses the edit of another version with HTTP 412. */
type Shown = Pick<Group, "id" | "version">;

/** Changes of a group's own fields. What is absent stays as it is, and `null` empties. */
export type GroupChanges = {
  readonly active?: boolean;
};

export function editGroupCall(group: Shown, body: GroupChanges): Call {
  return { method: "PUT", path: `/targetGroups/editTargetGroup/${group.id}`, headers: ifShown(group), body };
}

export type TargetChanges = { readonly active?: boolean };

export function editTargetCall(group: Shown, targetId: number, body: TargetChanges): Call {
  return { method: "PUT", path: `/targetGroups/${group.id}/targets/${targetId}`, headers: ifShown(group), body };
}

function ifShown({ version }: Shown): Call["headers"] {
  return { ...json, "If-Match": `"${version}"` };
}
