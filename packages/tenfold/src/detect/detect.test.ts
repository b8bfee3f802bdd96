import assert from "node:assert/strict";
import { test } from "node:test";
import { detect } from "./detect.ts";
import { detected } from "./detected.fixture.ts";
import { workerName } from "./name.ts";

test("a Procfile says all there is, and wins over what else is there", () => {
  const { spec, framework, warnings, command } = detected({
    Procfile: `# processes
web: gunicorn --bind 0.0.0.0:$PORT app:app
worker: celery -A tasks worker
Mail_Queue: python mail.py
clock: celery -A tasks beat
release: python manage.py migrate
`,
    "package.json": '{"scripts": {"start": "node x.js", "worker": "node w.js"}}',
    "app.py": "from flask import Flask\napp = Flask('x')\n",
  });
  assert.equal(framework, "Procfile");
  assert.equal(command, "gunicorn --bind 0.0.0.0:$PORT app:app");
  assert.deepEqual(
    Object.entries(spec.workers).map(([name, worker]) => [name, worker.command]),
    [
      ["worker", "celery -A tasks worker"],
      ["mail-queue", "python mail.py"],
    ],
  );
  assert.match(JSON.stringify(spec.scheduler), /celery -A tasks beat/);
  assert.equal(spec.release, "python manage.py migrate");
  assert.match(
    warnings,
    /Also found: (?:Node\.js, Flask|Flask, Node\.js)\. Procfile is used, because it says which processes there are\./,
  );
});

test("a Procfile without a web process starts nothing", () => {
  assert.equal(detect({ directory: "x", files: [{ path: "Procfile", text: "worker: x\n" }] }).found, false);
});

test("a Dockerfile's last stage gives the command, fit for many instances", () => {
  const image = (text: string, more = {}): string => detected({ Dockerfile: text, ...more }).command;
  assert.equal(
    image(
      'FROM node:22 AS build\nCMD ["npm", "test"]\nFROM node:22-slim\nWORKDIR /app\nENV PORT=3000\nCMD ["node", "/app/dist/server.js"]\n',
    ),
    "node dist/server.js",
  );
  assert.equal(
    image('FROM python:3.12\nEXPOSE 8000\nCMD ["uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8000"]\n'),
    "uvicorn main:app --host $HOST --port $PORT",
  );
  assert.equal(
    image('FROM x\nENTRYPOINT ["tini", "--", "gunicorn"]\nCMD ["-b", ":80", "app:app"]\n'),
    "gunicorn -b $HOST:$PORT app:app",
  );
  assert.equal(
    image("FROM x\nCMD exec gunicorn --bind :${PORT:-8080} \\\n  --workers 2 main:app\n"),
    "gunicorn --bind :${PORT:-8080} --workers 2 main:app",
  );
  assert.equal(image('FROM x\nCMD ["sh", "-c", "node a.js && node b.js"]\n'), "node a.js && node b.js");
  assert.equal(image('FROM x AS base\nCMD ["./base"]\nFROM base\nRUN true\n'), "./base");
  assert.equal(
    image("FROM node\nCMD npm start\n", {
      "package.json": '{"scripts": {"start": "node --max-old-space-size=200 a.js"}}',
    }),
    "node --max-old-space-size=200 a.js",
  );
  assert.equal(image("FROM x\nEXPOSE 9000/tcp\nCMD ./serve 9000\n"), "./serve $PORT");
});

test("a Dockerfile's health check is used, and an entrypoint script that is left out is named", () => {
  const { spec, warnings } = detected({
    Dockerfile: `FROM x
COPY docker-entrypoint.sh /
ENTRYPOINT ["/docker-entrypoint.sh"]
HEALTHCHECK --interval=5s CMD curl -f http://localhost:8000/api/ready || exit 1
CMD ["./serve", "--port", "8000"]
`,
  });
  assert.equal(spec.web.command, "./serve --port $PORT");
  assert.equal(spec.web.health.path, "/api/ready");
  assert.match(warnings, /starts through \/docker-entrypoint\.sh, which is left out/);
});

test("Rails gets Puma, its own health check, migrations past the pooler, and Sidekiq", () => {
  const { spec, framework, warnings } = detected({
    Gemfile: 'gem "rails", "~> 7.2"\ngem "puma"\ngem "pg"\ngem "sidekiq"\n',
    "Gemfile.lock": "    rails (7.2.1)\n",
    "config/puma.rb": 'port ENV.fetch("PORT", 3000)\n',
    "config/routes.rb": 'get "up" => "rails/health#show"\n',
    "db/schema.rb": "",
    "package.json": '{"scripts": {"build": "esbuild"}}',
  });
  assert.equal(framework, "Rails");
  assert.equal(spec.web.command, "bundle exec puma -C config/puma.rb -b tcp://$HOST:$PORT");
  assert.equal(spec.web.health.path, "/up");
  assert.equal(spec.release, "DATABASE_URL=$DATABASE_DIRECT_URL bin/rails db:migrate");
  assert.equal(spec.workers.sidekiq?.command, "bundle exec sidekiq");
  assert.ok(spec.postgres !== false && spec.redis !== false);
  assert.match(warnings, /prepared_statements: false/);
});

test("an older Rails has no /up, and Sinatra is served by Puma", () => {
  const old = detected({ Gemfile: 'gem "rails", "6.1.7"\ngem "puma"\n', "config/routes.rb": "root to: 'x#y'\n" });
  assert.equal(old.spec.web.health.strict, false);
  const sinatra = detected({ Gemfile: "gem 'sinatra'\ngem 'puma'\n", "config.ru": "run App\n" });
  assert.equal(sinatra.framework, "Sinatra");
  assert.equal(sinatra.command, "bundle exec puma -b tcp://$HOST:$PORT");
});

