import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import budgetFile from "../../bench/budgets.json" with { type: "json" };
import { errorCatalogue } from "../../shared/http/errors.ts";
import { routeNames } from "../../shared/http/routes.ts";
import { failureSources, metrics, retryCauses } from "../../shared/observability/metricNames.ts";
import { closingDefinition } from "./support/closingDefinition.ts";
import { at, resourcesOfType, synthesize } from "./support/synthesize.ts";

const text = readFileSync("docs/costs.md", "utf8");
/** The text without its line breaks. */
const words = text.replaceAll("\n", " ");

/** The rows of the document's table whose first column has this heading. */
function tableOf(heading: string): string[][] {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => line.startsWith(`| ${heading} |`));
  if (start < 0) throw new Error(`docs/costs.md has no table of: ${heading}`);
  const length = lines.slice(start).findIndex((line) => !line.startsWith("|"));
  return lines.slice(start + 2, start + length).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const prices = new Map(tableOf("Price of").map(([what, dollarsOfIt]) => [what, Number(dollarsOfIt)]));

function price(of: string): number {
  const found = prices.get(of);
  if (found === undefined) throw new Error(`docs/costs.md assumes no price for: ${of}`);
  return found;
}

type Units = { readonly readUnits: number; readonly writeUnits: number };

/** The cost of a call on a warm function. The first call of a process also reads a definition. */
const warmOperations = Object.entries(budgetFile.operations).filter(([name]) => !name.endsWith(", cold"));

function operationsOf(isWanted: (functionName: string) => boolean): [string, Units][] {
  return warmOperations.filter(([name]) => isWanted(name.split(",")[0] ?? ""));
}

function unitsOf(operation: string): Units {
  const [, units] = warmOperations.find(([name]) => name === operation) ?? [];
  if (units === undefined) throw new Error(`bench/budgets.json has no ${operation}`);
  return units;
}

/** The price in dollars of a million operations. */
function tablePrice({ readUnits, writeUnits }: Units): number {
  return (
    readUnits * price("A million read units of the table") + writeUnits * price("A million write units of the table")
  );
}

function computingPrice(milliseconds: number): number {
  return milliseconds * 1000 * memoryGb() * price("A GB-second of a Lambda on arm64");
}

function isRoute(functionName: string): boolean {
  return routeNames.some((route) => route === functionName);
}

function isInBackground(functionName: string): boolean {
  return !isRoute(functionName) && functionName !== "authorizer";
}

/** A row about what follows a call. The document says that the projector's call takes 30 ms. */
function followingRow(what: string, operation: string): string[] {
  const table = tablePrice(unitsOf(operation));
  const [event, computing] = [price("A million events on the bus"), computingPrice(30)];
  return [what, dollars(table), dollars(event), dollars(computing), dollars(table + event + computing)];
}

describe("the tables of costs in docs/costs.md are what the measured units come to at the assumed prices", () => {
  /** The duration of a call that the document assumes. */
  const assumedMilliseconds = 15;

  test("of the routes", () => {
    const perMillionCalls =
      price("A million calls of the REST API") +
      price("A million calls of a Lambda") +
      computingPrice(assumedMilliseconds);
    expect(tableOf("A million calls of")).toEqual(
      operationsOf(isRoute).map(([name, units]) => [
        name,
        units.readUnits.toString(),
        units.writeUnits.toString(),
        dollars(tablePrice(units)),
        dollars(tablePrice(units) + perMillionCalls),
      ]),
    );
  });

  test("of the functions that no request waits for", () => {
    expect(tableOf("A million times")).toEqual(
      operationsOf(isInBackground).map(([name, units]) => [
        name,
        units.readUnits.toString(),
        units.writeUnits.toString(),
        dollars(tablePrice(units)),
      ]),
    );
  });

  test("of what follows a call", () => {
    expect(tableOf("After a million of")).toEqual([
      followingRow("enrolments", "projector, an enrolment"),
      followingRow("activities that change one target", "projector, an activity"),
    ]);
  });
});

