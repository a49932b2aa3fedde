import type { Parameter, PathParameter, QueryOf } from "../routes.ts";

const idPattern = /^[1-9][0-9]{0,15}$/;
const idRule = "an integer from 1 to 9007199254740991";
const integerPattern = /^(0|[1-9][0-9]{0,8})$/;

/** An id as it is written in a path or as a string of digits; `undefined` unless it is an integer 1…2^53 − 1. */
export function parseId(text: string): number | undefined {
  const id = idPattern.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(id) ? id : undefined;
}

/** What a path or query holds, or the sentences that say what is wrong with it. */
export type Parsed<Values> = { readonly values: Values } | { readonly faults: readonly string[] };

export function faultsOf(parsed: Parsed<unknown>): readonly string[] {
  return "faults" in parsed ? parsed.faults : [];
}

type Raw = Readonly<Record<string, string | undefined>>;
type IdsOf<Path extends string> = Readonly<Record<PathParameter<Path>, number>>;

/** Reads every `{parameter}` of the path as an id. */
export function parsePath<Path extends string>(path: Path, raw: Raw): Parsed<IdsOf<Path>> {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  const values = Object.fromEntries(names.map((name) => [name, parseId(raw[name] ?? "")]));
  if (areIds<Path>(values)) return { values };
  const faulty = names.filter((name) => values[name] === undefined);
  return { faults: faulty.map((name) => `${name} in the path must be ${idRule}; got ${quote(raw[name] ?? "")}.`) };
}

function areIds<Path extends string>(values: Record<string, number | undefined>): values is IdsOf<Path> {
  return Object.values(values).every((value) => value !== undefined);
}

/** Reads the query as the route declares it. */
export function parseQuery<Query extends Readonly<Record<string, Parameter>>>(
  declared: Query,
  raw: Raw,
): Parsed<QueryOf<Query>> {
  const values: Record<string, number | boolean | undefined> = {};
  const faults: string[] = [];
  for (const [name, parameter] of Object.entries(declared)) {
    const parsed = parseParameter(raw[name], parameter);
    if ("rule" in parsed) faults.push(`${name} in the query must be ${parsed.rule}; got ${quote(raw[name] ?? "")}.`);
    else values[name] = parsed.value;
  }
  return isQuery(declared, values) ? { values } : { faults };
}

function isQuery<Query extends Readonly<Record<string, Parameter>>>(
  declared: Query,
  values: Readonly<Record<string, unknown>>,
): values is QueryOf<Query> {
  return Object.keys(declared).every((name) => Object.hasOwn(values, name));
}

/** A warning for each parameter the route does not know: a mistyped one must not vanish silently. */
export function unknownQueryWarnings(declared: Readonly<Record<string, Parameter>>, raw: Raw): string[] {
  const unknown = Object.keys(raw).filter((name) => !Object.hasOwn(declared, name));
  return unknown.map((name) => `${quote(name)} in the query was ignored: it is not known here.`);
}

type ParsedParameter = { readonly value: number | boolean | undefined } | { readonly rule: string };

function parseParameter(text: string | undefined, parameter: Parameter): ParsedParameter {
  if (text === undefined) return { value: parameter.type === "id" ? undefined : parameter.default };
  switch (parameter.type) {
    case "id": {
      const id = parseId(text);
      return id === undefined ? { rule: idRule } : { value: id };
    }
    case "boolean":
      return text === "true" || text === "false" ? { value: text === "true" } : { rule: "true or false" };
    case "integer": {
      const { minimum, maximum } = parameter;
      const value = integerPattern.test(text) ? Number(text) : Number.NaN;
      return value >= minimum && value <= maximum ? { value } : { rule: `an integer from ${minimum} to ${maximum}` };
    }
  }
}

/** The text as a JSON string, cut so that a message stays readable. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
