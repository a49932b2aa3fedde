import type { Instant } from "../domain/instant.ts";

/**
 * The clock for credentials and tokens. It is not the request's own time, which a caller on a laptop can choose: an
 * access token expires by the real time.
 */
export type Clock = () => Instant;
