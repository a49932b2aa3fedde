/** A field of any schema below a part of the document, and where it is. */
export type FoundField = { readonly path: string; readonly field: Readonly<Record<string, unknown>> };

/** Every entry of every `properties`, but not those of examples. */
export function fieldsIn(part: unknown, path: readonly string[] = []): FoundField[] {
  if (!isObject(part)) return [];
  const own = Object.entries(isObject(part["properties"]) ? part["properties"] : {});
  const fields = own.flatMap(([name, field]) =>
    isObject(field) ? [{ path: [...path, "properties", name].join("."), field }] : [],
  );
  const below = Object.entries(part).filter(([key]) => key !== "examples" && key !== "example");
  return [...fields, ...below.flatMap(([key, value]) => fieldsIn(value, [...path, key]))];
}

/** Whether a reader learns what the field is and sees one; what refers to a schema is shown there. */
export function isTold({ field }: FoundField): boolean {
  const { description, examples, items, type, $ref } = field;
  const isShown = (Array.isArray(examples) && examples.length > 0) || items !== undefined || $ref !== undefined;
  return typeof description === "string" && description !== "" && (isShown || type === "null" || isComposed(field));
}

function isComposed({ anyOf }: FoundField["field"]): boolean {
  return anyOf !== undefined;
}

/** Whether it takes a text or number of any size. */
export function isUnlimited({ field }: FoundField): boolean {
  const types = [field["type"]].flat();
  const isText = types.includes("string") && !("enum" in field || "maxLength" in field || "pattern" in field);
  const isNumber = (types.includes("number") || types.includes("integer")) && !("maximum" in field);
  return isText || isNumber;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
