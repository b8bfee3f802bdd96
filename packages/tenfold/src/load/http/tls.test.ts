import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openSender } from "./sender.ts";

/** A certificate that nobody vouches for. */
function selfSigned(): { readonly key: Buffer; readonly cert: Buffer } {
  const home = mkdtempSync(join(tmpdir(), "load-tls-"));
  try {
    const [key, cert] = [join(home, "key"), join(home, "cert")];
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    execFileSync("openssl", ["req", "-x509", ...curve, "-keyout", key, "-out", cert, "-subj", "/CN=x"], {
      stdio: "ignore",
    });
    return { key: readFileSync(key), cert: readFileSync(cert) };
  } finally {
    rmSync(home, { recursive: true });
  }
}

test("TLS works on kept connections, and a certificate that nobody vouches for is refused unless it may be", async () => {
  const server = createServer(selfSigned(), (_, response) => response.end("x".repeat(100_000)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const address = server.address();
    const url = `https://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/`;
    {
      using lenient = await openSender(url, { isStrict: false });
      for (let at = 0; at < 3; at += 1) assert.equal((await lenient.send()).outcome, "ok");
      assert.equal(lenient.sender.counts.opened, 1);
    }
    using strict = await openSender(url);
    const { outcome, error } = await strict.send();
    assert.equal(outcome, "connect");
    assert.match(error ?? "", /^no connection: .*(SELF_SIGNED|VERIFY)/);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
