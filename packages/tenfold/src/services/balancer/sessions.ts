/** Something that HAProxy carries now: a request, a WebSocket, a TCP session. */
export interface Session {
  /** By which it can be shut. */
  readonly id: string;
  readonly backend: string;
  readonly server: string;
}

/**
 * Reads `show sess`. It is the one list that a worker that is leaving still answers with: its statistics leave out
 * proxies that were stopped, and its servers can no longer be changed.
 */
export function parseSessions(text: string): Session[] {
  return text.split("\n").flatMap((line) => {
    const found = /^(0x[0-9a-f]+): .* be=(\S+) srv=(\S+) /.exec(line);
    const [, id, backend, server] = found ?? [];
    return id === undefined || backend === undefined || server === undefined ? [] : [{ id, backend, server }];
  });
}
