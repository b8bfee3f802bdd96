import { randomBytes } from "node:crypto";
import type { FleetEvent } from "@tenfold/protocol";
import { Fault } from "../fault/fault.ts";
import { describeStep, type PlannedStep, subjectOf } from "../fleet/step.ts";
import type { History } from "../journal/history.ts";
import { Beside } from "./beside.ts";
import type { Events } from "./events.ts";
import { execute } from "./execute.ts";
import type { Performer } from "./perform.ts";

/** Who asked for an operation. */
export interface Caller {
  readonly pid: number;
  readonly user: string;
}

/** An operation under way: the lock's holder. */
export interface Operation {
  readonly id: string;
  /** The command: `up`, `scale`, ... */
  readonly name: string;
  readonly by: Caller;
  readonly startedAt: number;
  /** Aborts it; its reason is a TF_CANCELLED fault. */
  readonly cancel: AbortController;
  /** Aborts waiting for what is in flight. */
  readonly hurry: AbortController;
  /** What may grow while it is under way. */
  readonly beside: Beside;
  /** Settles when it has ended, however. */
  readonly ended: Promise<void>;
}

/** The engine itself, when it mends something. Gives way to whoever else asks. */
export const ENGINE: Caller = { pid: process.pid, user: "the engine" };

/** The engine itself, when it finishes something that must not be left half done. */
export const ENGINE_FIRMLY: Caller = { pid: process.pid, user: "the engine" };

/** Operations that end by bringing the whole fleet about, as a change of counts does: it may take over from them. */
const CONVERGING: ReadonlySet<string> = new Set(["scale", "resume", "retire"]);

/** Whether what the engine does by itself gives way to another thing that it does. */
export function givesWay({ by, name }: Pick<Operation, "by" | "name">, to: string): boolean {
  return by === ENGINE && (name === to || (to === "scale" && CONVERGING.has(name)));
}

/** One operation at a time: the lock, the journal of its steps, and the events that tell of it. */
export class Operations {
  readonly #events: Events;
  readonly #history: History;
  readonly #now: () => number;
  #current: Operation | null = null;

  constructor(parts: { events: Events; history: History; now: () => number }) {
    this.#events = parts.events;
    this.#history = parts.history;
    this.#now = parts.now;
  }

  get current(): Operation | null {
    return this.#current;
  }

  /** Ends what the engine does by itself first, unless it begins another thing that does not replace it. Fault: TF_LOCKED, naming who holds the lock. */
  async run<T>(name: string, by: Caller, body: (operation: Operation) => Promise<T>): Promise<T> {
    while (this.#current?.by === ENGINE && (by !== ENGINE || givesWay(this.#current, name))) {
      this.#current.cancel.abort(new Fault("TF_CANCELLED", `${this.#current.name} gave way to ${name}`));
      await this.#current.ended;
    }
    const held = this.#current;
    if (held !== null) {
      const since = Math.round((this.#now() - held.startedAt) / 1000);
      throw new Fault(
        "TF_LOCKED",
        `another operation is under way: ${held.name}, started ${since} s ago by ${held.by.user} (pid ${held.by.pid})`,
        {
          hint: "wait until it has ended, or end it with Ctrl-C where it was started",
        },
      );
    }
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const operation: Operation = {
      id: randomBytes(6).toString("hex"),
      name,
      by,
      startedAt: this.#now(),
      cancel: new AbortController(),
      hurry: new AbortController(),
      beside: new Beside(),
      ended,
    };
    this.#current = operation;
    this.#record(operation, "started");
    try {
      const result = await body(operation);
      this.#record(operation, "done");
      return result;
    } catch (error) {
      this.#record(operation, "failed", error instanceof Error ? error.message : String(error));
      throw error;
    } finally {
      this.#current = null;
      end();
    }
  }

  /** Runs a plan to its end. Throws the first failure, with the others told in its lines. */
  async carryOut(
    operation: Operation,
    plan: readonly PlannedStep[],
    performer: Pick<Performer, "perform">,
  ): Promise<void> {
    const steps = plan.map(({ step }) => describeStep(step));
    this.#emit({ kind: "operation", at: this.#now(), id: operation.id, name: operation.name, steps });
    const { failures } = await execute(plan, {
      signal: operation.cancel.signal,
      perform: (step, signal) => performer.perform(step, signal),
      tell: (step, outcome, error) => {
        const detail = error === undefined ? null : error instanceof Error ? error.message : String(error);
        this.#emit({
          kind: "step",
          at: this.#now(),
          step: { kind: step.step.kind, subject: subjectOf(step.step) },
          outcome,
          detail,
        });
        // What could not be mended is tried again as a whole, instead of waiting for the rest of it.
        if (outcome === "failed" && operation.name === "mend") operation.cancel.abort(error);
        this.#history.append({
          at: this.#now(),
          kind: "step",
          subject: step.id,
          event: outcome,
          detail: detail ?? undefined,
        });
      },
    });
    const [first, ...others] = failures;
    if (first === undefined) return;
    throw merge(
      first.error,
      others.map(({ error }) => error),
    );
  }

  #record(operation: Operation, event: string, detail?: string): void {
    this.#history.append({
      at: this.#now(),
      kind: "operation",
      subject: `${operation.name} ${operation.id}`,
      event,
      detail,
    });
  }

  #emit(event: FleetEvent): void {
    this.#events.emit(event);
  }
}

/** The first failure, and what else failed in a line each. A bug among them wins: its stack must be seen. */
function merge(first: unknown, others: readonly unknown[]): unknown {
  const bug = [first, ...others].find((error) => !(error instanceof Fault));
  if (bug !== undefined || !(first instanceof Fault)) return bug;
  const told = [...new Set(others.map((error) => (error instanceof Fault ? error.message : "")))].filter(
    (message) => message !== first.message,
  );
  if (told.length === 0) return first;
  return new Fault(first.code, first.message, {
    hint: first.hint,
    lines: [...first.lines, ...(first.lines.length > 0 ? [""] : []), ...told.map((message) => `also: ${message}`)],
  });
}