test("the alarms' price in docs/costs.md counts the metrics that they have", () => {
  const counts = resourcesOfType(synthesize(), "AWS::CloudWatch::Alarm").map(([, { Properties }]) => {
    const { Metrics: parts } = Properties;
    return Array.isArray(parts) ? parts.filter((part) => "MetricStat" in Object(part)).length : 1;
  });
  const count = counts.reduce((sum, each) => sum + each, 0);
  expect(text).toContain(`the alarms ${dollars(count * 0.1)} (${count} metrics at 0.10)`);
});

test("docs/costs.md counts as many metrics of the functions as they can write", () => {
  const byGateway = ["404", "429"];
  const asFailures = ["500", "4001"];
  const codes = Object.keys(errorCatalogue).filter((code) => ![...byGateway, ...asFailures].includes(code));
  const whole = Object.values(metrics).filter((metric) => !("dimension" in metric));
  const count = whole.length + codes.length + failureSources.length + retryCauses.length;
  expect(text).toContain(`at most ${dollars(count * 0.3)} (${count} at 0.30)`);
});

describe("the closing's price in docs/costs.md", () => {
  const { States: states } = closingDefinition(synthesize());
  const stepPrice = price("A million steps of the state machine") / 1e6;

  test("is when nothing is due by the look's starts, time and calls", () => {
    const perMillion =
      price("A million calls by the scheduler") +
      price("A million starts of the look") +
      1e6 * (64 / 1024) * price("A GB-second of the look") +
      price("A million calls of a Lambda") +
      computingPrice(50) +
      price("A million read units of the table");
    const looksPerMonth = (30 * 24 * 60) / 5;
    expect(words).toContain(`${looksPerMonth} times in 30 days.`);
    expect(words).toContain(`and a read unit: ${dollars((looksPerMonth * perMillion) / 1e6)} for all.`);
  });

  test("is when something is due by as many steps as an execution, a page and a target take", () => {
    const inner = states.CloseShards.ItemProcessor.States;
    const ofTarget = ["CloseShard", "IsShardFinished", "ShardClosed"];
    expect(ofTarget.every((name) => Object.hasOwn(inner, name))).toBe(true);
    expect(words).toContain(`an execution of the state machine takes ${stepsOf(states, "Start")} steps`);
    const ofPage = ["ListDueCycles", "IsAnythingDue", "CloseShards", "AreShardsLeft", "IsMoreDue"];
    expect(ofPage.every((name) => Object.hasOwn(states, name))).toBe(true);
    expect(words).toContain(`and ${ofPage.length} more for each further page`);
    const withStart = ofTarget.length + 1;
    expect(words).toContain(`takes ${withStart} steps, the start of its child execution included`);
    expect(words).toContain(`included: ${dollars(withStart * stepPrice * 1e6)} for a million targets`);
  });

  test("and an idle stack's is the sum of what is paid every month", () => {
    const [, ofMonth = ""] = /Every month, whatever is called: (.*?), the table/.exec(words) ?? [];
    const parts = [...ofMonth.matchAll(/(?<!at )\b(\d+\.\d\d)\b(?! ?\))|at most (\d+\.\d\d)/g)];
    const amounts = parts.map(([, plain, most]) => Number(plain ?? most));
    const [, closing] = /and a read unit: (\d+\.\d\d) for all/.exec(words) ?? [];
    const sum = amounts.reduce((total, each) => total + each, Number(closing));
    expect(amounts).toHaveLength(4);
    expect(words).toContain(`costs at most ${dollars(sum)} a month`);
  });
});

/** The number of steps of an execution in which every choice takes its default, the start included. */
function stepsOf(states: Readonly<Record<string, unknown>>, name: string): number {
  const next = at(states[name], "Default") ?? at(states[name], "Next");
  return 1 + (typeof next === "string" ? stepsOf(states, next) : 0);
}

function memoryGb(): number {
  const sizes = resourcesOfType(synthesize(), "AWS::Lambda::Function").map(
    ([, { Properties }]) => Properties.MemorySize,
  );
  return Number(sizes[0]) / 1024;
}

/** The amount rounded to the cent, with halves up, as by hand. */
function dollars(amount: number): string {
  return (Math.round(amount * 100 + 1e-9) / 100).toFixed(2);
}
