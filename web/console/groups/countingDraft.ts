import { textsIn } from "../forms/formText.ts";
import type { WireFilter, WireTrigger } from "../wire.ts";

/** The contents of the fields of a filter. */
export type FilterFields = {
  readonly entityType: WireFilter["entityType"];
  /** One in a line. */
  readonly ids: string;
  readonly attributeName: string;
  readonly minimum: string;
  readonly maximum: string;
  readonly excludes: boolean;
};

/** The contents of the fields of a sub-target. */
export type TriggerFields = {
  readonly name: string;
  readonly valueType: WireTrigger["triggerValueType"];
  readonly value: string;
};

export const emptyFilter: FilterFields = {
  entityType: "STORE",
  ids: "",
  attributeName: "",
  minimum: "",
  maximum: "",
  excludes: false,
};

export const emptyTrigger: TriggerFields = { name: "", valueType: "PERCENTAGE", value: "" };

/** An amount has bounds, an attribute has texts or bounds, all else has texts. */
export function hasTexts(entityType: FilterFields["entityType"]): boolean {
  return entityType !== "AMOUNT";
}

export function hasBounds(entityType: FilterFields["entityType"]): boolean {
  return entityType === "AMOUNT" || entityType === "ATTRIBUTE";
}

/** The filter as it is sent. A field that was left empty, or that this kind of filter does not have, is left out. */
export function filterBody({ entityType, attributeName, excludes, ...fields }: FilterFields) {
  const entityIds = hasTexts(entityType) ? textsIn(fields.ids) : [];
  const [minimum, maximum] = hasBounds(entityType) ? [fields.minimum, fields.maximum] : ["", ""];
  return {
    entityType,
    ...(entityIds.length === 0 ? {} : { entityIds }),
    ...(entityType === "ATTRIBUTE" ? { attributeName } : {}),
    ...(minimum === "" ? {} : { minimum: Number(minimum) }),
    ...(maximum === "" ? {} : { maximum: Number(maximum) }),
    ...(excludes ? { exclude: true } : {}),
  };
}

export function triggerBody({ name, valueType, value }: TriggerFields) {
  return { triggerName: name, triggerValueType: valueType, triggerValue: Number(value) };
}

export function fieldsOfFilter(filter: WireFilter): FilterFields {
  const { entityType, entityIds = [], attributeName = "", minimum, maximum, exclude = false } = filter;
  return {
    entityType,
    ids: entityIds.join("\n"),
    attributeName,
    minimum: String(minimum ?? ""),
    maximum: String(maximum ?? ""),
    excludes: exclude,
  };
}

export function fieldsOfTrigger({ triggerName, triggerValueType, triggerValue }: WireTrigger): TriggerFields {
  return { name: triggerName, valueType: triggerValueType, value: String(triggerValue) };
}
