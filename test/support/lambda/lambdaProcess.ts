import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { endWithUs } from "../guard.ts";
import { type Invocation, RuntimeApi } from "./runtimeApi.ts";

/** A function as a template configures it. */
export type Configured = {
  readonly name: string;
  /** The folder that is unpacked as `/var/task`. */
  readonly taskRoot: string;
  /** The handler as `file.export`, which is Lambda's notation. */
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
};

/** AWS's runtime interface client, an optional dependency. It is `undefined` where npm could not install it. */
const client = findClient();

function findClient(): string | undefined {
  const folders = createRequire(import.meta.url).resolve.paths("aws-lambda-ric") ?? [];
  const folder = folders.find((each) => existsSync(join(each, "aws-lambda-ric")));
  return folder === undefined ? undefined : join(folder, "aws-lambda-ric", "index.mjs");
}

/** The arguments that make Node a Lambda runtime. */
export type Runtime = { readonly name: string; readonly arguments: readonly string[] };

const modulePath = (file: string) => join(import.meta.dirname, file);

export const plainRuntime: Runtime = { name: "a plain runtime", arguments: [modulePath("plainRuntime.ts")] };

/** AWS's own runtime where it is installed, else the plain one. */
export const runtime: Runtime =
  client === undefined
    ? plainRuntime
    : {
        name: "AWS's runtime interface client",
        arguments: ["--import", modulePath("javascriptClient.ts"), client],
      };

/** One function in a process of its own. Its environment holds only what Lambda and the template put there. */
export class LambdaProcess {
  readonly #api: RuntimeApi;
  readonly #child: ChildProcess;
  #output = "";

  private constructor(api: RuntimeApi, { name, taskRoot, handler, environment }: Configured, run: Runtime) {
    this.#api = api;
    this.#child = spawn(process.execPath, run.arguments, {
      cwd: taskRoot,
      env: {
        ...environment,
        AWS_LAMBDA_RUNTIME_API: api.address,
        // The client then uses JavaScript to ask for events.
        AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1: "true",
        AWS_LAMBDA_FUNCTION_NAME: name,
        AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "1024",
        AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
        AWS_LAMBDA_LOG_STREAM_NAME: "sample",
        LAMBDA_TASK_ROOT: taskRoot,
        _HANDLER: handler,
      },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    endWithUs(this.#child);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (part: string) => (this.#output += part));
    }
  }

  static async start(configured: Configured, run = runtime): Promise<LambdaProcess> {
    return new LambdaProcess(await RuntimeApi.start(), configured, run);
  }

  /** Runs one event. Throws with what the process wrote if the process ends before it answers. */
  async invoke(event: unknown): Promise<Invocation> {
    const { promise: ended, reject } = Promise.withResolvers<never>();
    const fail = (code: number | null) => reject(new Error(`The runtime ended with ${code}:\n${this.#output}`));
    this.#child.once("exit", fail);
    try {
      return await Promise.race([this.#api.invoke(event), ended]);
    } finally {
      this.#child.removeListener("exit", fail);
    }
  }

  stop(): void {
    this.#child.kill("SIGKILL");
    this.#api.stop();
  }
}

/** Starts a process of the function for one event. */
export async function invokeOnce(configured: Configured, event: unknown, run = runtime): Promise<Invocation> {
  const started = await LambdaProcess.start(configured, run);
  try {
    return await started.invoke(event);
  } finally {
    started.stop();
  }
}
