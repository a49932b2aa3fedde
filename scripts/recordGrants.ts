import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { retiringGrants, tableGrants } from "../lib/tableGrants.ts";
import packageJson from "../package.json" with { type: "json" };

/**
 * This script is part of a release (CONTRIBUTING.md). test/infra/grants.test.ts compares later grants with the recorded
 * ones.
 */
const release = { version: packageJson.version, needed: tableGrants, retiring: retiringGrants };
const file = join(import.meta.dirname, "..", "test", "infra", "grants.release.json");
writeFileSync(file, `${JSON.stringify(release, null, 2)}\n`);
