import { join, relative } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { askLocalService } from "../admin/connection.ts";
import { Refused } from "../admin/refused.ts";
import { readLocalConfig } from "../shared/config/localConfig.ts";
import { bundleStack } from "./sam/bundleStack.ts";
import { architectures, machineArchitecture, type SamSettings, samTemplate } from "./sam/template.ts";
import { writeSamFolder } from "./sam/writeFolder.ts";

const folder = join(import.meta.dirname, "..", "build", "sam");

type Options = Omit<SamSettings, "engine"> & { readonly port?: number };

const program = new Command("sam")
  .description("Prepares build/sam, from which sam local serves the stack's functions on the engine of npm start.")
  .option("--port <number>", "where npm start listens (default: PORT, or 3000)", parsePort)
  .option("--host <name>", "what a container calls this machine", "host.docker.internal")
  .addOption(
    new Option("--architecture <name>", "what the containers run on")
      .choices(architectures)
      .default(machineArchitecture()),
  )
  .action(prepare);

async function prepare({ port, host, architecture }: Options): Promise<void> {
  const engine = await askLocalService(port ?? readLocalConfig().port);
  const stack = bundleStack();
  const { template, environment } = samTemplate(stack, { engine, host, architecture });
  await writeSamFolder(folder, { stack, template, environment });
  console.log(nextSteps(relative(process.cwd(), folder)));
}

/** Docker Desktop knows this host name. A Docker engine on Linux needs it as an option. */
function nextSteps(path: string): string {
  const files = `--template ${path}/template.json --env-vars ${path}/env.json`;
  const host = process.platform === "linux" ? " --add-host host.docker.internal:host-gateway" : "";
  return [
    `${path} is prepared. It is for the engine that runs now: after another npm start, prepare it again.`,
    "",
    "Serve the API on port 3001:",
    "",
    `sam local start-api --port 3001 --warm-containers LAZY ${files}${host}`,
    "",
    "Call one function:",
    "",
    `sam local invoke enroll --event docs/events/enroll.json ${files}${host}`,
    "",
  ].join("\n");
}

function parsePort(text: string): number {
  const port = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new InvalidArgumentError("A port is an integer from 1 to 65535.");
}

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof Refused)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
