import { memberNamed } from "../../fleet/data.ts";
import { routerOf } from "../../fleet/fleet.ts";
import { parseRouterAnswer, type RouterAnswer } from "../../render/nginx/router.ts";
import { controlSocketName } from "../../render/nginx/sockets.ts";
import type { Context } from "../service.ts";
import { askHttp } from "./probe.ts";

/** What the router says of itself. Throws when it does not answer. */
export async function askRouter({ fleet, signal }: Context): Promise<RouterAnswer> {
  const router = memberNamed(fleet, routerOf(fleet.spec));
  const socketPath = `${fleet.paths.run}/${controlSocketName(router)}`;
  const { status, body } = await askHttp({ at: { socketPath }, path: "/", tls: false, signal });
  const answer = parseRouterAnswer(body);
  if (status !== 200 || answer === null) throw new Error(`something else answers on ${socketPath} (status ${status})`);
  return answer;
}
