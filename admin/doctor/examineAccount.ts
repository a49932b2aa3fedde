import { regionMissing } from "../connection.ts";
import type { Account, Concurrency, StackState } from "./account.ts";
import { type Finding, findingsOf } from "./finding.ts";

export type StackNames = {
  readonly stack: string;
  /** The stack that `cdk bootstrap` makes. */
  readonly toolkitStackName: string;
};

export type Examination = { readonly findings: readonly Finding[]; readonly baseUrl?: string | undefined };

/** The bootstrap version that the template written by CDK requires. */
const minimumBootstrapVersion = 6;
/**
 * The closing uses up to 100 concurrent executions by default. Below 500 that is more than a fifth of what the API may
 * use.
 */
const comfortableConcurrency = 500;
/** That of the setting. The advice is never to raise it. */
const defaultQueueConcurrency = 20;
const neededOutputs = ["BaseUrl", "TableName", "BusName", "AlarmTopicArn"] as const;

/** Looks at region, bootstrap, Lambda quota, stack and bus, one finding each, and at nothing without a region. */
export async function examineAccount(account: Account, names: StackNames): Promise<Examination> {
  const region = await account.region();
  if (region === undefined) return { findings: [findingsOf("region").failed(regionMissing, 2)] };
  const bootstrap = await ask("bootstrap", async () =>
    judgeBootstrap(names.toolkitStackName, region, await account.describeStack(names.toolkitStackName)),
  );
  const quota = await ask("quota", async () => judgeQuota(await account.lambdaConcurrency()));
  const { findings, baseUrl } = await examineStack(account, names.stack, region);
  return { findings: [findingsOf("region").ok(region), bootstrap, quota, ...findings], baseUrl };
}

async function examineStack(account: Account, name: string, region: string): Promise<Examination> {
  let outputs: StackState["outputs"] = new Map();
  const stack = await ask("stack", async () => {
    const state = await account.describeStack(name);
    outputs = state?.outputs ?? outputs;
    return judgeStack(name, region, state);
  });
  const busName = outputs.get("BusName");
  const ofBus =
    busName === undefined ? [] : [await ask("bus", async () => judgeRules(await account.listBusRules(busName)))];
  return { findings: [stack, ...ofBus], baseUrl: outputs.get("BaseUrl") };
}

/** Turns an error of AWS into a finding. */
async function ask(check: string, judge: () => Promise<Finding>): Promise<Finding> {
  try {
    return await judge();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const advice = "Check the credentials, their permissions and the network.";
    return findingsOf(check).failed(`AWS cannot be asked: ${error.name}: ${error.message}. ${advice}`, 3);
  }
}

function judgeBootstrap(name: string, region: string, stack: StackState | undefined): Finding {
  const { ok, failed } = findingsOf("bootstrap");
  const command = `npx cdk bootstrap aws://<account>/${region}`;
  if (stack === undefined) {
    return failed(`There is no stack ${name} in ${region}. Run ${command}, or name yours with --toolkit-stack-name.`);
  }
  const version = Number(stack.outputs.get("BootstrapVersion") ?? 0);
  if (version >= minimumBootstrapVersion) return ok(`${name} has version ${version}`);
  return failed(`${name} has version ${version}, deploying needs ${minimumBootstrapVersion}. Run ${command} again.`);
}

function judgeQuota({ all, unreserved }: Concurrency): Finding {
  const { ok, warning } = findingsOf("quota");
  const found = `${unreserved} of the account's ${all} concurrent Lambdas are not reserved`;
  if (unreserved >= comfortableConcurrency) return ok(found);
  const shards = Math.max(1, Math.floor(unreserved / 10));
  const queue = Math.min(defaultQueueConcurrency, Math.max(2, shards));
  return warning(
    `${found}. Ask for more (Service Quotas, "Concurrent executions"), and until then deploy with -c shardsAtOnce=${shards} -c queueConcurrency=${queue}.`,
  );
}

function judgeStack(name: string, region: string, stack: StackState | undefined): Finding {
  const { ok, warning, failed } = findingsOf("stack");
  if (stack === undefined) {
    return failed(`There is no stack ${name} in ${region}. Deploy it, or name yours with --stack.`);
  }
  const { status, outputs } = stack;
  if (status === "ROLLBACK_COMPLETE" || status.endsWith("_FAILED")) {
    return failed(`${name} is ${status}. See "When it fails" in docs/guides/first-deployment.md.`);
  }
  const missing = neededOutputs.filter((output) => !outputs.has(output));
  if (status.endsWith("_IN_PROGRESS")) return warning(`${name} is ${status}. Look again when that has ended.`);
  if (missing.length > 0) {
    return failed(
      `${name} has no output ${missing.join(", ")}: it is another stack, or of another version. Deploy it.`,
    );
  }
  if (status.includes("ROLLBACK")) return warning(`${name} is ${status}: its last deployment was taken back.`);
  return ok(`${name} is ${status}, its table is ${outputs.get("TableName")}`);
}

function judgeRules(rules: readonly string[]): Finding {
  const { ok, warning } = findingsOf("bus");
  if (rules.length === 0) return ok("no rule is on the bus: nobody hears the notifications");
  return warning(
    `cdk destroy will fail until these rules are taken off the bus (docs/guides/first-deployment.md): ${rules.join(", ")}`,
  );
}
