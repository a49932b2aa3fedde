import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { deployments } from "../../lib/deployments.ts";
import {
  type Canary,
  type Minute,
  type Published,
  randomCalls,
  shareTakenBack,
  startedCalls,
} from "./support/canary.ts";
import { closingDefinition } from "./support/closingDefinition.ts";
import { functionIdsByName, liveAliasId } from "./support/deployedMethods.ts";
import {
  at,
  onlyResource,
  type Resource,
  references,
  resourcesOfType,
  type SynthesizedStack,
  synthesize,
} from "./support/synthesize.ts";

const stack = synthesize();
const functions = functionIdsByName(stack).map(([name, id]) => ({ name, id, aliasId: liveAliasId(stack, id) }));
const [applicationId, application] = onlyResource(stack, "AWS::CodeDeploy::Application");

const alarmsOfRoutes = ["ApiFailureRate", "ApiFailures"];
/**
 * The alarms that take back a new version. They are listed for the functions that have alarms of their own; the others
 * serve routes.
 */
const alarmsOf: Readonly<Record<string, readonly string[]>> = {
  countQueuedActivities: ["QueueErrors"],
  projector: ["ProjectorErrors"],
  listDueCycles: ["ClosingErrors"],
  closeShard: ["ClosingErrors"],
};

const closers = ["listDueCycles", "closeShard"];

/** The metrics of one minute, for each way in which a new version can behave. */
const published = {
  "answers 500": ({ calls, ofNewVersion }) => ({ Count: calls, "5XXError": ofNewVersion, Failures: ofNewVersion }),
  "answers 4001 within a 200": ({ calls, ofNewVersion }) => ({ Count: calls, "5XXError": 0, Failures: ofNewVersion }),
  "crashes under the API": ({ calls, ofNewVersion }) => ({
    Count: calls,
    "5XXError": ofNewVersion,
    GatewayFailures: ofNewVersion,
  }),
  "crashes on one route of many": ({ calls, ofNewVersion }) => ({
    Count: calls + 30_000,
    GatewayFailures: ofNewVersion,
  }),
  // Throttled and contending calls are slow. They are counted as Failures of `load`, which none of these alarms reads.
  "meets too much at once": ({ calls }) => ({ Count: calls, "5XXError": calls, Latency: 25_000, Duration: 25_000 }),
  "refuses credentials": ({ calls }) => ({ Count: calls, "5XXError": 0, Refusals: calls, Errors: calls }),
  "reports a failure": ({ calls, ofNewVersion }) => ({ Invocations: calls, Errors: 0, Failures: ofNewVersion }),
  crashes: ({ calls, ofNewVersion }) => ({ Invocations: calls, Errors: ofNewVersion }),
} as const satisfies Record<string, Published>;

describe.each(functions)("a new version of $name", ({ name, id, aliasId }) => {
  const alias = stack.resources.get(aliasId);
  const group = groupOf(stack, aliasId);

  test("is published, and takes over by the alias that invokes it", () => {
    const versionId = String(at(alias?.Properties, "FunctionVersion", "Fn::GetAtt", "0"));
    expect(stack.resources.get(versionId)?.Properties).toMatchObject({ FunctionName: { Ref: id } });
    expect(alias?.Properties).toMatchObject({ Name: "live", FunctionName: { Ref: id } });
  });

  test("gets a tenth of the calls for five minutes, or 99 % for ten minutes if it closes cycles", () => {
    expect(group.Properties).toMatchObject({
      ApplicationName: { Ref: applicationId },
      DeploymentStyle: { DeploymentType: "BLUE_GREEN", DeploymentOption: "WITH_TRAFFIC_CONTROL" },
    });
    const expected = closers.includes(name) ? { share: 0.99, minutes: 10 } : { share: 0.1, minutes: 5 };
    expect(canaryOf(stack, group)).toEqual(expected);
  });

  test("is rolled back when an alarm on its work goes off", () => {
    expect(group.Properties.AutoRollbackConfiguration).toEqual({
      Enabled: true,
      Events: ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"],
    });
    expect(alarmNames(group)).toEqual(alarmsOf[name] ?? alarmsOfRoutes);
  });
});

