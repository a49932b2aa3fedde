import { RowFaults } from "../forms/faults.tsx";
import { Check, Field, Lines, Select } from "../forms/field.tsx";
import { Rows } from "../forms/rows.tsx";
import {
  emptyFilter,
  emptyTrigger,
  type FilterFields,
  hasBounds,
  hasTexts,
  type TriggerFields,
} from "./countingDraft.ts";
import { filterNouns } from "./describeFilter.ts";

type FiltersProps = {
  readonly filters: readonly FilterFields[];
  /** The field of the request that they are sent in. */
  readonly path: string;
  readonly onChange: (filters: readonly FilterFields[]) => void;
};

/** The fields of the filters of a target. */
export function FilterInputs({ filters, path, onChange }: FiltersProps) {
  return (
    <Rows legend="Filters" noun="filter" rows={filters} least={0} another={() => emptyFilter} onChange={onChange}>
      {(filter, change, place) => <Filter filter={filter} path={`${path}[${place}]`} onChange={change} />}
    </Rows>
  );
}

type FilterProps = {
  readonly filter: FilterFields;
  readonly path: string;
  readonly onChange: (changed: Partial<FilterFields>) => void;
};

function Filter({ filter, path, onChange }: FilterProps) {
  const { entityType } = filter;
  return (
    <div class="fields">
      <Select
        label="Looks at"
        names={filterNouns}
        chosen={entityType}
        path={`${path}.entityType`}
        onChange={(chosen) => onChange({ entityType: chosen })}
      />
      {entityType === "ATTRIBUTE" ? (
        <Field
          label="Attribute"
          required
          path={`${path}.attributeName`}
          value={filter.attributeName}
          onChange={(attributeName) => onChange({ attributeName })}
        />
      ) : null}
      {hasTexts(entityType) ? (
        <Lines
          label="Any of these, one in a line"
          path={`${path}.entityIds`}
          value={filter.ids}
          onChange={(ids) => onChange({ ids })}
        />
      ) : null}
      {hasBounds(entityType) ? <Bounds filter={filter} path={path} onChange={onChange} /> : null}
      <Check
        label="Not these: what has one of them does not count"
        isChecked={filter.excludes}
        onChange={(excludes) => onChange({ excludes })}
      />
      <RowFaults path={path} />
    </div>
  );
}

function Bounds({ filter, path, onChange }: FilterProps) {
  return (
    <div class="fields-in-line">
      <Field
        label="At least"
        type="number"
        step="0.0001"
        path={`${path}.minimum`}
        value={filter.minimum}
        onChange={(minimum) => onChange({ minimum })}
      />
      <Field
        label="At most"
        type="number"
        step="0.0001"
        path={`${path}.maximum`}
        value={filter.maximum}
        onChange={(maximum) => onChange({ maximum })}
      />
    </div>
  );
}

type TriggersProps = {
  readonly triggers: readonly TriggerFields[];
  readonly path: string;
  readonly onChange: (triggers: readonly TriggerFields[]) => void;
};

/** The fields of the sub-targets of a target. */
export function TriggerInputs({ triggers, path, onChange }: TriggersProps) {
  return (
    <Rows
      legend="Sub-targets, the lowest first"
      noun="sub-target"
      rows={triggers}
      least={0}
      another={() => emptyTrigger}
      onChange={onChange}
    >
      {({ name, value, valueType }, change, place) => (
        <div class="fields-in-line">
          <Field
            label="Sub-target"
            required
            path={`${path}[${place}].triggerName`}
            value={name}
            onChange={(text) => change({ name: text })}
          />
          <Field
            label="Reached at"
            type="number"
            required
            min="0.0001"
            step="0.0001"
            path={`${path}[${place}].triggerValue`}
            value={value}
            onChange={(text) => change({ value: text })}
          />
          <Select
            label="which is"
            names={{ PERCENTAGE: "% of the value", ABSOLUTE: "a value" }}
            chosen={valueType}
            path={`${path}[${place}].triggerValueType`}
            onChange={(chosen) => change({ valueType: chosen })}
          />
        </div>
      )}
    </Rows>
  );
}
