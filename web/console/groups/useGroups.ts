import { get } from "../calls.ts";
import { type Group, groupOf } from "../model.ts";
import { type Reading, useReading } from "../reading.ts";
import type { Api } from "../session/api.ts";
import { useSession } from "../session/session.ts";
import type { WireGroup } from "../wire.ts";

/** The most that the API gives at once. */
const pageSize = 25;
const maximumPages = 10;

/** The groups by name, at most as many as an operator would look through. */
export type Groups = { readonly groups: readonly Group[]; readonly hasMore: boolean };

export function useGroups(): Reading<Groups> {
  const { api } = useSession();
  return useReading(() => readGroups(api), [api]);
}

async function readGroups(api: Api): Promise<Groups> {
  const groups: Group[] = [];
  for (let page = 0; page < maximumPages; page += 1) {
    const path = `/targetGroups?includePeriods=true&limit=${pageSize}&offset=${groups.length}`;
    const read = await api.read<readonly WireGroup[]>(get(path));
    // A page of large definitions is shorter than asked for, so only an empty page is the end.
    if (read.length === 0) return { groups, hasMore: false };
    groups.push(...read.map(groupOf));
  }
  return { groups, hasMore: true };
}

export async function readGroup(api: Api, groupId: number): Promise<Group> {
  return groupOf(await api.read<WireGroup>(get(`/targetGroups/${groupId}?includePeriods=true`)));
}
