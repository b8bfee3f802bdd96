import type { Fleet } from "../../fleet/fleet.ts";
import { cookieName, type Target } from "../edge/edge.ts";
import { ownUpstreamName } from "./upstreams.ts";
import { map } from "./words.ts";

/** What the instance gets to see of the visitor's cookies: all but the one that is for the balancer. */
function foreignCookies(name: string): string[] {
  return map("$http_cookie", "$foreign_cookies", [
    [`"~^${name}=[^;]*;?$"`, '""'],
    [`"~^${name}=[^;]*; ?(?<cookies_after>.*)$"`, "$cookies_after"],
    [`"~^(?<cookies_before>.*); ?${name}=[^;]*;?$"`, "$cookies_before"],
    [`"~^(?<cookies_left>.*); ?${name}=[^;]*(?<cookies_right>; ?.*)$"`, '"$cookies_left$cookies_right"'],
    ["default", "$http_cookie"],
  ]);
}

/**
 * `sticky: cookie`, which free nginx has no word for. The cookie names an instance; for each that gets requests there is
 * an upstream of its own. Whoever was answered by another one than the cookie says gets a new cookie.
 */
export function stickyMaps(fleet: Fleet, targets: readonly Target[]): string[] {
  const name = cookieName(fleet.spec);
  const secure = fleet.spec.balancer.tls === false ? "" : "; Secure";
  return [
    ...map(`$cookie_${name}`, "$own", [
      ...targets.map((target) => [target.name, ownUpstreamName(target)] as const),
      ["default", "$shared"],
    ]),
    // The last that was asked answered. Nobody is named when the router asked itself: then the cookie is set there.
    ...map("$upstream_addr", "$answered", [
      ...targets.map((target) => [`~:${target.port}$`, target.name] as const),
      ["default", '""'],
    ]),
    ...map(`"$answered $cookie_${name}"`, "$new_cookie", [
      ['"~^ "', '""'],
      ['"~^(?<cookie_same>[^ ]+) \\k<cookie_same>$"', '""'],
      ['"~^(?<cookie_new>[^ ]+) "', `"${name}=$cookie_new; path=/; HttpOnly${secure}; SameSite=Lax"`],
    ]),
    // A cache must not give one visitor's cookie to another.
    ...map('"$new_cookie|$upstream_http_cache_control"', "$cookie_control", [
      ['"~^[^|]+\\|$"', "private"],
      ["default", '""'],
    ]),
    ...foreignCookies(name),
  ];
}

export function stickyHeaders(): string[] {
  return [
    "proxy_set_header Cookie $foreign_cookies;",
    "add_header Set-Cookie $new_cookie always;",
    "add_header Cache-Control $cookie_control always;",
  ];
}
