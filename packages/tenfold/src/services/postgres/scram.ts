import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";

const ITERATIONS = 4096;

function keys(
  password: string,
  salt: Buffer,
  iterations: number,
): { readonly stored: string; readonly server: string } {
  const salted = pbkdf2Sync(password, salt, iterations, 32, "sha256");
  const client = createHmac("sha256", salted).update("Client Key").digest();
  return {
    stored: createHash("sha256").update(client).digest("base64"),
    server: createHmac("sha256", salted).update("Server Key").digest("base64"),
  };
}

/** What PostgreSQL stores instead of a password (RFC 5802): sent in its place, so that no statement ever holds one. */
export function scramVerifier(password: string): string {
  const salt = randomBytes(16);
  const { stored, server } = keys(password, salt, ITERATIONS);
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString("base64")}$${stored}:${server}`;
}

/** Whether a stored verifier is that of the password. */
export function verifierMatches(verifier: string, password: string): boolean {
  const match = /^SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):(.+)$/.exec(verifier);
  if (match?.[2] === undefined) return false;
  const { stored, server } = keys(password, Buffer.from(match[2], "base64"), Number(match[1]));
  return stored === match[3] && server === match[4];
}
