// A worker of an application in a process of its own. It tells what it does on its output, and ends on SIGTERM as an
// application does.
import { setTimeout as sleep } from "node:timers/promises";
import { openContext } from "../../context/index.ts";
import { openQueues } from "../index.ts";

const context = openContext();
const queues = openQueues(context, { abandonedAfter: 1_000, grace: 1_500 });

queues.work({
  "takes a while": async ({ data, attempt }) => {
    console.log(`begin ${data} ${attempt}`);
    await sleep(500);
    console.log(`end ${data}`);
  },
  "takes for ever": async ({ data, signal }) => {
    console.log(`begin ${data}`);
    signal.addEventListener("abort", () => console.log(`abort ${data}`));
    await new Promise(() => {});
  },
});

process.once("SIGTERM", async () => {
  console.log("closing");
  await queues.close();
  await context.close();
  console.log("closed");
});
