import { useState } from "preact/hooks";
import {
  type FilterFields,
  fieldsOfFilter,
  fieldsOfTrigger,
  filterBody,
  type TriggerFields,
  triggerBody,
} from "./countingDraft.ts";
import { FilterInputs, TriggerInputs } from "./countingInputs.tsx";
import { editTargetCall, type TargetChanges } from "./groupCalls.ts";
import { type EditProps, GroupForm } from "./groupForm.tsx";
import { TargetOfGroup } from "./targetOfGroup.tsx";

/** What was typed. A list that is absent shows what the target has, and is not sent. */
type Typed = { readonly filters?: readonly FilterFields[]; readonly triggers?: readonly TriggerFields[] };

/** Changes what counts for a target, and its sub-targets. */
export function CountingForm({ group, onReadAgain }: EditProps) {
  const [targetId, setTargetId] = useState("");
  const [typed, setTyped] = useState<Typed>({});
  const target = group.targets.find(({ id }) => String(id) === targetId) ?? group.targets[0];
  if (target === undefined) return null;
  const changes = changesOf(typed);
  return (
    <GroupForm
      call={Object.keys(changes).length === 0 ? undefined : editTargetCall(group, target.id, changes)}
      button="Change what counts"
      consequences="Holds from the first cycle on that starts at least 10 minutes from now. All that happened in earlier cycles counts as before, however late it arrives. A sub-target that keeps its name stays the same one."
      onDone={() => {
        setTyped({});
        onReadAgain();
      }}
      onReadAgain={onReadAgain}
    >
      <TargetOfGroup
        group={group}
        chosen={target.id}
        onChange={(id) => {
          setTargetId(id);
          setTyped({});
        }}
      />
      <FilterInputs
        filters={typed.filters ?? (target.filters ?? []).map(fieldsOfFilter)}
        path="filters"
        onChange={(filters) => setTyped({ ...typed, filters })}
      />
      <TriggerInputs
        triggers={typed.triggers ?? (target.targetMilestoneTriggers ?? []).map(fieldsOfTrigger)}
        path="targetMilestoneTriggers"
        onChange={(triggers) => setTyped({ ...typed, triggers })}
      />
    </GroupForm>
  );
}

function changesOf({ filters, triggers }: Typed): TargetChanges {
  return {
    ...(filters === undefined ? {} : { filters: orNone(filters.map(filterBody)) }),
    ...(triggers === undefined ? {} : { targetMilestoneTriggers: orNone(triggers.map(triggerBody)) }),
  };
}

/** An empty list is sent as `null`, as a reading answers it. */
function orNone<Each>(list: readonly Each[]): readonly Each[] | null {
  return list.length === 0 ? null : list;
}
