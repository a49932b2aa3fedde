/** A field of a schema, and its place below a part of the document. */
export type FoundField = { readonly path: string; readonly field: Readonly<Record<string, unknown>> };

/** The fields below a part of the document: each entry of each `properties`, but none of an example. */
export function fieldsIn(part: unknown, path: readonly string[] = []): FoundField[] {
  if (!isObject(part)) return [];
  const own = Object.entries(isObject(part["properties"]) ? part["properties"] : {});
  const fields = own.flatMap(([name, field]) =>
    isObject(field) ? [{ path: [...path, "properties", name].join("."), field }] : [],
  );
  const below = Object.entries(part).filter(([key]) => key !== "examples" && key !== "example");
  return [...fields, ...below.flatMap(([key, value]) => fieldsIn(value, [...path, key]))];
}

/**
 * Whether the field has a description and an example. A field made of other schemas needs no example, because they have
 * some.
 */
export function isDescribed({ field }: FoundField): boolean {
  const { description, examples, items, type, $ref } = field;
  const isShown = (Array.isArray(examples) && examples.length > 0) || items !== undefined || $ref !== undefined;
  return typeof description === "string" && description !== "" && (isShown || type === "null" || isComposed(field));
}

function isComposed({ anyOf }: FoundField["field"]): boolean {
  return anyOf !== undefined;
}

/** Whether the field takes a text or a number of any size. */
export function isUnlimited({ field }: FoundField): boolean {
  const types = [field["type"]].flat();
  const isText = types.includes("string") && !("enum" in field || "maxLength" in field || "pattern" in field);
  const isNumber = (types.includes("number") || types.includes("integer")) && !("maximum" in field);
  return isText || isNumber;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
