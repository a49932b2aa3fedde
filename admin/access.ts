import { readFile } from "node:fs/promises";
import { type Command, InvalidArgumentError, Option } from "commander";
import { demoCredentials, demoSecret } from "../local/demoData.ts";
import { readLocalConfig } from "../shared/config/localConfig.ts";
import { readOperatorConfig } from "../shared/config/operatorConfig.ts";
import { parsePort, portOption } from "./connection.ts";
import { Refused } from "./refused.ts";
import { askSecret } from "./secretPrompt.ts";

/** The service that a command calls, and the credential it uses. */
export type AccessOptions = {
  readonly url?: string;
  readonly local?: true;
  readonly port?: number;
  readonly username?: string;
  readonly secretFile?: string;
  readonly json?: true;
};

export type Access = { readonly baseUrl: string; readonly username: string; readonly secret: string };

const localUsername = "demo-admin";
const thisMachine: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "[::1]"]);

export function addAccessOptions(command: Command): Command {
  return command
    .option("--url <url>", "the API with its stage, such as https://api.example.com/v3", parseUrl)
    .addOption(new Option("--local", `the service that npm start runs, as ${localUsername}`).conflicts("url"))
    .option(...portOption, parsePort)
    .option("--username <name>", "the credential's user name")
    .option("--secret-file <file>", "holds its secret (default: MILESTREAK_SECRET, or a question on the terminal)")
    .option("--json", "print JSON, for a program to read");
}

function parseUrl(text: string): string {
  const url = safeUrl(text);
  if (url !== undefined) return url.href.replace(/\/$/, "");
  throw new InvalidArgumentError("An https URL, or http on this machine, such as http://127.0.0.1:3000/v3.");
}

/**
 * The address, without user name, query or fragment. `http` is accepted for this machine only, because a secret must not
 * cross a network unencrypted. `undefined` for any other text.
 */
export function safeUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && thisMachine.has(url.hostname));
  return url !== undefined && isSafe && url.username + url.search + url.hash === "" ? url : undefined;
}

/** Finds the service and the credential. A command that lacks one of them is a mistake in usage. */
export async function findAccess(command: Command, options: AccessOptions): Promise<Access> {
  const { url, local, port, username = local && localUsername } = options;
  if ((url === undefined) === (local === undefined)) {
    command.error("error: name one of --url <url> and --local", { exitCode: 2 });
  }
  if (username === undefined) command.error("error: name the credential with --username <name>", { exitCode: 2 });
  const baseUrl = url ?? localBaseUrl(port);
  const isDemo = local === true && demoCredentials.some((credential) => credential.username === username);
  return { baseUrl, username, secret: isDemo ? demoSecret : await findSecret(username, options.secretFile) };
}

/** The address of the service that `npm start` runs on this machine. */
export function localBaseUrl(port: number | undefined): string {
  return `http://127.0.0.1:${port ?? readLocalConfig().port}/v3`;
}

async function findSecret(username: string, file: string | undefined): Promise<string> {
  const secret = file === undefined ? readOperatorConfig().secret : await readSecretFile(file);
  if (secret !== undefined) return secret;
  if (process.stdin.isTTY) return askSecret(`Secret of ${username}: `, process.stdin, process.stderr);
  throw new Refused("No secret. Set MILESTREAK_SECRET, or name a file that holds it with --secret-file.", 2);
}

async function readSecretFile(file: string): Promise<string> {
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new Refused(`Cannot read the secret: ${error.message}.`, 2);
  }
}
