// npm stop: stops the example's fleet.
import { ensureTools } from "./bootstrap.mjs";
import { tenfold } from "./foreground.mjs";

ensureTools();
process.exitCode = await tenfold(["down", ...process.argv.slice(2)]);
