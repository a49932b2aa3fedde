import { probes } from "../calls.ts";
import type { Api } from "./api.ts";

/** What the credential may do beyond looking. */
export type Permissions = {
  /** Enrol, un-enrol and record activities. */
  readonly enroll: boolean;
  /** Register customers. */
  readonly manage: boolean;
};

const notAllowed = 4000;

/**
 * Finds out by asking for it, as the API has no call that says so. What is not refused for its permission counts as
 * allowed, be the API busy or down: it judges each call itself.
 */
export async function askPermissions(api: Api): Promise<Permissions> {
  const [enroll, manage] = await Promise.all([api.send(probes.enroll), api.send(probes.manage)]);
  const isAllowed = ({ errors }: typeof enroll) => errors.every(({ code }) => code !== notAllowed);
  return { enroll: isAllowed(enroll), manage: isAllowed(manage) };
}
