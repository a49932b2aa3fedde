import { useId } from "preact/hooks";
import { FaultList, useFaults } from "./faults.tsx";

type Props = {
  readonly label: string;
  readonly type?: "text" | "number" | "date" | "datetime-local";
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly required?: boolean;
  readonly min?: string | number;
  readonly max?: string | number;
  readonly step?: string;
  /** The id of the suggestions. */
  readonly list?: string;
  readonly placeholder?: string;
  /** The field of the request, such as `targets[0].name`. What the API says about it is shown below the input. */
  readonly path?: string;
};

/** An input with its label. */
export function Field({ label, path, onChange, ...rest }: Props) {
  const { faults, id, attributes } = useDescription(path);
  return (
    <div class="field">
      <label>
        {label}
        <Input {...rest} {...attributes} onChange={onChange} />
      </label>
      <FaultList messages={faults} id={id} />
    </div>
  );
}

/** What ties an input to its faults for a screen reader. */
export function useDescription(path: string | undefined) {
  const id = useId();
  const faults = useFaults(path);
  const attributes = faults.length === 0 ? {} : ({ "aria-invalid": "true", "aria-describedby": id } as const);
  return { faults, id, attributes };
}

type InputProps = Omit<Props, "label" | "path"> & {
  readonly "aria-invalid"?: "true";
  readonly "aria-describedby"?: string;
};

/** The types of the inputs are named one by one, because each allows attributes of its own. */
function Input({ type = "text", onChange, ...rest }: InputProps) {
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
    case "datetime-local":
      return <input {...attributes} type="datetime-local" />;
  }
}

type LinesProps = Pick<Props, "label" | "value" | "onChange" | "path">;

/** A list of texts, one in a line, as a column of a table is pasted. */
export function Lines({ label, value, onChange, path }: LinesProps) {
  const { faults, id, attributes } = useDescription(path);
  return (
    <div class="field">
      <label>
        {label}
        <textarea
          rows={2}
          spellcheck={false}
          value={value}
          {...attributes}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      </label>
      <FaultList messages={faults} id={id} />
    </div>
  );
}

type SelectProps<Name extends string> = {
  readonly label: string;
  /** The options by value, with their words, in their order. */
  readonly names: Readonly<Record<Name, string>>;
  readonly chosen: Name;
  readonly onChange: (name: Name) => void;
  readonly path?: string;
};

/** A list of options to choose from, with its label. */
export function Select<Name extends string>({ label, names, chosen, onChange, path }: SelectProps<Name>) {
  const { faults, id, attributes } = useDescription(path);
  return (
    <div class="field">
      <label>
        {label}
        <select
          value={chosen}
          {...attributes}
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
      <FaultList messages={faults} id={id} />
    </div>
  );
}

function isOption<Name extends string>(names: Readonly<Record<Name, string>>, value: string): value is Name {
  return Object.hasOwn(names, value);
}

type CheckProps = {
  readonly label: string;
  readonly isChecked: boolean;
  readonly onChange: (isChecked: boolean) => void;
  readonly path?: string;
};

export function Check({ label, isChecked, onChange, path }: CheckProps) {
  const { faults, id, attributes } = useDescription(path);
  return (
    <div class="field">
      <label class="check">
        <input
          type="checkbox"
          checked={isChecked}
          {...attributes}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />{" "}
        {label}
      </label>
      <FaultList messages={faults} id={id} />
    </div>
  );
}
