import assert from "node:assert/strict";
import { test } from "node:test";
import { detected, type Files } from "../detected.fixture.ts";

test("a development server is proposed only with a word of warning", () => {
  const flask = detected({ "app.py": "from flask import Flask\napp = Flask('x')\n" });
  assert.match(flask.warnings, /flask run is a development server.*gunicorn/);
  const django = detected({ "manage.py": "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'a.settings')\n" });
  assert.match(django.warnings, /runserver is a development server/);
});

test("an image's command is preferred to a development server", () => {
  const found = detected({
    "app.py": "from flask import Flask\napp = Flask('x')\n",
    Dockerfile: "FROM python:3.12\nCMD gunicorn -w 2 -b 0.0.0.0:5000 app:app\n",
  });
  assert.equal(found.command, "gunicorn -w 2 -b $HOST:$PORT app:app");
  assert.match(found.warnings, /Also found: Flask\. Dockerfile is used/);
});

test("Streamlit keeps its visitors and has its own health check", () => {
  const { spec } = detected({ "app.py": "import streamlit\n" });
  assert.equal(spec.web.sticky, "cookie");
  assert.equal(spec.web.health.path, "/_stcore/health");
});

test("Django migrates as its release command, and its SQLite and static files are named", () => {
  const { spec, warnings } = detected({
    "manage.py": "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'mysite.settings')\n",
    "mysite/settings.py": "X = 1\nENGINE = 'django.db.backends.sqlite3'\nSTATIC_ROOT = BASE / 'static'\n",
    ".venv/bin/python": null,
  });
  assert.equal(spec.release, ".venv/bin/python manage.py migrate --noinput");
  assert.match(warnings, /mysite\/settings\.py:2 uses SQLite/);
  assert.match(warnings, /mysite\/settings\.py:3 sets STATIC_ROOT: run python manage\.py collectstatic/);
});

test("Celery, its Beat and Redis come from the sources", () => {
  const { spec } = detected({
    "requirements.txt": "flask\ngunicorn\ncelery\n",
    "app.py": "from flask import Flask\napp = Flask('x')\n",
    "jobs/tasks.py": "from celery import Celery\nqueue = Celery('x')\nqueue.conf.beat_schedule = {}\n",
  });
  assert.equal(spec.workers.celery?.command, "python3 -m celery -A jobs.tasks.queue worker --loglevel info");
  assert.equal(spec.workers.celery?.queue, "celery");
  assert.ok(spec.scheduler !== false);
  assert.match(String(spec.scheduler.command), / beat .*--schedule \$STORAGE_DIR\/celerybeat-schedule$/);
  assert.ok(spec.redis !== false, "Celery needs a broker");
});

test("web and Celery import a module by the same name, so that they agree on the names of tasks", () => {
  const { spec } = detected({
    "project/requirements.txt": "fastapi\ncelery\n",
    "project/main.py": "from fastapi import FastAPI\nfrom worker import create_task\napp = FastAPI()\n",
    "project/worker.py": "import os\nfrom celery import Celery\ncelery = Celery('x')\n",
  });
  assert.deepEqual(
    [spec.web.command, spec.web.directory],
    ["python3 -m uvicorn main:app --host $HOST --port $PORT", "project"],
  );
  const worker = spec.workers.celery;
  assert.deepEqual(
    [worker?.command, worker?.directory],
    ["python3 -m celery -A worker worker --loglevel info", "project"],
  );
});

test("Celery in a Django project is named by the project", () => {
  const { spec } = detected({
    "requirements.txt": "django\ngunicorn\ncelery[redis]\ndjango-celery-beat\n",
    "manage.py": "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'proj.settings')\n",
    "proj/__init__.py": "",
    "proj/celery.py": "from celery import Celery\napp = Celery('proj')\n",
  });
  assert.equal(spec.workers.celery?.command, "python3 -m celery -A proj worker --loglevel info");
  assert.match(JSON.stringify(spec.scheduler), /DatabaseScheduler/);
});

