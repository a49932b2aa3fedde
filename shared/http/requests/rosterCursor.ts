import { createHash } from "node:crypto";
import { type RosterPosition, rosterStart } from "../../operations/listRoster.ts";
import { shardCount } from "../../table/keys.ts";
import type { Checked } from "./checked.ts";
import { parseId } from "./parameters.ts";

/** What a cursor is bound to: the org, the target and the filters, in this order. */
export type CursorScope = readonly (string | number | boolean | null)[];

/** The bytes of a digest that a cursor begins with. */
const digestBytes = 16;

/**
 * The place where the next page begins, as a text for callers. It begins with a digest of the place and of what it is
 * bound to. So a cursor that is used with another target or filter is noticed. It needs no secret: the org comes from the
 * credential, so a forged cursor reads nothing that its caller could not read anyway.
 */
export function writeCursor(scope: CursorScope, { shard, after }: RosterPosition): string {
  const place = `${shard}.${after ?? ""}`;
  return Buffer.concat([digestOf(scope, place), Buffer.from(place)]).toString("base64url");
}

/** The place, or the fault of a cursor that was changed or made for something else. Without a cursor it is the beginning. */
export function readCursor(scope: CursorScope, cursor: string | undefined): Checked<RosterPosition> {
  if (cursor === undefined) return { valid: rosterStart };
  const bytes = Buffer.from(cursor, "base64url");
  const place = bytes.subarray(digestBytes).toString();
  const isOurs = bytes.subarray(0, digestBytes).equals(digestOf(scope, place));
  const position = isOurs && bytes.toString("base64url") === cursor ? parsePlace(place) : undefined;
  return position === undefined ? { faults: [notOurs] } : { valid: position };
}

const notOurs = "cursor in the query must be the nextCursor of an answer to the same target with the same filters.";

function digestOf(scope: CursorScope, place: string): Buffer {
  return createHash("sha256")
    .update(JSON.stringify([...scope, place]))
    .digest()
    .subarray(0, digestBytes);
}

function parsePlace(place: string): RosterPosition | undefined {
  const [, digits = "", id = ""] = /^(\d{1,2})\.(\d*)$/.exec(place) ?? [];
  const [shard, after] = [digits === "" ? shardCount : Number(digits), parseId(id)];
  return shard < shardCount && (id === "" || after !== undefined) ? { shard, after } : undefined;
}
