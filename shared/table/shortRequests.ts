import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** The `User-Agent` header of requests to the engine. The SDK would compose its own text anew for every request. */
export const userAgent = "milestreak";

/**
 * Leaves out steps of the SDK whose results nobody uses, and keeps results that are the same every time
 * (bench/README.md, "warm"). Requests and answers stay as they were, apart from the user agent.
 */
export function shortenRequests(client: DynamoDBClient): void {
  // This step copies every input and output for a logger, even when there is none.
  client.middlewareStack.remove("loggerMiddleware");
  // This step passes the caller's trace on to services that could call the same Lambda again. The engine calls nobody.
  client.middlewareStack.remove("recursionDetectionMiddleware");
  nameCaller(client);
  keepSigner(client);
  quickenConfig(client);
}

/** Puts one word in the place of the text that the SDK composes from its version and the features in use. */
function nameCaller({ middlewareStack }: DynamoDBClient): void {
  middlewareStack.remove("getUserAgentMiddleware");
  middlewareStack.add(
    (next) => (args) => {
      const headers = headersOf(args.request);
      if (headers !== undefined) headers["user-agent"] = userAgent;
      return next(args);
    },
    { step: "build", name: "nameCaller" },
  );
}

function headersOf(request: unknown): Record<string, string> | undefined {
  return hasHeaders(request) ? request.headers : undefined;
}

function hasHeaders(request: unknown): request is { readonly headers: Record<string, string> } {
  return typeof request === "object" && request !== null && "headers" in request;
}

/**
 * Keeps one signer for all requests, because all go to one service in one region. It still asks for credentials each
 * time.
 */
function keepSigner({ config }: DynamoDBClient): void {
  const original = config.signer;
  let kept: Awaited<ReturnType<typeof original>> | undefined;
  config.signer = async (authScheme) => {
    kept ??= await original(authScheme);
    return kept;
  };
}

/** V8 decides about an object's form after some reads in the same place. */
const readsUntilQuick = 100;

/**
 * Makes V8 keep the configuration in a form that it copies quickly. The SDK copies the configuration three times for each
 * request. It has grown property by property, so that V8 keeps it as a dictionary: a copy takes 17 µs, and 2 µs after
 * this. V8 changes the form of an object that others inherit from, as soon as they are read often.
 */
function quickenConfig({ config }: DynamoDBClient): void {
  const heir: { readonly absent?: unknown } = Object.create(config);
  for (let read = 1; read <= readsUntilQuick; read += 1) readAbsent(heir);
}

function readAbsent(heir: { readonly absent?: unknown }): unknown {
  return heir.absent;
}
