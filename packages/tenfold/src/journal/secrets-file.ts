import { randomBytes } from "node:crypto";
import { Fault } from "../fault/fault.ts";
import { SECRET_NAMES, type Secrets } from "../fleet/secrets.ts";
import { Secret } from "../units/secret.ts";
import { readIfPresent, writeDurably } from "./durable-file.ts";

interface Content {
  readonly generated: Readonly<Record<string, string>>;
  readonly environments: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

function isRecordOfText(value: unknown): value is Record<string, string> {
  return typeof value === "object" && value !== null && Object.values(value).every((text) => typeof text === "string");
}

function decode(text: string): Content | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("generated" in value) || !("environments" in value))
      return undefined;
    const { generated, environments } = value;
    if (!isRecordOfText(generated) || typeof environments !== "object" || environments === null) return undefined;
    if (!Object.values(environments).every(isRecordOfText)) return undefined;
    return { generated, environments: environments as Content["environments"] };
  } catch {
    return undefined;
  }
}

/** The one file that holds secrets: what Tenfold generated, and the variables of each release. Mode 0600. */
export class SecretsFile {
  readonly #path: string;
  #content: Content;
  #stored: string;

  /** Generates what is missing, without writing it. Fault: TF_STATE_DAMAGED. */
  constructor(directory: string) {
    this.#path = `${directory}/secrets.json`;
    const text = readIfPresent(this.#path);
    const content = text === undefined ? { generated: {}, environments: {} } : decode(text);
    if (content === undefined) {
      throw new Fault("TF_STATE_DAMAGED", `${this.#path} cannot be read, and the databases know no other passwords`, {
        hint: "restore the file from a backup; without it, the passwords of the databases have to be set anew by hand",
      });
    }
    const fresh = SECRET_NAMES.filter((name) => content.generated[name] === undefined).map(
      (name) => [name, randomBytes(24).toString("base64url")] as const,
    );
    this.#content = { ...content, generated: { ...content.generated, ...Object.fromEntries(fresh) } };
    this.#stored = text ?? "";
  }

  get secrets(): Secrets {
    const all = SECRET_NAMES.map((name) => [name, new Secret(this.#content.generated[name] ?? "")] as const);
    return Object.fromEntries(all) as Secrets;
  }

  /** The values of the variables that a release was made with. */
  environment(release: number): Readonly<Record<string, string>> {
    return this.#content.environments[release] ?? {};
  }

  /**
   * Writes the secrets, with a release's variables and without those of releases that are gone.
   * Faults: TF_DISK_FULL, TF_NOT_WRITABLE.
   */
  save(release: number, environment: Readonly<Record<string, string>>, known: readonly number[]): void {
    const kept = known.map((number) => [number, this.environment(number)] as const);
    this.#content = { ...this.#content, environments: { ...Object.fromEntries(kept), [release]: environment } };
    const text = `${JSON.stringify(this.#content, null, 2)}\n`;
    if (text === this.#stored) return;
    writeDurably(this.#path, text);
    this.#stored = text;
  }
}
