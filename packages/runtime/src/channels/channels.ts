import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { WebSocket, WebSocketServer } from "ws";
import { type Context, type Counter, loadPeer, type Part } from "../context/index.ts";
import { Fault, isFault } from "../fault/index.ts";
import { type EndpointOptions, type Identity, isFor, refuseUnknown, upgrade } from "./endpoint.ts";
import { textFrame } from "./frame.ts";
import { Log } from "./log.ts";
import { Member } from "./member.ts";
import { type FromClient, isRoom, type MessageId, parseFromClient } from "./message.ts";
import { type ChannelsOptions, type ChannelsRules, parseChannelsOptions } from "./options.ts";
import { Room } from "./room.ts";

const BEAT = textFrame('{"t":"beat"}');
/** What a client may have said that is not answered yet. */
const MOST_PENDING = 100;
const RESTART = 1012;
const POLICY = 1008;

/** WebSockets whose rooms reach over all instances, and whose clients come back to where they were. */
export class Channels implements Part {
  readonly #context: Context;
  readonly #rules: ChannelsRules;
  readonly #log: Log;
  readonly #rooms = new Map<string, Room>();
  readonly #members = new Set<Member>();
  readonly #counters: Readonly<Record<"published" | "slow" | "silent", Counter>>;
  readonly #ends: (() => void)[] = [];
  #wss: Promise<WebSocketServer> | undefined;
  #beating: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(context: Context, options: ChannelsOptions) {
    this.#context = context;
    this.#rules = parseChannelsOptions(options);
    const redis = context.redis("durable");
    this.#log = new Log(redis, this.#rules, context.clock, context.environment.instanceId);
    const { meters } = context;
    const dropped = (reason: string) =>
      meters.counter("tenfold_channels_dropped_total", "Clients that were cut.", { reason });
    this.#counters = {
      published: meters.counter("tenfold_channels_published_total", "Messages that were published here."),
      slow: dropped("slow"),
      silent: dropped("silent"),
    };
    meters.gauge("tenfold_channels_clients", "Clients that are connected here.", () => this.#members.size);
    meters.gauge("tenfold_channels_rooms", "Rooms with a client here.", () => this.#rooms.size);
    context.drains.add("sockets", (signal) => this.drain(signal));
    this.#ends.push(
      redis.onState((state) => {
        if (state === "ready") for (const room of this.#rooms.values()) room.resume();
      }),
    );
  }

  /** Publishes what JSON can hold to a room, on all instances. Gives its id. Faults: those of Redis, `TF_RT_OPTION`. */
  async publish(room: string, data: unknown): Promise<MessageId> {
    if (!isRoom(room)) throw new Fault("TF_RT_OPTION", `channels: ${JSON.stringify(room)} is no name of a room`);
    const id = await this.#log.publish(room, JSON.stringify(data) ?? "null");
    this.#counters.published.value += 1;
    return id;
  }

  /** The users who are in a room, on any instance. */
  async here(room: string): Promise<readonly string[]> {
    return await this.#log.enter(room, []);
  }

  /** Takes the WebSockets of a server of node:http: what `listen` of Express gives, `app.server` of Fastify. */
  attach<Who extends Identity>(server: Server, options: EndpointOptions<Who>): void {
    const { path = "/channels" } = options;
    const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (!isFor(request, path)) return refuseUnknown(server, socket);
      this.#open()
        .then((wss) => upgrade(wss, request, socket, { head, options, closed: () => this.#closed }))
        .then(
          (opened) => {
            if (opened !== null) this.#serve(opened, options);
          },
          (error: unknown) => {
            this.#context.warn("a WebSocket could not be opened", { error: String(error) });
            socket.destroy();
          },
        );
    };
    server.on("upgrade", onUpgrade);
    this.#ends.push(() => server.off("upgrade", onUpgrade));
  }

  /** Takes no more clients, and leads those that are here elsewhere, one after the other over `drainOver`. Idempotent. */
  async drain(signal: AbortSignal): Promise<void> {
    this.#closed = true;
    const members = [...this.#members];
    const pause = this.#rules.drainOver / Math.max(1, members.length);
    const started = performance.now();
    try {
      for (const [at, { ws }] of members.entries()) {
        ws.close(RESTART, "restart");
        // Many at a time where the pause would be less than a timer can be.
        const due = started + pause * (at + 1) - performance.now();
        if (due > 10) await sleep(due, undefined, { signal });
      }
      while (this.#members.size > 0) await sleep(20, undefined, { signal });
    } catch {
      // The time is over.
    }
    for (const { ws } of this.#members) ws.terminate();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#beating);
    for (const end of this.#ends.splice(0)) end();
    for (const { ws } of this.#members) ws.terminate();
    for (const room of this.#rooms.values()) room.close();
    this.#rooms.clear();
    (await this.#wss)?.close();
  }

  #open(): Promise<WebSocketServer> {
    this.#wss ??= loadPeer("ws", () => import("ws")).then(({ WebSocketServer: Wss }) => {
      this.#beating = setInterval(() => this.#beat(), this.#rules.beat).unref();
      return new Wss({
        noServer: true,
        clientTracking: false,
        perMessageDeflate: false,
        maxPayload: this.#rules.maxMessage,
      });
    });
    return this.#wss;
  }

  #serve<Who extends Identity>(
    { who, ws, raw }: { readonly who: Who; readonly ws: WebSocket; readonly raw: Socket },
    options: EndpointOptions<Who>,
  ): void {
    const onSlow = () => {
      this.#counters.slow.value += 1;
    };
    const member = new Member(who.user, ws, raw, { most: this.#rules.maxBuffered, onSlow });
    this.#members.add(member);
    const stopGuarding = options.guard?.(who, () => ws.close(POLICY, "over"));
    let pending = 0;
    // One after the other, so that what a client says keeps its order.
    let turn: Promise<void> = Promise.resolve();
    ws.on("message", (data, binary) => {
      member.heardAt = performance.now();
      const said = binary ? null : parseFromClient(String(data));
      if (said === null || pending >= MOST_PENDING)
        return ws.close(POLICY, said === null ? "not understood" : "too fast");
      if (said.t === "beat") return;
      pending += 1;
      turn = turn.then(async () => {
        await this.#hear(member, who, said, options);
        pending -= 1;
      });
    });
    ws.on("error", () => {});
    ws.on("close", () => {
      this.#members.delete(member);
      stopGuarding?.();
      for (const room of member.rooms) this.#leave(member, room);
    });
  }

  async #hear<Who extends Identity>(
    member: Member,
    who: Who,
    said: Exclude<FromClient, { readonly t: "beat" }>,
    options: EndpointOptions<Who>,
  ): Promise<void> {
    const { room } = said;
    try {
      if (said.t === "leave") return this.#leave(member, room);
      if (said.t === "join") return await this.#join(member, who, said, options);
      if (!member.rooms.has(room)) throw new Fault("TF_RT_CHANNEL_REFUSED", `not in ${room}`);
      if (options.receive === undefined) throw new Fault("TF_RT_CHANNEL_REFUSED", "nothing may be said here");
      const data = await options.receive(who, room, said.data);
      member.tell({ t: "done", n: said.n, id: data === undefined ? null : await this.publish(room, data) });
    } catch (error) {
      const why = isFault(error) ? error.code : "internal";
      if (!isFault(error)) this.#context.warn("a channel's function failed", { error: String(error) });
      if (said.t === "send") member.tell({ t: "failed", n: said.n, why });
      else member.tell({ t: "refused", room, why });
    }
  }

  async #join<Who extends Identity>(
    member: Member,
    who: Who,
    { room: name, after }: FromClient & { t: "join" },
    { mayJoin = () => true }: EndpointOptions<Who>,
  ): Promise<void> {
    if (!(await mayJoin(who, name))) throw new Fault("TF_RT_CHANNEL_REFUSED", `may not join ${name}`);
    if (!member.rooms.has(name) && member.rooms.size >= this.#rules.maxRooms) {
      throw new Fault("TF_RT_CHANNEL_REFUSED", `is in ${this.#rules.maxRooms} rooms`);
    }
    if (!this.#members.has(member)) return;
    const room = this.#rooms.get(name) ?? this.#make(name);
    member.rooms.add(name);
    // Who asks again wants to be told again from somewhere else.
    room.members.delete(member);
    try {
      await room.join(member, after === undefined ? null : (after as MessageId));
    } catch (error) {
      this.#leave(member, name);
      throw error;
    }
  }

  #make(name: string): Room {
    const room = new Room(name, this.#log, (error) => {
      if (!isFault(error)) this.#context.warn("a room could not be read", { room: name, error: String(error) });
    });
    this.#rooms.set(name, room);
    return room;
  }

  #leave(member: Member, name: string): void {
    member.rooms.delete(name);
    const room = this.#rooms.get(name);
    if (room === undefined) return;
    room.leave(member);
    const stays = [...room.members].some(({ user }) => user === member.user);
    // Where Redis is away it ends by itself.
    if (!stays) this.#log.leave(name, member.user).catch(() => {});
    if (!room.empty) return;
    room.close();
    this.#rooms.delete(name);
  }

  #beat(): void {
    const silent = performance.now() - this.#rules.beat * 3;
    for (const member of this.#members) {
      if (member.heardAt >= silent) {
        member.sendFrame(BEAT);
        continue;
      }
      this.#counters.silent.value += 1;
      member.ws.terminate();
    }
    for (const [name, { members }] of this.#rooms) {
      const users = [...new Set([...members].map(({ user }) => user))];
      this.#log.enter(name, users).catch(() => {});
    }
  }
}

/** Throws `TF_RT_NOT_CONFIGURED` without a durable Redis, and `TF_RT_OPTION`. */
export function openChannels(context: Context, options: ChannelsOptions = {}): Channels {
  return new Channels(context, options);
}
