/** What a process needs to work at all. The rest of the caller's environment stays with the caller; `env` and `.env` say what goes further. */
const NAMES: readonly string[] = [
  "PATH",
  "HOME",
  "LANG",
  "LC_ALL",
  "LC_CTYPE",
  "TZ",
  "TMPDIR",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "NODE_EXTRA_CA_CERTS",
  "VIRTUAL_ENV",
  "PYTHONPATH",
  "GEM_HOME",
  "GEM_PATH",
  "JAVA_HOME",
  "GOPATH",
];

export function inheritedVariables(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(NAMES.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const])));
}
