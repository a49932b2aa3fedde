import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { getSchemaSerdePlugin } from "@smithy/core/schema";

/** What the engine is told about who is asking; the SDK's own is composed anew for every request. */
export const userAgent = "milestreak";

/**
 * Leaves out of the SDK's way from an input to its answer what nobody reads and what comes out the same every time:
 * about a fifth of the CPU of an enrolment (bench/README.md, "warm"). The client does what it did, and signs as it did.
 *
 * To be called last: part of the client keeps the configuration that it had until then.
 */
export function shortenRequests(client: DynamoDBClient): void {
  // It copies every input and output for a logger, whether or not there is one.
  client.middlewareStack.remove("loggerMiddleware");
  keepSigner(client);
  copyConfig(client);
}

/** One for all requests, which all go to one service in one region; its credentials are asked for each time. */
function keepSigner({ config }: DynamoDBClient): void {
  const original = config.signer;
  let kept: Awaited<ReturnType<typeof original>> | undefined;
  config.signer = async (authScheme) => {
    kept ??= await original(authScheme);
    return kept;
  };
}

/**
 * The SDK copies its configuration three times for a request. As it has grown property by property V8 keeps it as a
 * dictionary, of which a copy takes 10 µs; of this copy of it one takes 0.1. Those who hold on to it are told.
 */
function copyConfig(client: DynamoDBClient): void {
  Object.assign(client, { config: { ...client.config } });
  client.middlewareStack.use(getSchemaSerdePlugin(client.config));
}
