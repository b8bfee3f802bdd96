/** A server line of HAProxy, as `show servers state` tells. */
export interface ServerState {
  readonly backend: string;
  readonly name: string;
  readonly id: number;
  readonly address: string;
  readonly port: number;
  /** Whether requests may go to it, as far as whoever configures it says: neither in maintenance nor draining. */
  readonly enabled: boolean;
  /** Whether its health checks, if it has any, say that it works. */
  readonly up: boolean;
}

/** Maintenance and drain, set by command, inherited, or for want of an address. 0x04 tells only how it started. */
const OUT = 0x01 | 0x02 | 0x08 | 0x10 | 0x20;

/** Reads what `show servers state` answers. */
export function parseServerStates(text: string): ServerState[] {
  const rows = text.split("\n");
  const header = rows.find((line) => line.startsWith("# "));
  if (header === undefined) return [];
  const columns = header.slice(2).split(" ");
  return rows
    .filter((line) => /^\d+ \S+ /.test(line))
    .map((line) => {
      const values = line.split(" ");
      const value = (name: string): string => values[columns.indexOf(name)] ?? "";
      return {
        backend: value("be_name"),
        name: value("srv_name"),
        id: Number(value("srv_id")),
        address: value("srv_addr"),
        port: Number(value("srv_port")),
        enabled: (Number(value("srv_admin_state")) & OUT) === 0,
        up: Number(value("srv_op_state")) !== 0,
      };
    });
}
