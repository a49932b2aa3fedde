import { readFile } from "node:fs/promises";
import { isNode, LineCounter, parseDocument } from "yaml";
import type { PeriodAddition, TargetGroupDefinition, TargetGroupEdit } from "../../client/client.ts";
import { isJsonObject } from "../../shared/http/requests/validation.ts";
import { Refused } from "../refused.ts";

export type Definition<Body> = {
  readonly body: Body;
  /** The line of `field`, such as `periods[0].refCode`, or of the nearest field above it that exists. */
  readonly lineOf: (field: string) => number | undefined;
};

/** The body of a creation. Each reader throws {@link Refused} with status 2 when the file cannot be parsed. */
export function readDefinition(path: string): Promise<Definition<TargetGroupDefinition>> {
  return readBody(path, isDefinition, "not the fields of a target group, such as name: Summer.");
}

/** The body of an edit. */
export function readEdit(path: string): Promise<Definition<TargetGroupEdit>> {
  return readBody(path, isEdit, "not the fields of a target group, such as name: Summer.");
}

/** The cycles to append. */
export function readPeriods(path: string): Promise<Definition<PeriodAddition[]>> {
  return readBody(path, isPeriods, "not a list of cycles, such as - refCode: JAN.");
}

/** Reads YAML; JSON is valid YAML. A file that cannot be parsed has one line for each fault, with its place. */
async function readBody<Body>(
  path: string,
  isBody: (body: unknown) => body is Body,
  otherwise: string,
): Promise<Definition<Body>> {
  const lineCounter = new LineCounter();
  const document = parseDocument(await readText(path), { lineCounter, prettyErrors: false });
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ pos: [offset], message }) => {
      const { line, col } = lineCounter.linePos(offset);
      return `${path}:${line}:${col}: ${message}`;
    });
    throw new Refused(problems.join("\n"), 2);
  }
  const body: unknown = document.toJS();
  if (!isBody(body)) throw new Refused(`${path}: ${otherwise}`, 2);
  const lineOf = (field: string) => {
    for (let steps = stepsOf(field); steps.length > 0; steps = steps.slice(0, -1)) {
      const node = document.getIn(steps, true);
      if (isNode(node) && node.range) return lineCounter.linePos(node.range[0]).line;
    }
    return undefined;
  };
  return { body, lineOf };
}

/** Checks only that the definition has fields. The API judges the rest and reports every fault. */
function isDefinition(body: unknown): body is TargetGroupDefinition {
  return isJsonObject(body);
}

function isEdit(body: unknown): body is TargetGroupEdit {
  return isJsonObject(body);
}

function isPeriods(body: unknown): body is PeriodAddition[] {
  return Array.isArray(body);
}

/** A fault begins with its field, and the field leads to the line. For any other text only the file is named. */
export function locate(message: string, file: string, { lineOf }: Pick<Definition<unknown>, "lineOf">): string {
  const [, field = ""] = /^Invalid input\. ([\w.[\]]+)/.exec(message) ?? [];
  const line = lineOf(field);
  return line === undefined ? `${file}: ${message}` : `${file}:${line}: ${message}`;
}

function stepsOf(field: string): (string | number)[] {
  return [...field.matchAll(/[^.[\]]+/g)].map(([step]) => (/^\d+$/.test(step) ? Number(step) : step));
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new Refused(`Cannot read ${path}: ${error.message}.`, 2);
  }
}
