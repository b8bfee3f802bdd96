import type { Member } from "../../fleet/member.ts";

/** Where the router takes requests from the edge, in `paths.run`. */
export function requestSocketName(router: Member): string {
  return `${router.name}.sock`;
}

/** Where the router tells the engine what it is doing, in `paths.run`. */
export function controlSocketName(router: Member): string {
  return `${router.name}-control.sock`;
}

/** While this file is in `paths.run`, the edge asks visitors to make another connection for their next request. */
export function partingFlagName(edge: Member): string {
  return `${edge.name}.parting`;
}

/** How the edge tells the router who asks. Visitors cannot set it, and instances do not see it. */
export const VISITOR_HEADER = "X-Tenfold-Visitor";
export const VISITOR_VARIABLE = "$http_x_tenfold_visitor";
