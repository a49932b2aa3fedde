import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium, type LaunchOptions } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const macApplications = [
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** Starts a Chromium without a window. When none is installed it says so: a test in a browser is never left out. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch(launchOptions());
}

/** Which Chromium, and how. Throws when none is installed. */
export function launchOptions(): LaunchOptions {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    throw new Error("No Chromium found: install Debian's `chromium` or set CHROMIUM_PATH");
  }
  // Chromium has no sandbox for root, which containers often run as.
  return { executablePath, chromiumSandbox: process.getuid?.() !== 0 };
}

function findChromium(): string | undefined {
  const { CHROMIUM_PATH, PATH = "" } = process.env;
  if (CHROMIUM_PATH !== undefined) return existsSync(CHROMIUM_PATH) ? CHROMIUM_PATH : undefined;
  const installed = PATH.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  return [...installed, ...macApplications].find((path) => existsSync(path));
}
