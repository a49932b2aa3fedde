import { useState } from "preact/hooks";
import { Field } from "../forms/field.tsx";
import { type Group, isStreak } from "../model.ts";
import { counted } from "../numbers.ts";
import { editGroupCall, type GroupChanges, type LevelChange } from "./groupCalls.ts";
import { type EditProps, GroupForm } from "./groupForm.tsx";

/** What was typed. A field that is absent shows what the group has. */
type Typed = {
  readonly name?: string;
  readonly description?: string;
  readonly levelNames: Readonly<Record<number, string>>;
  /** A level above the highest; without a count there is none. */
  readonly newLevel: { readonly name: string; readonly count: string };
};

const nothing: Typed = { levelNames: {}, newLevel: { name: "", count: "" } };

/** Renames a group and its levels, describes it, and adds a level above the highest. */
export function NamesForm({ group, onReadAgain }: EditProps) {
  const [typed, setTyped] = useState(nothing);
  const change = (changed: Partial<Typed>) => setTyped((current) => ({ ...current, ...changed }));
  const changes = changesOf(group, typed);
  return (
    <GroupForm
      call={Object.keys(changes).length === 0 ? undefined : editGroupCall(group, changes)}
      button="Save"
      consequences={consequencesOf(typed)}
      onDone={() => {
        setTyped(nothing);
        onReadAgain();
      }}
      onReadAgain={onReadAgain}
    >
      <Field label="Name" required path="name" value={typed.name ?? group.name} onChange={(name) => change({ name })} />
      <Field
        label="Description"
        path="description"
        value={typed.description ?? group.description ?? ""}
        onChange={(description) => change({ description })}
      />
      {isStreak(group.trackingType) ? <LevelInputs group={group} typed={typed} onChange={change} /> : null}
    </GroupForm>
  );
}

type LevelProps = {
  readonly group: Group;
  readonly typed: Typed;
  readonly onChange: (changed: Partial<Typed>) => void;
};

function LevelInputs({ group, typed, onChange }: LevelProps) {
  const { levelNames, newLevel } = typed;
  return (
    <>
      {group.levels.map(({ id, name, targetCountOfSequence }) => (
        <Field
          key={id}
          label={`Level of ${counted(targetCountOfSequence, "cycle")}`}
          required
          value={levelNames[id] ?? name}
          onChange={(text) => onChange({ levelNames: { ...levelNames, [id]: text } })}
        />
      ))}
      <div class="fields-in-line">
        <Field
          label="Another level"
          placeholder="its name"
          required={newLevel.count !== ""}
          value={newLevel.name}
          onChange={(name) => onChange({ newLevel: { ...newLevel, name } })}
        />
        <Field
          label="Cycles to meet"
          type="number"
          min={(group.levels.at(-1)?.targetCountOfSequence ?? 0) + 1}
          max={group.cycles.length}
          required={newLevel.name !== ""}
          value={newLevel.count}
          onChange={(count) => onChange({ newLevel: { ...newLevel, count } })}
        />
      </div>
    </>
  );
}

/** What differs from the group. An empty description empties the one there is. */
function changesOf(group: Group, { name = group.name, description, ...typed }: Typed): GroupChanges {
  const described = description ?? group.description ?? "";
  const streaks = levelChanges(group, typed);
  return {
    ...(name === group.name ? {} : { name }),
    ...(described === (group.description ?? "") ? {} : { description: described === "" ? null : described }),
    ...(streaks.length === 0 ? {} : { streaks }),
  };
}

function levelChanges({ levels }: Group, { levelNames, newLevel }: Pick<Typed, "levelNames" | "newLevel">) {
  const renamed = levels.flatMap(({ id, name }): LevelChange[] => {
    const typed = levelNames[id] ?? name;
    return typed === name ? [] : [{ id, name: typed }];
  });
  const { name, count } = newLevel;
  return name === "" && count === "" ? renamed : [...renamed, { name, targetCountOfSequence: Number(count) }];
}

function consequencesOf({ newLevel }: Typed): string {
  const renaming = "Names and descriptions change nothing for members. The old name is free for another group.";
  if (newLevel.name === "" && newLevel.count === "") return renaming;
  return `Members whose run is already ${newLevel.count || "that many"} cycles long reach the new level with their next activity that changes a cycle.`;
}
