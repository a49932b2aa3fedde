import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { runAdmin } from "../../admin/program.ts";
import { compileCache } from "./compileCache.ts";

export type CommandResult = { readonly status: number | null; readonly stdout: string; readonly stderr: string };

/** Runs an operator's command line in this process. */
export async function admin(...args: readonly string[]): Promise<CommandResult> {
  let [stdout, stderr] = ["", ""];
  const status = await runAdmin(args, {
    result: (part) => (stdout += part),
    problem: (part) => (stderr += part),
  });
  return { status, stdout, stderr };
}

const program = fileURLToPath(new URL("../../bin/admin.ts", import.meta.url));

/** Runs an operator's command line in a process of its own, whose environment holds what is given, and the compile cache. */
export async function spawnAdmin(
  environment: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<CommandResult> {
  return startAdmin(environment, ...args).ended;
}

export type StartedCommand = {
  readonly ended: Promise<CommandResult & { readonly signal: NodeJS.Signals | null }>;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Resolves once the command has written this to standard error. */
  readonly says: (message: RegExp) => Promise<void>;
};

/** Starts an operator's command line in a process of its own, and returns while it runs. */
export function startAdmin(environment: Readonly<Record<string, string>>, ...args: readonly string[]): StartedCommand {
  return follow(process.execPath, [program, ...args], environment);
}

/** Runs an operator's command line in a process of its own, which may open only so many files at once. */
export async function spawnAdminWithin(openFiles: number, ...args: readonly string[]): Promise<CommandResult> {
  const limited = `ulimit -n ${openFiles} && exec "$0" "$@"`;
  return follow("sh", ["-c", limited, process.execPath, program, ...args], {}).ended;
}

function follow(file: string, args: readonly string[], environment: Readonly<Record<string, string>>): StartedCommand {
  const child = spawn(file, args, { env: { ...compileCache, ...environment }, stdio: ["ignore", "pipe", "pipe"] });
  const { promise, resolve } = Promise.withResolvers<
    Pick<CommandResult, "status"> & { signal: NodeJS.Signals | null }
  >();
  child.once("close", (status, signal) => resolve({ status, signal }));
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (part: string) => (said += part));
  const finish = async () => {
    const stdout = await text(child.stdout);
    return { ...(await promise), stdout, stderr: said };
  };
  return {
    ended: finish(),
    signal: (signal) => void child.kill(signal),
    says: async (message) => {
      while (!message.test(said))
        await Promise.race([once(child.stderr, "data"), promise.then(() => fail(message, said))]);
    },
  };
}

function fail(message: RegExp, said: string): never {
  throw new Error(`It ended without saying ${message}:\n${said}`);
}
