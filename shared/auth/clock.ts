import type { Instant } from "../domain/instant.ts";

/**
 * What time it is for credentials and tokens. Not the request's own time: an access token expires when it expires,
 * whatever time a laptop's caller says it is.
 */
export type Clock = () => Instant;
