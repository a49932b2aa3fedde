import { at } from "../../infra/support/synthesize.ts";

/** One statement of an identity-based policy, with its references resolved. */
export type Statement = {
  readonly effect: "Allow" | "Deny";
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions: readonly Condition[];
};

type Condition = { readonly operator: string; readonly key: string; readonly values: readonly string[] };

/** One action on one resource that a request needs. */
export type Asked = {
  readonly action: string;
  readonly resource: string;
  /** The values of each condition key in the request. */
  readonly context: Readonly<Record<string, readonly string[]>>;
};

/** A policy uses something that is not evaluated here, so the answer could differ from IAM's. */
export class NotJudged extends Error {
  override readonly name = "NotJudged";
}

/** The statements of a policy document. Throws {@link NotJudged} for an element that is not evaluated here. */
export function parsePolicy(document: unknown): Statement[] {
  return listOf(at(document, "Statement")).map(parseStatement);
}

const elements: ReadonlySet<string> = new Set(["Sid", "Effect", "Action", "Resource", "Condition"]);

function parseStatement(statement: unknown): Statement {
  const unknown = Object.keys(Object(statement)).filter((element) => !elements.has(element));
  const effect = at(statement, "Effect");
  if (unknown.length > 0 || (effect !== "Allow" && effect !== "Deny")) throw new NotJudged(JSON.stringify(statement));
  return {
    effect,
    actions: textsOf(at(statement, "Action")),
    resources: textsOf(at(statement, "Resource")),
    conditions: Object.entries(at(statement, "Condition") ?? {}).flatMap(([operator, clause]) =>
      Object.entries(Object(clause)).map(([key, values]) => ({ operator, key, values: textsOf(values) })),
    ),
  };
}

/** Decides as IAM does: an explicit Deny wins, and what no statement allows is denied. */
export function isAllowed(statements: readonly Statement[], asked: Asked): boolean {
  const effects = new Set(statements.filter((statement) => applies(statement, asked)).map(({ effect }) => effect));
  return effects.has("Allow") && !effects.has("Deny");
}

function applies({ actions, resources, conditions }: Statement, { action, resource, context }: Asked): boolean {
  return (
    // IAM ignores the case of actions, but not that of resources.
    actions.some((pattern) => isLike(pattern.toLowerCase(), action.toLowerCase())) &&
    resources.some((pattern) => isLike(pattern, resource)) &&
    conditions.every((condition) => isMet(condition, context))
  );
}

const comparisons: ReadonlyMap<string, (pattern: string, value: string) => boolean> = new Map([
  ["StringEquals", (pattern, value) => pattern === value],
  ["StringLike", isLike],
]);
const negations: ReadonlyMap<string, string> = new Map([
  ["StringNotEquals", "StringEquals"],
  ["StringNotLike", "StringLike"],
]);

/** The condition keys whose values this judge knows. */
const judgedKeys: ReadonlySet<string> = new Set(["dynamodb:LeadingKeys"]);

/**
 * Whether a condition is met. All known keys have several values, and IAM compares such a key by `ForAllValues` or
 * `ForAnyValue` only.
 */
function isMet({ operator, key, values }: Condition, context: Asked["context"]): boolean {
  const [quantifier = "", comparison = ""] = operator.split(":");
  const compare = comparisons.get(negations.get(comparison) ?? comparison);
  if (compare === undefined || !judgedKeys.has(key)) throw new NotJudged(`${operator} of ${key}`);
  const isNegated = negations.has(comparison);
  const holds = (given: string) => values.some((pattern) => compare(pattern, given)) !== isNegated;
  const given = context[key] ?? [];
  // In IAM a request without the key meets ForAllValues, whatever the condition says.
  if (quantifier === "ForAllValues") return given.every(holds);
  if (quantifier === "ForAnyValue") return given.some(holds);
  throw new NotJudged(`${operator} of ${key}`);
}

/** Whether a text matches a pattern. `*` stands for any text, `?` for one character. */
function isLike(pattern: string, text: string): boolean {
  const parts = pattern.split(/([*?])/).map((part) => wildcards.get(part) ?? RegExp.escape(part));
  return new RegExp(`^${parts.join("")}$`, "s").test(text);
}

const wildcards: ReadonlyMap<string, string> = new Map([
  ["*", ".*"],
  ["?", "."],
]);

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
}

function textsOf(value: unknown): string[] {
  return listOf(value).map((text) => {
    if (typeof text !== "string") throw new NotJudged(`A text is expected, not ${JSON.stringify(text)}`);
    return text;
  });
}

/**
 * All ways to allow one thing less than the statements do. Each way leaves out an action, or one of the patterns that a
 * condition compares with. What an Allow excludes, it does not allow.
 */
export function reductions(
  statements: readonly Statement[],
): { readonly without: string; readonly left: Statement[] }[] {
  return statements.flatMap((statement, index) =>
    reductionsOf(statement).map(({ without, left }) => ({ without, left: statements.with(index, left) })),
  );
}

function reductionsOf(statement: Statement): { readonly without: string; readonly left: Statement }[] {
  const { effect, actions, resources, conditions } = statement;
  if (effect === "Deny") return [];
  const named = `on ${[...resources, ...conditions.flatMap(({ values }) => values)].join(", ")}`;
  const fewerActions = actions.map((action) => ({
    without: `${action} ${named}`,
    left: { ...statement, actions: actions.filter((other) => other !== action) },
  }));
  const fewerValues = conditions.flatMap((condition, index) =>
    negations.has(condition.operator.split(":")[1] ?? "") || condition.values.length === 1
      ? []
      : condition.values.map((value) => ({
          without: `${actions.join(", ")} on ${value}`,
          left: {
            ...statement,
            conditions: conditions.with(index, {
              ...condition,
              values: condition.values.filter((other) => other !== value),
            }),
          },
        })),
  );
  return [...fewerActions, ...fewerValues];
}
