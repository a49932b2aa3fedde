import { useState } from "preact/hooks";
import type { CyclePattern } from "../../../shared/domain/cycleRule.ts";
import { Choice } from "../forms/choice.tsx";
import { Field } from "../forms/field.tsx";
import type { Group } from "../model.ts";
import { useSession } from "../session/session.ts";
import { wallTimeOf } from "../time.ts";
import { type CycleFields, cycleBehind, cycleFrom, cyclesOfFields, drawn, maximumRuleCycles } from "./cycleDraft.ts";
import { CycleListInputs } from "./cycleInputs.tsx";
import { CyclePreview } from "./cyclePreview.tsx";
import { appendCyclesCall, editGroupCall } from "./groupCalls.ts";
import { type EditProps, GroupForm } from "./groupForm.tsx";
import { MoveForm } from "./moveForm.tsx";

/** Extends a group, and moves its cycles where they are listed. What a rule makes cannot be moved. */
export function CyclesForm(props: EditProps) {
  const { rule } = props.group;
  return rule === undefined ? <ListedForm {...props} /> : <RuleForm {...props} rule={rule} />;
}

function ListedForm(props: EditProps) {
  const [chosen, setChosen] = useState<"append" | "move">("append");
  return (
    <>
      <Choice
        legend="What to do with the cycles"
        names={{ append: "Append", move: "Move" }}
        order={["append", "move"]}
        chosen={chosen}
        onChange={setChosen}
      />
      {chosen === "append" ? <AppendForm {...props} /> : <MoveForm {...props} />}
    </>
  );
}

function RuleForm({ group, rule, onReadAgain }: EditProps & { readonly rule: CyclePattern }) {
  const { api } = useSession();
  const [count, setCount] = useState("");
  const asked = count === "" ? String(rule.count) : count;
  const planned = cyclesOfFields({ ...rule, frequency: String(rule.frequency), count: asked });
  const isRaised = planned !== undefined && planned.length > rule.count;
  return (
    <GroupForm
      call={isRaised ? editGroupCall(group, { recurringCycles: planned.length }) : undefined}
      button="Extend"
      consequences={`${extended} The number cannot be lowered again.`}
      onDone={() => {
        setCount("");
        onReadAgain();
      }}
      onReadAgain={onReadAgain}
    >
      <Field
        label={`How many cycles; there are ${rule.count}`}
        type="number"
        required
        min={rule.count + 1}
        max={maximumRuleCycles}
        path="recurringCycles"
        value={asked}
        onChange={setCount}
      />
      <CyclePreview
        name={group.name}
        zone={group.zone}
        cycles={planned === undefined ? undefined : drawn(planned, group.zone, wallTimeOf(api.now(), group.zone))}
      />
    </GroupForm>
  );
}

function AppendForm({ group, onReadAgain }: EditProps) {
  const { api } = useSession();
  const now = wallTimeOf(api.now(), group.zone);
  const [typed, setTyped] = useState<readonly CycleFields[]>();
  const cycles = typed ?? [firstAddition(group, now)];
  const isWhole = cycles.every(({ startDate, endDate }) => startDate !== "" && endDate !== "");
  return (
    <GroupForm
      call={appendCyclesCall(group, cycles)}
      button="Append"
      consequences={extended}
      onDone={() => {
        setTyped(undefined);
        onReadAgain();
      }}
      onReadAgain={onReadAgain}
    >
      <CycleListInputs
        legend="Further cycles"
        path=""
        cycles={cycles}
        another={() => cycleBehind(cycles)}
        onChange={setTyped}
      />
      <CyclePreview
        name={group.name}
        zone={group.zone}
        cycles={isWhole ? [...group.cycles, ...drawn(cycles, group.zone, now)] : undefined}
      />
    </GroupForm>
  );
}

const extended =
  "Every member is in the new cycles at once, without enrolling again. The run of a streak goes on into them. Their value is that of the last cycle.";

/** A cycle that starts where the last one ends, or tomorrow when that is past. */
function firstAddition({ cycles }: Group, now: number): CycleFields {
  return cycleFrom(Math.max(cycles.at(-1)?.span.end ?? now, now));
}
