import type { Surroundings } from "../../client/retry.ts";

/**
 * The client's surroundings in a test. Requests are real, pauses take no time and the clock stands still. Requests and
 * pauses are recorded.
 */
export class TestSurroundings implements Surroundings {
  readonly sent: Request[] = [];
  readonly pauses: number[] = [];
  clock = Date.UTC(2030, 0, 15, 12);
  /** Runs before a request is recorded and sent. */
  before: (request: Request) => Promise<void> = async () => undefined;

  readonly fetch = async (request: Request): Promise<Response> => {
    await this.before(request);
    this.sent.push(request.clone());
    return fetch(request);
  };

  readonly now = (): number => this.clock;
  readonly random = (): number => 0.5;

  readonly wait = async (milliseconds: number, signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    this.pauses.push(milliseconds);
  };

  /** The paths of the requests that were sent, below the stage. */
  get paths(): string[] {
    return this.sent.map(({ url }) => new URL(url).pathname.replace(/^\/v3/, ""));
  }
}
