import { networkInterfaces } from "node:os";

/** Whether an address can only be this machine: a loopback one, or one of its own. */
export function isOwnAddress(address: string, own: readonly string[]): boolean {
  const plain = address.toLowerCase().replace(/^::ffff:/, "");
  return (
    /^127\.\d+\.\d+\.\d+$/.test(plain) ||
    plain === "::1" ||
    plain === "0.0.0.0" ||
    plain === "::" ||
    own.includes(plain)
  );
}

/** The addresses of this machine's network interfaces. */
export function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address.toLowerCase()));
}
