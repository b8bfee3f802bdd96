import { hash, randomBytes } from "node:crypto";

/** 256 random bits that say nothing of the visitor. */
export function newVisitorId(): string {
  return randomBytes(32).toString("base64url");
}

/** What is stored instead of the id: whoever reads the store can not pretend to be a visitor. */
export function visitorKey(id: string): string {
  return hash("sha256", id, "base64url");
}
