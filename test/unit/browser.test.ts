import { afterEach, expect, it, vi } from "vitest";
import { launchOptions } from "../support/browser.ts";

afterEach(() => vi.unstubAllEnvs());

it("without a Chromium the error says so, and how to get one", () => {
  vi.stubEnv("CHROMIUM_PATH", "/nowhere/chromium");
  expect(launchOptions).toThrow("No Chromium found: install Debian's `chromium` or set CHROMIUM_PATH");
});
