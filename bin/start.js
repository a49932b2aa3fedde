import { findProblem } from "../local/installation.js";

// Plain JavaScript that every Node reads: an old one could not even load the service to say that it is too old.
const problem = findProblem(process.versions.node, new URL("../", import.meta.url));
if (problem === undefined) {
  await import("./local.ts");
} else {
  console.error(problem);
  process.exitCode = 1;
}
