import type { Group } from "../model.ts";

type Props = {
  readonly group: Group;
  readonly chosen: number;
  readonly onChange: (targetId: string) => void;
};

/** Offers the targets of one group. */
export function TargetOfGroup({ group, chosen, onChange }: Props) {
  return (
    <label>
      Target
      <select value={String(chosen)} onChange={(event) => onChange(event.currentTarget.value)}>
        {group.targets.map(({ id, name }) => (
          <option key={id} value={String(id)}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
