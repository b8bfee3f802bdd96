/** A request and its answer, as far as a token is concerned. */
export interface Exchange {
  /** What the framework hands to handlers: a request, or Hono's context. */
  readonly carrier: object;
  /** Milliseconds since 1970. */
  readonly now: number;
  header(name: string): string | undefined;
  /** Adds a header to the answer. */
  append(name: string, value: string): void;
}

/** How a token travels from one request of a visitor to the next. */
export interface TokenCarrier {
  read(exchange: Exchange): string | null;
  /** Before the answer is sent, when the request has written. */
  write(exchange: Exchange, token: string): void | Promise<void>;
}
