import { z } from "zod";
import { type Bytes, bytes } from "../../units/bytes.ts";
import type { Millis } from "../../units/millis.ts";
import type { Port } from "../../units/port.ts";
import { filePath, positiveDuration, sizeFrom, tcpPort } from "../scalars.ts";
import { refuse, withTraits } from "../traits.ts";
import { parseRate, type RateLimit } from "./rate.ts";

/** Connections of visitors that a file may ask for. */
export const MOST_CONNECTIONS = 1_000_000;

export type { RateLimit } from "./rate.ts";

export type BalancerEngine = "haproxy" | "nginx";
export type Tls = false | "self-signed" | { readonly certificate: string; readonly key: string };

export interface Timeouts {
  readonly connect: Millis;
  readonly request: Millis;
  readonly idle: Millis;
  readonly websocket: Millis;
  readonly queue: Millis;
}

/** The edge: the one address that visitors use. */
export interface Balancer {
  readonly engine: BalancerEngine;
  readonly host: string;
  /** `null`: 8080, or the next one free. */
  readonly port: Port | null;
  readonly tls: Tls;
  readonly rateLimit: RateLimit | false;
  readonly gzip: boolean;
  readonly securityHeaders: boolean;
  readonly maxBody: Bytes;
  readonly maxConnections: number;
  readonly timeouts: Timeouts;
}

const rate = z.string().transform((text, context): RateLimit => {
  const parsed = parseRate(text);
  return parsed === undefined ? refuse(context, text) : parsed;
});

const engine = z.enum(["haproxy", "nginx"]);

const host = withTraits(z.string().regex(/^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$/), {
  expects: "an address without a port, such as 127.0.0.1 or 0.0.0.0",
});

const timeouts = z
  .strictObject({
    connect: positiveDuration.prefault("3s").describe("To connect to an instance."),
    request: positiveDuration
      .prefault("60s")
      .describe("Between two reads of an instance's answer; a request that is silent for longer gets a 504."),
    idle: positiveDuration.prefault("60s").describe("A visitor's connection without a request is closed after this."),
    websocket: positiveDuration.prefault("1h").describe("A WebSocket on which nothing travels is closed after this."),
    queue: positiveDuration
      .prefault("30s")
      .describe("A request that found every instance busy waits this long, then gets a 503."),
  })
  .meta({ id: "Timeouts" });

const tlsFiles = z
  .strictObject({
    certificate: filePath.describe("PEM file with the certificate and its chain."),
    key: filePath.describe("PEM file with the private key."),
  })
  .meta({ id: "TlsFiles" });

const fields = z
  .strictObject({
    engine: engine.prefault("haproxy").describe("The program."),
    host: host.prefault("127.0.0.1").describe("The address to listen on; 0.0.0.0 opens it to the network."),
    port: tcpPort.optional().describe("The port to listen on. Absent: 8080, or the next one free."),
    tls: z
      .union([z.literal("self-signed"), tlsFiles, z.literal(false)])
      .prefault(false)
      .describe("TLS from given files, or with a self-signed certificate for development."),
    rateLimit: z
      .union([withTraits(rate, { expects: "a rate such as 100/min, 10/s or 1000/10m" }), z.literal(false)])
      .prefault(false)
      .describe("Requests from one address, such as 100/min; more get a 429 with Retry-After."),
    gzip: z.boolean().prefault(true).describe("Whether text answers are compressed."),
    securityHeaders: z
      .boolean()
      .prefault(true)
      .describe("Whether the usual security headers are added where the application sets none."),
    maxBody: sizeFrom(bytes(1)).prefault("10mb").describe("A larger request body gets a 413."),
    maxConnections: z
      .number()
      .int()
      .min(10)
      .max(MOST_CONNECTIONS)
      .prefault(10_000)
      .describe("Connections of visitors at once."),
    timeouts: timeouts.prefault({}).describe("How long things may take."),
  })
  .meta({ id: "Balancer" });

export const balancer: z.ZodType<Balancer> = z
  .union([engine.transform((name) => fields.parse({ engine: name })), fields])
  .transform((value) => ({ ...value, port: value.port ?? null }));
