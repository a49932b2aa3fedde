/**
 * The SDK's cache of discovered endpoints, in place of the package that keeps them in an LRU cache. Nothing here asks the
 * SDK to discover endpoints, so the cache is made with each client and never used. If discovery were switched on, each
 * request would discover anew.
 */
export class EndpointCache {
  get() {
    return undefined;
  }
  getEndpoint() {
    return undefined;
  }
  set() {}
  has() {
    return false;
  }
  delete() {}
  clear() {}
}
