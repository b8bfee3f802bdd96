import { describeQueues } from "../conformance/index.ts";
import { MemoryBackend } from "./memory-backend.ts";

describeQueues("memory", async () => {
  const backend = new MemoryBackend();
  return {
    backend,
    // Its other processes are this one, and do not close it.
    another: () =>
      new Proxy(backend, {
        get(target, name) {
          if (name === "close") return async () => {};
          const value = Reflect.get(target, name, target);
          return typeof value === "function" ? value.bind(target) : value;
        },
      }),
    [Symbol.asyncDispose]: () => backend.close(),
  };
});
