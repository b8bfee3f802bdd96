import type { OperationBody } from "../../api/server.ts";
import type { Request } from "../../engine/request.ts";
import type { Watch } from "../target.ts";
import type { EngineClient } from "./client.ts";

/** Gives the engine an order and follows it to its end; aborts of `watch` are passed on. Faults: those of the order. */
export async function giveOrder(client: EngineClient, request: Request, watch: Watch): Promise<void> {
  const body: OperationBody = {
    request,
    by: { pid: process.pid, user: process.env.USER ?? `uid ${process.getuid?.() ?? "?"}` },
    dryRun: watch.dryRun,
  };
  const cancel = (): void =>
    void client.post("/v1/cancel", { hurry: watch.hurry.aborted, name: request.name }).catch(() => {});
  const hurry = (): void => void client.post("/v1/hurry", {}).catch(() => {});
  watch.cancel.addEventListener("abort", cancel, { once: true });
  watch.hurry.addEventListener("abort", hurry, { once: true });
  try {
    watch.cancel.throwIfAborted();
    await client.stream("/v1/operations", body, watch.onEvent);
  } finally {
    watch.cancel.removeEventListener("abort", cancel);
    watch.hurry.removeEventListener("abort", hurry);
  }
}
