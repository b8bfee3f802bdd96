import type { Fleet } from "../../fleet/fleet.ts";
import { cookieName, servingTargets, targets } from "../edge/edge.ts";
import { slotLines, webSlots } from "./slots.ts";
import { section } from "./words.ts";

/** The backend of the release on trial. */
export const TRIAL = "trial";

/** Of those who are new, in thousandths: HAProxy draws whole numbers. */
function thousandths(share: number): number {
  return Math.round(share * 10);
}

/** Who gets the release on trial: whoever had it before, and a share of those who are new. */
export function trialRules({ spec, web }: Fleet): string[] {
  if (web.canary === null) return [];
  const { sticky, balance } = spec.web;
  const share = thousandths(web.canary.share);
  const use = (condition: string): string => `use_backend ${TRIAL} if { nbsrv(${TRIAL}) gt 0 } ${condition}`;
  // An address always gives the same answer, so that its visitor stays on one side.
  if (sticky === "ip" || balance === "ip") return [use(`{ src,djb2(1),mod(1000) lt ${share} }`)];
  if (sticky === false) return [use(`{ rand(1000) lt ${share} }`)];
  const cookie = `req.cook(${cookieName(spec)})`;
  const own = web.canary.indexes.map((index) => `web-${index}`).join(" ");
  return [use(`{ ${cookie} -m str ${own} }`), use(`!{ ${cookie} -m found } { rand(1000) lt ${share} }`)];
}

/**
 * The instances on trial, with all others behind them: a request that finds none of the first, or whose instance fails
 * it, goes to one of the second. So a release that fails on trial costs its visitors a retry.
 */
export function trialSection(fleet: Fleet, checks: readonly string[]): string[] {
  const { spec, web, topology } = fleet;
  if (web.canary === null) return [];
  const { sticky } = spec.web;
  const secure = spec.balancer.tls === false ? "" : " secure";
  const { indexes } = web.canary;
  const taken = [...servingTargets(fleet), ...targets(fleet, topology.canary)];
  return [
    section(`backend ${TRIAL} from web`, [
      "option allbackups",
      // The first attempts may meet the same instance, which is down only a moment after it has failed.
      "retries 3",
      ...(sticky === "cookie"
        ? [`cookie ${cookieName(spec)} insert indirect nocache httponly${secure} attr SameSite=Lax`]
        : []),
      ...checks,
      "default-server observe layer4 error-limit 1 on-error mark-down",
      ...slotLines("web", webSlots(fleet), taken, {
        cookies: sticky === "cookie",
        isBackup: (index) => !indexes.includes(index),
      }),
    ]),
  ];
}
