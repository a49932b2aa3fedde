import { type Command, InvalidArgumentError } from "commander";
import { externalIdCharacters } from "../../shared/http/limits.ts";
import { jsonObjectOf } from "../../shared/http/requests/json.ts";
import { isTextWithin } from "../../shared/http/requests/parameters.ts";
import { type Org, orgPattern } from "../../shared/table/keys.ts";
import { safeUrl } from "../access.ts";
import { parseOrg } from "../credentials/options.ts";
import { parseIdOption } from "../enrollments/target.ts";
import { interruptible } from "../interruption.ts";
import { type Output, report } from "../output.ts";
import { Refused } from "../refused.ts";
import {
  type DeadLetterQueue,
  mostLetters,
  type OrgQueues,
  openDeadLetterQueue,
  queueNameOf,
} from "./deadLetterQueue.ts";
import { goThrough, type Pass } from "./goThrough.ts";
import type { Person } from "./whomItNames.ts";

type Options = {
  readonly org: Org;
  readonly externalId?: readonly string[];
  readonly queueUrl: URL;
  readonly orgQueueUrls?: OrgQueues;
  readonly dryRun?: true;
  readonly json?: true;
};

export function addErase(parent: Command, output: Output): void {
  const command = parent
    .command("erase")
    .description("delete the dead letters that name a customer; all others stay in the queue")
    .argument("<customerId>", "the customer's id", parseIdOption)
    .requiredOption("--org <org>", "the customer's brand", parseOrg)
    .option(
      "--external-id <id>",
      "an external id that the customer has or had, exactly as it was sent; repeatable",
      addExternalId,
    )
    .requiredOption("--queue-url <url>", "the queue, as the stack's output ActivityDeadLettersUrl says", parseQueueUrl)
    .option(
      "--org-queue-urls <json>",
      "the queues of single brands, if there are any: the stack's output OrgQueueUrls, as it is",
      parseOrgQueues,
    )
    .option("--dry-run", "say how many would be deleted, and delete none")
    .option("--json", "print JSON, for a program to read");
  command.action(async (customerId: number, options: Options) => {
    const person = { org: options.org, customerId, externalIds: new Set(options.externalId) };
    const queue = await openDeadLetterQueue(options.queueUrl, options.orgQueueUrls ?? new Map());
    try {
      await erase(queue, person, options, output);
    } finally {
      queue.close();
    }
  });
}

/** The message does not repeat the text, because it can be the number of a card. */
function addExternalId(text: string, earlier: readonly string[] = []): string[] {
  if (isTextWithin(text, externalIdCharacters)) return [...earlier, text];
  throw new InvalidArgumentError(
    `An external id has 1 to ${externalIdCharacters} characters, of which one is no blank.`,
  );
}

function parseQueueUrl(text: string): URL {
  const url = safeUrl(text);
  if (url !== undefined) return url;
  throw new InvalidArgumentError("The https URL of a queue, or http on this machine.");
}

function parseOrgQueues(text: string): OrgQueues {
  const entries = Object.entries(jsonObjectOf(text) ?? {});
  const isUsable = entries.every(
    ([org, url]) => orgPattern.test(org) && typeof url === "string" && safeUrl(url) !== undefined,
  );
  if (isUsable && entries.length > 0) return new Map(entries.map(([org, url]) => [queueNameOf(String(url)), org]));
  throw new InvalidArgumentError("The stack's output OrgQueueUrls: JSON with the URL of each org's queue.");
}

async function erase(queue: DeadLetterQueue, person: Person, options: Options, output: Output): Promise<void> {
  const { isDeadLetterQueue, sources, hiddenCount } = await queue.state();
  // Reading a queue of activities would keep them from being counted.
  if (!isDeadLetterQueue)
    throw new Refused("This is not a dead-letter queue. Take the stack's output ActivityDeadLettersUrl.", 2);
  refuseOtherQueues(sources, options.orgQueueUrls ?? new Map());
  const isDryRun = options.dryRun === true;
  const pass = await interruptible(
    (stop) => goThrough(queue, person, { isDryRun, stop }),
    output,
    "Stopping. The dead letters that were read are given back.",
  );
  const { read, found, deleted, unclear } = pass;
  report(output, options.json, { read, found, deleted, unclear }, [
    isDryRun
      ? `Dead letters read: ${read}. To delete, because they name customer ${person.customerId}: ${found}.`
      : `Dead letters read: ${read}. Deleted, because they name customer ${person.customerId}: ${deleted}.`,
  ]);
  refuseWhatIsLeft(pass, isDryRun, hiddenCount);
}

/** A queue that is not known to be a brand's would pass for the common one, and its messages for whose brand they name. */
function refuseOtherQueues(sources: readonly string[], orgQueues: OrgQueues): void {
  const common = sources.filter((name) => !orgQueues.has(name));
  if (common.length <= 1 && sources.length === common.length + orgQueues.size) return;
  throw new Refused(
    "The brands with a queue of their own are not those of --org-queue-urls. Take the stack's output OrgQueueUrls as it is.",
    2,
  );
}

/** Ends the command with status 1 or 130 when the customer may still be named by a message of the queue. */
function refuseWhatIsLeft(pass: Pass, isDryRun: boolean, hiddenBefore: number): void {
  const problems = [
    ...sayUnread(pass),
    ...(isDryRun ? [] : sayUndeleted(pass)),
    ...sayUnclear(pass),
    ...sayHidden(pass, hiddenBefore),
  ];
  if (problems.length > 0) throw new Refused(problems.join("\n"), isStopped(pass) ? 130 : 1);
}

function isStopped({ isWhole, read }: Pass): boolean {
  return !isWhole && read < mostLetters;
}

function sayUnread(pass: Pass): string[] {
  if (pass.isWhole) return [];
  if (isStopped(pass)) return ["Stopped. Run the same command again to go through all dead letters."];
  return [`The queue has ${mostLetters} dead letters or more. Others, if there are any, were not read.`];
}

function sayUndeleted({ found, deleted }: Pass): string[] {
  return found === deleted
    ? []
    : [`Dead letters that could not be deleted: ${found - deleted}. Run the same command again.`];
}

function sayUnclear({ unclear: messageIds }: Pass): string[] {
  if (messageIds.length === 0) return [];
  return ["It is not clear whom these messages name. They were left, so look at them yourself:", ...messageIds];
}

function sayHidden({ hidden: notGivenBack }: Pass, before: number): string[] {
  return [
    ...(before === 0
      ? []
      : [
          `Dead letters that could not be read, because somebody else is reading them: about ${before}. Run the same command later.`,
        ]),
    ...(notGivenBack === 0 ? [] : [`Dead letters that nobody can read for up to an hour: ${notGivenBack}.`]),
  ];
}
