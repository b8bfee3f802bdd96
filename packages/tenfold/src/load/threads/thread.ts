// The entry of a thread that runs a share of a load.
import { parentPort, workerData } from "node:worker_threads";
import type { LoadPlan } from "../run/plan.ts";
import { runLoad } from "../run/run-load.ts";
import type { FromThread, ToThread } from "./messages.ts";

const port = parentPort;
if (port === null) throw new Error("this file is for a thread");
const stop = new AbortController();
const hurry = new AbortController();
const post = (message: FromThread): void => port.postMessage(message);
port.on("message", async (message: ToThread) => {
  switch (message) {
    case "stop":
      stop.abort();
      break;
    case "hurry":
      hurry.abort();
      break;
    case "go": {
      const data = await runLoad(workerData as LoadPlan, {
        signal: stop.signal,
        hurry: hurry.signal,
        onSnapshot: (snapshot) => post({ kind: "snapshot", snapshot }),
      });
      post({ kind: "end", data });
      port.close();
      break;
    }
    default:
      message satisfies never;
  }
});
post({ kind: "ready" });
