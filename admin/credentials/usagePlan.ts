import {
  APIGatewayClient,
  ConflictException,
  CreateApiKeyCommand,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
  GetUsagePlanCommand,
  NotFoundException,
  paginateGetApiKeys,
} from "@aws-sdk/client-api-gateway";
import { type Command, Option } from "commander";
import { usageIdentifierKey } from "../../shared/http/usageIdentifier.ts";
import { attemptSettings } from "../../shared/sdk/attempts.ts";
import { patientLimits } from "../../shared/table/client.ts";
import { Refused } from "../refused.ts";

/** The usage plan of a stack with limits per credential. */
export type UsagePlanOptions = { readonly usagePlan?: string };

export function addUsagePlanOption(command: Command, description: string): Command {
  return command.addOption(new Option("--usage-plan <id>", description).conflicts(["local"]));
}

/** The keys of one usage plan. Each user name has one, by which its calls are limited. */
type UsagePlan = { readonly client: APIGatewayClient; readonly id: string; readonly name: string };

/** Gives the credential its limits. It can be repeated, as an existing key stays as it is. */
export async function limitCredential(usagePlanId: string, username: string): Promise<void> {
  await withUsagePlan(usagePlanId, async (plan) => {
    const keyId = (await createKey(plan, username)) ?? (await findKey(plan, username));
    if (keyId === undefined) throw new Refused(`Another change of ${username}'s key was under way; try again.`);
    await addToPlan(plan, keyId);
  });
}

/** Takes the credential's key away, if it has one. */
export async function forgetLimits(usagePlanId: string, username: string): Promise<void> {
  await withUsagePlan(usagePlanId, async (plan) => {
    const apiKey = await findKey(plan, username);
    if (apiKey !== undefined) await orNothing(NotFoundException, plan.client.send(new DeleteApiKeyCommand({ apiKey })));
  });
}

async function withUsagePlan(usagePlanId: string, work: (plan: UsagePlan) => Promise<void>): Promise<void> {
  const client = new APIGatewayClient(attemptSettings(patientLimits));
  try {
    const found = await orNothing(NotFoundException, client.send(new GetUsagePlanCommand({ usagePlanId })));
    if (found?.name === undefined)
      throw new Refused(`There is no usage plan ${usagePlanId} in this account and region.`);
    await work({ client, id: usagePlanId, name: found.name });
  } finally {
    client.destroy();
  }
}

/**
 * Creates the key; `undefined` when there is one. Two commands at once cannot make two keys, because API Gateway
 * accepts a value only once.
 */
async function createKey({ client, name }: UsagePlan, username: string): Promise<string | undefined> {
  const key = { name: keyName(name, username), value: usageIdentifierKey(name, username), enabled: true };
  return (await orNothing(ConflictException, client.send(new CreateApiKeyCommand(key))))?.id;
}

async function findKey({ client, name }: UsagePlan, username: string): Promise<string | undefined> {
  const wanted = keyName(name, username);
  // API Gateway answers all names that begin with the given one.
  for await (const { items = [] } of paginateGetApiKeys({ client, pageSize: 500 }, { nameQuery: wanted })) {
    const found = items.find((item) => item.name === wanted);
    if (found !== undefined) return found.id;
  }
  return undefined;
}

async function addToPlan({ client, id: usagePlanId }: UsagePlan, keyId: string): Promise<void> {
  const command = new CreateUsagePlanKeyCommand({ usagePlanId, keyId, keyType: "API_KEY" });
  // A conflict means that the key is in the plan already.
  await orNothing(ConflictException, client.send(command));
}

function keyName(planName: string, username: string): string {
  return `${planName}/${username}`;
}

type ErrorClass = abstract new (...args: never[]) => Error;

/** `undefined` for an error of that class, which says that there is nothing to do. */
async function orNothing<Answer>(nothing: ErrorClass, answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof nothing) return undefined;
    throw error;
  }
}
