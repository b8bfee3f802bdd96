import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type ChannelsClient, type ClientOptions, connectChannels } from "../channels/client/index.ts";
import {
  type Channels,
  type ChannelsOptions,
  type EndpointOptions,
  type Identity,
  openChannels,
} from "../channels/index.ts";
import type { Context } from "../context/index.ts";
import { eventually } from "./eventually.ts";
import { testContext } from "./test-context.ts";

/** An instance of an application with channels; a client is who its URL says: `?user=ada`. */
export interface ChannelsInstance extends AsyncDisposable {
  readonly channels: Channels;
  readonly context: Context;
  readonly server: Server;
  readonly port: number;
}

const whoOf = (request: IncomingMessage): Identity | null => {
  const user = new URL(request.url ?? "", "http://x").searchParams.get("user");
  return user === null ? null : { user };
};

export async function channelsInstance(
  env: Readonly<Record<string, string>>,
  options: ChannelsOptions = {},
  endpoint: Partial<EndpointOptions<Identity>> = {},
): Promise<ChannelsInstance> {
  const context = testContext(env, { redis: { deadline: 10_000, patience: 10_000 } });
  const channels = openChannels(context, options);
  const server = createServer((_, response) => void response.end("hello")).listen(0, "127.0.0.1");
  await once(server, "listening");
  channels.attach(server, { authorize: whoOf, ...endpoint });
  const close = async () => {
    await channels.close();
    server.closeAllConnections();
    server.close();
    await context.close();
  };
  const { port } = server.address() as AddressInfo;
  return { channels, context, server, port, [Symbol.asyncDispose]: close };
}

/** What a client was told of a room. */
export interface Listener extends Disposable {
  readonly client: ChannelsClient;
  readonly got: unknown[];
  readonly gaps: number[];
  readonly here: { users: readonly string[] };
  readonly refused: string[];
}

/** A client in a room that comes back at once. */
export function listen(port: number, user: string, room: string, options: ClientOptions = {}): Listener {
  const client = connectChannels(`ws://127.0.0.1:${port}/channels?user=${user}`, { random: () => 0.01, ...options });
  const told = {
    got: [] as unknown[],
    gaps: [] as number[],
    here: { users: [] as readonly string[] },
    refused: [] as string[],
  };
  client.join(room, {
    onMessage: (data) => void told.got.push(data),
    onGap: () => void told.gaps.push(told.got.length),
    onHere: (users) => {
      told.here.users = users;
    },
    onRefused: (why) => void told.refused.push(why),
  });
  return { client, ...told, [Symbol.dispose]: () => client.close() };
}

/** Until it is in its room. */
export async function joined({ here }: Listener, user: string): Promise<void> {
  await eventually(`${user} is there`, () => here.users.includes(user));
}
