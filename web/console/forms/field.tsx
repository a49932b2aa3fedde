type Props = {
  readonly label: string;
  readonly type?: "text" | "number" | "date";
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly required?: boolean;
  readonly min?: string | number;
  readonly max?: string | number;
  readonly step?: string;
  /** The id of the suggestions. */
  readonly list?: string;
  readonly placeholder?: string;
};

/** An input with its label. */
export function Field({ label, onChange, ...rest }: Props) {
  return (
    <label>
      {label}
      <Input {...rest} onChange={onChange} />
    </label>
  );
}

/** The types of the inputs are named one by one, because each allows attributes of its own. */
function Input({ type = "text", onChange, ...rest }: Omit<Props, "label">) {
  const attributes = {
    ...rest,
    onInput: (event: { readonly currentTarget: HTMLInputElement }) => onChange(event.currentTarget.value),
  };
  switch (type) {
    case "text":
      return <input {...attributes} type="text" />;
    case "number":
      return <input {...attributes} type="number" />;
    case "date":
      return <input {...attributes} type="date" />;
  }
}

type SelectProps<Name extends string> = {
  readonly label: string;
  /** The options by value, with their words, in their order. */
  readonly names: Readonly<Record<Name, string>>;
  readonly chosen: Name;
  readonly onChange: (name: Name) => void;
};

/** A list of options to choose from, with its label. */
export function Select<Name extends string>({ label, names, chosen, onChange }: SelectProps<Name>) {
  return (
    <label>
      {label}
      <select
        value={chosen}
        onChange={({ currentTarget }) => {
          if (isOption(names, currentTarget.value)) onChange(currentTarget.value);
        }}
      >
        {Object.entries<string>(names).map(([name, words]) => (
          <option key={name} value={name}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}

function isOption<Name extends string>(names: Readonly<Record<Name, string>>, value: string): value is Name {
  return Object.hasOwn(names, value);
}

type CheckProps = {
  readonly label: string;
  readonly isChecked: boolean;
  readonly onChange: (isChecked: boolean) => void;
};

export function Check({ label, isChecked, onChange }: CheckProps) {
  return (
    <label class="check">
      <input type="checkbox" checked={isChecked} onChange={(event) => onChange(event.currentTarget.checked)} /> {label}
    </label>
  );
}
