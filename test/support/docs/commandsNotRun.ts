import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import cdkJson from "../../../cdk.json" with { type: "json" };
import { createApp } from "../../../lib/app.ts";
import packageJson from "../../../package.json" with { type: "json" };
import lockFile from "../../../package-lock.json" with { type: "json" };
import { withOutdir, withoutBundling } from "../../infra/support/synthesize.ts";
import type { CommandOutcome } from "./shellSession.ts";

/** The surroundings in which a command that is not run is checked. */
type Place = {
  /** The folder of a copy of the project. */
  readonly copy: string;
  /** Runs a command in the shell of the document. */
  readonly run: (command: string) => Promise<CommandOutcome>;
};

/** A command of a document that cannot run here as it is written. */
export type NotRun = {
  readonly command: RegExp;
  readonly reason: string;
  /**
   * Checks of the command what can be checked here, and throws when something is wrong. It answers the outcome if it
   * ran another command in its place.
   */
  readonly check: (command: string, place: Place) => Promise<CommandOutcome> | undefined;
};

export const commandsNotRun: readonly NotRun[] = [
  {
    command: /^npm ci( && npm (start|test))?$/,
    reason: "npm ci takes the packages away from under this very run, which is one of npm test and uses npm start.",
    check: (command) => {
      const [, script] = /&& npm (start|test)$/.exec(command) ?? [];
      if (script !== undefined) assertScript(script);
      assertLocked();
      return undefined;
    },
  },
  {
    command: /^npm run deploy( -- .*)?$/,
    reason: "It deploys to an AWS account. The same settings must synthesize without a finding.",
    check: (command) => {
      assertScript("deploy");
      synthesize(command);
      return undefined;
    },
  },
  {
    command: /^npx cdk (bootstrap|destroy) /,
    reason: "It changes an AWS account. The CDK command must know it and its options, and the settings synthesize.",
    check: async (command, { run }) => {
      synthesize(command);
      const [, , name = ""] = command.split(" ");
      const help = await run(`npx cdk ${name} --help`);
      for (const [option] of command.matchAll(/(?<= )--?[a-z-]+/g)) assertIncludes(help.stdout, option);
      return help;
    },
  },
  {
    command: /^npm run admin -- .*--table <TableName>/,
    reason: "The table is in an AWS account. The same command must do on the local service.",
    check: (command, { run }) => run(command.replace("--table <TableName>", "--local")),
  },
  {
    command: /^npm run admin -- doctor --stack /,
    reason: "It looks at an AWS account. The command must know its options; test/cli/doctor.test.ts has it look.",
    check: async (command, { run }) => {
      const help = await run("npm run admin -- doctor --help");
      for (const [option] of command.matchAll(/(?<= )--[a-z][a-z-]*/g)) assertIncludes(help.stdout, option);
      return { ...help, stdout: "" };
    },
  },
  {
    command: /^npm run admin -- erasures reapply /,
    reason:
      "It works on a restored table. The command must know its options; test/cli/erasures.test.ts has it do its work.",
    check: async (command, { run }) => {
      const help = await run("npm run admin -- erasures reapply --help");
      for (const [option] of command.matchAll(/(?<= )--[a-z][a-z-]*/g)) assertIncludes(help.stdout, option);
      return { ...help, stdout: "" };
    },
  },
  {
    command: /^npm run admin -- dead-letters erase /,
    reason:
      "It works on a queue of AWS. The command must know its options; test/cli/deadLetters.test.ts has it do its work.",
    check: async (command, { run }) => {
      const help = await run("npm run admin -- dead-letters erase --help");
      for (const [option] of command.matchAll(/(?<= )--[a-z][a-z-]*/g)) assertIncludes(help.stdout, option);
      return { ...help, stdout: "" };
    },
  },
  {
    command: /^aws /,
    reason: "It works on an AWS account. It must be sound for a shell; service, operation and options be known ones.",
    check: (command) => {
      assertSound(command);
      assertAwsCommands(command);
      return undefined;
    },
  },
  {
    command: /^npm run bench -- \w/,
    reason: "It takes the whole machine for minutes. The command must know the measurement and its options.",
    check: async (command, { run }) => {
      const [, name = ""] = /-- (\w+)/.exec(command) ?? [];
      const help = await run(`npm run bench -- ${name} --help`);
      assertIncludes(help.stdout, `bench -- ${name} `);
      for (const [option] of command.matchAll(/(?<= )--[a-z]\S*/g)) assertIncludes(help.stdout, option);
      return { ...help, stdout: "" };
    },
  },
  {
    command: /^sam local /,
    reason: "SAM and Docker are not installed here. Its options must be known ones, its files and function be there.",
    check: (command, { copy }) => {
      assertSamCommand(command, copy);
      return undefined;
    },
  },
];

