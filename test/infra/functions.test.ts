import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { servingFunctions } from "../../lib/functionNames.ts";
import { issuerLimits } from "../../shared/auth/issuerVerifier.ts";
import { busLimits } from "../../shared/bus/eventBridge.ts";
import { adjustmentLimitVariable } from "../../shared/config/adjustmentConfig.ts";
import { busNameVariable } from "../../shared/config/busConfig.ts";
import { metricsNamespaceVariable } from "../../shared/config/metricsConfig.ts";
import { registrationVariable } from "../../shared/config/registrationConfig.ts";
import { statisticsVariable } from "../../shared/config/statisticsConfig.ts";
import { tableNameVariable } from "../../shared/config/tableConfig.ts";
import { tokenLifetimeVariable } from "../../shared/config/tokenConfig.ts";
import { routeNames, routes } from "../../shared/http/routes.ts";
import { longestRequestMilliseconds } from "../../shared/sdk/attempts.ts";
import { longestChainMilliseconds } from "../../shared/table/client.ts";
import { requestChains } from "../support/requestChains.ts";
import { deployedMethods, functionIdsByName } from "./support/deployedMethods.ts";
import { at, onlyResource, references, resourcesOfType, synthesize } from "./support/synthesize.ts";

const stack = synthesize({ logRetentionDays: "14" });
const functions = functionIdsByName(stack).map(([name, id]) => ({
  name,
  properties: stack.resources.get(id)?.Properties,
}));
const [tableId] = onlyResource(stack, "AWS::DynamoDB::Table");

/** The further variables of functions that know more than the table and the metrics. */
const alsoKnown: Readonly<Record<string, readonly string[]>> = {
  enroll: [registrationVariable],
  simulations: [registrationVariable],
  projector: [busNameVariable],
  listDueCycles: [statisticsVariable],
  tokens: [tokenLifetimeVariable],
};

describe.each(functions)("$name", ({ name, properties }) => {
  test("runs on Node 24 and arm64, traced, logging JSON, with explicit memory and time", () => {
    expect(properties).toMatchObject({
      Runtime: "nodejs24.x",
      Architectures: ["arm64"],
      Handler: "index.handler",
      TracingConfig: { Mode: "Active" },
      LoggingConfig: { LogFormat: "JSON" },
      MemorySize: 1024,
      Timeout: name === "closeShard" ? 60 : 25,
    });
  });

  test("knows the table and the metrics' namespace, and of the rest only what is listed above", () => {
    const variables = Object(at(properties, "Environment", "Variables"));
    expect(variables).toMatchObject({
      [tableNameVariable]: { Ref: tableId },
      [metricsNamespaceVariable]: "Milestreak",
    });
    const expected = [tableNameVariable, metricsNamespaceVariable, ...(alsoKnown[name] ?? [])];
    expect(Object.keys(variables).toSorted()).toEqual(expected.toSorted());
  });
});

test("the setting adjustmentLimit reaches the function that adjusts, and no other", () => {
  const limited = synthesize({ adjustmentLimit: "500" });
  const limits = functionIdsByName(limited).map(([name, id]) => [
    name,
    at(limited.resources.get(id)?.Properties, "Environment", "Variables", adjustmentLimitVariable),
  ]);
  expect(limits.filter(([, limit]) => limit !== undefined)).toEqual([["membership", "500"]]);
});

test.each([
  [{}, "24"],
  [{ statisticsEveryHours: "0" }, "0"],
])("with the settings %j the function that looks for due counts has %s as statisticsEveryHours", (settings, hours) => {
  const set = synthesize(settings);
  const [, id = ""] = functionIdsByName(set).find(([name]) => name === "listDueCycles") ?? [];
  expect(at(set.resources.get(id)?.Properties, "Environment", "Variables", statisticsVariable)).toBe(hours);
});

test("there are at most 13 functions, as each brings a role, a policy, a log group, a version, an alias and a deployment", () => {
  expect(functions.length).toBeLessThanOrEqual(13);
});

