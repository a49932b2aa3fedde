import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import budgetFile from "../../bench/budgets.json" with { type: "json" };
import { errorCatalogue } from "../../shared/http/errors.ts";
import { failureSources, metrics, retryCauses } from "../../shared/observability/metricNames.ts";
import { resourcesOfType, synthesize } from "./support/synthesize.ts";

const rows = readFileSync("docs/operations.md", "utf8")
  .split("\n")
  .filter((line) => line.startsWith("| "))
  .map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

/** Kept warm, what a call asks of the table; the first of a process reads a definition besides. */
const warmOperations = Object.entries(budgetFile.operations).filter(
  ([name]) => name !== "authorizer" && !name.endsWith("cold"),
);

/** The calls of the document's own words, in milliseconds. */
const assumedMilliseconds = 15;

function price(of: string): number {
  const [, text] = rows.find(([what]) => what === of) ?? [];
  if (text === undefined) throw new Error(`docs/operations.md assumes no price for: ${of}`);
  return Number(text);
}

describe("the table of costs in docs/operations.md", () => {
  const perMillionLambdas =
    price("A million calls of a Lambda") +
    assumedMilliseconds * 1000 * memoryGb() * price("A GB-second of a Lambda on arm64");
  const perMillionCalls = price("A million calls of the REST API") + perMillionLambdas;

  test.each(warmOperations)("is what the measured units of %s come to at the assumed prices", (name, operation) => {
    const { readUnits, writeUnits } = operation;
    const table =
      readUnits * price("A million read units of the table") + writeUnits * price("A million write units of the table");
    expect(rows.find(([what]) => what === name)).toEqual([
      name,
      readUnits.toString(),
      writeUnits.toString(),
      dollars(table),
      dollars(table + perMillionCalls),
    ]);
  });
});

test("the alarms' price in docs/operations.md is by as many metrics as they have", () => {
  const counts = resourcesOfType(synthesize(), "AWS::CloudWatch::Alarm").map(([, { Properties }]) => {
    const { Metrics: parts } = Properties;
    return Array.isArray(parts) ? parts.filter((part) => "MetricStat" in Object(part)).length : 1;
  });
  const count = counts.reduce((sum, each) => sum + each, 0);
  expect(readFileSync("docs/operations.md", "utf8")).toContain(
    `the alarms ${dollars(count * 0.1)} (${count} metrics at 0.10)`,
  );
});

test("the functions' own metrics in docs/operations.md are as many as they can write", () => {
  const byGateway = ["404", "429"];
  const asFailures = ["500", "4001"];
  const codes = Object.keys(errorCatalogue).filter((code) => ![...byGateway, ...asFailures].includes(code));
  const whole = Object.values(metrics).filter((metric) => !("dimension" in metric));
  const count = whole.length + codes.length + failureSources.length + retryCauses.length;
  expect(readFileSync("docs/operations.md", "utf8")).toContain(`at most ${dollars(count * 0.3)} (${count} at 0.30)`);
});

function memoryGb(): number {
  const sizes = resourcesOfType(synthesize(), "AWS::Lambda::Function").map(
    ([, { Properties }]) => Properties.MemorySize,
  );
  return Number(sizes[0]) / 1024;
}

/** To the cent, halves up, as by hand. */
function dollars(amount: number): string {
  return (Math.round(amount * 100 + 1e-9) / 100).toFixed(2);
}
