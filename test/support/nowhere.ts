/**
 * The address of a server that is not there: connections to it are refused. The system gives out no port below 1024, so
 * that, unlike the port of a server that has stopped, no other test's server can get it. It is not port 1, which `fetch`
 * refuses to ask.
 */
export const nowhere = "http://127.0.0.1:2";
