import { createPrivateKey, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { resolve } from "node:path";
import { Fault } from "../../fault/fault.ts";
import type { Fleet } from "../../fleet/fleet.ts";
import type { Launch } from "../../fleet/launch.ts";
import type { Member } from "../../fleet/member.ts";
import { isEdge, tlsFile } from "../../render/edge/edge.ts";
import { type Bytes, mebibytes } from "../../units/bytes.ts";
import { type Millis, millis, seconds } from "../../units/millis.ts";
import type { Context } from "../service.ts";

const OPENSSL_WITHIN: Millis = seconds(30);

/** Longer than any certificate with its chain. */
const PEM_SIZE: Bytes = mebibytes(1);

/** Days; browsers refuse certificates that are valid for longer. */
const VALID_DAYS = 397;

/** Before its end, a self-signed certificate is replaced. */
const RENEW_BEFORE: Millis = seconds(30 * 86_400);

/** They stand for every address of this machine. */
const ANY_HOST: ReadonlySet<string> = new Set(["0.0.0.0", "::", "*"]);

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/;
const KEY = /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----[\s\S]+?-----END (?:[A-Z]+ )?PRIVATE KEY-----/;

function openssl(fleet: Fleet, words: readonly string[]): Launch {
  return {
    argv: ["openssl", ...words],
    env: { PATH: "/usr/local/bin:/usr/bin:/bin" },
    cwd: fleet.paths.home,
    runAs: "service",
    log: "/dev/null",
    stop: { signal: "SIGTERM", grace: millis(0) },
    memory: false,
    cpu: false,
  };
}

/** Names that a browser on this machine or on the network may use. */
function alternativeNames(host: string): string {
  const names = ["DNS:localhost", "IP:127.0.0.1", "IP:0:0:0:0:0:0:0:1"];
  const known = ANY_HOST.has(host) || ["127.0.0.1", "::1", "localhost"].includes(host);
  const own = `${isAddress(host) ? "IP" : "DNS"}:${host}`;
  return [...names, ...(known ? [] : [own])].join(",");
}

function isAddress(host: string): boolean {
  return isIP(host) !== 0;
}

async function isStillGood(context: Context, member: Member): Promise<boolean> {
  const pem = await context.driver.readText(tlsFile(context.fleet.paths, member), PEM_SIZE);
  const { host } = context.fleet.spec.balancer;
  try {
    const certificate = new X509Certificate(pem ?? "");
    if (Date.parse(certificate.validTo) - Date.now() < RENEW_BEFORE) return false;
    if (ANY_HOST.has(host)) return certificate.checkHost("localhost") !== undefined;
    return (isAddress(host) ? certificate.checkIP(host) : certificate.checkHost(host)) !== undefined;
  } catch {
    // None yet, or nothing that can be read.
    return false;
  }
}

async function makeSelfSigned(context: Context, member: Member): Promise<string> {
  const { fleet, driver, signal } = context;
  // openssl writes both files itself, the key with mode 0600: a key that is printed could end in a log.
  const folder = `${tlsFile(fleet.paths, member)}.new`;
  await driver.makeDirectory(folder, "service", 0o700);
  try {
    const words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-sha256"];
    const subject = ["-subj", `/O=Tenfold ${fleet.spec.name}/CN=localhost`];
    const names = ["-addext", `subjectAltName=${alternativeNames(fleet.spec.balancer.host)}`];
    const files = ["-keyout", `${folder}/key.pem`, "-out", `${folder}/certificate.pem`];
    const outcome = await driver.run(
      openssl(fleet, [...words, "-days", String(VALID_DAYS), ...subject, ...names, ...files]),
      { timeout: OPENSSL_WITHIN, signal },
    );
    const certificate = await driver.readText(`${folder}/certificate.pem`, PEM_SIZE);
    const key = await driver.readText(`${folder}/key.pem`, PEM_SIZE);
    if (outcome.code === 0 && certificate !== null && key !== null) return `${certificate.trim()}\n${key.trim()}\n`;
    throw new Fault("TF_PREPARE_FAILED", "openssl made no self-signed certificate", {
      hint: "install openssl, or name a certificate and its key in balancer.tls",
      lines: outcome.output.trim().split("\n").slice(-10),
    });
  } finally {
    await driver.removeDirectory(folder);
  }
}

async function given(context: Context, what: "certificate" | "key", path: string): Promise<string> {
  const absolute = resolve(context.fleet.paths.project, path);
  const text = await context.driver.readText(absolute, PEM_SIZE);
  const missing = text === null ? "does not exist" : `holds no ${what}`;
  if (text !== null && (what === "certificate" ? CERTIFICATE : KEY).test(text)) return text.trim();
  throw new Fault("TF_PREPARE_FAILED", `balancer.tls.${what}: ${absolute} ${missing}`, {
    hint: `name a PEM file with the ${what === "certificate" ? "certificate and its chain" : "private key"}`,
  });
}

/** A balancer that is started with a key of another certificate, or with one that needs a passphrase, only exits. */
function assertPair(certificate: string, key: string): void {
  const fault = (what: string): Fault =>
    new Fault("TF_PREPARE_FAILED", `balancer.tls: the certificate and the key ${what}`, {
      hint: "name the key that the certificate was made for, without a passphrase",
    });
  let belongs: boolean;
  try {
    belongs = new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
  } catch (error) {
    throw fault(`cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
  if (!belongs) throw fault("do not belong together");
}

/**
 * Puts the certificate and its key where the balancer reads them: from the files that the user named, at every call, so
 * that a renewed one is taken; or a self-signed one, made when there is none, when it is about to end, or when it is for
 * another host. Faults: TF_PREPARE_FAILED.
 */
export async function prepareCertificate(context: Context, member: Member): Promise<void> {
  const { tls } = context.fleet.spec.balancer;
  if (tls === false || !isEdge(member)) return;
  let content: string;
  if (tls === "self-signed") {
    if (await isStillGood(context, member)) return;
    content = await makeSelfSigned(context, member);
  } else {
    const certificate = await given(context, "certificate", tls.certificate);
    const key = await given(context, "key", tls.key);
    assertPair(certificate, key);
    content = `${certificate}\n${key}\n`;
  }
  const path = tlsFile(context.fleet.paths, member);
  await context.driver.writeFiles([{ path, content, mode: 0o600, owner: "service" }]);
}
