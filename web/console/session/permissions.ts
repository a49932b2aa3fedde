import { type Call, probes } from "../calls.ts";
import type { Api } from "./api.ts";

/** The actions that the credential allows beyond reading. */
export type Permissions = {
  /** Whether it may enrol, un-enrol and record activities. */
  readonly enroll: boolean;
  /** Whether it may correct what customers have achieved. */
  readonly adjust: boolean;
  /** Whether it may register customers and change target groups. */
  readonly manage: boolean;
};

const notAllowed = 4000;

/**
 * Finds the permissions by trying them, because the API has no call for that. An action counts as allowed unless it is
 * refused for its permission, even if the API is busy or down. The API judges each call itself.
 */
export async function askPermissions(api: Api): Promise<Permissions> {
  const isAllowed = async (probe: Call) => (await api.send(probe)).errors.every(({ code }) => code !== notAllowed);
  const [enroll, adjust, manage] = await Promise.all([
    isAllowed(probes.enroll),
    isAllowed(probes.adjust),
    isAllowed(probes.manage),
  ]);
  return { enroll, adjust, manage };
}
