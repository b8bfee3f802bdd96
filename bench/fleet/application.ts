/**
 * The application of these benchmarks. In the file that `TIMES` names it notes when it listened, and when its first
 * request that is no health check came.
 */
export const SERVER = `
import { appendFileSync } from "node:fs";
import { createServer } from "node:http";
const note = (what) => {
  if (process.env.TIMES) appendFileSync(process.env.TIMES, JSON.stringify({ pid: process.pid, what, at: Date.now() }) + "\\n");
};
let seen = false;
const server = createServer((request, response) => {
  if (!seen && request.url !== "/health") {
    seen = true;
    note("asked");
  }
  response.end("hello\\n");
});
server.listen(process.env.PORT, process.env.HOST, () => note("listens"));
process.on("SIGTERM", () => server.close(() => process.exit(0)));
process.on("SIGINT", () => server.close(() => process.exit(0)));
`;

/** A web instance that costs next to nothing, so that hundreds of them fit on a small machine. */
export const CHEAP = `
use IO::Socket::INET;
$SIG{TERM} = sub { exit 0 };
my $server = IO::Socket::INET->new(LocalAddr => $ENV{HOST}, LocalPort => $ENV{PORT}, Listen => 64, ReuseAddr => 1) or die $!;
while (my $client = $server->accept) {
  while (defined(my $line = <$client>)) { last if $line =~ /^\\r?$/ }
  print $client "HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\nConnection: close\\r\\n\\r\\nok\\n";
  close $client;
}
`;

export interface FileOptions {
  readonly port: number;
  readonly web: number;
  readonly command?: string;
  readonly data?: boolean;
  readonly times?: string;
}

/** A fleet file: the web tier, and on demand the whole data tier. */
export function fleetFile({ port, web, command = "node server.mjs", data = false, times }: FileOptions): string {
  const tier = data ? "postgres: { replicas: 2 }\nredis: { replicas: 1 }\ncache: true\n" : "";
  const env = times === undefined ? "" : `env:\n  TIMES: ${times}\n`;
  return `name: bench
web:
  command: ${command}
  instances: ${web}
  health: /health
balancer: { port: ${port} }
${tier}${env}`;
}
