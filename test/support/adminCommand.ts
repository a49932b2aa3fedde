import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { runAdmin } from "../../admin/program.ts";

export type CommandResult = { readonly status: number | null; readonly stdout: string; readonly stderr: string };

/** Carries out an operator's command line in this process. */
export async function admin(...args: readonly string[]): Promise<CommandResult> {
  let [stdout, stderr] = ["", ""];
  const status = await runAdmin(args, {
    result: (part) => (stdout += part),
    problem: (part) => (stderr += part),
  });
  return { status, stdout, stderr };
}

const program = fileURLToPath(new URL("../../bin/admin.ts", import.meta.url));

/** The same in a process of its own, with nothing in its environment but what is given. */
export async function spawnAdmin(
  environment: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<CommandResult> {
  const child = spawn(process.execPath, [program, ...args], { env: environment, stdio: ["ignore", "pipe", "pipe"] });
  const { promise: status, resolve } = Promise.withResolvers<number | null>();
  child.once("close", resolve);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { status: await status, stdout, stderr };
}
