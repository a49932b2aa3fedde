import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

/** The `User-Agent` header of requests to the engine. The SDK would compose its own text anew for every request. */
export const userAgent = "milestreak";

/**
 * Leaves out steps of the SDK whose results nobody uses, and keeps results that are the same every time
 * (bench/README.md, "warm"). Requests and answers stay as they were.
 */
export function shortenRequests(client: DynamoDBClient): void {
  // This step copies every input and output for a logger, even when there is none.
  client.middlewareStack.remove("loggerMiddleware");
  // This step passes the caller's trace on to services that could call the same Lambda again. The engine calls nobody.
  client.middlewareStack.remove("recursionDetectionMiddleware");
  keepSigner(client);
}

/**
 * The client with its configuration as an object that V8 copies quickly. The SDK copies it for each request. It has grown
 * property by property, so that V8 keeps it as a dictionary: a copy of that takes 10 µs, of this one 2.
 *
 * To be called last: middleware of the client keeps the configuration that it had before.
 */
export function withQuickConfig(client: DynamoDBDocumentClient): DynamoDBDocumentClient {
  return Object.assign(client, { config: { ...client.config } });
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
