import type { Parameter, PathParameter, QueryOf } from "../routes.ts";
import type { Checked } from "./checked.ts";

const idPattern = /^[1-9][0-9]{0,15}$/;
const idRule = "an integer from 1 to 9007199254740991";
const integerPattern = /^(0|[1-9][0-9]{0,8})$/;
/** The characters of a cursor. */
export const cursorPattern = /^[A-Za-z0-9_-]{1,300}$/;

/** An id written in a path or as a string of digits. It is `undefined` unless it is an integer 1…2^53 − 1. */
export function parseId(text: string): number | undefined {
  const id = idPattern.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(id) ? id : undefined;
}

type Raw = Readonly<Record<string, string | undefined>>;
type IdsOf<Path extends string> = Readonly<Record<PathParameter<Path>, number>>;

/** Reads every `{parameter}` of the path as an id. */
export function parsePath<Path extends string>(path: Path, raw: Raw): Checked<IdsOf<Path>> {
  const names = namesIn(path);
  const values = Object.fromEntries(names.map((name) => [name, parseId(raw[name] ?? "")]));
  if (areIds<Path>(values)) return { valid: values };
  const faulty = names.filter((name) => values[name] === undefined);
  return { faults: faulty.map((name) => `${name} in the path must be ${idRule}; got ${quote(raw[name] ?? "")}.`) };
}

/** The names by path. There are as many paths as routes, and each request needs the names of one. */
const namesByPath = new Map<string, readonly string[]>();

function namesIn(path: string): readonly string[] {
  const known = namesByPath.get(path);
  if (known !== undefined) return known;
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  namesByPath.set(path, names);
  return names;
}

function areIds<Path extends string>(values: Record<string, number | undefined>): values is IdsOf<Path> {
  return Object.values(values).every((value) => value !== undefined);
}

/** Reads the query as the route declares it. */
export function parseQuery<Query extends Readonly<Record<string, Parameter>>>(
  declared: Query,
  raw: Raw,
): Checked<QueryOf<Query>> {
  const values: Record<string, ParameterValue> = {};
  const faults: string[] = [];
  for (const [name, parameter] of Object.entries(declared)) {
    const parsed = parseParameter(name, raw[name], parameter);
    if ("faults" in parsed) faults.push(...parsed.faults);
    else values[name] = parsed.valid;
  }
  return isQuery(declared, values) ? { valid: values } : { faults };
}

function isQuery<Query extends Readonly<Record<string, Parameter>>>(
  declared: Query,
  values: Readonly<Record<string, unknown>>,
): values is QueryOf<Query> {
  return Object.keys(declared).every((name) => Object.hasOwn(values, name));
}

/** A warning for each parameter that the route does not know, so that a mistyped one does not vanish silently. */
export function unknownQueryWarnings(declared: Readonly<Record<string, Parameter>>, raw: Raw): string[] {
  const unknown = Object.keys(raw).filter((name) => !Object.hasOwn(declared, name));
  return unknown.map((name) => `${quote(name)} in the query was ignored: it is not known here.`);
}

type ParameterValue = number | boolean | string | undefined;

function parseParameter(name: string, text: string | undefined, parameter: Parameter): Checked<ParameterValue> {
  if (text === undefined) return { valid: "default" in parameter ? parameter.default : undefined };
  const value = valueOf(text, parameter);
  if (value !== undefined) return { valid: value };
  // A text can be the number of a card, and a cursor holds the id of a customer, so no answer repeats them.
  const given = parameter.type === "text" || parameter.type === "cursor" ? "" : `; got ${quote(text)}`;
  return { faults: [`${name} in the query must be ${ruleOf(parameter)}${given}.`] };
}

function valueOf(text: string, parameter: Parameter): ParameterValue {
  switch (parameter.type) {
    case "id":
      return parseId(text);
    case "text":
      return isTextWithin(text, parameter.maximumCharacters) ? text : undefined;
    case "cursor":
      return cursorPattern.test(text) ? text : undefined;
    case "choice":
      return parameter.values.find((value) => value === text);
    case "boolean":
      return text === "true" || text === "false" ? text === "true" : undefined;
    case "integer":
      return integerWithin(text, parameter.minimum, parameter.maximum);
  }
}

function integerWithin(text: string, minimum: number, maximum: number): number | undefined {
  const value = integerPattern.test(text) ? Number(text) : Number.NaN;
  return value >= minimum && value <= maximum ? value : undefined;
}

function ruleOf(parameter: Parameter): string {
  switch (parameter.type) {
    case "id":
      return idRule;
    case "text":
      return `1 to ${parameter.maximumCharacters} characters, of which one is no blank`;
    case "cursor":
      return "the nextCursor of an earlier answer";
    case "choice":
      return parameter.values.join(" or ");
    case "boolean":
      return "true or false";
    case "integer":
      return `an integer from ${parameter.minimum} to ${parameter.maximum}`;
  }
}

/** Whether the text has a character that is no blank, and at most so many characters. */
export function isTextWithin(text: string, maximumCharacters: number): boolean {
  return /\S/.test(text) && Array.from(text).length <= maximumCharacters;
}

/** The text as a JSON string, cut so that a message stays readable. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
