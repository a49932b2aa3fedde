import { documentedOperations, faultsBySchema, responseOf } from "./openapi.ts";

type Answer = { readonly status: number; readonly headers: Headers; readonly body: unknown };

const patterns = documentedOperations.map((documented) => ({
  ...documented,
  pattern: new RegExp(`^(/v3)?${documented.path.replaceAll(/\{\w+\}/g, "[^/]+")}$`),
}));

/** Paths that only the local service has. They are no part of the API. */
const localPrefix = "/local/";

/**
 * Throws unless docs/openapi.json allows this answer of the route: the status, every promised header, and a body of
 * exactly the documented shape. A path that is no route must be answered with the documented 404.
 */
export function assertDocumented(method: string, target: string, answer: Answer): void {
  const [path = ""] = target.split("?");
  if (path.startsWith(localPrefix)) return;
  const faults = faultsOf(method, path, answer);
  if (faults.length === 0) return;
  const { status, body } = answer;
  throw new Error(
    `${method} ${path} was answered ${status} ${JSON.stringify(body)}, which docs/openapi.json does not say:\n${faults.join("\n")}`,
  );
}

function faultsOf(method: string, path: string, { status, headers, body }: Answer): string[] {
  const documented = patterns.find((one) => one.method === method && one.pattern.test(path));
  if (documented === undefined)
    return status === 404 ? faultsOfBody(["components", "responses", "NoSuchRoute"], body) : [`it is no route`];
  const found = responseOf(documented, status);
  if (found === undefined) return ["the status is not documented"];
  const promised = Object.entries(found.response.headers ?? {}).filter(([, { required }]) => required);
  const missing = promised.filter(([name]) => !headers.has(name)).map(([name]) => `the header ${name} is missing`);
  return [...missing, ...faultsOfBody(found.pointer, body)];
}

function faultsOfBody(pointer: readonly string[], body: unknown): string[] {
  return faultsBySchema([...pointer, "content", "application/json", "schema"], body);
}

/** Sends a request as `fetch` does, and refuses an answer that is not documented. */
export async function fetchDocumented(request: Request): Promise<Response> {
  const response = await fetch(request);
  const { status, headers } = response;
  const body: unknown = await response.clone().json();
  assertDocumented(request.method, new URL(request.url).pathname, { status, headers, body });
  return response;
}
