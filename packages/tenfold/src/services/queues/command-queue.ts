import { Writable } from "node:stream";
import type { Driver } from "../../drivers/driver.ts";
import type { QueueFigures } from "../../fleet/figures.ts";
import type { Launch } from "../../fleet/launch.ts";
import { seconds } from "../../units/millis.ts";
import { parseQueueAnswer } from "./command-answer.ts";
import { Unread } from "./unread.ts";

const TIMEOUT = seconds(30);
/** A look does not wait longer: what comes later is for the next one. */
const PATIENCE_MS = 2_000;
/** After the moment from which it may run again, an answer counts until the next must be there: a look, and its time. */
const NEXT_WITHIN_MS = TIMEOUT + 10_000;
/** A command that takes a second runs every ten: counting jobs must not take the machine from them. */
const MOST_OF_THE_TIME = 0.1;
const LONGEST_ANSWER = 4_096;
const SHOWN = 120;

type Answer =
  | { readonly at: number; readonly figures: QueueFigures }
  | { readonly at: number; readonly unread: string };

/** The first of an output. */
class Head extends Writable {
  text = "";

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.text.length < LONGEST_ANSWER) this.text += chunk.toString();
    done();
  }
}

async function ask(driver: Driver, launch: Launch, signal: AbortSignal): Promise<QueueFigures> {
  const head = new Head();
  const { code, signal: killed, output, timedOut } = await driver.run(launch, { timeout: TIMEOUT, signal, sink: head });
  if (timedOut) throw new Unread(`its command did not end within ${TIMEOUT / 1_000} s`);
  if (code === 0) return parseQueueAnswer(head.text);
  const said = output.trim().split("\n").at(-1) ?? "";
  throw new Unread(`its command exited with ${code ?? killed}${said === "" ? "" : `: ${said.slice(0, SHOWN)}`}`);
}

/** Runs a command that counts the jobs of one queue: never twice at once, and for a tenth of the time at most. */
export class CommandQueue {
  #running: Promise<void> | null = null;
  #notBefore = 0;
  #last: Answer | null = null;
  /** Whether it ever told an age: then none is told for an empty queue, which has none. */
  #tellsAge = false;

  /** The newest figures. Rejects with Unread when there are none. */
  async read(driver: Driver, launch: Launch, signal: AbortSignal): Promise<QueueFigures> {
    if (this.#running === null && Date.now() >= this.#notBefore)
      this.#running = this.#run(driver, launch, signal).finally(() => {
        this.#running = null;
      });
    if (this.#running !== null) await this.#patiently(this.#running);
    const last = this.#last;
    if (last === null) throw new Unread("its command has not answered yet");
    const age = Date.now() - last.at;
    if (Date.now() > Math.max(this.#notBefore, last.at) + NEXT_WITHIN_MS)
      throw new Unread(`its command has not answered for ${Math.round(age / 1_000)} s`);
    if ("unread" in last) throw new Unread(last.unread);
    return last.figures;
  }

  async #run(driver: Driver, launch: Launch, signal: AbortSignal): Promise<void> {
    const started = Date.now();
    try {
      const figures = await ask(driver, launch, signal);
      this.#tellsAge ||= figures.oldest !== null;
      const oldest = figures.oldest ?? (this.#tellsAge && figures.queued === 0 ? 0 : null);
      this.#last = { figures: { ...figures, oldest }, at: Date.now() };
    } catch (error) {
      const unread = error instanceof Error ? error.message : String(error);
      this.#last = {
        unread: error instanceof Unread ? unread : `its command could not run: ${unread}`,
        at: Date.now(),
      };
    }
    const took = Date.now() - started;
    this.#notBefore = started + took / MOST_OF_THE_TIME;
  }

  async #patiently(run: Promise<void>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, PATIENCE_MS);
    await Promise.race([run, promise]);
    clearTimeout(timer);
  }
}
