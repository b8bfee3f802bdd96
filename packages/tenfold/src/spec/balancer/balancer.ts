import { z } from "zod";
import type { Bytes } from "../../units/bytes.ts";
import { mebibytes } from "../../units/bytes.ts";
import { type Millis, parseDuration, seconds } from "../../units/millis.ts";
import type { Port } from "../../units/port.ts";
import { duration, size, tcpPort } from "../scalars.ts";

export type BalancerEngine = "haproxy" | "nginx";
export type Tls = false | "self-signed" | { readonly certificate: string; readonly key: string };

/** At most `requests` in any window of `per` from one address. */
export interface RateLimit {
  readonly requests: number;
  readonly per: Millis;
}

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

const PER: Readonly<Record<string, string>> = {
  s: "1s",
  sec: "1s",
  second: "1s",
  m: "1m",
  min: "1m",
  minute: "1m",
  h: "1h",
  hour: "1h",
};

/** Reads `100/min`, `10/s`, `1000/10m`. */
function parseRate(text: string): RateLimit | undefined {
  const match = /^(\d+)\s*\/\s*(\d*\s*[a-z]+)$/i.exec(text.trim());
  const per =
    match?.[2] === undefined ? undefined : parseDuration((PER[match[2].toLowerCase()] ?? match[2]).replaceAll(" ", ""));
  const requests = Number(match?.[1]);
  return per === undefined || per === 0 || requests < 1 ? undefined : { requests, per };
}

const rate = z.string().transform((text, context): RateLimit => {
  const parsed = parseRate(text);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: "custom", message: "is no rate; write for example 100/min", input: text });
  return z.NEVER;
});

const timeouts = z.strictObject({
  connect: duration.default(seconds(3)).describe("To connect to an instance."),
  request: duration
    .default(seconds(60))
    .describe("Between two reads of an instance's answer; a request that is silent for longer gets a 504."),
  idle: duration.default(seconds(60)).describe("A visitor's connection without a request is closed after this."),
  websocket: duration.default(seconds(3600)).describe("A WebSocket on which nothing travels is closed after this."),
  queue: duration
    .default(seconds(30))
    .describe("A request that found every instance busy waits this long, then gets a 503."),
});

const fields = z.strictObject({
  engine: z.enum(["haproxy", "nginx"]).default("haproxy").describe("The program."),
  host: z.string().min(1).default("127.0.0.1").describe("The address to listen on; 0.0.0.0 opens it to the network."),
  port: tcpPort
    .optional()
    .transform((value): Port | null => value ?? null)
    .describe("The port to listen on. Absent: 8080, or the next one free."),
  tls: z
    .union([
      z.literal(false),
      z.literal("self-signed"),
      z.strictObject({
        certificate: z.string().min(1).describe("PEM file with the certificate and its chain."),
        key: z.string().min(1).describe("PEM file with the private key."),
      }),
    ])
    .default(false)
    .describe("TLS from given files, or with a self-signed certificate for development."),
  rateLimit: z
    .union([z.literal(false), rate])
    .default(false)
    .describe("Requests from one address, such as 100/min; more get a 429 with Retry-After."),
  gzip: z.boolean().default(true).describe("Whether text answers are compressed."),
  securityHeaders: z
    .boolean()
    .default(true)
    .describe("Whether the usual security headers are added where the application sets none."),
  maxBody: size.default(mebibytes(10)).describe("A larger request body gets a 413."),
  maxConnections: z.number().int().min(10).max(1_000_000).default(10_000).describe("Connections of visitors at once."),
  timeouts: timeouts.prefault({}).describe("How long things may take."),
});

export const balancer: z.ZodType<Balancer> = z.union([
  z.enum(["haproxy", "nginx"]).transform((engine) => fields.parse({ engine })),
  fields,
]);
