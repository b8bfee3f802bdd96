export {
  ChannelsClient,
  type ClientOptions,
  type ClientState,
  connectChannels,
  type RoomListener,
  type SocketLike,
} from "./client.ts";
