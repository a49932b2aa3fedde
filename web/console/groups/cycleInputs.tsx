import { Field, Select } from "../forms/field.tsx";
import { Rows } from "../forms/rows.tsx";
import {
  type CycleFields,
  type FrequencyType,
  maximumFrequency,
  maximumRuleCycles,
  type RuleFields,
} from "./cycleDraft.ts";

type RuleProps = { readonly rule: RuleFields; readonly onChange: (changed: Partial<RuleFields>) => void };

/** The fields of a rule that makes cycles. */
export function RuleInputs({ rule, onChange }: RuleProps) {
  return (
    <>
      <div class="fields-in-line">
        <Field
          label="A cycle is"
          type="number"
          required
          min="1"
          max={maximumFrequency}
          path="frequency"
          value={rule.frequency}
          onChange={(frequency) => onChange({ frequency })}
        />
        <Select
          label="of these"
          names={unitNames}
          chosen={rule.frequencyType}
          onChange={(frequencyType) => onChange({ frequencyType })}
        />
      </div>
      <Field
        label="How many cycles"
        type="number"
        required
        min="1"
        max={maximumRuleCycles}
        path="recurringCycles"
        value={rule.count}
        onChange={(count) => onChange({ count })}
      />
      <Field
        label="First day"
        type="date"
        required
        min="1000-01-01"
        path="fromDate"
        value={rule.firstDay}
        onChange={(firstDay) => onChange({ firstDay })}
      />
    </>
  );
}

const unitNames = {
  DAILY: "days",
  WEEKLY: "weeks",
  MONTHLY: "months",
  QUARTERLY: "quarters",
  HALF_YEARLY: "half years",
  YEARLY: "years",
} as const satisfies Record<FrequencyType, string>;

type ListProps = {
  readonly legend: string;
  /** The field of the request that they are sent in. It is empty when they are all of it. */
  readonly path: string;
  readonly cycles: readonly CycleFields[];
  readonly another: () => CycleFields;
  readonly onChange: (cycles: readonly CycleFields[]) => void;
};

/** The fields of cycles that are listed one by one. */
export function CycleListInputs({ legend, path, cycles, another, onChange }: ListProps) {
  return (
    <Rows legend={legend} noun="cycle" rows={cycles} least={1} another={another} onChange={onChange}>
      {({ refCode, startDate, endDate }, changeCycle, place) => (
        <div class="fields-in-line">
          <Field
            label="Name"
            required
            path={`${path}[${place}].refCode`}
            value={refCode}
            onChange={(text) => changeCycle({ refCode: text })}
          />
          <Field
            label="First day"
            type="date"
            required
            path={`${path}[${place}].startDate`}
            value={startDate}
            onChange={(day) => changeCycle({ startDate: day })}
          />
          <Field
            label="Last day"
            type="date"
            required
            path={`${path}[${place}].endDate`}
            value={endDate}
            onChange={(day) => changeCycle({ endDate: day })}
          />
        </div>
      )}
    </Rows>
  );
}
