import { ServiceError } from "../domain/serviceError.ts";
import type { TargetGroup } from "../domain/targetGroup.ts";
import { shardCount } from "../table/keys.ts";

/** The numbers under which a sweep over all targets of a group notes the shards of one of them. */
export function shardNumbers(group: TargetGroup, targetId: number, shards: readonly number[]): number[] {
  const place = group.targets.findIndex(({ id }) => id === targetId);
  if (place === -1) throw new ServiceError(`Target group ${group.id} has no target ${targetId}`);
  return shards.map((shard) => place * shardCount + shard);
}
