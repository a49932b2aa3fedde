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
  readonly opens?: string;
  readonly closes?: string;
  readonly offsetDays?: string;
  readonly levelNames: Readonly<Record<number, string>>;
  /** A level above the highest; without a count there is none. */
  readonly newLevel: { readonly name: string; readonly count: string };
};

const nothing: Typed = { levelNames: {}, newLevel: { name: "", count: "" } };

/** Renames a group and its levels, describes it, says when it can be joined, and adds a level above the highest. */
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
      <TimeInputs group={group} typed={typed} onChange={change} />
      {isStreak(group.trackingType) ? <LevelInputs group={group} typed={typed} onChange={change} /> : null}
    </GroupForm>
  );
}

type PartProps = {
  readonly group: Group;
  readonly typed: Typed;
  readonly onChange: (changed: Partial<Typed>) => void;
};

/** A bound can be a day or an instant, so it is typed as text. */
function TimeInputs({ group, typed, onChange }: PartProps) {
  return (
    <>
      <div class="fields-in-line">
        <Field
          label="Can be joined from"
          placeholder="like 2030-03-01"
          path="enrolmentStartDate"
          value={typed.opens ?? group.opens ?? ""}
          onChange={(opens) => onChange({ opens })}
        />
        <Field
          label="Can be joined until"
          placeholder="like 2030-03-31"
          path="enrolmentEndDate"
          value={typed.closes ?? group.closes ?? ""}
          onChange={(closes) => onChange({ closes })}
        />
      </div>
      <Field
        label="Days after a cycle for what comes late"
        type="number"
        required
        min="0"
        max="30"
        path="offsetDays"
        value={typed.offsetDays ?? String(group.offsetDays)}
        onChange={(offsetDays) => onChange({ offsetDays })}
      />
    </>
  );
}

function LevelInputs({ group, typed, onChange }: PartProps) {
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

/** What differs from the group. A text that was emptied empties the one there is. */
function changesOf(group: Group, { name = group.name, description, opens, closes, ...typed }: Typed): GroupChanges {
  const { offsetDays = String(group.offsetDays) } = typed;
  const streaks = levelChanges(group, typed);
  return {
    ...(name === group.name ? {} : { name }),
    ...changedText("description", group.description, description),
    ...changedText("enrolmentStartDate", group.opens, opens),
    ...changedText("enrolmentEndDate", group.closes, closes),
    ...(offsetDays === String(group.offsetDays) ? {} : { offsetDays: Number(offsetDays) }),
    ...(streaks.length === 0 ? {} : { streaks }),
  };
}

type TextName = "description" | "enrolmentStartDate" | "enrolmentEndDate";

function changedText(name: TextName, is: string | null, typed = is ?? ""): GroupChanges {
  if (typed === (is ?? "")) return {};
  return { [name]: typed === "" ? null : typed };
}

function levelChanges({ levels }: Group, { levelNames, newLevel }: Pick<Typed, "levelNames" | "newLevel">) {
  const renamed = levels.flatMap(({ id, name }): LevelChange[] => {
    const typed = levelNames[id] ?? name;
    return typed === name ? [] : [{ id, name: typed }];
  });
  const { name, count } = newLevel;
  return name === "" && count === "" ? renamed : [...renamed, { name, targetCountOfSequence: Number(count) }];
}

function consequencesOf({ newLevel, opens, closes, offsetDays }: Typed): string {
  const consequences = [
    ...(newLevel.name === "" && newLevel.count === ""
      ? []
      : [
          `Members whose run is already ${newLevel.count || "that many"} cycles long reach the new level with their next activity that changes a cycle.`,
        ]),
    ...(opens === undefined && closes === undefined
      ? []
      : ["Calls that enrol outside of this time are refused. Members stay members, and can leave at any time."]),
    ...(offsetDays === undefined
      ? []
      : ["What is told of a cycle’s end waits that many days, for cycles that end at least 10 minutes from now."]),
  ];
  const renaming = "Names and descriptions change nothing for members. The old name is free for another group.";
  return consequences.length === 0 ? renaming : consequences.join(" ");
}