test.each(deployments)(
  "with deployment=%s an alias moves after its group, and with the permission to move it",
  (deployment) => {
    const deployed = synthesize({ deployment });
    for (const [, alias] of resourcesOfType(deployed, "AWS::Lambda::Alias")) {
      const groupId = String(at(alias, "UpdatePolicy", "CodeDeployLambdaAliasUpdate", "DeploymentGroupName", "Ref"));
      const group = deployed.resources.get(groupId);
      const [policyId] = policiesOf(deployed, String(at(group?.Properties, "ServiceRoleArn", "Fn::GetAtt", "0")));
      expect(alias.DependsOn).toContain(groupId);
      expect(group?.DependsOn).toContain(policyId);
    }
  },
);

describe.each(deployments)("with deployment=%s deployments move in waves", (deployment) => {
  const deployed = synthesize({ deployment });
  const aliases = new Map(resourcesOfType(deployed, "AWS::Lambda::Alias"));
  const before = (id: string) => listOf(aliases.get(id)?.DependsOn).filter((each) => aliases.has(each));
  const waves = wavesOf([...aliases.keys()], before);

  test("of at most five, as CodeDeploy's requests for all at once are more than Lambda takes in a second", () => {
    expect(waves.flat()).toHaveLength(functions.length);
    expect(Math.max(...waves.map((wave) => wave.length))).toBeLessThanOrEqual(5);
    expect(waves).toHaveLength(Math.ceil(functions.length / 5));
  });

  test("each of which begins when all of the one before have moved", () => {
    for (const [index, wave] of waves.entries()) {
      for (const id of wave) expect(before(id).toSorted()).toEqual((waves[index - 1] ?? []).toSorted());
    }
  });

  test("with functions that read first, then those that write, and the tills' functions last", () => {
    const waveOf = (name: string) =>
      waves.findIndex((wave) => wave.includes(liveAliasId(deployed, idOf(deployed, name))));
    const readers = ["reads", "projector"].map(waveOf);
    const writers = ["enroll", "recordActivities", "countQueuedActivities", "closeShard", "membership"].map(waveOf);
    expect(Math.max(...readers)).toBeLessThan(Math.min(...writers));
    expect(["enroll", "recordActivities"].map(waveOf)).toEqual([waves.length - 1, waves.length - 1]);
  });
});

test("every alarm that decides about a canary is judged each minute, and goes off before the canary ends", () => {
  for (const { aliasId } of functions) {
    const group = groupOf(stack, aliasId);
    for (const properties of alarmsOfGroup(stack, group)) {
      expect(periodsOf(properties)).toEqual(new Set([60]));
      expect(Number(properties["DatapointsToAlarm"])).toBeLessThan(canaryOf(stack, group).minutes - 1);
    }
  }
});

