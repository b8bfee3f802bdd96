import { renderTargets } from "../render/prometheus/prometheus.ts";
import type { Members } from "./members.ts";

/** Tells Prometheus which instances there are, whoever made or ended them: it reads its list again when that changes. */
export class ScrapeTargets {
  readonly #members: Members;
  #written = "";

  constructor(members: Members) {
    this.#members = members;
  }

  /** Never throws: a list that could not be written is written at the next look. */
  async refresh(): Promise<void> {
    const prometheus = this.#members.ofKind("prometheus")[0];
    if (prometheus === undefined || !this.#members.isAlive(prometheus.name)) return;
    const file = renderTargets(this.#members.fleet, prometheus);
    if (file.content === this.#written) return;
    try {
      await this.#members.driver.writeFiles([file]);
      this.#written = file.content;
    } catch {
      // The disk is full: whoever looks after that says so.
    }
  }
}
