import type { TargetRef } from "../calls.ts";
import type { Group } from "../model.ts";

type Props = {
  readonly label: string;
  readonly groups: readonly Group[];
  readonly value: string;
  readonly onChange: (value: string) => void;
};

/** Every target there is, under its group. */
export function TargetSelect({ label, groups, value, onChange }: Props) {
  return (
    <label>
      {label}
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {value === "" ? <option value="">Choose a target</option> : null}
        {groups.map((group) => (
          <optgroup key={group.id} label={group.name}>
            {group.targets.map(({ id, name }) => (
              <option key={id} value={valueOf({ groupId: group.id, targetId: id })}>
                {name}, in {group.name}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </label>
  );
}

/** A target as the value of an option, and back. */
export function valueOf({ groupId, targetId }: TargetRef): string {
  return `${groupId}/${targetId}`;
}

export function refOf(value: string): TargetRef {
  const [groupId = "", targetId = ""] = value.split("/");
  return { groupId: Number(groupId), targetId: Number(targetId) };
}
