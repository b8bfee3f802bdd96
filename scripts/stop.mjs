// npm stop: stops the example's fleet.
import { ensureTools } from "./bootstrap.mjs";
import { tenfold } from "./tenfold.mjs";

ensureTools();
process.exitCode = await tenfold(["down", ...process.argv.slice(2)]);
