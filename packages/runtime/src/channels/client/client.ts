import { reconnectAfter } from "./reconnect.ts";

/** What is used of a WebSocket: that of a browser, of Node, or of `ws`. */
export interface SocketLike {
  readonly readyState: number;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: { readonly code: number }) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number): void;
}

export type ClientState = "connecting" | "open" | "waiting" | "closed";

export interface ClientOptions {
  /** Makes a connection. Default: `new WebSocket(url)`. */
  readonly open?: (url: string) => SocketLike;
  /** From 0 to 1, for the time until the next attempt. Default `Math.random`. */
  readonly random?: () => number;
  readonly onState?: (state: ClientState) => void;
  /** Milliseconds without a word after which a connection counts as lost. Default 45,000. */
  readonly silence?: number;
}

export interface RoomListener {
  /** Each message once, in the order of the room. */
  onMessage(data: unknown, id: string): void;
  /** Messages are missing: what they told is to be fetched otherwise. */
  onGap?(): void;
  /** Who is there: all at first, and after a connection was lost. */
  onHere?(users: readonly string[]): void;
  /** The server does not let this client in; `why` is a code. It asks no more. */
  onRefused?(why: string): void;
  /** Where to go on, when it is known from before: the id of the last message. */
  readonly after?: string;
}

interface Joined {
  readonly listener: RoomListener;
  last: string | null;
  /** Messages count from when the server has said where they begin. */
  settled: boolean;
  here: Set<string>;
}

interface Said {
  resolve(id: string | null): void;
  reject(error: Error): void;
}

type Told = Readonly<Record<string, unknown>> & { readonly t: string };

/**
 * A client of channels: it connects again by itself, and goes on in each room after the last message that it has given, so
 * that none is lost and none comes twice; where that cannot be, it says so by `onGap`. Runs in browsers and in Node.
 */
