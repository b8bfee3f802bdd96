import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from "node:crypto";
import { Fault } from "../fault/index.ts";
import { type Lsn, parseLsn } from "./lsn.ts";

/** For how long a token counts, in milliseconds: a replica that is later than that takes no reads anyway. */
const LASTS = 30_000;

/** A place in the log as it leaves the server: signed, or anybody could send all reads to the primary. */
export class TokenSeal {
  readonly #key: KeyObject;

  /** Throws `TF_RT_OPTION` for a secret of less than 32 characters. */
  constructor(secret: string) {
    if (secret.length < 32) {
      throw new Fault("TF_RT_OPTION", "the secret that signs tokens has less than 32 characters", {
        hint: "give every instance the same random one, from the environment",
      });
    }
    this.#key = createSecretKey(Buffer.from(secret));
  }

  seal(lsn: Lsn, now: number): string {
    const body = `${lsn.replace("/", "-")}.${(now + LASTS).toString(36)}`;
    return `${body}.${this.#sign(body).toString("base64url")}`;
  }

  /** `null` when it was not made here, or no longer counts. */
  open(text: string | undefined, now: number): Lsn | null {
    const [place = "", end = "", signature = ""] = text?.split(".") ?? [];
    const found = Buffer.from(signature, "base64url");
    const expected = this.#sign(`${place}.${end}`);
    if (found.length !== expected.length || !timingSafeEqual(found, expected)) return null;
    return Number.parseInt(end, 36) > now ? parseLsn(place.replace("-", "/")) : null;
  }

  #sign(body: string): Buffer {
    return createHmac("sha256", this.#key).update(body).digest().subarray(0, 16);
  }
}

/** In seconds, for a cookie. */
export const TOKEN_SECONDS: number = LASTS / 1_000;
