import type { Fleet } from "../../fleet/fleet.ts";
import type { Rendering } from "../../fleet/launch.ts";
import type { Member } from "../../fleet/member.ts";
import { renderHaproxy } from "../haproxy/haproxy.ts";
import { renderNginx } from "../nginx/nginx.ts";
import { isNginx } from "./edge.ts";

/** A balancer, by the program that this member of the fleet is. */
export function renderBalancer(fleet: Fleet, member: Member): Rendering {
  return isNginx(fleet, member) ? renderNginx(fleet, member) : renderHaproxy(fleet, member);
}