test("docs/deploy.md says how many functions and routes there are", () => {
  const told = new RegExp(`\\| ${functions.length} Lambdas: \\w+ for the ${routeNames.length} routes, by capability;`);
  expect(readFileSync("docs/deploy.md", "utf8")).toMatch(told);
});

describe("log groups", () => {
  const logGroups = resourcesOfType(stack, "AWS::Logs::LogGroup");

  test("keep logs for the days that were set, and are deleted with the stack", () => {
    for (const [, logGroup] of logGroups) {
      expect(logGroup).toMatchObject({ Properties: { RetentionInDays: 14 }, DeletionPolicy: "Delete" });
    }
  });

  test("are one for each function, one for the access log and one for each state machine", () => {
    const used = functions.map(({ properties }) => at(properties, "LoggingConfig", "LogGroup", "Ref"));
    const [, stage] = onlyResource(stack, "AWS::ApiGateway::Stage");
    const stateMachines = resourcesOfType(stack, "AWS::StepFunctions::StateMachine");
    const ids = logGroups.map(([id]) => id);
    const ofMachines = stateMachines.map(([, { Properties }]) => Properties["LoggingConfiguration"]);
    const settings = [stage.Properties.AccessLogSetting, ...ofMachines];
    const others = settings.flatMap((setting) => [...references(setting)]).filter((id) => ids.includes(id));
    expect([...used, ...others].toSorted()).toEqual(ids.toSorted());
  });
});

const calledByGateway: readonly string[] = [...servingFunctions, "authorizer"];

/** What a call may wait for beside the table. */
const elsewhereMilliseconds: Readonly<Record<string, number>> = {
  /** The configuration and the keys that an external issuer publishes. */
  authorizer: 2 * issuerLimits.maxAttempts * issuerLimits.requestTimeoutMilliseconds,
  /** Requests to the bus, which are sent side by side. */
  projector: longestRequestMilliseconds(busLimits),
};

/**
 * The longest time that a call of the function may take, over all its routes. It is infinite for a route without a
 * stated chain.
 */
function longestMilliseconds(name: string): number {
  const served: readonly string[] = routeNames.filter((route) => routes[route].servedBy === name);
  const calls = served.length === 0 ? [name] : served;
  const chainsMilliseconds = calls.map((call) => {
    const chain = requestChains.get(call);
    return chain === undefined ? Number.POSITIVE_INFINITY : longestChainMilliseconds(chain);
  });
  return Math.max(...chainsMilliseconds) + (elsewhereMilliseconds[name] ?? 0);
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(1);
}

describe("time limits", () => {
  test.each(functions)(
    "leave $name time for its chain of requests when each request succeeds only at its last attempt",
    ({ name, properties }) => {
      expect(longestMilliseconds(name)).toBeLessThan(Number(at(properties, "Timeout")) * 1000);
    },
  );

  test("are those of docs/operations.md and docs/deploy.md", () => {
    const [activity, record, enrollment] = [
      seconds(longestMilliseconds("recordActivities")),
      seconds(longestMilliseconds("projector")),
      seconds(longestMilliseconds("enroll")),
    ];
    expect(record).toBe(activity);
    const told = `${activity} s for an activity or a record of the stream, ${enrollment} for an enrolment`;
    expect(readFileSync("docs/operations.md", "utf8")).toContain(told);
    const longest = seconds(Math.max(...servingFunctions.map(longestMilliseconds)));
    expect(readFileSync("docs/deploy.md", "utf8")).toContain(`take ${longest} s and fit`);
  });

  test("end a function that API Gateway calls before it stops waiting", () => {
    const waits = deployedMethods(stack).map(({ method }) =>
      Number(at(method.Properties, "Integration", "TimeoutInMillis")),
    );
    const called = functions.filter(({ name }) => calledByGateway.includes(name));
    const limits = called.map(({ properties }) => Number(at(properties, "Timeout")) * 1000);
    expect(Math.max(...limits)).toBeLessThan(Math.min(...waits));
  });
});
