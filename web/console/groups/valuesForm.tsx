import { useState } from "preact/hooks";
import { Field } from "../forms/field.tsx";
import { CycleSelect } from "./cycleSelect.tsx";
import { editTargetCall } from "./groupCalls.ts";
import { type EditProps, GroupForm } from "./groupForm.tsx";
import { describeNewValue, openCycles, valueIn } from "./newValue.ts";
import { TargetOfGroup } from "./targetOfGroup.tsx";

/** Changes the value of a target in one cycle, or in the running and all coming ones. */
export function ValuesForm({ group, onReadAgain }: EditProps) {
  const [targetId, setTargetId] = useState("");
  const [cycleId, setCycleId] = useState("");
  const [text, setText] = useState("");
  const target = group.targets.find(({ id }) => String(id) === targetId) ?? group.targets[0];
  if (target === undefined) return null;
  const open = openCycles(group);
  const value = Number(text);
  const isValue = text !== "" && value > 0;
  const chosen = open.filter(({ id }) => cycleId === "" || String(id) === cycleId);
  const periodId = cycleId === "" ? {} : { periodId: Number(cycleId) };
  return (
    <GroupForm
      call={
        isValue
          ? editTargetCall(group, target.id, { defaultValues: [{ ...periodId, defaultValue: value }] })
          : undefined
      }
      button="Change the value"
      consequences={describeNewValue(
        chosen.map((cycle) => ({ cycle, value: valueIn(group, target, cycle) })),
        isValue ? value : undefined,
      )}
      onDone={() => {
        setText("");
        onReadAgain();
      }}
      onReadAgain={onReadAgain}
    >
      <TargetOfGroup group={group} chosen={target.id} onChange={setTargetId} />
      <CycleSelect
        label="In"
        cycles={open}
        other="The running and all coming cycles"
        chosen={cycleId}
        onChange={setCycleId}
      />
      <Field
        label="New value"
        type="number"
        required
        min="0.0001"
        step="0.0001"
        path="defaultValues"
        value={text}
        onChange={setText}
      />
    </GroupForm>
  );
}
