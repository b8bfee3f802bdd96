import { SqlClient } from "../work/sql-client.ts";

/** Asks the primary how many replicas stream from it. */
export class ReplicationLook {
  readonly #client: SqlClient;
  readonly #wanted: number;

  constructor(url: string, wanted: number) {
    this.#client = new SqlClient(url);
    this.#wanted = wanted;
  }

  /** What is missing, in words; `null` when all of them do. */
  async lack(): Promise<string | null> {
    const { value } = await this.#client.attempt((session) =>
      session.query("SELECT count(*)::int AS n FROM tenfold.replication_status WHERE state = 'streaming'"),
    );
    if (value === null) return "the primary does not answer";
    const found = Number(value[0]?.n ?? 0);
    return found >= this.#wanted ? null : `${found} of ${this.#wanted} replicas stream from the primary`;
  }

  close(): void {
    this.#client.close();
  }
}