export class ChannelsClient {
  readonly #url: string;
  readonly #options: ClientOptions;
  readonly #rooms = new Map<string, Joined>();
  readonly #said = new Map<number, Said>();
  #socket: SocketLike | null = null;
  #state: ClientState = "waiting";
  #attempt = 0;
  #count = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(url: string, options: ClientOptions) {
    this.#url = url;
    this.#options = options;
    this.#connect();
  }

  get state(): ClientState {
    return this.#state;
  }

  /** Returns how to leave. A room has one listener: the last one. */
  join(room: string, listener: RoomListener): () => void {
    const joined: Joined = { listener, last: listener.after ?? null, settled: false, here: new Set() };
    this.#rooms.set(room, joined);
    this.#ask(room, joined);
    return () => {
      if (this.#rooms.get(room) !== joined) return;
      this.#rooms.delete(room);
      this.#tell({ t: "leave", room });
    };
  }

  /**
   * Says something in a room. Resolves when the server has done what it does with it, with the id under which it was
   * published, if it was. Rejects when it was refused, or when the connection was lost before the answer: then whether it
   * was done is not known.
   */
  send(room: string, data: unknown): Promise<string | null> {
    if (this.#state !== "open") return Promise.reject(new Error("not connected: nothing was sent"));
    this.#count += 1;
    const n = this.#count;
    return new Promise((resolve, reject) => {
      this.#said.set(n, { resolve, reject });
      this.#tell({ t: "send", room, n, data });
    });
  }

  /** For good. Idempotent. */
  close(): void {
    this.#enter("closed");
    clearTimeout(this.#timer);
    this.#drop();
  }

  #connect(): void {
    this.#enter("connecting");
    const open = this.#options.open ?? ((url: string) => new WebSocket(url) as unknown as SocketLike);
    const socket = open(this.#url);
    this.#socket = socket;
    this.#listen();
    socket.onopen = () => {
      this.#enter("open");
      for (const [room, joined] of this.#rooms) this.#ask(room, joined);
    };
    socket.onmessage = ({ data }) => {
      if (socket !== this.#socket) return;
      this.#listen();
      this.#hear(JSON.parse(String(data)) as Told);
    };
    // What is wrong is told by the close that follows.
    socket.onerror = () => {};
    socket.onclose = ({ code }) => {
      if (socket === this.#socket) this.#lost(code);
    };
  }

  #lost(code: number): void {
    this.#drop();
    if (this.#state === "closed") return;
    const after = reconnectAfter(code, this.#attempt, (this.#options.random ?? Math.random)());
    if (after === null) {
      this.#enter("closed");
      return;
    }
    this.#attempt += 1;
    this.#enter("waiting");
    this.#timer = setTimeout(() => this.#connect(), after);
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    clearTimeout(this.#silence);
    for (const { reject } of this.#said.values()) reject(new Error("the connection was lost before the answer"));
    this.#said.clear();
    for (const joined of this.#rooms.values()) joined.settled = false;
    socket?.close();
  }

  /** Waits for a word, of whatever kind. */
  #listen(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#lost(1006), this.#options.silence ?? 45_000);
  }

  #ask(room: string, joined: Joined): void {
    joined.settled = false;
    this.#tell(joined.last === null ? { t: "join", room } : { t: "join", room, after: joined.last });
  }

  #tell(what: object): void {
    if (this.#state === "open") this.#socket?.send(JSON.stringify(what));
  }

  #hear(told: Told): void {
    if (told.t === "beat") {
      this.#tell({ t: "beat" });
      return;
    }
    if (told.t === "done" || told.t === "failed") {
      this.#answer(told);
      return;
    }
    const room = String(told.room);
    const joined = this.#rooms.get(room);
    if (joined === undefined) return;
    if (told.t === "joined") {
      this.#settle(joined, told);
      return;
    }
    if (told.t === "refused") {
      if (/^TF_RT_(?:REDIS|CLOSED)/.test(String(told.why))) {
        this.#lost(1006);
        return;
      }
      this.#rooms.delete(room);
      joined.listener.onRefused?.(String(told.why));
      return;
    }
    if (!joined.settled) return;
    if (told.t === "m") {
      this.#take(room, joined, told);
      return;
    }
    if (told.t === "gap") {
      joined.last = String(told.at);
      joined.listener.onGap?.();
    } else if (told.t === "here") {
      if (told.here === true) joined.here.add(String(told.user));
      else joined.here.delete(String(told.user));
      joined.listener.onHere?.([...joined.here]);
    }
  }

  #settle(joined: Joined, told: Told): void {
    // That a connection opens says little; that it leads to a room says that all is well.
    this.#attempt = 0;
    joined.last = String(told.at);
    joined.settled = true;
    joined.here = new Set(told.here as string[]);
    if (told.gap === true) joined.listener.onGap?.();
    joined.listener.onHere?.([...joined.here]);
  }

  #take(room: string, joined: Joined, { id, prev, data }: Told): void {
    if (joined.last !== null && compare(String(id), joined.last) <= 0) return;
    // Something between is missing, which should not be: ask for it.
    if (prev !== joined.last) {
      this.#ask(room, joined);
      return;
    }
    joined.last = String(id);
    joined.listener.onMessage(data, String(id));
  }

  #answer({ t, n, id, why }: Told): void {
    const said = this.#said.get(Number(n));
    this.#said.delete(Number(n));
    if (t === "done") said?.resolve(id === null ? null : String(id));
    else said?.reject(new Error(String(why)));
  }

  #enter(state: ClientState): void {
    if (this.#state === state || this.#state === "closed") return;
    this.#state = state;
    this.#options.onState?.(state);
  }
}

function compare(a: string, b: string): number {
  const [aTime = 0, aNumber = 0] = a.split("-").map(Number);
  const [bTime = 0, bNumber = 0] = b.split("-").map(Number);
  return aTime - bTime || aNumber - bNumber;
}

/** Connects, and keeps being connected. `url`: `wss://example.org/channels`. */
export function connectChannels(url: string, options: ClientOptions = {}): ChannelsClient {
  return new ChannelsClient(url, options);
}
