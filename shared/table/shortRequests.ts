import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** What the engine is told about who is asking. The SDK's own text is composed anew for every request. */
export const userAgent = "milestreak";

/**
 * Leaves out steps of the SDK that nobody reads, and keeps what comes out the same every time (bench/README.md, "warm").
 * Requests and answers stay as they were.
 */
export function shortenRequests(client: DynamoDBClient): void {
  // It copies every input and output for a logger, whether or not there is one.
  client.middlewareStack.remove("loggerMiddleware");
  keepSigner(client);
}

/** One signer for all requests, which all go to one service in one region. It asks for its credentials each time. */
function keepSigner({ config }: DynamoDBClient): void {
  const original = config.signer;
  let kept: Awaited<ReturnType<typeof original>> | undefined;
  config.signer = async (authScheme) => {
    kept ??= await original(authScheme);
    return kept;
  };
}
