import type { TargetGroup } from "../domain/targetGroup.ts";
import type { Checked } from "./requests/checked.ts";
import { quote } from "./requests/parameters.ts";

const entityTag = /^"([1-9][0-9]{0,8})"$/;

/** The header that names the version of the group in an answer. */
export function versionHeader({ version }: TargetGroup): Readonly<Record<string, string>> {
  return { ETag: `"${version}"` };
}

/** The version that the header `If-Match` asks for; `undefined` when it was not sent. */
export function parseIfMatch(header: string | undefined): Checked<number | undefined> {
  if (header === undefined) return { valid: undefined };
  const version = entityTag.exec(header.trim())?.[1];
  if (version !== undefined) return { valid: Number(version) };
  return {
    faults: [
      `The header If-Match must be one version in quotes, as ETag answers it, such as "3"; got ${quote(header)}.`,
    ],
  };
}
