import type { AuditValue, FieldChange } from "../domain/auditLog.ts";
import { formatDecimal } from "../domain/decimal.ts";

/** A changed field and its values, in the words of the API. */
export function presentChange(change: FieldChange) {
  return { field: fieldOf(change), oldValue: presentValue(change.before), newValue: presentValue(change.after) };
}

/** The path of the field in the answer of a group, with ids in place of indexes: `periods[36].endDate`. */
function fieldOf({ of, id, property, cycleId }: FieldChange): string {
  const field = cycleId === undefined ? wireNames[property] : `${wireNames[property]}[${cycleId}]`;
  return of === "group" ? field : `${wireLists[of]}[${id}].${field}`;
}

const wireLists = { level: "streaks", cycle: "periods", target: "targets" } as const;

const wireNames = {
  created: "targetGroup",
  name: "name",
  description: "description",
  isActive: "active",
  cyclesToMeet: "targetCountOfSequence",
  cycleCount: "recurringCycles",
  offsetDays: "offsetDays",
  enrollmentOpens: "enrolmentStartDate",
  enrollmentCloses: "enrolmentEndDate",
  refCode: "refCode",
  startDate: "startDate",
  endDate: "endDate",
  value: "defaultValues",
  filters: "filters",
  triggers: "targetMilestoneTriggers",
} as const satisfies Record<FieldChange["property"], string>;

function presentValue(value: AuditValue): unknown {
  return typeof value === "bigint" ? JSON.rawJSON(formatDecimal(value)) : (value ?? null);
}
