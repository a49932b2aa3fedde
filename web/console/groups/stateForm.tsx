import { useState } from "preact/hooks";
import type { Group } from "../model.ts";
import { editGroupCall, editTargetCall } from "./groupCalls.ts";
import { type EditProps, GroupForm } from "./groupForm.tsx";

/** What is stopped or started: the group, or one of its targets. */
type Part = { readonly name: string; readonly isActive: boolean; readonly targetId: number | undefined };

/** Stops or starts a group or a target. */
export function StateForm({ group, onReadAgain }: EditProps) {
  const [chosen, setChosen] = useState("");
  const part = partOf(group, chosen);
  const active = !part.isActive;
  const call =
    part.targetId === undefined ? editGroupCall(group, { active }) : editTargetCall(group, part.targetId, { active });
  const stopped = { question: `Stop ${part.name}?`, no: "Keep it running", yes: "Yes, stop" };
  return (
    <GroupForm
      call={call}
      button={part.isActive ? "Stop" : "Start"}
      consequences={part.isActive ? stopConsequences : startConsequences(group)}
      asked={part.isActive ? stopped : undefined}
      onDone={onReadAgain}
      onReadAgain={onReadAgain}
    >
      <label>
        What
        <select value={chosen} onChange={(event) => setChosen(event.currentTarget.value)}>
          <option value="">The whole group ({stateOf(group.isActive)})</option>
          {group.targets.map(({ id, name, active: isActive }) => (
            <option key={id} value={String(id)}>
              Target {name} ({stateOf(isActive)})
            </option>
          ))}
        </select>
      </label>
    </GroupForm>
  );
}

function partOf(group: Group, chosen: string): Part {
  const target = group.targets.find(({ id }) => String(id) === chosen);
  return target === undefined
    ? { name: group.name, isActive: group.isActive, targetId: undefined }
    : { name: target.name, isActive: target.active, targetId: target.id };
}

function stateOf(isActive: boolean): string {
  return isActive ? "active" : "stopped";
}

const stopConsequences =
  "At the latest 30 seconds later nobody can be enrolled any more, and activities that arrive do not count. They will not count later either. Members stay members and can leave. Cycles still end, and other systems are told so.";

function startConsequences({ cycles }: Group): string {
  return cycles.every(({ status }) => status === "ENDED")
    ? "All cycles have ended, so the API will refuse this. Append a cycle first."
    : "At the latest 30 seconds later customers can be enrolled again, and activities that arrive count. What arrived in between stays uncounted.";
}
