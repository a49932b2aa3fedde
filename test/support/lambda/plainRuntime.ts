import { join } from "node:path";
import { pathToFileURL } from "node:url";

// A Lambda runtime for machines on which AWS's own could not be installed. It finds the function by `file.export`, asks
// for events and reports what the function made of each.
const { AWS_LAMBDA_RUNTIME_API, LAMBDA_TASK_ROOT = "", _HANDLER = "" } = process.env;
const base = `http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;

type Handler = (event: unknown, context: object) => Promise<unknown>;

const handler = await load();
if (handler !== undefined) for (;;) await serveNext(handler);

async function load(): Promise<Handler | undefined> {
  const [file = "", name = ""] = _HANDLER.split(".");
  try {
    const module: Record<string, unknown> = await import(pathToFileURL(join(LAMBDA_TASK_ROOT, `${file}.mjs`)).href);
    const found = module[name];
    if (typeof found !== "function") throw new Error(`${_HANDLER} is undefined or not exported`);
    return async (event, context) => found(event, context);
  } catch (error) {
    await post("/init/error", describe(error));
    return undefined;
  }
}

async function serveNext(handle: Handler): Promise<void> {
  const response = await fetch(`${base}/invocation/next`);
  const id = response.headers.get("Lambda-Runtime-Aws-Request-Id");
  const deadline = Number(response.headers.get("Lambda-Runtime-Deadline-Ms"));
  const context = { awsRequestId: id, getRemainingTimeInMillis: () => deadline - Date.now() };
  try {
    await post(`/invocation/${id}/response`, await handle(await response.json(), context));
  } catch (error) {
    await post(`/invocation/${id}/error`, describe(error));
  }
}

function describe(error: unknown) {
  const isError = error instanceof Error;
  return { errorType: isError ? error.name : "Error", errorMessage: isError ? error.message : String(error) };
}

async function post(path: string, body: unknown): Promise<void> {
  await fetch(`${base}${path}`, { method: "POST", body: JSON.stringify(body) });
}
