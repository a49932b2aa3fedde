import { Check, Field, Select } from "../forms/field.tsx";
import type { TargetFields } from "./groupDraft.ts";

type Props = { readonly target: TargetFields; readonly onChange: (changed: Partial<TargetFields>) => void };

/** The fields of a target. */
export function TargetInputs({ target, onChange }: Props) {
  return (
    <div class="fields">
      <div class="fields-in-line">
        <Field label="Name" required value={target.name} onChange={(name) => onChange({ name })} />
        <Field
          label="Value to reach"
          type="number"
          required
          min="0.0001"
          step="0.0001"
          value={target.value}
          onChange={(value) => onChange({ value })}
        />
      </div>
      <div class="fields-in-line">
        <Select
          label="Counts"
          names={typeNames}
          chosen={target.targetType}
          onChange={(targetType) => onChange({ targetType })}
        />
        <Select
          label="of"
          names={{ TRANSACTION: "purchases", EVENT: "events", LINEITEM: "lines of purchases" }}
          chosen={target.targetEntity}
          onChange={(targetEntity) => onChange({ targetEntity })}
        />
      </div>
      {target.targetEntity === "EVENT" ? (
        <Field
          label="Name of the event"
          required
          value={target.eventName}
          onChange={(eventName) => onChange({ eventName })}
        />
      ) : null}
      {target.targetType === "EVENT_ATTRIBUTE" ? (
        <Field
          label="Name of the attribute"
          required
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
        isChecked={target.tracksFromEnrollment}
        onChange={(tracksFromEnrollment) => onChange({ tracksFromEnrollment })}
      />
    </div>
  );
}

const typeNames = {
  SALES: "the amount",
  GROSS_SALES: "the gross amount",
  QUANTITY: "the quantity",
  COUNT: "the number",
  VISIT: "the visits",
  EVENT_ATTRIBUTE: "an attribute",
} as const satisfies Record<TargetFields["targetType"], string>;
