type Props<Name extends string> = {
  /** What is chosen, for a screen reader. */
  readonly legend: string;
  /** The choices by name, with their words. */
  readonly names: Readonly<Record<Name, string>>;
  readonly order: readonly Name[];
  readonly chosen: Name;
  readonly onChange: (name: Name) => void;
};

/** A choice of one among a few, all of which are seen. */
export function Choice<Name extends string>({ legend, names, order, chosen, onChange }: Props<Name>) {
  return (
    <fieldset class="choice">
      <legend class="hidden">{legend}</legend>
      {order.map((name) => (
        <label key={name}>
          <input type="radio" name={legend} checked={name === chosen} onChange={() => onChange(name)} />
          <span>{names[name]}</span>
        </label>
      ))}
    </fieldset>
  );
}
