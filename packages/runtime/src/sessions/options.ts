import { Fault } from "../fault/index.ts";
import type { CookieForm } from "./cookie.ts";

export interface SessionsOptions {
  /** Milliseconds without a request after which a session ends. Default 14 days. */
  readonly idle?: number;
  /** Milliseconds after which a session ends however busy it is, counted from the login. Default 90 days. */
  readonly absolute?: number;
  /** Milliseconds after which a request prolongs `idle` again. Default a minute, at most half of `idle`. */
  readonly renewAfter?: number;
  /** Cookie: its name without prefix (`session`), `secure` (true), `sameSite` (`lax`), `persistent` (true). */
  readonly cookie?: Partial<CookieForm> & { readonly persistent?: boolean };
  /** Origins of other sites that may send what changes something: `https://partner.example`. */
  readonly trustedOrigins?: readonly string[];
  /** Bytes that the fields of one save may have. Default 65,536. */
  readonly maxBytes?: number;
  /**
   * When Redis is away, a request that brings a session is refused with 503 (`refuse`, the default) or served as if it had
   * brought none (`anonymous`).
   */
  readonly whenAway?: "refuse" | "anonymous";
}

export interface SessionRules {
  readonly idle: number;
  readonly absolute: number;
  readonly renewAfter: number;
  readonly cookie: CookieForm;
  readonly persistent: boolean;
  readonly trustedOrigins: ReadonlySet<string>;
  readonly maxBytes: number;
  readonly whenAway: "refuse" | "anonymous";
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Fills in the defaults. Throws `TF_RT_OPTION` with every problem. */
export function parseSessionsOptions(options: SessionsOptions): SessionRules {
  const { idle = 14 * DAY, absolute = 90 * DAY, maxBytes = 65_536 } = options;
  const { name = "session", secure = true, sameSite = "lax", persistent = true } = options.cookie ?? {};
  const renewAfter = options.renewAfter ?? Math.min(MINUTE, idle / 2);
  const problems: string[] = [];
  const demand = (holds: boolean, problem: string) => {
    if (!holds) problems.push(problem);
  };
  demand(idle >= 1_000, `sessions.idle: ${idle} ms is less than a second`);
  demand(absolute >= idle, `sessions.absolute: ${absolute} ms is less than sessions.idle, ${idle} ms`);
  demand(
    renewAfter >= 0 && renewAfter <= idle / 2,
    `sessions.renewAfter: ${renewAfter} ms is not from 0 to half of sessions.idle`,
  );
  demand(maxBytes > 0, `sessions.maxBytes: ${maxBytes} is not positive`);
  demand(
    /^[\w.-]+$/.test(name) && !name.startsWith("__"),
    `sessions.cookie.name: ${JSON.stringify(name)}: expected letters, digits, "_", ".", "-", and no prefix`,
  );
  demand(sameSite !== "none" || secure, "sessions.cookie: sameSite none needs secure");
  for (const origin of options.trustedOrigins ?? []) {
    const found = URL.parse(origin)?.origin;
    demand(found === origin, `sessions.trustedOrigins: ${origin}: expected an origin such as https://partner.example`);
  }
  if (problems.length > 0) throw new Fault("TF_RT_OPTION", problems.join("; "), { lines: problems });
  return {
    idle,
    absolute,
    renewAfter,
    maxBytes,
    cookie: { name, secure, sameSite },
    persistent,
    trustedOrigins: new Set(options.trustedOrigins),
    whenAway: options.whenAway ?? "refuse",
  };
}
