/** Where the API is and who calls it. */
export type Connection = {
  /** Absolute, with the stage and without a slash at its end. */
  readonly baseUrl: string;
  readonly username: string;
  readonly secret: string;
};

const key = "milestreak-connection";

/** Kept until the tab is closed, and nowhere but in this tab. */
export function remember(connection: Connection): void {
  sessionStorage.setItem(key, JSON.stringify(connection));
}

export function forget(): void {
  sessionStorage.removeItem(key);
}

export function recall(): Connection | undefined {
  const stored = sessionStorage.getItem(key);
  if (stored === null) return undefined;
  const connection: Connection = JSON.parse(stored);
  return connection;
}

/** The base URL as it was typed, made absolute; `undefined` when it is no address. */
export function resolveBaseUrl(text: string, page: string): string | undefined {
  if (!URL.canParse(text, page)) return undefined;
  const { protocol, href } = new URL(text, page);
  return protocol === "http:" || protocol === "https:" ? href.replace(/\/$/, "") : undefined;
}
