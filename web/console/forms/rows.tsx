import type { ComponentChildren } from "preact";

type Props<Row> = {
  readonly legend: string;
  /** What one row is called on the buttons, such as `target`. */
  readonly noun: string;
  readonly rows: readonly Row[];
  readonly least: number;
  /** The content of another row. */
  readonly another: () => Row;
  readonly onChange: (rows: readonly Row[]) => void;
  readonly children: (row: Row, change: (changed: Partial<Row>) => void, place: number) => ComponentChildren;
};

/** A list whose rows are filled in, added at the end and taken off the end. */
export function Rows<Row>({ legend, noun, rows, least, another, onChange, children }: Props<Row>) {
  return (
    <fieldset class="rows">
      <legend>{legend}</legend>
      <ol>
        {rows.map((row, place) => (
          <li key={place}>{children(row, (changed) => onChange(rows.with(place, { ...row, ...changed })), place)}</li>
        ))}
      </ol>
      <p class="pages">
        <button type="button" onClick={() => onChange([...rows, another()])}>
          Add a {noun}
        </button>
        {rows.length > least ? (
          <button type="button" onClick={() => onChange(rows.slice(0, -1))}>
            Take off the last {noun}
          </button>
        ) : null}
      </p>
    </fieldset>
  );
}