describe("a new version that fails all its calls", () => {
  const ofApi = ["answers 500", "answers 4001 within a 200", "crashes under the API"] as const;
  const ofOthers = ["reports a failure", "crashes"] as const;
  /**
   * The functions of a row of docs/operations.md, one function that stands for them, and the ways in which it fails.
   */
  const rows = [
    { row: "of the API", name: "enroll", ways: ofApi },
    { row: "`countQueuedActivities`", name: "countQueuedActivities", ways: ofOthers },
    { row: "`projector`", name: "projector", ways: ofOthers },
  ].flatMap(({ row, name, ways }) =>
    ways.flatMap((way) => [
      { row, name, way, deployment: "canary10Percent5Minutes", column: 2 },
      { row, name, way, deployment: "canary10Percent15Minutes", column: 3 },
    ]),
  );
  const stacks = new Map([
    ["canary10Percent5Minutes", stack],
    ["canary10Percent15Minutes", synthesize({ deployment: "canary10Percent15Minutes" })],
  ]);

  test.each(rows)("and $way is taken back from the traffic on of docs/operations.md: $row, $deployment", (each) => {
    const { row, name, way, deployment, column } = each;
    const documented = documentedCalls(row, column);
    const taken = (callsPerMinute: number) =>
      takenBack(stackWith(deployment), name, published[way], randomCalls(callsPerMinute));
    expect(taken(documented)).toBeGreaterThanOrEqual(0.95);
    expect(taken(10 * documented)).toBeGreaterThanOrEqual(0.95);
    // The document does not promise less than the alarms can do, either.
    expect(taken(documented / 4)).toBeLessThan(0.9);
  });

  test.each(closers)("is rolled back at the rate at which the schedule calls it: %s", (name) => {
    const traffic = startedCalls(scheduleMinutes(), attemptsAtSeconds(name));
    for (const way of ofOthers) {
      expect(takenBack(stack, name, published[way], traffic)).toBeGreaterThanOrEqual(0.95);
    }
  });

  test.each([
    ["canary10Percent5Minutes", 100],
    ["canary10Percent15Minutes", 50],
  ])("on one route of many is taken back by %s from %i calls a minute of its own on", (deployment, callsPerMinute) => {
    const calls = randomCalls(callsPerMinute);
    const taken = takenBack(stackWith(deployment), "customers", published["crashes on one route of many"], calls);
    expect(taken).toBeGreaterThanOrEqual(0.95);
  });

  function stackWith(deployment: string) {
    const found = stacks.get(deployment);
    if (found === undefined) throw new Error("Each way to deploy has its stack");
    return found;
  }
});

describe("a new version that does well is not taken back", () => {
  const canary = { share: 0.1, minutes: 15 };
  const minutes = Array.from({ length: canary.minutes }, (_, minute) => minute);

  test("by one failing call when there are few calls", () => {
    const traffic = minutes.map((minute) => ({ calls: 10, ofNewVersion: minute === 5 ? 1 : 0 }));
    expect(isTakenBack("enroll", published["answers 500"], traffic)).toBe(false);
  });

  test("by some failing calls each minute when there are many calls", () => {
    const traffic = minutes.map(() => ({ calls: 30_000, ofNewVersion: 4 }));
    expect(isTakenBack("enroll", published["answers 500"], traffic)).toBe(false);
  });

  test("by callers who guess credentials, however many", () => {
    const traffic = minutes.map(() => ({ calls: 30_000, ofNewVersion: 0 }));
    expect(isTakenBack("authorizer", published["refuses credentials"], traffic)).toBe(false);
  });

  test("by callers who make all calls contend or be throttled, take long and be answered 4001", () => {
    const traffic = minutes.map(() => ({ calls: 30_000, ofNewVersion: 3000 }));
    for (const name of ["recordActivities", "enroll", "authorizer"]) {
      expect(isTakenBack(name, published["meets too much at once"], traffic)).toBe(false);
    }
  });

  test("by one activity that can never be counted, each time it is delivered", () => {
    const delivered = [0, 2, 5, 7, 10];
    const traffic = minutes.map((minute) => ({ calls: 1, ofNewVersion: delivered.includes(minute) ? 1 : 0 }));
    expect(isTakenBack("countQueuedActivities", published["reports a failure"], traffic)).toBe(false);
  });

  function isTakenBack(name: string, publishedBy: Published, traffic: readonly Minute[]): boolean {
    return shareTakenBack(alarmsOfGroup(stack, groupNamed(stack, name)), canary, publishedBy, () => [...traffic]) > 0;
  }
});

