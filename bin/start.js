import { findProblem } from "../local/installation.js";

// This file is plain JavaScript that every Node can read. An old Node could not load the service, not even to say that
// it is too old.
const problem = findProblem(process.versions.node, new URL("../", import.meta.url));
if (problem === undefined) {
  await import("./local.ts");
} else {
  console.error(problem);
  process.exitCode = 1;
}
