import { FaultList } from "../forms/faults.tsx";
import { useDescription } from "../forms/field.tsx";
import { type Cycle, statusNames } from "../model.ts";

type Props = {
  readonly label: string;
  readonly cycles: readonly Cycle[];
  /** The value by which a cycle is chosen: its id, unless this says otherwise. */
  readonly keyOf?: (cycle: Cycle) => string;
  /** The words of an empty choice, which comes first. Without them a cycle has to be chosen. */
  readonly other?: string;
  /** The field of the request. What the API says about it is shown below. */
  readonly path?: string;
  readonly chosen: string;
  readonly onChange: (value: string) => void;
};

/** Offers cycles, with the status of each. */
export function CycleSelect({ label, cycles, keyOf = idOf, other, path, chosen, onChange }: Props) {
  const { faults, id, attributes } = useDescription(path);
  return (
    <div class="field">
      <label>
        {label}
        <select value={chosen} {...attributes} onChange={(event) => onChange(event.currentTarget.value)}>
          {other === undefined ? null : <option value="">{other}</option>}
          {cycles.map((cycle) => (
            <option key={cycle.id} value={keyOf(cycle)}>
              {cycle.refCode} ({statusNames[cycle.status].toLowerCase()})
            </option>
          ))}
        </select>
      </label>
      <FaultList messages={faults} id={id} />
    </div>
  );
}

function idOf({ id }: Cycle): string {
  return String(id);
}
