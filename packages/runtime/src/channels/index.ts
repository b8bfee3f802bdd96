export { Channels, openChannels } from "./channels.ts";
export type { EndpointOptions, Identity } from "./endpoint.ts";
export type { MessageId } from "./message.ts";
export type { ChannelsOptions } from "./options.ts";
