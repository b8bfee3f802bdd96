import { laterLsn, parseLsn } from "../lsn.ts";
import type { TokenCarrier } from "./carrier.ts";

/** What is used of a session. */
export interface TokenSession {
  readonly state: "new" | "stored" | "gone";
  get(name: string): unknown;
  update(name: string, change: (value: unknown) => unknown): Promise<unknown>;
}

const FIELD = "readAfter";

/** In the session of the visitor, where requests at the same time keep the later one. Visitors without one have none. */
export function sessionToken(sessionOf: (carrier: object) => TokenSession): TokenCarrier {
  return {
    read: ({ carrier }) => parseLsn(sessionOf(carrier).get(FIELD)),
    async write({ carrier }, token) {
      const session = sessionOf(carrier);
      if (session.state !== "stored") return;
      await session.update(FIELD, (known) => laterLsn(parseLsn(known), parseLsn(token)));
    },
  };
}
