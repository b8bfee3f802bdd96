import { type Lsn, laterLsn } from "../lsn.ts";
import { TOKEN_SECONDS, TokenSeal } from "../token.ts";
import type { TokenCarrier } from "./carrier.ts";

export interface SignedTokenOptions {
  /** Of the cookie. Default true: then its name is `__Host-read-after`, else `read-after`. */
  readonly secure?: boolean;
}

/** For clients of an API: an answer has it, and a request may bring it. */
export const HEADER = "x-read-after";

/**
 * In a signed cookie, and in a header for clients that keep no cookies; of what a request brings the later counts. The
 * secret is the same on all instances.
 */
export function signedToken(secret: string, { secure = true }: SignedTokenOptions = {}): TokenCarrier {
  const seal = new TokenSeal(secret);
  const name = secure ? "__Host-read-after" : "read-after";
  return {
    read({ header, now }) {
      const cookie = (header("cookie") ?? "").split("; ").find((pair) => pair.startsWith(`${name}=`));
      return laterLsn(seal.open(cookie?.slice(name.length + 1), now), seal.open(header(HEADER), now));
    },
    write({ append, now }, token) {
      const text = seal.seal(token as Lsn, now);
      append(HEADER, text);
      const attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}; Max-Age=${TOKEN_SECONDS}`;
      append("set-cookie", `${name}=${text}; ${attributes}`);
    },
  };
}
