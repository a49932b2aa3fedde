import { describe, expect, test } from "vitest";
import type { FunctionName } from "../../lib/functionNames.ts";
import {
  automaticTargetsKey,
  credentialKey,
  customerPartition,
  externalIdKey,
  groupPartition,
  indexPartition,
  orgPartition,
  shardsPartition,
  statisticsKey,
  sweepPartition,
  tokenKey,
} from "../../shared/table/keys.ts";
import { functionIdsByName } from "./support/deployedMethods.ts";
import { at, onlyResource, references, resourcesOfType, synthesize } from "./support/synthesize.ts";

/** One key of each kind of partition, made as the functions make it. */
const partitionKeys = {
  org: orgPartition("100"),
  automatic: automaticTargetsKey("100").pk,
  group: groupPartition("100", 7),
  statistics: statisticsKey("100", 7).pk,
  customer: customerPartition("100", 7),
  credential: credentialKey("ORG#till").pk,
  token: tokenKey("0123456789abcdef").pk,
  shard: indexPartition("100", { groupId: 7, targetId: 7, shard: 7 }),
  closing: shardsPartition("100", 7),
  sweeps: sweepPartition,
  externalId: externalIdKey("100", "ORG#100#CUSTOMER#7").pk,
} as const;

type PartitionKind = keyof typeof partitionKeys;

/** A pattern that fits the partition of a group fits the one of its statistics too. */
const groupKinds = ["group", "statistics"] as const;

/** The actions of each function on the table, with the kinds of partition they may reach. */
const allowed = {
  enroll: {
    Query: [...groupKinds],
    GetItem: ["customer", "externalId"],
    UpdateItem: ["customer", "externalId"],
  },
  membership: {
    Query: [...groupKinds, "customer"],
    GetItem: ["customer", "externalId"],
    PutItem: ["customer"],
    UpdateItem: ["customer"],
  },
  recordActivities: {
    Query: [...groupKinds, "customer"],
    GetItem: ["automatic", "customer", "externalId"],
    PutItem: ["customer"],
    UpdateItem: ["customer"],
    ConditionCheckItem: ["customer"],
  },
  countQueuedActivities: {
    Query: [...groupKinds, "customer"],
    GetItem: ["automatic", "customer", "externalId"],
    PutItem: ["customer"],
    UpdateItem: ["customer"],
    ConditionCheckItem: ["customer"],
  },
  definitions: {
    UpdateItem: ["org", "automatic", ...groupKinds, "sweeps"],
    PutItem: ["org", "automatic", ...groupKinds, "sweeps"],
    DeleteItem: ["org", "automatic", ...groupKinds, "sweeps"],
    Query: ["org", ...groupKinds, "closing"],
  },
  customers: {
    GetItem: ["customer", "externalId", "sweeps"],
    DeleteItem: ["customer", "externalId", "sweeps"],
    PutItem: ["customer", "externalId", "sweeps"],
    UpdateItem: ["customer", "externalId", "sweeps"],
  },
  simulations: { Query: [...groupKinds, "customer"], GetItem: ["automatic", "customer", "externalId"] },
  reads: {
    Query: ["org", ...groupKinds, "customer", "shard"],
    GetItem: ["statistics", "closing", "customer"],
  },
  projector: { Query: [...groupKinds], PutItem: ["customer", "shard"], UpdateItem: ["closing"] },
  listDueCycles: {
    Query: [...groupKinds, "sweeps", "closing"],
    GetItem: ["statistics", "sweeps"],
    PutItem: ["sweeps", ...groupKinds],
    DeleteItem: ["sweeps"],
    UpdateItem: ["sweeps", ...groupKinds],
  },
  closeShard: {
    Query: [...groupKinds, "customer", "shard"],
    DeleteItem: ["customer", "shard"],
    GetItem: ["customer", "sweeps"],
    PutItem: ["statistics", "customer"],
    UpdateItem: ["customer", "sweeps", "closing"],
  },
  authorizer: { GetItem: ["credential", "token"] },
  tokens: { GetItem: ["credential"], PutItem: ["token"], UpdateItem: ["token"] },
} as const satisfies Record<FunctionName, Readonly<Record<string, readonly PartitionKind[]>>>;

