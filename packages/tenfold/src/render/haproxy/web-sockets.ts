import { seconds } from "../../units/millis.ts";
import { section, time } from "./words.ts";

/** Where the WebSockets of each instance are counted. */
export const WEB_SOCKETS_TABLE = "websockets";

/** The largest fleet twice, as while a release is rolled out. */
const SIZE = "2k";

/** From when an instance's last one was closed: an entry with open ones does not expire. */
const EXPIRE = seconds(60);

/**
 * Counts the WebSockets that each instance has, which HAProxy's statistics do not tell from requests. Whoever is answered
 * with 101 is counted for as long as its stream lasts. It is the counter that `latencyRules` uses for all other answers.
 */
export function webSocketRules(): string[] {
  return [`http-response track-sc1 srv_name table ${WEB_SOCKETS_TABLE} if { status 101 }`];
}

export function webSocketTable(): string {
  return section(`backend ${WEB_SOCKETS_TABLE} from base`, [
    `stick-table type string len 12 size ${SIZE} expire ${time(EXPIRE)} store conn_cur`,
  ]);
}
