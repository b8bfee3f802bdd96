/** What Debian asks before a package starts, stops or restarts a service. */
export const POLICY_FILE = "/usr/sbin/policy-rc.d";

/** Debian makes a cluster `main` for each new major version of PostgreSQL, unless this says no. */
export const CREATE_NO_CLUSTER: { readonly path: string; readonly content: string } = {
  path: "/etc/postgresql-common/createcluster.d/tenfold.conf",
  content: "# Made by Tenfold while it installs PostgreSQL, and removed afterwards.\ncreate_main_cluster = false\n",
};

/**
 * A policy that forbids only the given services and allows all others. It lives as long as the given process: should
 * that be killed, the next call finds it gone, removes the policy and allows everything again.
 */
export function policyScript(services: readonly string[], pid: number): string {
  const names = services.flatMap((name) => (name === "postgresql" ? [name, "postgresql@*"] : [name]));
  return `#!/bin/sh
# Made by Tenfold while it installs packages, and removed afterwards.
# Tenfold ${pid}
kill -0 ${pid} 2>/dev/null || { rm -f -- "$0"; exit 0; }
for word; do
  case $word in
    --*) ;;
    *) service=\${word%.service}; break ;;
  esac
done
case $service in
  ${names.join("|")}) exit 101 ;;
esac
exit 0
`;
}

/** Reads a policy of ours back; `null` for anybody else's. */
export function parsePolicy(text: string): { readonly pid: number; readonly services: readonly string[] } | null {
  const pid = /^# Tenfold (\d+)$/m.exec(text)?.[1];
  if (pid === undefined) return null;
  const names = /^ {2}(\S+)\) exit 101 ;;$/m.exec(text)?.[1] ?? "";
  return { pid: Number(pid), services: names.split("|").filter((name) => name !== "" && !name.includes("@")) };
}