/** The further permissions of functions that no route calls, as the actions of each statement. */
const besides: Partial<Record<FunctionName, readonly (readonly string[])[]>> = {
  countQueuedActivities: [["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]],
  projector: [
    ["events:PutEvents"],
    ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"],
    ["sqs:SendMessage"],
  ],
};

const stack = synthesize();
const [tableId] = onlyResource(stack, "AWS::DynamoDB::Table");
const functionIds = new Map(functionIdsByName(stack));

describe.each(Object.entries(allowed))("the role of %s", (name, expected) => {
  const { roleId, logGroupId } = roleOf(name);
  const statements = statementsOf(roleId);

  test("can be taken by Lambda only, and has no policy that is not written here", () => {
    const role = stack.resources.get(roleId);
    expect(role?.Properties).toEqual({
      AssumeRolePolicyDocument: {
        Version: "2012-10-17",
        Statement: [{ Action: "sts:AssumeRole", Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" } }],
      },
    });
  });

  test("allows what the function needs of the table, in the partitions it needs", () => {
    expect(reach(statements)).toEqual(sorted(expected));
  });

  test("allows table actions on exactly the table, bound to partitions", () => {
    const tableStatements = statements.filter(isTableStatement);
    expect(tableStatements.length).toBeGreaterThan(0);
    for (const { Condition, ...statement } of tableStatements) {
      expect(statement).toEqual({
        Effect: "Allow",
        Action: expect.anything(),
        Resource: { "Fn::GetAtt": [tableId, "Arn"] },
      });
      expect(Condition).toHaveProperty(["ForAllValues:StringLike", "dynamodb:LeadingKeys"]);
    }
  });

  test("otherwise allows only its own log group, traces, and what is listed above", () => {
    const [logs, traces, ...others] = statements.filter((statement) => !isTableStatement(statement));
    expect(others.map(({ Action }) => listOf(Action))).toEqual(
      Object.entries(besides).find(([of]) => of === name)?.[1] ?? [],
    );
    expect([logs, traces]).toEqual([
      {
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: { "Fn::GetAtt": [logGroupId, "Arn"] },
      },
      { Effect: "Allow", Action: ["xray:PutTelemetryRecords", "xray:PutTraceSegments"], Resource: "*" },
    ]);
  });
});

test("there is no policy but one for each function's role, and those of the closing of cycles and of deployments", () => {
  const policies = resourcesOfType(stack, "AWS::IAM::Policy").map(([, { Properties }]) => Properties);
  const others = [...closingRoles(), deploymentRole()];
  const ofOthers = policies.filter(({ Roles }) => [...references(Roles)].some((id) => others.includes(id)));
  expect(policies.length - ofOthers.length).toBe(functionIds.size);
  expect(resourcesOfType(stack, "AWS::IAM::ManagedPolicy")).toEqual([]);
});

test("there is no role but one for each function, API Gateway's for its log, and those of the closing and of deployments", () => {
  const roleIds = Object.keys(allowed).map((name) => roleOf(name).roleId);
  const logRole = String(
    at(onlyResource(stack, "AWS::ApiGateway::Account")[1].Properties, "CloudWatchRoleArn", "Fn::GetAtt", "0"),
  );
  const all = resourcesOfType(stack, "AWS::IAM::Role").map(([id]) => id);
  const expected = [...roleIds, logRole, ...closingRoles(), deploymentRole()];
  expect(all.toSorted()).toEqual([...new Set(expected)].toSorted());
  expect(all).toHaveLength(functionIds.size + 5);
});

/** The two state machines' and the schedule's; closing.test.ts says what they may do. */
function closingRoles(): string[] {
  const [, schedule] = onlyResource(stack, "AWS::Scheduler::Schedule");
  const stateMachines = resourcesOfType(stack, "AWS::StepFunctions::StateMachine");
  const arns = [
    ...stateMachines.map(([, { Properties }]) => Properties.RoleArn),
    at(schedule.Properties.Target, "RoleArn"),
  ];
  return arns.map((arn) => String(at(arn, "Fn::GetAtt", "0")));
}

/** The role of CodeDeploy. deployments.test.ts says what it may do. */
function deploymentRole(): string {
  const groups = resourcesOfType(stack, "AWS::CodeDeploy::DeploymentGroup");
  const [role, ...others] = new Set(
    groups.map(([, { Properties }]) => String(at(Properties.ServiceRoleArn, "Fn::GetAtt", "0"))),
  );
  if (role === undefined || others.length > 0) throw new Error("All groups have one role");
  return role;
}

type Statement = { readonly Action: unknown; readonly Condition?: unknown };

function roleOf(name: string): { roleId: string; logGroupId: unknown } {
  const properties = stack.resources.get(functionIds.get(name) ?? "")?.Properties;
  const logGroupId = at(properties, "LoggingConfig", "LogGroup", "Ref");
  return { roleId: String(at(properties, "Role", "Fn::GetAtt", "0")), logGroupId };
}

function statementsOf(roleId: string): Statement[] {
  return resourcesOfType(stack, "AWS::IAM::Policy")
    .filter(([, { Properties }]) => listOf(Properties.Roles).some((role) => at(role, "Ref") === roleId))
    .flatMap(([, { Properties }]) => listOf(at(Properties, "PolicyDocument", "Statement")))
    .map((statement) => ({ ...Object(statement), Action: at(statement, "Action") }));
}

function isTableStatement({ Action }: Statement): boolean {
  return listOf(Action).some((action) => /^dynamodb:(?!\w*(Stream|ShardIterator|GetRecords))/.test(String(action)));
}

/**
 * The reach of the statements under IAM: for each table action, the kinds of partition whose key meets the conditions.
 */
function reach(statements: Statement[]): Record<string, string[]> {
  const kindsByAction: Record<string, string[]> = {};
  for (const { Action, Condition } of statements.filter(isTableStatement)) {
    const kinds = Object.entries(partitionKeys)
      .filter(([, key]) => isMet(Condition, key))
      .map(([kind]) => kind);
    for (const action of listOf(Action)) {
      const name = String(action).replace("dynamodb:", "");
      kindsByAction[name] = [...(kindsByAction[name] ?? []), ...kinds];
    }
  }
  return sorted(kindsByAction);
}

function isMet(condition: unknown, key: string): boolean {
  const clauses = Object.entries(condition ?? {});
  return clauses.every(([operator, clause]) => {
    const matches = listOf(at(clause, "dynamodb:LeadingKeys")).some((pattern) => globMatches(String(pattern), key));
    if (operator === "ForAllValues:StringLike") return matches;
    if (operator === "ForAllValues:StringNotLike") return !matches;
    throw new Error(`${operator} is not evaluated here`);
  });
}

function globMatches(pattern: string, text: string): boolean {
  const literals = pattern.split("*").map((part) => RegExp.escape(part));
  return new RegExp(`^${literals.join(".*")}$`).test(text);
}

function sorted(kindsByAction: Readonly<Record<string, readonly string[]>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(kindsByAction).map(([action, kinds]) => [action, kinds.toSorted()]));
}

function listOf(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
