import { type Command, InvalidArgumentError } from "commander";
import { generateSecret, hashSecret } from "../../shared/auth/secret.ts";
import { systemClock } from "../../shared/config/systemClock.ts";
import { formatInstant } from "../../shared/domain/instant.ts";
import { rotateCredential } from "../../shared/table/credentials.ts";
import { withTable } from "../connection.ts";
import { type Output, report, secretAdvice } from "../output.ts";
import { Refused } from "../refused.ts";
import { addCommand, addUsernameOption, type CredentialOptions } from "./options.ts";
import { noSuchCredential } from "./refusals.ts";

type Options = CredentialOptions & { readonly graceHours: number };

const maximumGraceHours = 720;
const hourMilliseconds = 60 * 60 * 1000;

export function addRotate(parent: Command, output: Output): void {
  const description = "give a credential another secret; the one before the last is ended at once";
  const command = addUsernameOption(addCommand(parent, "rotate", description));
  command
    .option("--grace-hours <hours>", "how long the old secret stays good; 0 ends it at once", parseGraceHours, 24)
    .action(async (options: Options) => rotate(command, options, output));
}

function parseGraceHours(text: string): number {
  const hours = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
  if (hours <= maximumGraceHours) return hours;
  throw new InvalidArgumentError(`Whole hours, from 0 to ${maximumGraceHours}.`);
}

async function rotate(command: Command, options: Options, output: Output): Promise<void> {
  const { org, username, graceHours, json } = options;
  const [secret, now] = [generateSecret(), systemClock()];
  const previousValidUntil = now + graceHours * hourMilliseconds;
  const outcome = await withTable(command, options, (table) =>
    rotateCredential(table, { org, username }, hashSecret(secret), previousValidUntil, now),
  );
  if (outcome !== "rotated") throw refusal(outcome, options);
  const until = formatInstant(previousValidUntil);
  report(output, json, { org, username, secret, previousSecretValidUntil: until }, [
    `Rotated ${username} of org ${org}. ${graceHours === 0 ? "The old secret has ended." : `The old secret is good until ${until}.`}`,
    "",
    `  username  ${username}`,
    `  secret    ${secret}`,
    "",
    secretAdvice,
  ]);
}

function refusal(outcome: "notFound" | "disabled" | "changedMeanwhile", options: Options): Refused {
  switch (outcome) {
    case "notFound":
      return noSuchCredential(options);
    case "disabled":
      return new Refused(`${options.username} is disabled, which is for good; create another credential.`);
    case "changedMeanwhile":
      return new Refused(`Somebody else changed ${options.username} meanwhile; nothing was rotated here.`);
  }
}
