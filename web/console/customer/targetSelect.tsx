import type { TargetRef } from "../calls.ts";
import type { Group } from "../model.ts";

type Props = {
  readonly label: string;
  readonly groups: readonly Group[];
  /** The customer's own targets, which come first. */
  readonly own: readonly TargetRef[];
  readonly value: string;
  readonly onChange: (value: string) => void;
};

/** Offers every target: the customer's own first, then the others under their groups. */
export function TargetSelect({ label, groups, own, value, onChange }: Props) {
  const isOwn = (ref: TargetRef) => own.some((each) => valueOf(each) === valueOf(ref));
  const all = groups.flatMap((group) =>
    group.targets.map(({ id, name }) => ({ ref: { groupId: group.id, targetId: id }, name, group: group.name })),
  );
  const others = Map.groupBy(
    all.filter(({ ref }) => !isOwn(ref)),
    ({ ref }) => ref.groupId,
  );
  return (
    <label>
      {label}
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {value === "" ? <option value="">Choose a target</option> : null}
        <Options label="This customer’s" options={all.filter(({ ref }) => isOwn(ref))} />
        {[...others].map(([groupId, options]) => (
          <Options key={groupId} label={options[0]?.group ?? ""} options={options} />
        ))}
      </select>
    </label>
  );
}

type Option = { readonly ref: TargetRef; readonly name: string; readonly group: string };

function Options({ label, options }: { readonly label: string; readonly options: readonly Option[] }) {
  if (options.length === 0) return null;
  return (
    <optgroup label={label}>
      {options.map(({ ref, name, group }) => (
        <option key={valueOf(ref)} value={valueOf(ref)}>
          {name}, in {group}
        </option>
      ))}
    </optgroup>
  );
}

/** The text of a target as the value of an option. */
export function valueOf({ groupId, targetId }: TargetRef): string {
  return `${groupId}/${targetId}`;
}

export function refOf(value: string): TargetRef {
  const [groupId = "", targetId = ""] = value.split("/");
  return { groupId: Number(groupId), targetId: Number(targetId) };
}

/** The name of a target with its group, such as `Monthly spend, in Spend 1000`. */
export function nameOfTarget({ groupId, targetId }: TargetRef, groups: readonly Group[]): string {
  const group = groups.find(({ id }) => id === groupId);
  const target = group?.targets.find(({ id }) => id === targetId);
  return `${target?.name ?? `target ${targetId}`}, in ${group?.name ?? `group ${groupId}`}`;
}
