import { statusNames } from "../model.ts";
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
      <label>
        From cycle
        <select value={fields.periodName} onChange={(event) => onChange({ periodName: event.currentTarget.value })}>
          <option value="">The current or next one</option>
          {chosenGroup(fields, groups)?.cycles.map(({ id, refCode, status }) => (
            <option key={id} value={refCode}>
              {refCode} ({statusNames[status].toLowerCase()})
            </option>
          ))}
        </select>
      </label>
      <label>
        Opening balance
        <input
          type="number"
          min="0"
          step="1"
          placeholder="empty: what the cycle had, else 0"
          value={fields.initialBalance}
          onInput={(event) => onChange({ initialBalance: event.currentTarget.value })}
        />
      </label>
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
        <label>
          Name of the event
          <input
            required
            value={fields.eventName}
            onInput={(event) => onChange({ eventName: event.currentTarget.value })}
          />
        </label>
      ) : null}
      <label>
        Amount
        <input
          type="number"
          min="0"
          step="0.0001"
          value={fields.amount}
          onInput={(event) => onChange({ amount: event.currentTarget.value })}
        />
      </label>
      <label>
        When (UTC; empty: now)
        <input
          type="datetime-local"
          value={fields.occurredAt}
          onInput={(event) => onChange({ occurredAt: event.currentTarget.value })}
        />
      </label>
    </>
  );
}

const activityTypes: ReadonlyMap<string, ActionFields["type"]> = new Map([
  ["TRANSACTION", "TRANSACTION"],
  ["RETURN", "RETURN"],
  ["EVENT", "EVENT"],
]);
