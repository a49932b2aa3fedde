import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { LocalSettings } from "../settings.ts";
import type { Api } from "./api.ts";
import type { Permissions } from "./permissions.ts";

/** The values that every view below the sign-in may rely on. */
export type Session = {
  readonly api: Api;
  readonly permissions: Permissions;
  readonly local: LocalSettings | null;
};

export const SessionContext = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error("Nobody is signed in");
  return session;
}
