/** What the server of the page says about itself, in `settings.json` beside it. */
export type Settings = {
  /** With the stage, relative to the page or absolute; the sign-in form can change it. */
  readonly apiBaseUrl: string;
  /** What only `npm start` has. */
  readonly local: LocalSettings | null;
};

export type LocalSettings = {
  readonly demoCredential: { readonly username: string; readonly secret: string };
  /** A demo customer with something to look at. */
  readonly exampleCustomerId: number;
  /** Whether there is a feed at `GET /local/events`. */
  readonly hasEvents: boolean;
};

export async function loadSettings(): Promise<Settings> {
  const response = await fetch("./settings.json");
  if (!response.ok) throw new Error(`settings.json beside the page: HTTP ${response.status}`);
  const settings: Settings = JSON.parse(await response.text());
  return settings;
}
