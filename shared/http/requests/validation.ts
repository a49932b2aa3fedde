import type { Checked } from "./checked.ts";
import { quote } from "./parameters.ts";
import type { Validator, Violation } from "./validators.generated.js";

type Schema = {
  readonly type?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly maxItems?: number;
};

export type JsonObject = { readonly [field: string]: unknown };

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The faults of the value by the schema. Each is a sentence that names the field, the rule and what was given. */
export function schemaFaults(validate: Validator<unknown>, value: unknown): string[] {
  return validate(value) ? [] : (validate.errors ?? []).map((violation) => describeViolation(violation, value));
}

/** The value as the type its schema stands for, or its faults. */
export function checked<Valid>(validate: Validator<Valid>, value: unknown): Checked<Valid> {
  return validate(value) ? { valid: value } : { faults: schemaFaults(validate, value) };
}

/**
 * The lists that are longer than they may be. They are judged before anything in them. A list of the faults of a long
 * list would take long to read, and give an answer many times its size.
 */
export function longLists(schema: Schema, value: unknown, path = ""): string[] {
  if (Array.isArray(value)) return longList(schema, value, path);
  if (!isJsonObject(value)) return [];
  return Object.entries(schema.properties ?? {}).flatMap(([field, known]) =>
    longLists(known, value[field], path === "" ? field : `${path}.${field}`),
  );
}

function longList({ maxItems = Number.POSITIVE_INFINITY, items }: Schema, list: readonly unknown[], path: string) {
  if (list.length > maxItems) return [`${path} must not have more than ${maxItems} items; got ${describe(list)}.`];
  return items === undefined ? [] : list.flatMap((item, index) => longLists(items, item, `${path}[${index}]`));
}

function describeViolation({ instancePath, keyword, params, message }: Violation, root: unknown): string {
  const field = fieldName(instancePath);
  if (keyword === "required") {
    const missing = String(params["missingProperty"]);
    return `${field === "" ? missing : `${field}.${missing}`} is required.`;
  }
  const rule =
    keyword === "enum" ? `must be one of ${listed(params["allowedValues"])}` : ruleOf(keyword, params, message);
  return `${field === "" ? "The record" : field} ${rule}; got ${describe(valueAt(instancePath, root))}.`;
}

/** The value at the path. No field of a schema has a character that a path would escape. */
function valueAt(instancePath: string, root: unknown): unknown {
  return instancePath.split("/").slice(1).reduce(valueIn, root);
}

function valueIn(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

function ruleOf(keyword: string, params: Violation["params"], message: string | undefined): string {
  if (keyword === "type") return `must be ${String(params["type"]).split(",").map(withArticle).join(" or ")}`;
  if (keyword === "pattern") return params["pattern"] === "\\S" ? "must hold more than blanks" : (message ?? "");
  return (message ?? "is not allowed").replace("NOT have", "not have");
}

function withArticle(type: string): string {
  if (type === "null") return type;
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function listed(values: unknown): string {
  return Array.isArray(values) ? values.join(", ") : String(values);
}

/** The field as it is written in code. `/periods/0/refCode` becomes `periods[0].refCode`. */
function fieldName(instancePath: string): string {
  return instancePath
    .replace(/\/(\d+)/g, "[$1]")
    .replaceAll("/", ".")
    .replace(/^\./, "");
}

/** The given value, short enough for a message. Objects and lists are only named by their kind. */
export function describe(value: unknown): string {
  if (typeof value === "string") return quote(value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  if (typeof value === "number" && !Number.isFinite(value)) return "a number that cannot be held exactly";
  return String(value);
}

/** A warning for each field that the schema does not know, so that a mistyped one does not vanish silently. */
export function unknownFieldWarnings(schema: Schema, value: unknown, path = ""): string[] {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined
      ? []
      : value.flatMap((item, index) => unknownFieldWarnings(items, item, `${path}[${index}]`));
  }
  const { properties } = schema;
  if (properties === undefined || !isJsonObject(value)) return [];
  return Object.keys(value).flatMap((field) => {
    const known = Object.hasOwn(properties, field) ? properties[field] : undefined;
    const fieldPath = path === "" ? field : `${path}.${field}`;
    if (known === undefined) return [`${quote(fieldPath)} was ignored: it is not a field of this request.`];
    return unknownFieldWarnings(known, value[field], fieldPath);
  });
}

/** The one record of a body, which may stand in an array. Both forms are published (docs/enrolment.md). */
export function singleRecord(body: unknown): Checked<JsonObject> {
  const candidates: readonly unknown[] = Array.isArray(body) ? body : [body];
  const [record] = candidates;
  if (candidates.length !== 1) {
    return { faults: [`The body must hold exactly one record; got ${candidates.length}.`] };
  }
  if (!isJsonObject(record)) return { faults: [`The record must be an object; got ${describe(record)}.`] };
  return { valid: record };
}

/** The one record of a body, as the type its schema stands for. */
export function checkedRecord<Valid>(validate: Validator<Valid>, body: unknown): Checked<Valid> {
  const record = singleRecord(body);
  return "valid" in record ? checked(validate, record.valid) : record;
}
