import { readFile } from "node:fs/promises";
import { isNode, LineCounter, parseDocument } from "yaml";
import type { TargetGroupDefinition } from "../../client/client.ts";
import { isJsonObject } from "../../shared/http/requests/validation.ts";
import { Refused } from "../refused.ts";

export type Definition = {
  readonly body: TargetGroupDefinition;
  /** The line of `field`, such as `periods[0].refCode`, or of the nearest field above it that exists. */
  readonly lineOf: (field: string) => number | undefined;
};

/**
 * Reads a definition in YAML; JSON is valid YAML. Throws {@link Refused} with status 2 when the file cannot be parsed,
 * with one line for each fault and its place.
 */
export async function readDefinition(path: string): Promise<Definition> {
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
  if (!isDefinition(body)) throw new Refused(`${path}: not the fields of a target group, such as name: Summer.`, 2);
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