function assertScript(name: string): void {
  if (!Object.hasOwn(packageJson.scripts, name)) throw new Error(`package.json has no script ${name}`);
}

/** Throws when the lock file does not belong to this package.json, which `npm ci` refuses first. */
function assertLocked(): void {
  const { dependencies, devDependencies, optionalDependencies } = lockFile.packages[""];
  const locked = JSON.stringify([dependencies, devDependencies, optionalDependencies]);
  const wanted = JSON.stringify([
    packageJson.dependencies,
    packageJson.devDependencies,
    packageJson.optionalDependencies,
  ]);
  if (locked !== wanted) throw new Error("package-lock.json is not of this package.json");
}

/**
 * Synthesizes with the command's `-c name=value`. Throws for a setting that is refused, and for a finding of cdk-nag.
 */
function synthesize(command: string): void {
  const settings = [...command.matchAll(/ -c ([^= ]+)=(\S+)/g)].map(([, name = "", value = ""]) => [name, value]);
  const context = { ...cdkJson.context, ...withoutBundling, ...Object.fromEntries(settings) };
  withOutdir((outdir) => createApp({ context, outdir }).synth());
}

/** The options of each command, by service and operation, from the AWS CLI's reference. */
const awsOptions: Readonly<Record<string, readonly string[]>> = {
  "cloudformation describe-stack-events": ["--stack-name", "--query"],
  "cloudformation describe-stack-resources": ["--stack-name", "--query"],
  "cloudwatch describe-alarms": ["--alarm-name-prefix", "--state-value"],
  "dynamodb delete-table": ["--table-name"],
  "dynamodb describe-table": ["--table-name", "--query"],
  "dynamodb get-item": ["--table-name", "--key"],
  "dynamodb query": [
    "--table-name",
    "--key-condition-expression",
    "--expression-attribute-values",
    "--query",
    "--output",
  ],
  "dynamodb restore-table-to-point-in-time": ["--source-table-name", "--target-table-name", "--restore-date-time"],
  "dynamodb update-continuous-backups": ["--table-name", "--point-in-time-recovery-specification"],
  "dynamodb update-table": [
    "--table-name",
    "--deletion-protection-enabled",
    "--no-deletion-protection-enabled",
    "--stream-specification",
  ],
  "dynamodb update-time-to-live": ["--table-name", "--time-to-live-specification"],
  "dynamodb wait": ["--table-name"],
  "dynamodbstreams get-records": ["--shard-iterator", "--limit"],
  "dynamodbstreams get-shard-iterator": ["--stream-arn", "--shard-id", "--shard-iterator-type", "--sequence-number"],
  "events delete-rule": ["--event-bus-name", "--name"],
  "events list-rules": ["--event-bus-name", "--query"],
  "events list-targets-by-rule": ["--event-bus-name", "--rule", "--query"],
  "events remove-targets": ["--event-bus-name", "--rule", "--ids"],
  "lambda get-account-settings": ["--query"],
  "lambda invoke": ["--function-name", "--cli-binary-format", "--payload"],
  "s3 sync": [],
  "sqs get-queue-attributes": ["--queue-url", "--attribute-names"],
  "sts get-caller-identity": [],
};

/** Checks the command with its placeholders filled in. The reader fills in what stands between angle brackets. */
function assertSound(command: string): void {
  const { status, stderr } = spawnSync("bash", ["-n"], {
    input: command.replaceAll(/<[^<>]+>/g, "x"),
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${stderr}: ${command}`);
}

function assertAwsCommands(command: string): void {
  for (const [, name = "", rest = ""] of command.matchAll(/\baws ([a-z0-9]+ [a-z0-9-]+)((?:[^\n]|\\\n)*)/g)) {
    const known = awsOptions[name];
    if (known === undefined) throw new Error(`Not known: aws ${name}`);
    for (const [option] of rest.matchAll(/(?<= )--[a-z-]+/g)) assertIncludes(known, option);
  }
}

const samOptions = ["--add-host", "--env-vars", "--event", "--port", "--template", "--warm-containers"];

function assertSamCommand(command: string, copy: string): void {
  for (const [option] of command.matchAll(/--[a-z-]+/g)) assertIncludes(samOptions, option);
  for (const [, path = ""] of command.matchAll(/--(?:env-vars|event|template) (\S+)/g)) {
    if (!existsSync(join(copy, path))) throw new Error(`There is no ${path} for: ${command}`);
  }
  const [, name] = /^sam local invoke (\w+)/.exec(command) ?? [];
  const { Resources } = JSON.parse(readFileSync(join(copy, "build/sam/template.json"), "utf8"));
  if (name !== undefined && Resources[name] === undefined) throw new Error(`The template has no function ${name}`);
}

function assertIncludes(known: string | readonly string[], option: string): void {
  if (!known.includes(option)) throw new Error(`${option} is not known`);
}
