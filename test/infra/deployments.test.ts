import { describe, expect, test } from "vitest";
import { functionIdsByName, liveAliasId } from "./support/deployedMethods.ts";
import { at, onlyResource, type Resource, references, resourcesOfType, synthesize } from "./support/synthesize.ts";

const stack = synthesize();
const functions = functionIdsByName(stack).map(([name, id]) => ({ name, id, aliasId: liveAliasId(stack, id) }));
const [applicationId, application] = onlyResource(stack, "AWS::CodeDeploy::Application");

/** Which alarms take back a new version, of functions that nobody waits for and of those with an alarm of their own. */
const alarmsOf: Readonly<Record<string, readonly string[]>> = {
  authorizer: ["ApiFailures", "ApiLatency", "ApiServerErrors", "RefusedCredentials"],
  enroll: ["ApiFailures", "ApiLatency", "ApiServerErrors", "EnrollLatency"],
  countQueuedActivities: ["QueueErrors"],
  projector: ["ProjectorErrors"],
  listDueCycles: ["ClosingErrors"],
  closeShard: ["ClosingErrors"],
};
const alarmsOfRoutes = ["ApiFailures", "ApiLatency", "ApiServerErrors"];

describe.each(functions)("a new version of $name", ({ name, id, aliasId }) => {
  const alias = stack.resources.get(aliasId);
  const group = groupOf(stack, aliasId);

  test("is published, and takes over by the alias that invokes it", () => {
    const versionId = String(at(alias?.Properties, "FunctionVersion", "Fn::GetAtt", "0"));
    expect(stack.resources.get(versionId)?.Properties).toMatchObject({ FunctionName: { Ref: id } });
    expect(alias?.Properties).toMatchObject({ Name: "live", FunctionName: { Ref: id } });
  });

  test("gets a tenth of the calls for five minutes", () => {
    expect(group.Properties).toMatchObject({
      ApplicationName: { Ref: applicationId },
      DeploymentConfigName: "CodeDeployDefault.LambdaCanary10Percent5Minutes",
      DeploymentStyle: { DeploymentType: "BLUE_GREEN", DeploymentOption: "WITH_TRAFFIC_CONTROL" },
    });
  });

  test("is taken back when an alarm on what it does goes off", () => {
    expect(group.Properties.AutoRollbackConfiguration).toEqual({
      Enabled: true,
      Events: ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"],
    });
    expect(alarmNames(group)).toEqual(alarmsOf[name] ?? alarmsOfRoutes);
  });
});

test("every alarm that decides about a canary goes off within its five minutes", () => {
  const ids = functions.flatMap(({ aliasId }) => [
    ...references(groupOf(stack, aliasId).Properties.AlarmConfiguration),
  ]);
  for (const id of new Set(ids)) {
    const { Properties = {} } = stack.resources.get(id) ?? {};
    const periods = [...periodsOf(Properties)];
    expect(periods.length).toBeGreaterThan(0);
    expect(new Set(periods)).toEqual(new Set([60]));
    expect(Number(Properties["DatapointsToAlarm"])).toBeLessThan(5);
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
    const statements = resourcesOfType(stack, "AWS::IAM::Policy")
      .filter(([, { Properties }]) => references(Properties.Roles).has(roleId))
      .flatMap(([, { Properties }]) => at(Properties, "PolicyDocument", "Statement"));
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

  test("a new version gets all calls at once and no alarm holds it up, so that a fix gets in while one is on", () => {
    for (const [, id] of functionIdsByName(atOnce)) {
      const { Properties } = groupOf(atOnce, liveAliasId(atOnce, id));
      expect(Properties).toMatchObject({
        DeploymentConfigName: "CodeDeployDefault.LambdaAllAtOnce",
        AlarmConfiguration: { Enabled: false },
      });
    }
  });
});

test("the stack is far from CloudFormation's limit of 500 resources", () => {
  const everything = synthesize({ waf: "true", alarmEmail: "ops@brand.example" });
  expect(everything.resources.size).toBeLessThan(350);
});

function groupOf(of: typeof stack, aliasId: string): Resource {
  const alias = of.resources.get(aliasId);
  const name = String(at(alias, "UpdatePolicy", "CodeDeployLambdaAliasUpdate", "DeploymentGroupName", "Ref"));
  const group = of.resources.get(name);
  if (group === undefined) throw new Error("An alias has a deployment group");
  return group;
}

function roleOf({ Properties }: Resource): string {
  return String(at(Properties.ServiceRoleArn, "Fn::GetAtt", "0"));
}

function alarmNames({ Properties }: Resource): string[] {
  return [...references(Properties.AlarmConfiguration)]
    .map((id) => id.replace(/^Alarms(\w+)[0-9A-F]{8}$/, "$1"))
    .toSorted();
}

/** Seconds, of the alarm's metric or of all that it is computed of. */
function periodsOf({ Period, Metrics }: Readonly<Record<string, unknown>>): Set<number> {
  const stats = Array.isArray(Metrics) ? Metrics.map((metric) => at(metric, "MetricStat", "Period")) : [Period];
  return new Set(stats.filter((period) => typeof period === "number"));
}
