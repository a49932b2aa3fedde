import { probes } from "../calls.ts";
import type { Api } from "./api.ts";

/** The actions that the credential allows beyond reading. */
export type Permissions = {
  /** Whether it may enrol, un-enrol and record activities. */
  readonly enroll: boolean;
  /** Whether it may register customers and change target groups. */
  readonly manage: boolean;
};

const notAllowed = 4000;

/**
 * Finds the permissions by trying them, because the API has no call for that. An action counts as allowed unless it is
 * refused for its permission, even if the API is busy or down. The API judges each call itself.
 */
export async function askPermissions(api: Api): Promise<Permissions> {
  const [enroll, manage] = await Promise.all([api.send(probes.enroll), api.send(probes.manage)]);
  const isAllowed = ({ errors }: typeof enroll) => errors.every(({ code }) => code !== notAllowed);
  return { enroll: isAllowed(enroll), manage: isAllowed(manage) };
}
