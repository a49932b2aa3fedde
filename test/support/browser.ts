import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium, type LaunchOptions } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const macApplications = [
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

export const howToGetChromium = "No Chromium found: install Debian's `chromium` or set CHROMIUM_PATH";

/** Starts a Chromium without a window. Throws when none is installed. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch(launchOptions());
}

/** The path of the Chromium and the options it is started with. Throws when none is installed. */
export function launchOptions(): LaunchOptions {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    throw new Error(howToGetChromium);
  }
  // Containers often run as root, and Chromium has no sandbox for root.
  return { executablePath, chromiumSandbox: process.getuid?.() !== 0 };
}

/** The path in `CHROMIUM_PATH`, or that of an installed Chromium. */
export function findChromium(): string | undefined {
  const { CHROMIUM_PATH, PATH = "" } = process.env;
  if (CHROMIUM_PATH !== undefined) return existsSync(CHROMIUM_PATH) ? CHROMIUM_PATH : undefined;
  const installed = PATH.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  return [...installed, ...macApplications].find((path) => existsSync(path));
}
