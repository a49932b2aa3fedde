import type { ApiClient } from "./apiClient.ts";
import type { TestGroup } from "./org.ts";
import { makeVisit, type Visit } from "./visits.ts";

type Counts = { readonly answered: number; readonly unavailable: number };

type Wanted = {
  readonly clients: readonly ApiClient[];
  readonly group: TestGroup;
  readonly nextCustomerId: () => number;
};

/** Clients that work at the same time. Each makes one visit after the other until it is told to finish. */
export class VisitingClients {
  readonly #counts: { answered: number; unavailable: number }[];
  readonly #visits: Visit[] = [];
  readonly #running: Promise<unknown>;
  #isFinishing = false;
  #look: () => void = () => undefined;

  constructor({ clients, group, nextCustomerId }: Wanted) {
    this.#counts = clients.map(() => ({ answered: 0, unavailable: 0 }));
    this.#running = Promise.all(
      clients.map(async (client, index) => {
        while (!this.#isFinishing) {
          const visit = await makeVisit(client, group, nextCustomerId(), (kind) => this.#note(index, kind));
          this.#visits.push(visit);
        }
      }),
    );
    // The error of a client is thrown by the methods that wait for it.
    this.#running.catch(() => undefined);
  }

  /** Resolves when the condition holds for every client, counted from now on. Throws what a client has thrown. */
  async untilEach(isSo: (counts: Counts) => boolean): Promise<void> {
    const before = this.#counts.map((counts) => ({ ...counts }));
    const since = () =>
      this.#counts.map(({ answered, unavailable }, index) => ({
        answered: answered - (before[index]?.answered ?? 0),
        unavailable: unavailable - (before[index]?.unavailable ?? 0),
      }));
    const reached = new Promise<void>((resolve) => {
      this.#look = () => since().every(isSo) && resolve();
    });
    await Promise.race([reached, this.#running]);
  }

  /** Resolves with all visits after those under way have ended. */
  async finish(): Promise<readonly Visit[]> {
    this.#isFinishing = true;
    await this.#running;
    return this.#visits;
  }

  #note(client: number, kind: keyof Counts): void {
    const counts = this.#counts[client];
    if (counts !== undefined) counts[kind] += 1;
    this.#look();
  }
}
