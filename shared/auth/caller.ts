import type { AccessGroup } from "../domain/accessGroups.ts";

/** Who is calling, for which brand, and what they may do. */
export type Caller = { readonly org: string; readonly username: string; readonly accessGroup: AccessGroup };