describe("CodeDeploy's role", () => {
  const roleIds = new Set(functions.map(({ aliasId }) => roleOf(groupOf(stack, aliasId))));
  const [roleId = "", ...others] = roleIds;

  test("is one for all groups, and taken by CodeDeploy only", () => {
    expect(others).toEqual([]);
    expect(stack.resources.get(roleId)?.Properties).toEqual({
      AssumeRolePolicyDocument: {
        Version: "2012-10-17",
        Statement: [{ Action: "sts:AssumeRole", Effect: "Allow", Principal: { Service: "codedeploy.amazonaws.com" } }],
      },
    });
  });

  test("may move these functions' aliases and read alarms, and nothing else", () => {
    const statements = policiesOf(stack, roleId).flatMap((id) =>
      at(stack.resources.get(id)?.Properties, "PolicyDocument", "Statement"),
    );
    const [move, read, ...rest] = statements.flat();
    expect(move).toMatchObject({
      Action: ["lambda:GetAlias", "lambda:GetProvisionedConcurrencyConfig", "lambda:UpdateAlias"],
    });
    const arns = functions.map(({ id }) => ({ "Fn::GetAtt": [id, "Arn"] }));
    const aliasArns = arns.map((arn) => ({ "Fn::Join": ["", [arn, ":live"]] }));
    const resources = at(move, "Resource");
    expect(resources).toHaveLength(arns.length + aliasArns.length);
    expect(resources).toEqual(expect.arrayContaining([...arns, ...aliasArns]));
    expect(read).toEqual({ Effect: "Allow", Action: "cloudwatch:DescribeAlarms", Resource: "*" });
    expect(rest).toEqual([]);
  });
});

test("the application is Lambda's", () => {
  expect(application.Properties).toEqual({ ComputePlatform: "Lambda" });
});

describe("with deployment=allAtOnce", () => {
  const atOnce = synthesize({ deployment: "allAtOnce" });

  test("a new version gets all calls at once, even while an alarm is on, so that a fix can be deployed", () => {
    expect(resourcesOfType(atOnce, "AWS::CodeDeploy::DeploymentConfig")).toEqual([]);
    for (const [, id] of functionIdsByName(atOnce)) {
      const { Properties } = groupOf(atOnce, liveAliasId(atOnce, id));
      expect(Properties).toMatchObject({
        DeploymentConfigName: "CodeDeployDefault.LambdaAllAtOnce",
        AlarmConfiguration: { Enabled: false },
      });
    }
  });
});

test("the stack has at most 300 resources with every setting that adds some; CloudFormation takes 500", () => {
  const everything = synthesize({ waf: "true", alarmEmail: "ops@brand.example" });
  expect(everything.resources.size).toBeLessThanOrEqual(300);
});

function groupOf(of: typeof stack, aliasId: string): Resource {
  const alias = of.resources.get(aliasId);
  const name = String(at(alias, "UpdatePolicy", "CodeDeployLambdaAliasUpdate", "DeploymentGroupName", "Ref"));
  const group = of.resources.get(name);
  if (group === undefined) throw new Error("An alias has a deployment group");
  return group;
}

function policiesOf(deployed: SynthesizedStack, roleId: string): string[] {
  return resourcesOfType(deployed, "AWS::IAM::Policy")
    .filter(([, { Properties }]) => references(Properties.Roles).has(roleId))
    .map(([id]) => id);
}

function roleOf({ Properties }: Resource): string {
  return String(at(Properties.ServiceRoleArn, "Fn::GetAtt", "0"));
}

function alarmNames({ Properties }: Resource): string[] {
  return [...references(Properties.AlarmConfiguration)]
    .map((id) => id.replace(/^Alarms(\w+)[0-9A-F]{8}$/, "$1"))
    .toSorted();
}

function alarmsOfGroup(of: typeof stack, { Properties }: Resource) {
  return [...references(Properties.AlarmConfiguration)].map((id) => of.resources.get(id)?.Properties ?? {});
}

/**
 * The canary of a deployment group. CodeDeploy's own configurations say it in their names, those of the stack in their
 * settings.
 */
