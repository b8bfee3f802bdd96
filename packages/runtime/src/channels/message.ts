/** Of a message in its room: ascending, by the clock of Redis. `0-0` is before all. */
export type MessageId = string & { readonly __messageId: unique symbol };

export const FIRST = "0-0" as MessageId;

/** `null` when it is none. */
export function parseMessageId(text: unknown): MessageId | null {
  return typeof text === "string" && /^\d{1,16}-\d{1,16}$/.test(text) ? (text as MessageId) : null;
}

export function compareIds(a: MessageId, b: MessageId): number {
  const [aTime = 0, aNumber = 0] = a.split("-").map(Number);
  const [bTime = 0, bNumber = 0] = b.split("-").map(Number);
  return aTime - bTime || aNumber - bNumber;
}

/** A message as it is kept: it names the one before it, so that whoever has that one knows whether any is missing. */
export interface Message {
  readonly id: MessageId;
  readonly previous: MessageId;
  /** JSON. */
  readonly json: string;
}

/** What a client says. Anything else ends its connection. */
export type FromClient =
  | { readonly t: "join"; readonly room: string; readonly after?: string }
  | { readonly t: "leave"; readonly room: string }
  | { readonly t: "send"; readonly room: string; readonly n: number; readonly data: unknown }
  | { readonly t: "beat" };

/** What a client is told. `at`: where it is in the room from then on. */
export type FromServer =
  | { readonly t: "joined"; readonly room: string; readonly at: string; readonly gap: boolean; readonly here: string[] }
  | { readonly t: "refused"; readonly room: string; readonly why: string }
  | { readonly t: "m"; readonly room: string; readonly id: string; readonly prev: string; readonly data: unknown }
  | { readonly t: "gap"; readonly room: string; readonly at: string }
  | { readonly t: "here"; readonly room: string; readonly user: string; readonly here: boolean }
  | { readonly t: "done"; readonly n: number; readonly id: string | null }
  | { readonly t: "failed"; readonly n: number; readonly why: string }
  | { readonly t: "beat" };

const ROOM = /^[\w:.@-]{1,128}$/;

export function isRoom(name: unknown): name is string {
  return typeof name === "string" && ROOM.test(name);
}

/** `null` when it is not understood. */
export function parseFromClient(text: string): FromClient | null {
  let said: Readonly<Record<string, unknown>>;
  try {
    said = JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return null;
  }
  if (said === null || typeof said !== "object") return null;
  const { t, room, after, n, data } = said;
  if (t === "beat") return { t };
  if (!isRoom(room)) return null;
  if (t === "leave") return { t, room };
  if (t === "join")
    return after === undefined ? { t, room } : parseMessageId(after) && { t, room, after: String(after) };
  if (t === "send" && Number.isSafeInteger(n)) return { t, room, n: n as number, data };
  return null;
}

/** Without taking the JSON of its data apart. */
export function tellMessage(room: string, { id, previous, json }: Message): string {
  return `{"t":"m","room":${JSON.stringify(room)},"id":"${id}","prev":"${previous}","data":${json}}`;
}
