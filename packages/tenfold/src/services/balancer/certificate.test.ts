import assert from "node:assert/strict";
import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { test } from "node:test";
import { Lab } from "../../../test/edge/lab.ts";
import { memberNamed } from "../../fleet/data.ts";
import { tlsFile } from "../../render/edge/edge.ts";
import { prepareCertificate } from "./certificate.ts";

const SELF_SIGNED = { balancer: { tls: "self-signed", host: "127.0.0.2" } };

function certificateOf(edge: Lab): X509Certificate {
  return new X509Certificate(readFileSync(tlsFile(edge.fleet.paths, edge.member("balancer-1"))));
}

test("a self-signed certificate names this machine, is short enough for browsers, and only its owner can read the key", async () => {
  await using edge = await Lab.open(SELF_SIGNED);
  const member = edge.member("balancer-1");
  await prepareCertificate(edge.context, member);
  const certificate = certificateOf(edge);
  assert.ok(certificate.checkHost("localhost"));
  assert.ok(certificate.checkIP("127.0.0.1"));
  assert.ok(certificate.checkIP("127.0.0.2"));
  assert.equal(certificate.publicKey.asymmetricKeyType, "ec");
  const days = (Date.parse(certificate.validTo) - Date.now()) / 86_400_000;
  assert.ok(days > 300 && days < 398, `${days} days`);
  assert.equal(statSync(tlsFile(edge.fleet.paths, member)).mode & 0o777, 0o600);
});

test("it is made anew when it is about to end, and when the host is another one", async () => {
  await using edge = await Lab.open(SELF_SIGNED);
  const member = edge.member("balancer-1");
  await prepareCertificate(edge.context, member);
  const first = certificateOf(edge).serialNumber;
  await prepareCertificate(edge.context, member);
  assert.equal(certificateOf(edge).serialNumber, first);

  const { balancer } = edge.fleet.spec;
  edge.fleet = { ...edge.fleet, spec: { ...edge.fleet.spec, balancer: { ...balancer, host: "shop.example" } } };
  await prepareCertificate(edge.context, member);
  const second = certificateOf(edge);
  assert.notEqual(second.serialNumber, first);
  assert.ok(second.checkHost("shop.example"));

  // One that has ten days left, in the place of the other.
  const file = tlsFile(edge.fleet.paths, member);
  const words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "10"];
  const more = [
    "-subj",
    "/CN=shop.example",
    "-addext",
    "subjectAltName=DNS:shop.example",
    "-keyout",
    file,
    "-out",
    file,
  ];
  const launch = edge.launch(member.name, ["openssl", ...words, ...more], { PATH: "/usr/bin:/bin" });
  const made = await edge.driver.run(launch, { timeout: edge.fleet.spec.web.drain, signal: edge.abort.signal });
  assert.equal(made.code, 0, made.output);
  const ending = certificateOf(edge).serialNumber;
  await prepareCertificate(edge.context, member);
  assert.notEqual(certificateOf(edge).serialNumber, ending);
});

test("given files are used, renewed ones after a reload, and browsers are told to insist on TLS", async () => {
  await using maker = await Lab.open({ balancer: { tls: "self-signed" } });
  const made = async (): Promise<string> => {
    const file = tlsFile(maker.fleet.paths, maker.member("balancer-1"));
    await maker.driver.removeDirectory(file);
    await prepareCertificate(maker.context, maker.member("balancer-1"));
    return readFileSync(file, "utf8");
  };
  const [certificate = "", key = ""] = (await made()).split(/(?=-----BEGIN PRIVATE)/);
  await using edge = await Lab.open({ balancer: { tls: { certificate: "own.crt", key: "keys/own.key" } } });
  const { directory } = edge;
  await edge.driver.makeDirectory(`${directory}/keys`, "service", 0o700);
  writeFileSync(`${directory}/own.crt`, certificate);
  writeFileSync(`${directory}/keys/own.key`, key);
  await Promise.all([edge.startBalancer(), edge.startInstances(1)]);
  await edge.serve(1);
  const ask = (ca: string): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const sent = request({ host: "localhost", port: edge.port, ca, agent: false }, (response) => {
        response.resume();
        response.on("end", () => resolve(response.headers["strict-transport-security"]));
      });
      sent.on("error", reject);
      sent.end();
    });
  assert.equal(await ask(certificate), "max-age=31536000");

  const [renewed = "", newKey = ""] = (await made()).split(/(?=-----BEGIN PRIVATE)/);
  writeFileSync(`${directory}/own.crt`, renewed);
  writeFileSync(`${directory}/keys/own.key`, newKey);
  await edge.balancer.adapter.reload?.(edge.context, edge.member("balancer-1"));
  assert.equal(await ask(renewed), "max-age=31536000");
  await assert.rejects(ask(certificate), "the former one is not used any more");
});

test("files that are missing, or that hold something else, are faults that name them", async () => {
  await using edge = await Lab.open({ balancer: { tls: { certificate: "own.crt", key: "own.key" } } });
  const prepare = (): Promise<void> =>
    prepareCertificate(edge.context, memberNamed(edge.fleet, edge.member("balancer-1").name));
  await assert.rejects(prepare, {
    code: "TF_PREPARE_FAILED",
    message: /balancer\.tls\.certificate: .*own\.crt does not exist/,
  });
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = privateKey.export({ type: "pkcs8", format: "pem" });
  await using other = await Lab.open({ balancer: { tls: "self-signed" } });
  await prepareCertificate(other.context, other.member("balancer-1"));
  writeFileSync(`${edge.directory}/own.crt`, readFileSync(tlsFile(other.fleet.paths, other.member("balancer-1"))));
  writeFileSync(`${edge.directory}/own.key`, key);
  await assert.rejects(prepare, { code: "TF_PREPARE_FAILED", message: /do not belong together/ });
  writeFileSync(`${edge.directory}/own.crt`, "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n");
  writeFileSync(`${edge.directory}/own.key`, "hello");
  await assert.rejects(prepare, { code: "TF_PREPARE_FAILED", message: /balancer\.tls\.key: .*own\.key holds no key/ });
});