test("Go is compiled first, and its fixed port is named", () => {
  const { command, warnings, framework, spec } = detected({
    "go.mod": "module github.com/me/shop/v2\n\nrequire (\n\tgithub.com/jackc/pgx/v5 v5.5.0\n)\n",
    "cmd/shop/main.go": 'package main\n\nfunc main() { http.ListenAndServe(":8080", nil) }\n',
  });
  assert.equal(framework, "Go");
  assert.equal(command, "./shop");
  assert.match(warnings, /go build -o shop \.\/cmd\/shop/);
  assert.match(warnings, /main\.go:3 always listens on 8080.*os\.Getenv\("PORT"\)/);
  assert.ok(spec.postgres !== false);
});

test("Gin and Gunicorn take $PORT by themselves, and what Go needs indirectly does not count", () => {
  const gin = detected({
    "go.mod": "module shop\n\nrequire (\n\tgithub.com/lib/pq v1.1.1 // indirect\n)\n",
    "main.go": "package main\n\nfunc main() { r.Run() }\n",
  });
  assert.doesNotMatch(gin.warnings, /\$PORT/);
  assert.equal(gin.spec.postgres, false);
  assert.equal(detected({ Procfile: "web: flask db upgrade; gunicorn shop:app\n" }).warnings, "");
  assert.match(detected({ Procfile: "web: ./serve\n" }).warnings, /Nothing was seen that reads \$PORT/);
});

test("Laravel, plain PHP and static files get what serves them", () => {
  const laravel = detected({
    artisan: null,
    "composer.json": '{"require": {"predis/predis": "^2"}}',
    "app/Jobs/Mail.php": "<?php\nclass Mail implements ShouldQueue {}\n",
  });
  assert.equal(laravel.command, "php artisan serve --host=$HOST --port=$PORT");
  assert.equal(laravel.spec.workers.queue?.command, "php artisan queue:work");
  assert.equal(laravel.spec.release, "php artisan migrate --force");
  assert.ok(laravel.spec.redis !== false);
  assert.equal(detected({ "public/index.php": "<?php" }).command, "php -S $HOST:$PORT -t public public/index.php");
  assert.equal(detected({ "index.html": null }).command, "python3 -m http.server $PORT --bind $HOST --directory .");
});

test("a compose file's images say which services are wanted", () => {
  const { spec } = detected({
    Procfile: "web: x --port $PORT\n",
    "docker-compose.yml": "services:\n  db:\n    image: postgres:16\n  cache:\n    image: docker.io/valkey/valkey:8\n",
  });
  assert.ok(spec.postgres !== false && spec.redis !== false);
  const none = detected({
    Procfile: "web: x --port $PORT\n",
    "compose.yaml": "services:\n  a:\n    image: postgrest/postgrest\n",
  });
  assert.equal(none.spec.postgres, false);
});

test("an example of the environment names PostgreSQL without showing the password", () => {
  const { spec, yaml } = detected({
    Procfile: "web: x\n",
    ".env.example": "DATABASE_URL=postgres://me:hunter2@h/db\n",
  });
  assert.ok(spec.postgres !== false);
  assert.ok(!yaml.includes("hunter2"));
});

test("nothing recognised says what was looked for, and what was seen", () => {
  const nothing = detect({ directory: "x", files: [{ path: "pom.xml", text: null }] });
  assert.ok(!nothing.found);
  assert.ok(nothing.lookedFor.includes("Procfile"));
  assert.match(nothing.warnings.join(), /pom\.xml is there: a Java project \(Maven\)\. Write the command/);
  const workspace = detect({ directory: "x", files: [{ path: "package.json", text: '{"workspaces": ["a"]}' }] });
  assert.match(workspace.warnings.join(), /run init in the directory of the application/);
  const broken = detect({ directory: "x", files: [{ path: "package.json", text: "{" }] });
  assert.match(broken.warnings.join(), /no valid JSON/);
  assert.equal(detect({ directory: "x", files: [] }).found, false);
});

test("names of processes become names of workers", () => {
  assert.equal(workerName("Mail_Queue"), "mail-queue");
  assert.equal(workerName("a".repeat(100)).length, 31);
  assert.match(workerName("日本"), /^[a-z]+$/);
});

test("the file says what was seen and why each line is there", () => {
  const { yaml } = detected({
    "requirements.txt": "flask\ngunicorn\nredis\n",
    "app.py": "from flask import Flask\napp = Flask(__name__)\n",
  });
  assert.equal(
    yaml,
    `# yaml-language-server: $schema=https://unpkg.com/tenfold/schema.json

# Flask, as tenfold init saw it:
# - requirements.txt: depends on flask
# - app.py:2: app = Flask(__name__)

# What is not written here has a default: tenfold config shows all of it.

name: shop

web:
  # Gunicorn serves app of app.py. One process with threads: Tenfold runs the instances.
  command: python3 -m gunicorn --bind $HOST:$PORT --threads 8 app:app

# requirements.txt has redis. A master with a replica and three Sentinels, and a cache apart.
redis: true
`,
  );
});

test("commands that YAML would read as something else come back unchanged", () => {
  for (const command of [
    "a: b",
    "- x",
    "# y",
    "'quoted' \"both\"",
    "x && y | z",
    "yes",
    "@at",
    "%p",
    "a  # b",
    "{x}",
    "tab\tb",
  ]) {
    assert.equal(detected({ Procfile: `web: ${command} $PORT\n` }).command, `${command} $PORT`);
  }
});
