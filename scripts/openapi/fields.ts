import { ref } from "./jsonSchema.ts";

/** Ids are integers 1…2^53 − 1, which JSON and JavaScript hold exactly. */
export const idRules = { type: "integer", format: "int64", minimum: 1, maximum: Number.MAX_SAFE_INTEGER } as const;

export function id(description: string, example: number) {
  return { ...idRules, description, examples: [example] } as const;
}

/** `null` when there is none. */
export function idOrNull(description: string, example: number | null) {
  return { ...idRules, type: ["integer", "null"], description, examples: [example] } as const;
}

export function text(description: string, example: string, rules: object = {}) {
  return { type: "string", ...rules, description, examples: [example] } as const;
}

export function textOrNull(description: string, example: string | null, rules: object = {}) {
  return { type: ["string", "null"], ...rules, description, examples: [example] } as const;
}

export function flag(description: string, example: boolean) {
  return { type: "boolean", description, examples: [example] } as const;
}

export function oneOfTexts(description: string, values: readonly string[], example: string) {
  return { type: "string", enum: values, description, examples: [example] } as const;
}

export function instant(description: string, example: string) {
  return { type: "string", format: "date-time", description: `${description}, in UTC.`, examples: [example] } as const;
}

export function day(description: string, example: string) {
  return { type: "string", format: "date", description, examples: [example] } as const;
}

/** `null` when that has not happened. */
export function instantOrNull(description: string, example: string | null) {
  return {
    type: ["string", "null"],
    format: "date-time",
    description: `${description}, in UTC; \`null\` when that has not happened.`,
    examples: [example],
  } as const;
}

/** A number that is stored and answered exactly. */
export function decimal(description: string, example: number, rules: object = { minimum: 0 }) {
  return {
    type: "number",
    ...rules,
    description: `${description} At most 4 fractional digits.`,
    examples: [example],
  } as const;
}

/** The same, or `null` when there is none. */
export function decimalOrNull(description: string, example: number) {
  return decimal(description, example, { type: ["number", "null"], minimum: 0 });
}

export function count(description: string, example: number | null, rules: object = { type: "integer", minimum: 0 }) {
  return { type: "integer", ...rules, description, examples: [example] } as const;
}

export function objectOf(name: string, description: string) {
  return { ...ref(name), description } as const;
}

export function listOf(name: string, description: string, rules: object = {}) {
  return { type: "array", ...rules, items: ref(name), description } as const;
}
