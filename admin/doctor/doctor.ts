import { type Command, InvalidArgumentError } from "commander";
import { type AccessOptions, addAccessOptions, findAccess, localBaseUrl } from "../access.ts";
import { openApi } from "../api.ts";
import { parseIdOption } from "../enrollments/target.ts";
import { type Output, report } from "../output.ts";
import { Refused } from "../refused.ts";
import { openAccount } from "./account.ts";
import { type Examination, examineAccount, type StackNames } from "./examineAccount.ts";
import { examineApi, examineCredential } from "./examineApi.ts";
import { type Finding, findingLine } from "./finding.ts";
import { type Trial, tryEnrollment } from "./tryEnrollment.ts";

type Options = AccessOptions & StackNames & Partial<Trial>;

const whatItWrites = `
It only reads, unless --group, --target and --customer are given. Then it enrols that customer and un-enrols it again, as
the credential. What stays is an enrolment that was left, its two rows of history and its two notifications on the bus.`;

export function addDoctor(parent: Command, output: Output): void {
  const command = parent
    .command("doctor")
    .description("check account, stack and API, and try an enrolment when told where")
    .option("--stack <name>", "the stack's name, such as Milestreak-staging", parseStackName, "Milestreak")
    .option("--toolkit-stack-name <name>", "the stack that cdk bootstrap has made", parseStackName, "CDKToolkit")
    .option("--group <id>", "with --target and --customer: where to try an enrolment", parseIdOption)
    .option("--target <id>", "the target of that group", parseIdOption)
    .option("--customer <id>", "a customer of your own, registered and not enrolled there", parseIdOption)
    .addHelpText("after", whatItWrites);
  addAccessOptions(command).action(async (options: Options) => {
    const trial = requireWholeTrial(command, options);
    const { findings, baseUrl } = await examineStackOf(options);
    const ofService = baseUrl === undefined ? [] : await examineService(command, options, baseUrl, trial);
    conclude(output, options.json, [...findings, ...ofService]);
  });
}

function parseStackName(text: string): string {
  if (/^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(text)) return text;
  throw new InvalidArgumentError("A stack's name has 1 to 128 letters, digits and -, from a letter.");
}

/** An enrolment is tried only when the operator names group, target and customer. */
function requireWholeTrial(command: Command, options: Options): Trial | undefined {
  const { group, target, customer, username, local } = options;
  if (group === undefined && target === undefined && customer === undefined) return undefined;
  if (group === undefined || target === undefined || customer === undefined) {
    command.error("error: name --group, --target and --customer, or none of them", { exitCode: 2 });
  }
  if (username === undefined && local === undefined) {
    command.error("error: name the credential to enrol with: --username <name>", { exitCode: 2 });
  }
  return { group, target, customer };
}

/** The local service has no stack. A given address takes precedence over the stack's. */
async function examineStackOf(options: Options): Promise<Examination> {
  if (options.local) return { findings: [], baseUrl: localBaseUrl(options.port) };
  const account = openAccount();
  try {
    const { findings, baseUrl } = await examineAccount(account, options);
    return { findings, baseUrl: options.url ?? baseUrl };
  } finally {
    account.close();
  }
}

/** Runs the checks in order. Each needs the one before it to pass. */
async function examineService(command: Command, options: Options, baseUrl: string, trial?: Trial): Promise<Finding[]> {
  const answers = await examineApi(baseUrl);
  if (answers.verdict === "failed" || (options.username === undefined && !options.local)) return [answers];
  const access = await findAccess(command, options.local ? options : { ...options, url: baseUrl });
  const api = openApi(access);
  const letIn = await examineCredential(api, access.username);
  if (letIn.verdict === "failed" || trial === undefined) return [answers, letIn];
  return [answers, letIn, ...(await tryEnrollment(api, trial))];
}

/** The exit status comes from the first failure, which should be mended first. */
function conclude(output: Output, isJson: true | undefined, findings: readonly Finding[]): void {
  report(output, isJson, findings, findings.map(findingLine));
  const failures = findings.flatMap((finding) => (finding.verdict === "failed" ? [finding] : []));
  const [first] = failures;
  if (first === undefined) return;
  throw new Refused(`${failures.length} of ${findings.length} checks failed.`, first.status);
}
