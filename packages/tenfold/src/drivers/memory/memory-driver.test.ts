import { describeDriver } from "../conformance.ts";
import { MemoryDriver, MemoryMachine } from "./memory-driver.ts";

describeDriver("memory", async () => {
  const machine = new MemoryMachine();
  machine.programs.set("stubborn", { kind: "stubborn" });
  return {
    driver: new MemoryDriver(machine),
    another: () => new MemoryDriver(machine),
    directory: "/fleet",
    programs: {
      forever: ["forever"],
      stubborn: ["stubborn"],
      exitsWith: (code, output) => {
        machine.programs.set("exits", { kind: "exits", code, output });
        return ["exits"];
      },
      missing: ["/missing/program"],
    },
    [Symbol.asyncDispose]: async () => {},
  };
});
