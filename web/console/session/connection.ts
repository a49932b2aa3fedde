import type { Permissions } from "./permissions.ts";

/** The API's address and the credential of the caller. */
export type Connection = {
  /** An absolute address with the stage, without a slash at its end. */
  readonly baseUrl: string;
  readonly username: string;
  readonly secret: string;
};

/** A connection that was tried, and what it may do. */
export type SignedIn = Connection & { readonly permissions: Permissions };

const key = "milestreak-connection";

/** Keeps the connection in this tab only, until the tab is closed. */
export function remember(signedIn: SignedIn): void {
  sessionStorage.setItem(key, JSON.stringify(signedIn));
}

export function forget(): void {
  sessionStorage.removeItem(key);
}

export function recall(): SignedIn | undefined {
  const stored = sessionStorage.getItem(key);
  if (stored === null) return undefined;
  const signedIn: SignedIn = JSON.parse(stored);
  return signedIn;
}

/** The typed base URL as an absolute address. It is `undefined` when it is no address. */
export function resolveBaseUrl(text: string, page: string): string | undefined {
  if (!URL.canParse(text, page)) return undefined;
  const { protocol, href } = new URL(text, page);
  return protocol === "http:" || protocol === "https:" ? href.replace(/\/$/, "") : undefined;
}
