import { randomUUID } from "node:crypto";
import type { Lookup } from "../../fleet/references.ts";
import { CookieJar } from "./cookie-jar.ts";

/** One visitor: its cookies, and what it took from the answers that it got. */
export class Visitor {
  readonly jar: CookieJar = new CookieJar();
  readonly variables: Map<string, string> = new Map();
  readonly lookup: Lookup;

  /** `number`: from 1. */
  constructor(number: number, environment: Readonly<Record<string, string | undefined>>) {
    this.lookup = (name) => {
      if (name === "visitor") return String(number);
      if (name === "uuid") return randomUUID();
      return this.variables.get(name) ?? environment[name];
    };
  }
}
