import { existsSync, readFileSync } from "node:fs";

/** The first Node release that runs TypeScript files directly. */
const minimumNode = [22, 18];

/**
 * Why nothing can be started with this Node and what is installed below `root`, in one line that says what to do;
 * `undefined` when it can.
 *
 * @param {string} nodeVersion
 * @param {URL} root
 * @returns {string | undefined}
 */
export function findProblem(nodeVersion, root) {
  const missing = findMissing(root);
  if (missing !== undefined) return `${missing} Run npm ci, then npm start.`;
  if (isOldNode(nodeVersion)) {
    return `Node ${nodeVersion} is too old: Node ${minimumNode.join(".")} or later is needed. npm ci brings one for npm start, unless it leaves optional packages out.`;
  }
  return undefined;
}

function isOldNode(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [minimumMajor, minimumMinor] = minimumNode;
  return major < minimumMajor || (major === minimumMajor && minor < minimumMinor);
}

function findMissing(root) {
  if (!existsSync(new URL("node_modules/", root))) return "The packages are not installed.";
  const { dependencies } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
  // The embedded engine is a development dependency and not needed with another engine, so starting the engine checks
  // for it.
  const missing = Object.keys(dependencies).find((name) => !existsSync(new URL(`node_modules/${name}/`, root)));
  return missing === undefined ? undefined : `The package ${missing} is not installed.`;
}
