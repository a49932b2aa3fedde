import { Check, Field, Select } from "../forms/field.tsx";
import { Rows } from "../forms/rows.tsx";
import { FilterInputs, TriggerInputs } from "./countingInputs.tsx";
import { emptyReminder, type ReminderFields, type TargetFields } from "./groupDraft.ts";

type Props = {
  readonly target: TargetFields;
  /** The field of the request, such as `targets[0]`. */
  readonly path: string;
  readonly onChange: (changed: Partial<TargetFields>) => void;
};

/** The fields of a target. */
export function TargetInputs({ target, path, onChange }: Props) {
  return (
    <div class="fields">
      <div class="fields-in-line">
        <Field
          label="Name"
          required
          path={`${path}.name`}
          value={target.name}
          onChange={(name) => onChange({ name })}
        />
        <Field
          label="Value to reach"
          type="number"
          required
          min="0.0001"
          step="0.0001"
          path={`${path}.defaultValues`}
          value={target.value}
          onChange={(value) => onChange({ value })}
        />
      </div>
      <div class="fields-in-line">
        <Select
          label="Counts"
          names={typeNames}
          chosen={target.targetType}
          path={`${path}.targetType`}
          onChange={(targetType) => onChange({ targetType })}
        />
        <Select
          label="of"
          names={{ TRANSACTION: "purchases", EVENT: "events", LINEITEM: "lines of purchases" }}
          chosen={target.targetEntity}
          path={`${path}.targetEntity`}
          onChange={(targetEntity) => onChange({ targetEntity })}
        />
      </div>
      {target.targetEntity === "EVENT" ? (
        <Field
          label="Name of the event"
          required
          path={`${path}.eventName`}
          value={target.eventName}
          onChange={(eventName) => onChange({ eventName })}
        />
      ) : null}
      {target.targetType === "EVENT_ATTRIBUTE" ? (
        <Field
          label="Name of the attribute"
          required
          path={`${path}.attributeName`}
          value={target.attributeName}
          onChange={(attributeName) => onChange({ attributeName })}
        />
      ) : null}
      <Select
        label="Reward"
        names={{ IMMEDIATE: "at once", PERIOD_END: "at the end of the cycle" }}
        chosen={target.rewardAllocation}
        onChange={(rewardAllocation) => onChange({ rewardAllocation })}
      />
      <Check
        label="Counts from the enrolment on"
        path={`${path}.trackFromEnrollmentDate`}
        isChecked={target.tracksFromEnrollment}
        onChange={(tracksFromEnrollment) => onChange({ tracksFromEnrollment })}
      />
      <Select
        label="Customers get in"
        names={{ IMPORT: "by a call", TRANSACTION: "with the first activity that matches" }}
        chosen={target.enrolmentMethod}
        path={`${path}.enrolmentMethod`}
        onChange={(enrolmentMethod) => onChange({ enrolmentMethod })}
      />
      <FilterInputs filters={target.filters} path={`${path}.filters`} onChange={(filters) => onChange({ filters })} />
      <TriggerInputs
        triggers={target.triggers}
        path={`${path}.targetMilestoneTriggers`}
        onChange={(triggers) => onChange({ triggers })}
      />
      <ReminderInputs target={target} path={`${path}.reminders`} onChange={onChange} />
    </div>
  );
}

function ReminderInputs({ target, path, onChange }: Props) {
  return (
    <Rows
      legend="Reminders"
      noun="reminder"
      rows={target.reminders}
      least={0}
      another={() => emptyReminder}
      onChange={(reminders) => onChange({ reminders })}
    >
      {({ name, hours, condition }, change, place) => (
        <div class="fields-in-line">
          <Field
            label="Reminder"
            required
            path={`${path}[${place}].name`}
            value={name}
            onChange={(text) => change({ name: text })}
          />
          <Field
            label="Hours before the end"
            type="number"
            required
            min="1"
            max="720"
            path={`${path}[${place}].offsetHours`}
            value={hours}
            onChange={(text) => change({ hours: text })}
          />
          <Select
            label="goes to"
            names={conditionNames}
            chosen={condition}
            path={`${path}[${place}].condition`}
            onChange={(chosen) => change({ condition: chosen })}
          />
        </div>
      )}
    </Rows>
  );
}

const conditionNames = {
  NOT_REACHED: "who has not reached the value",
  ALWAYS: "everybody",
  STREAK_AT_RISK: "whose run is at risk",
} as const satisfies Record<ReminderFields["condition"], string>;

const typeNames = {
  SALES: "the amount",
  GROSS_SALES: "the gross amount",
  QUANTITY: "the quantity",
  COUNT: "the number",
  VISIT: "the visits",
  EVENT_ATTRIBUTE: "an attribute",
} as const satisfies Record<TargetFields["targetType"], string>;
