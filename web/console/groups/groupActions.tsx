import { useState } from "preact/hooks";
import { Choice } from "../forms/choice.tsx";
import { CountingForm } from "./countingForm.tsx";
import { CyclesForm } from "./cyclesForm.tsx";
import type { EditProps } from "./groupForm.tsx";
import { NamesForm } from "./namesForm.tsx";
import { StateForm } from "./stateForm.tsx";
import { ValuesForm } from "./valuesForm.tsx";

type EditName = "names" | "cycles" | "values" | "rules" | "state";

/** The forms that change a group, one at a time. */
export function GroupActions(props: EditProps) {
  const [chosen, setChosen] = useState<EditName>("names");
  return (
    <section class="card actions" aria-labelledby="actions">
      <h2 id="actions">Change this group</h2>
      <Choice legend="What to change" names={editNames} order={edits} chosen={chosen} onChange={setChosen} />
      <Form key={chosen} name={chosen} {...props} />
    </section>
  );
}

const editNames = {
  names: "Names",
  cycles: "Cycles",
  values: "Values",
  rules: "Rules",
  state: "State",
} as const satisfies Record<EditName, string>;
const edits: readonly EditName[] = ["names", "cycles", "values", "rules", "state"];

function Form({ name, ...props }: EditProps & { readonly name: EditName }) {
  switch (name) {
    case "names":
      return <NamesForm {...props} />;
    case "cycles":
      return <CyclesForm {...props} />;
    case "values":
      return <ValuesForm {...props} />;
    case "rules":
      return <CountingForm {...props} />;
    case "state":
      return <StateForm {...props} />;
  }
}