test("RQ, Dramatiq, arq and Huey are found", () => {
  const flask = { "app.py": "from flask import Flask\napp = Flask('x')\n" };
  const worker = (requirement: string, files: Files): unknown =>
    Object.values(detected({ ...flask, "requirements.txt": requirement, ...files }).spec.workers)[0]?.command;
  assert.equal(
    worker("rq", { "jobs.py": "q = Queue('mail', connection=r)\n" }),
    "python3 -m rq.cli worker --url $REDIS_URL mail",
  );
  assert.equal(
    worker("dramatiq", { "jobs.py": "@dramatiq.actor\ndef f(): pass\n" }),
    "python3 -m dramatiq jobs --processes 1 --threads 8",
  );
  assert.equal(worker("arq", { "jobs.py": "class WorkerSettings:\n    pass\n" }), "python3 -m arq jobs.WorkerSettings");
  assert.equal(worker("huey", { "jobs.py": "h = RedisHuey('x')\n" }), "huey_consumer jobs.h");
});

test("Alembic and Flask-Migrate run as the release command, where their files are", () => {
  const fastapi = {
    "requirements.txt": "fastapi\nalembic",
    "main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
  };
  assert.equal(detected({ ...fastapi, "alembic.ini": "" }).spec.release, "python3 -m alembic upgrade head");
  assert.equal(
    detected({ ...fastapi, "back end/alembic.ini": "", ".venv/bin/python": null }).spec.release,
    "cd 'back end' && ../.venv/bin/python -m alembic upgrade head",
  );
  const flask = { "requirements.txt": "flask\nflask-migrate", "app.py": "from flask import Flask\napp = Flask('x')\n" };
  assert.equal(
    detected({ ...flask, "migrations/env.py": "" }).spec.release,
    "python3 -m flask --app app:app db upgrade",
  );
  assert.equal(detected(flask).spec.release, false);
});

test("a route for health is used when it is the application's own, and left alone on a router", () => {
  const main = (rest: string): Files => ({ "main.py": `from fastapi import FastAPI\napp = FastAPI()\n${rest}` });
  assert.equal(detected(main('@app.get("/healthz")\ndef h(): pass\n')).spec.web.health.path, "/healthz");
  assert.equal(detected(main('@router.get("/health")\ndef h(): pass\n')).spec.web.health.strict, false);
  assert.equal(detected(main('# @app.get("/health")\n')).spec.web.health.strict, false);
});

test("a broker written into the source is named with its line, unless it is only a fallback", () => {
  const app = { "app.py": "from flask import Flask\napp = Flask('x')\n" };
  const fixed = detected({ ...app, "tasks.py": "\nbroker = 'redis://localhost:6379/0'\n" });
  assert.match(fixed.warnings, /tasks\.py:2 fixes an address; Tenfold gives REDIS_URL/);
  const fallback = detected({
    ...app,
    "tasks.py": "broker = os.environ.get('REDIS_URL', 'redis://localhost:6379/0')\n",
  });
  assert.doesNotMatch(fallback.warnings, /fixes an address/);
});

test("clients that PgBouncer of Debian 12 cannot serve as they are get the setting to change", () => {
  const { spec, warnings } = detected({
    "requirements.txt": "fastapi\nasyncpg\nsqlalchemy[asyncio]\n",
    "main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
  });
  assert.ok(spec.postgres !== false);
  assert.match(warnings, /asyncpg needs statement_cache_size=0/);
});

test("a port that a script fixes is named with its line, and the remedy", () => {
  const { warnings } = detected({ "main.py": "from aiohttp import web\n\nweb.run_app(app, port=8080)\n" });
  assert.match(warnings, /main\.py:3 always listens on 8080.*int\(os\.environ\.get\("PORT", 8080\)\)/);
  const gradio = detected({ "app.py": "import gradio\ndemo.launch(server_port=7860)\n" });
  assert.match(gradio.warnings, /app\.py:2 fixes port 7860/);
});