function canaryOf(of: typeof stack, { Properties }: Resource): Canary {
  const { DeploymentConfigName: config } = Properties;
  const own = of.resources.get(String(at(config, "Ref")))?.Properties["TrafficRoutingConfig"];
  const [, share = "", minutes = ""] = /Canary(\d+)Percent(\d+)Minutes$/.exec(String(config)) ?? [];
  return {
    share: Number(at(own, "TimeBasedCanary", "CanaryPercentage") ?? share) / 100,
    minutes: Number(at(own, "TimeBasedCanary", "CanaryInterval") ?? minutes),
  };
}

/**
 * The smallest share of deployments that is taken back, under either reading of FILL for a metric without any value.
 */
function takenBack(
  of: typeof stack,
  name: string,
  publishedBy: Published,
  traffic: Parameters<typeof shareTakenBack>[3],
): number {
  const group = groupNamed(of, name);
  const shares = (["are filled", "stay empty"] as const).map((empty) =>
    shareTakenBack(alarmsOfGroup(of, group), canaryOf(of, group), publishedBy, traffic, empty),
  );
  return Math.min(...shares);
}

function groupNamed(of: typeof stack, name: string): Resource {
  const [, id = ""] = functionIdsByName(of).find(([each]) => each === name) ?? [];
  return groupOf(of, liveAliasId(of, id));
}

/** The calls a minute in a row of the table in docs/operations.md. */
function documentedCalls(functionsOfRow: string, column: number): number {
  const [, section = ""] = readFileSync("docs/operations.md", "utf8").split("## Deployment and rollback");
  const row = section.split("\n").find((line) => line.startsWith(`| ${functionsOfRow} |`));
  const [, count] = /^(\d+)\b/.exec(row?.split("|")[column + 1]?.trim() ?? "") ?? [];
  if (count === undefined) throw new Error(`docs/operations.md does not say from what traffic on: ${functionsOfRow}`);
  return Number(count);
}

function scheduleMinutes(): number {
  const [, schedule] = onlyResource(stack, "AWS::Scheduler::Schedule");
  const [, minutes] = /^rate\((\d+) minutes\)$/.exec(String(schedule.Properties["ScheduleExpression"])) ?? [];
  return Number(minutes);
}

/** The seconds after a start at which the state machine calls the function if every call fails. */
function attemptsAtSeconds(name: string): number[] {
  const { States: states } = closingDefinition(stack);
  const state = name === "listDueCycles" ? states.ListDueCycles : states.CloseShards.ItemProcessor.States.CloseShard;
  const { IntervalSeconds, MaxAttempts, BackoffRate } = state.Retry[0];
  const attempts = [0];
  for (let retry = 0; retry < MaxAttempts; retry += 1) {
    attempts.push((attempts.at(-1) ?? 0) + IntervalSeconds * BackoffRate ** retry);
  }
  return attempts;
}

/** The periods in seconds of the alarm's metric, or of all metrics it is computed from. */
function periodsOf({ Period, Metrics }: Readonly<Record<string, unknown>>): Set<number> {
  const stats = Array.isArray(Metrics) ? Metrics.map((metric) => at(metric, "MetricStat", "Period")) : [Period];
  return new Set(stats.filter((period) => typeof period === "number"));
}

/** The waves of deployments. The first has no dependency, and each later one depends only on the waves before it. */
function wavesOf(ids: readonly string[], before: (id: string) => readonly string[]): string[][] {
  const waves: string[][] = [];
  while (waves.flat().length < ids.length) {
    const begun = waves.flat();
    const next = ids.filter((id) => !begun.includes(id) && before(id).every((each) => begun.includes(each)));
    if (next.length === 0) throw new Error("Aliases wait for each other");
    waves.push(next);
  }
  return waves;
}

function idOf(of: SynthesizedStack, name: string): string {
  const id = new Map(functionIdsByName(of)).get(name);
  if (id === undefined) throw new Error(`There is no function ${name}`);
  return id;
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
