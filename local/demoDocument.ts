/** The ids of an enrolment that can be tried on this machine. */
export type DemoCall = { readonly groupId: number; readonly targetId: number; readonly customerId: number };

/**
 * The document with examples that exist on this machine: ids for its parameters, and an enrolment that is still
 * possible.
 */
export function showDemoCall(document: string, { groupId, targetId, customerId }: DemoCall): string {
  const ids = new Map([
    ["targetGroupId", groupId],
    ["targetId", targetId],
    ["targetRuleId", targetId],
    ["customerId", customerId],
    ["userId", customerId],
  ]);
  const enrolled = { summary: "A demo customer, into the current cycle", value: [{ customerId }] };
  return JSON.stringify(JSON.parse(document), (key, part: unknown) => {
    if (!isObject(part)) return part;
    const id = part["in"] === "path" ? ids.get(String(part["name"])) : undefined;
    if (id !== undefined) return withExamples(part, [id]);
    if (part["in"] === "query" && isFilter(part["schema"])) return withExamples(part, undefined);
    return key === "examples" && "currentCycle" in part ? { demo: enrolled, ...part } : part;
  });
}

type JsonObject = Readonly<Record<string, unknown>>;

function withExamples(parameter: JsonObject, examples: readonly number[] | undefined): JsonObject {
  return { ...parameter, schema: { ...(isObject(parameter["schema"]) ? parameter["schema"] : {}), examples } };
}

/** The page sends every parameter that has an example. An example for a filter would make the call find nothing. */
function isFilter(schema: unknown): boolean {
  return isObject(schema) && schema["format"] === "int64";
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
