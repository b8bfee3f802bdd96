/** What tells where a request comes from. Header values as they were received; `undefined` when there was none. */
export interface Provenance {
  readonly method: string;
  /** Whether it asks for a WebSocket, to which the browser's rules for other sites do not apply. */
  readonly upgrade: boolean;
  readonly secFetchSite: string | undefined;
  readonly origin: string | undefined;
  readonly host: string | undefined;
}

const SAFE = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);

/**
 * Whether a browser sends it on behalf of another site: such a request carries the visitor's cookies and not the visitor's
 * will. Programs that are no browser send neither header, and carry no cookies that they were not given.
 */
export function isCrossSite(from: Provenance, trustedOrigins: ReadonlySet<string>): boolean {
  if (SAFE.has(from.method) && !from.upgrade) return false;
  const { secFetchSite, origin } = from;
  if (origin !== undefined && trustedOrigins.has(origin)) return false;
  if (secFetchSite !== undefined) return secFetchSite !== "same-origin" && secFetchSite !== "none";
  if (origin === undefined) return false;
  // Older browsers. The scheme is not known behind a balancer; host and port must be the same.
  return URL.parse(origin)?.host !== from.host?.toLowerCase();
}
