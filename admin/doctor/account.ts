import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { EventBridgeClient, ListRulesCommand } from "@aws-sdk/client-eventbridge";
import { GetAccountSettingsCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { attemptSettings } from "../../shared/sdk/attempts.ts";
import { patientLimits } from "../../shared/table/client.ts";

export type StackState = {
  readonly status: string;
  readonly outputs: ReadonlyMap<string, string>;
};

export type Concurrency = { readonly all: number; readonly unreserved: number };

/** Reads what the checks need of an AWS account and region. It writes nothing. Each call throws like the SDK. */
export type Account = {
  /** `undefined` when no region is set. */
  readonly region: () => Promise<string | undefined>;
  /** `undefined` when there is no such stack. CloudFormation must allow the name. */
  readonly describeStack: (name: string) => Promise<StackState | undefined>;
  readonly lambdaConcurrency: () => Promise<Concurrency>;
  /** The names of the first hundred rules. */
  readonly listBusRules: (busName: string) => Promise<readonly string[]>;
  readonly close: () => void;
};

/** The account and region that AWS's own tools would work in. */
export function openAccount(): Account {
  const settings = attemptSettings(patientLimits);
  const cloudFormation = new CloudFormationClient(settings);
  const lambda = new LambdaClient(settings);
  const eventBridge = new EventBridgeClient(settings);
  return {
    region: () => cloudFormation.config.region().catch(() => undefined),
    describeStack: (name) => describeStack(cloudFormation, name),
    lambdaConcurrency: () => readConcurrency(lambda),
    listBusRules: (busName) => listRules(eventBridge, busName),
    close: () => {
      for (const client of [cloudFormation, lambda, eventBridge]) client.destroy();
    },
  };
}

async function describeStack(client: CloudFormationClient, StackName: string): Promise<StackState | undefined> {
  try {
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName }));
    if (stack === undefined) return undefined;
    const outputs = (stack.Outputs ?? []).map(
      ({ OutputKey = "", OutputValue = "" }) => [OutputKey, OutputValue] as const,
    );
    return { status: stack.StackStatus ?? "", outputs: new Map(outputs) };
  } catch (error) {
    // CloudFormation has no special error for a missing stack. The name is valid, so this error can only mean that.
    if (error instanceof Error && error.name === "ValidationError") return undefined;
    throw error;
  }
}

async function readConcurrency(client: LambdaClient): Promise<Concurrency> {
  const { AccountLimit } = await client.send(new GetAccountSettingsCommand({}));
  const { ConcurrentExecutions: all = 0, UnreservedConcurrentExecutions: unreserved = all } = AccountLimit ?? {};
  return { all, unreserved };
}

async function listRules(client: EventBridgeClient, EventBusName: string): Promise<string[]> {
  const { Rules = [] } = await client.send(new ListRulesCommand({ EventBusName, Limit: 100 }));
  return Rules.flatMap(({ Name }) => Name ?? []);
}
