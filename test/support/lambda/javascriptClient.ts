import { registerHooks } from "node:module";

// AWS's runtime interface client comes with a part in C++ that has to be compiled, which asks for tools that a
// newcomer's machine lacks. That part does three requests to the Runtime API; here JavaScript does them.
const replacement = new URL("./nativePart.ts", import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "./rapid-client.node" ? { url: replacement, shortCircuit: true } : next(specifier, context),
});
