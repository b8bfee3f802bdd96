import { createHash } from "node:crypto";
import { renameSync } from "node:fs";
import { Fault } from "../fault/fault.ts";
import { quote } from "../units/quote.ts";
import { readIfPresent, writeDurably } from "./durable-file.ts";
import type { StoredState } from "./state.ts";

/** Grows when an older Tenfold could misread what is written. */
const FORMAT = 1;

/** What reading the state gave. */
export type ReadState =
  | { readonly found: "nothing" }
  | { readonly found: "state"; readonly state: StoredState }
  /** The newest copy was damaged; this is the one before it. */
  | { readonly found: "previous"; readonly state: StoredState; readonly damaged: string };

function checksum(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function decode(text: string, path: string): StoredState | undefined {
  let envelope: unknown;
  try {
    envelope = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof envelope !== "object" || envelope === null || !("format" in envelope) || !("state" in envelope))
    return undefined;
  if (typeof envelope.format === "number" && envelope.format > FORMAT) {
    throw new Fault(
      "TF_STATE_NEWER",
      `${path} was written by a newer Tenfold: its format is ${envelope.format}, this one knows ${FORMAT}`,
      {
        hint: "use the newer version of Tenfold for this fleet (npm install --global tenfold@latest)",
      },
    );
  }
  if (!("checksum" in envelope) || envelope.checksum !== checksum(JSON.stringify(envelope.state))) return undefined;
  return complete(envelope.state as StoredState);
}

/** What earlier versions did not write, said in the most careful way. */
function complete(state: StoredState): StoredState {
  const careful: Pick<StoredState["topology"], "postgresVoters" | "postgresAlone"> = {
    postgresVoters: [],
    postgresAlone: false,
  };
  return { ...state, topology: { ...careful, ...state.topology } };
}

/** The file that holds a fleet's state, and its previous copy. */
export class StateFile {
  readonly path: string;
  readonly #previous: string;

  constructor(directory: string) {
    this.path = `${directory}/state.json`;
    this.#previous = `${directory}/state.previous.json`;
  }

  /** Reads without touching anything. Faults: TF_STATE_NEWER; TF_STATE_DAMAGED when neither copy can be read. */
  peek(): ReadState {
    const newest = readIfPresent(this.path);
    const older = readIfPresent(this.#previous);
    if (newest === undefined && older === undefined) return { found: "nothing" };
    const state = newest === undefined ? undefined : decode(newest, this.path);
    if (state !== undefined) return { found: "state", state };
    const previous = older === undefined ? undefined : decode(older, this.#previous);
    if (previous === undefined) {
      const present = [newest === undefined ? [] : [this.path], older === undefined ? [] : [this.#previous]].flat();
      const moves = present.map((path) => `mv ${quote(path)} ${quote(`${path}.damaged`)}`).join("; ");
      throw new Fault("TF_STATE_DAMAGED", `${this.path} cannot be read, and neither can its previous copy`, {
        hint: `move it away (${moves}) and run tenfold up: data directories, logs and secrets are kept and used again`,
      });
    }
    return { found: "previous", state: previous, damaged: this.path };
  }

  /** The same for whoever will write: a damaged file is put aside, never deleted. */
  read(now: number): ReadState {
    const read = this.peek();
    if (read.found !== "previous") return read;
    const damaged = `${this.path}.damaged-${now}`;
    if (readIfPresent(this.path) !== undefined) renameSync(this.path, damaged);
    return { ...read, damaged };
  }

  /** Durable when it returns. Faults: TF_DISK_FULL, TF_NOT_WRITABLE. */
  write(state: StoredState): void {
    const text = JSON.stringify(state);
    writeDurably(this.path, `{"format":${FORMAT},"checksum":"${checksum(text)}","state":${text}}\n`, this.#previous);
  }
}
