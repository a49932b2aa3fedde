import type { Instant } from "../domain/instant.ts";
import type { TargetGroup } from "../domain/targetGroup.ts";
import type { Table } from "../table/client.ts";
import type { Org } from "../table/keys.ts";
import { findTargetGroup } from "../table/targetGroups.ts";

const maximumAgeMilliseconds = 30_000;
const maximumEntries = 1_000;

/**
 * The definitions that a process has loaded, each usable for 30 s of request time. Definitions change rarely and every
 * enrolment needs one. A refusal is never based on a cached one (see {@link TargetGroupCache.findFresh}).
 */
export class TargetGroupCache {
  readonly #table: Table;
  readonly #entries = new Map<string, { readonly group: TargetGroup; readonly loadedAt: Instant }>();
  /**
   * Loads that are under way. An activity asks for a definition once for each of its targets that the customer is
   * enrolled in.
   */
  readonly #loads = new Map<string, Promise<TargetGroup | undefined>>();

  constructor(table: Table) {
    this.#table = table;
  }

  /**
   * The definition, at most 30 s old; `undefined` only after a consistent read. What is stored may have been decided
   * under a later version than the cached one, and name cycles that this one lacks. `leastVersion` asks for that version
   * or a later one.
   */
  async find(org: Org, groupId: number, now: Instant, leastVersion = 1): Promise<TargetGroup | undefined> {
    const cached = this.cached(org, groupId, now);
    if (cached !== undefined && cached.version >= leastVersion) return cached;
    const key = entryKey(org, groupId);
    const underWay = this.#loads.get(key);
    const found = underWay && (await underWay);
    // A load that began before this call may have missed a group created or edited since. So only a found definition of
    // that version is used.
    if (found !== undefined && found.version >= leastVersion) return found;
    const load = this.findFresh(org, groupId, now);
    this.#loads.set(key, load);
    return load.finally(() => this.#loads.delete(key));
  }

  /** The definition if it was loaded within the last 30 s. */
  cached(org: Org, groupId: number, now: Instant): TargetGroup | undefined {
    const entry = this.#entries.get(entryKey(org, groupId));
    return entry !== undefined && isFresh(entry, now) ? entry.group : undefined;
  }

  /** The definition as it is now. */
  async findFresh(org: Org, groupId: number, now: Instant): Promise<TargetGroup | undefined> {
    const group = await findTargetGroup(this.#table, org, groupId);
    if (group !== undefined) this.remember(org, group, now);
    return group;
  }

  /** Keeps a definition that is known to be the current one. */
  remember(org: Org, group: TargetGroup, now: Instant): void {
    rememberNewest(this.#entries, entryKey(org, group.id), { group, loadedAt: now });
  }
}

/** Whether what was loaded then is used at that time. */
export function isFresh({ loadedAt }: { readonly loadedAt: Instant }, now: Instant): boolean {
  return Math.abs(now - loadedAt) < maximumAgeMilliseconds;
}

/** Keeps the entry, and at most so many of those that were kept before. */
export function rememberNewest<Entry>(entries: Map<string, Entry>, key: string, entry: Entry): void {
  entries.delete(key);
  entries.set(key, entry);
  const [oldest] = entries.keys();
  if (entries.size > maximumEntries && oldest !== undefined) entries.delete(oldest);
}

function entryKey(org: Org, groupId: number): string {
  return `${org}#${groupId}`;
}
