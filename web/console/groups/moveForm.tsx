import { useState } from "preact/hooks";
import { Field } from "../forms/field.tsx";
import type { Cycle, Group } from "../model.ts";
import { dayAfter, dayOf, lastDayOf } from "./cycleDraft.ts";
import { CyclePreview } from "./cyclePreview.tsx";
import { CycleSelect } from "./cycleSelect.tsx";
import { moveCycleCall } from "./groupCalls.ts";
import { type EditProps, GroupForm } from "./groupForm.tsx";
import { openCycles } from "./newValue.ts";

/** The days that were typed. A bound that was left alone is not sent. */
type Typed = { readonly startDate?: string; readonly endDate?: string };

/** Moves the bounds of a listed cycle that has not ended. Of a running one only the end can be moved. */
export function MoveForm({ group, onReadAgain }: EditProps) {
  const open = openCycles(group);
  const [cycleId, setCycleId] = useState("");
  const [typed, setTyped] = useState<Typed>({});
  const cycle = open.find(({ id }) => String(id) === cycleId) ?? open[0];
  if (cycle === undefined) return <p class="muted">All cycles have ended, so none can be moved.</p>;
  const isMoved = Object.values(typed).some((day) => day !== "");
  return (
    <GroupForm
      call={isMoved ? moveCycleCall(group, cycle.id, typed) : undefined}
      button="Move"
      consequences="What has been counted stays in its cycle. A bound can be moved until 10 minutes before it, to a moment that is at least 10 minutes ahead."
      onDone={() => {
        setTyped({});
        onReadAgain();
      }}
      onReadAgain={onReadAgain}
    >
      <CycleSelect
        label="Cycle"
        cycles={open}
        chosen={String(cycle.id)}
        onChange={(id) => {
          setCycleId(id);
          setTyped({});
        }}
      />
      {cycle.status === "NOT_STARTED" ? (
        <Field
          label="First day"
          type="date"
          required
          path="[0].startDate"
          value={typed.startDate ?? dayOf(cycle.span.start)}
          onChange={(startDate) => setTyped({ ...typed, startDate })}
        />
      ) : null}
      <Field
        label="Last day"
        type="date"
        required
        path="[0].endDate"
        value={typed.endDate ?? lastDayOf(cycle.span)}
        onChange={(endDate) => setTyped({ ...typed, endDate })}
      />
      <CyclePreview name={group.name} zone={group.zone} cycles={movedCycles(group, cycle, typed)} />
    </GroupForm>
  );
}

/** The cycles of the group as they would be. It is `undefined` while a day is empty. */
function movedCycles({ cycles }: Group, cycle: Cycle, { startDate, endDate }: Typed): readonly Cycle[] | undefined {
  if (startDate === "" || endDate === "") return undefined;
  const start = startDate === undefined ? cycle.span.start : Date.parse(startDate);
  const end = endDate === undefined ? cycle.span.end : dayAfter(endDate);
  return cycles.map((one) => (one === cycle ? { ...cycle, span: { start, end } } : one));
}
