/** A JSON Schema of draft 2020-12, as used by OpenAPI 3.1. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** A field with its description. It has an example unless it is made of schemas with examples of their own. */
export type Field = JsonSchema & { readonly description: string } & (
    | { readonly examples: readonly unknown[] }
    | { readonly $ref: string }
    | { readonly items: { readonly $ref: string } }
  );

export function ref(name: string): { readonly $ref: string } {
  return { $ref: `#/components/schemas/${name}` };
}

/** An object of an answer. Every field is always there, except those named as optional. */
export function answerObject(
  description: string,
  properties: Readonly<Record<string, Field>>,
  optional: readonly string[] = [],
): JsonSchema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: "object", description, required, properties };
}

type ObjectSchema = JsonSchema & { readonly properties: Readonly<Record<string, JsonSchema>> };

/** A text for each field of a request schema. A missing or a superfluous text does not compile. */
export type FieldsOf<Schema extends ObjectSchema> = { readonly [Name in keyof Schema["properties"]]: Field };

/** The schema that validates a request, with a description of each field. */
export function documented(
  schema: ObjectSchema,
  description: string,
  fields: Readonly<Record<string, Field>>,
): JsonSchema {
  const properties = Object.entries(schema.properties).map(([name, rules]) => [
    name,
    { ...withLength(rules), ...fields[name] },
  ]);
  return { ...schema, description, properties: Object.fromEntries(properties) };
}

/** A text that is not blank is not empty. The validators leave that out, because a caller would read one fault twice. */
function withLength(rules: JsonSchema): JsonSchema {
  return rules["pattern"] === "\\S" ? { type: rules["type"], minLength: 1, ...rules } : rules;
}
