import { hash, randomBytes } from "node:crypto";

/** What a browser keeps: 256 random bits. Whoever has it is the session, so it is stored nowhere but there. */
export type SessionId = string & { readonly __unit: "SessionId" };

/** By which the server knows a session: one who reads the store cannot take a session over. */
export type SessionHash = string & { readonly __unit: "SessionHash" };

const BYTES = 32;
const FORM = /^[\w-]{43}$/;

export function createSessionId(): SessionId {
  return randomBytes(BYTES).toString("base64url") as SessionId;
}

/** `null` for what no `createSessionId` has made. */
export function parseSessionId(text: string): SessionId | null {
  return FORM.test(text) ? (text as SessionId) : null;
}

export function hashSessionId(id: SessionId): SessionHash {
  return hash("sha256", id, "base64url") as SessionHash;
}
