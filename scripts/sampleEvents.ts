import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderedEvents } from "./sam/sampleEvents.ts";

const folder = join(import.meta.dirname, "..", "docs", "events");

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
for (const [file, text] of renderedEvents()) writeFileSync(join(folder, file), text);
