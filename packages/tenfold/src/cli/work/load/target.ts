import { Fault } from "../../../fault/fault.ts";
import { systemCode } from "../../../fault/system.ts";
import { isOwnAddress, ownAddresses } from "../../../load/http/own-host.ts";
import { type HttpTarget, resolveTargets } from "../../../load/http/target.ts";
import type { Context } from "../../context.ts";
import { tellNotes } from "../../watch.ts";

/** The URL that was typed or that the scenario names, or that of the fleet. Faults: TF_ARGUMENT, TF_NOT_RUNNING. */
export async function urlFor(context: Context, typed: string | null): Promise<URL> {
  if (typed !== null) {
    const url = URL.parse(/^[a-z]+:\/\//i.test(typed) ? typed : `http://${typed}`);
    if (url !== null && (url.username !== "" || url.password !== ""))
      throw new Fault("TF_ARGUMENT", "the URL holds a user or a password, which reports would show", {
        hint: "send it as a header, from a variable: --header 'Authorization: Basic ${CREDENTIALS}'",
      });
    if (url !== null && /^(https?|wss?):$/.test(url.protocol)) return url;
    throw new Fault("TF_ARGUMENT", `${JSON.stringify(typed)} is no URL that can be loaded`, {
      hint: "write for example http://127.0.0.1:3000/path, or nothing for the fleet in this directory",
    });
  }
  const report = await context.target.ps();
  tellNotes(context);
  const { app } = report.urls;
  if (report.state === "down" || app === undefined)
    throw new Fault("TF_NOT_RUNNING", `the fleet ${report.fleet} does not run`, {
      hint: "start it with tenfold up -d, or give a URL: tenfold load http://127.0.0.1:3000",
    });
  return new URL(app);
}

type Targets = Awaited<ReturnType<typeof resolveTargets>>;

/** Where the load may go. `others`: further addresses of the same host. */
export interface AllowedTarget {
  readonly target: HttpTarget;
  readonly others: readonly HttpTarget[];
  readonly isOwn: boolean;
}

/**
 * Where the load goes. Other machines than this one must be named a second time, so that no typing error and no script
 * loads what belongs to somebody else. Fault: TF_LOAD_HOST.
 */
export async function allowedTarget(url: URL, allowed: string | null): Promise<AllowedTarget> {
  let targets: Targets;
  try {
    targets = await resolveTargets(url);
  } catch (error) {
    throw new Fault("TF_LOAD_HOST", `the host ${url.hostname} is not known (${systemCode(error) ?? "no address"})`);
  }
  const [target] = targets;
  const own = ownAddresses();
  const isOwn = isOwnAddress(target.address, own);
  if (isOwn) return { target, isOwn, others: targets.slice(1).filter(({ address }) => isOwnAddress(address, own)) };
  if (allowed === target.host) return { target, isOwn, others: targets.slice(1) };
  const where = target.address === target.host ? "" : ` (${target.address})`;
  throw new Fault("TF_LOAD_HOST", `${target.host}${where} is not this machine`, {
    hint: `if it is yours to load, say so: --allow-host ${target.host}`,
  });
}
