import { registerHooks } from "node:module";

// A part of AWS's runtime interface client is written in C++. Compiling it needs tools that a newcomer's machine may
// lack. That part makes three requests to the Runtime API, and here JavaScript makes them.
const replacement = new URL("./nativePart.ts", import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "./rapid-client.node" ? { url: replacement, shortCircuit: true } : next(specifier, context),
});
