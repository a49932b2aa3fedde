/** The settings that the server of the page provides in `settings.json` beside it. */
export type Settings = {
  /** The API's address with the stage, relative to the page or absolute. The sign-in form can change it. */
  readonly apiBaseUrl: string;
  /** The settings that only `npm start` has. */
  readonly local: LocalSettings | null;
};

export type LocalSettings = {
  readonly demoCredential: { readonly username: string; readonly secret: string };
  /** The id of a demo customer with something to look at. */
  readonly exampleCustomerId: number;
  /** Whether the service has `GET /local/events`. */
  readonly hasEvents: boolean;
};

export async function loadSettings(): Promise<Settings> {
  const response = await fetch("./settings.json");
  if (!response.ok) throw new Error(`settings.json beside the page: HTTP ${response.status}`);
  const settings: Settings = JSON.parse(await response.text());
  return settings;
}
