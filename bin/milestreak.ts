import { createApp } from "../lib/app.ts";
import { InvalidSettings } from "../lib/settings.ts";

try {
  createApp().synth();
} catch (error) {
  if (!(error instanceof InvalidSettings)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
