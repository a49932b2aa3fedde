import type { LineFields } from "../calls.ts";
import { Field, Lines } from "../forms/field.tsx";
import { Rows } from "../forms/rows.tsx";
import { CycleSelect } from "../groups/cycleSelect.tsx";
import { type ActionFields, chosenGroup, type InputsProps, isStreakChosen } from "./actionFields.ts";

export function EnrollInputs(props: InputsProps) {
  return isStreakChosen(props.fields, props.groups) ? <StreakInputs {...props} /> : <MilestoneInputs {...props} />;
}

function StreakInputs({ fields, onChange }: InputsProps) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={fields.resetStreakStatus}
        onChange={(event) => onChange({ resetStreakStatus: event.currentTarget.checked })}
      />{" "}
      Start from zero: a re-enrolment loses the run and the levels
    </label>
  );
}

function MilestoneInputs({ fields, groups, onChange }: InputsProps) {
  return (
    <>
      <CycleSelect
        label="From cycle"
        cycles={chosenGroup(fields, groups)?.cycles ?? []}
        keyOf={({ refCode }) => refCode}
        other="The current or next one"
        path="periodName"
        chosen={fields.periodName}
        onChange={(periodName) => onChange({ periodName })}
      />
      <Field
        label="Opening balance"
        type="number"
        min="0"
        step="1"
        placeholder="empty: what the cycle had, else 0"
        path="initialBalance"
        value={fields.initialBalance}
        onChange={(initialBalance) => onChange({ initialBalance })}
      />
    </>
  );
}

/** A cycle that has not started has nothing to correct. */
export function AdjustInputs({ fields, groups, onChange }: InputsProps) {
  const cycles = chosenGroup(fields, groups)?.cycles ?? [];
  return (
    <>
      <CycleSelect
        label="Cycle"
        cycles={cycles.filter(({ status }) => status !== "NOT_STARTED")}
        keyOf={({ refCode }) => refCode}
        other="The current one"
        path="periodName"
        chosen={fields.adjustedCycle}
        onChange={(adjustedCycle) => onChange({ adjustedCycle })}
      />
      <Field
        label="Amount to add, or with a minus to take off"
        type="number"
        required
        step="0.0001"
        path="amount"
        value={fields.difference}
        onChange={(difference) => onChange({ difference })}
      />
      <Field
        label="Reason"
        required
        placeholder="stays in the history, so name no person"
        path="reason"
        value={fields.reason}
        onChange={(reason) => onChange({ reason })}
      />
    </>
  );
}

type ActivityProps = Pick<InputsProps, "fields" | "onChange">;

export function ActivityInputs({ fields, onChange }: ActivityProps) {
  return (
    <>
      <label>
        Kind
        <select
          value={fields.type}
          onChange={(event) => onChange({ type: activityTypes.get(event.currentTarget.value) ?? "TRANSACTION" })}
        >
          <option value="TRANSACTION">Purchase</option>
          <option value="RETURN">Return</option>
          <option value="EVENT">Event</option>
        </select>
      </label>
      {fields.type === "EVENT" ? (
        <Field
          label="Name of the event"
          required
          path="name"
          value={fields.eventName}
          onChange={(eventName) => onChange({ eventName })}
        />
      ) : null}
      <Field
        label="Amount"
        type="number"
        min="0"
        step="0.0001"
        path="amount"
        value={fields.amount}
        onChange={(amount) => onChange({ amount })}
      />
      <Field
        label="When (UTC; empty: now)"
        type="datetime-local"
        path="occurredAt"
        value={fields.occurredAt}
        onChange={(occurredAt) => onChange({ occurredAt })}
      />
      <details>
        <summary>Store, channel, tenders and lines</summary>
        <BoughtInputs fields={fields} onChange={onChange} />
      </details>
    </>
  );
}

/** What filters of targets look at. */
function BoughtInputs({ fields, onChange }: ActivityProps) {
  return (
    <div class="fields">
      <div class="fields-in-line">
        <Field label="Store" path="storeId" value={fields.storeId} onChange={(storeId) => onChange({ storeId })} />
        <Field label="Channel" path="channel" value={fields.channel} onChange={(channel) => onChange({ channel })} />
      </div>
      <Lines
        label="Tenders, one in a line"
        path="tenders"
        value={fields.tenders}
        onChange={(tenders) => onChange({ tenders })}
      />
      <Rows
        legend="Lines"
        noun="line"
        rows={fields.lines}
        least={0}
        another={() => emptyLine}
        onChange={(lines) => onChange({ lines })}
      >
        {(line, change, place) => <LineInputs line={line} path={`lineItems[${place}]`} onChange={change} />}
      </Rows>
    </div>
  );
}

const emptyLine: LineFields = { itemCode: "", category: "", brand: "", amount: "", quantity: "" };

type LineProps = {
  readonly line: LineFields;
  readonly path: string;
  readonly onChange: (changed: Partial<LineFields>) => void;
};

function LineInputs({ line, path, onChange }: LineProps) {
  return (
    <div class="fields-in-line">
      {lineFields.map(([name, label]) => (
        <Field
          key={name}
          label={label}
          path={`${path}.${name}`}
          value={line[name]}
          onChange={(text) => onChange({ [name]: text })}
        />
      ))}
    </div>
  );
}

const lineFields = [
  ["itemCode", "Item"],
  ["category", "Category"],
  ["brand", "Brand"],
  ["amount", "Line’s amount"],
  ["quantity", "Line’s quantity"],
] as const satisfies readonly (readonly [keyof LineFields, string])[];

const activityTypes: ReadonlyMap<string, ActionFields["type"]> = new Map([
  ["TRANSACTION", "TRANSACTION"],
  ["RETURN", "RETURN"],
  ["EVENT", "EVENT"],
]);
