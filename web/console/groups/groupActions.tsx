import { useState } from "preact/hooks";
import { Choice } from "../forms/choice.tsx";
import type { EditProps } from "./groupForm.tsx";
import { StateForm } from "./stateForm.tsx";

type EditName = "state";

/** The forms that change a group, one at a time. */
export function GroupActions(props: EditProps) {
  const [chosen, setChosen] = useState<EditName>("state");
  return (
    <section class="card actions" aria-labelledby="actions">
      <h2 id="actions">Change this group</h2>
      <Choice legend="What to change" names={editNames} order={edits} chosen={chosen} onChange={setChosen} />
      <Form key={chosen} name={chosen} {...props} />
    </section>
  );
}

const editNames = { state: "Stop or start" } as const satisfies Record<EditName, string>;
const edits: readonly EditName[] = ["state"];

function Form({ name, ...props }: EditProps & { readonly name: EditName }) {
  switch (name) {
    case "state":
      return <StateForm {...props} />;
  }
}
