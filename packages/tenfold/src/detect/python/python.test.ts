import assert from "node:assert/strict";
import { test } from "node:test";
import { detected, type Files } from "../fixture.ts";

/** A project, and the command that is proposed for it. */
const PROJECTS: readonly (readonly [name: string, framework: string, command: string, files: Files])[] = [
  [
    "Flask with Gunicorn",
    "Flask",
    "python3 -m gunicorn --bind $HOST:$PORT --threads 8 app:app",
    { "requirements.txt": "Flask==3.0\ngunicorn\n", "app.py": "from flask import Flask\napp = Flask(__name__)\n" },
  ],
  [
    "Flask without Gunicorn",
    "Flask",
    "python3 -m flask --app hello:application run --host $HOST --port $PORT",
    { "hello.py": "import flask\napplication = flask.Flask(__name__)\n" },
  ],
  [
    "a Flask factory in a package",
    "Flask",
    "python3 -m gunicorn --bind $HOST:$PORT --threads 8 'flaskr:create_app()'",
    {
      "pyproject.toml": '[project]\ndependencies = ["flask", "gunicorn"]\n',
      "flaskr/__init__.py":
        "import os\nfrom flask import Flask\n\ndef create_app(test_config=None):\n    app = Flask(__name__)\n    return app\n",
      "tests/conftest.py": "from flask import Flask\napp = Flask('x')\n",
    },
  ],
  [
    "a Flask factory that a wsgi.py calls",
    "Flask",
    ".venv/bin/python -m gunicorn --bind $HOST:$PORT --threads 8 wsgi:application",
    {
      "requirements.txt": "flask\ngunicorn\n",
      "shop/__init__.py": "from flask import Flask\ndef create_app():\n    return Flask(__name__)\n",
      "wsgi.py": "from shop import create_app\n\napplication = create_app()\n",
      ".venv/bin/python": null,
    },
  ],
  [
    "Flask in a directory of its own that imports its neighbours",
    "Flask",
    "../.venv/bin/python -m gunicorn --bind $HOST:$PORT --threads 8 app:app",
    {
      "requirements.txt": "flask\ngunicorn\n",
      "backend/app.py": "from flask import Flask\nfrom models import db\napp = Flask(__name__)\n",
      "backend/models.py": "db = None\n",
      ".venv/bin/python": null,
    },
  ],
  [
    "Flask with Waitress",
    "Flask",
    "python3 -m waitress --host=$HOST --port=$PORT main:app",
    { "requirements.txt": "flask\nwaitress", "main.py": "from flask import Flask\napp = Flask('x')\n" },
  ],
  [
    "FastAPI",
    "FastAPI",
    "python3 -m uvicorn main:app --host $HOST --port $PORT",
    {
      "requirements.txt": "fastapi\nuvicorn[standard]\n",
      "main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
    },
  ],
  [
    "FastAPI in a package without __init__.py",
    "FastAPI",
    "uv run uvicorn app.main:api --host $HOST --port $PORT",
    {
      "pyproject.toml": '[project]\ndependencies = [\n  "fastapi[standard]",\n]\n',
      "uv.lock": null,
      "app/main.py": "from fastapi import FastAPI\nfrom app.db import engine\napi: FastAPI = FastAPI(title='x')\n",
      "app/db.py": "engine = 1\n",
    },
  ],
  [
    "FastAPI below src",
    "FastAPI",
    "poetry run uvicorn shop.main:app --host $HOST --port $PORT",
    {
      "pyproject.toml": '[tool.poetry.dependencies]\npython = "^3.11"\nfastapi = "*"\n',
      "poetry.lock": null,
      "src/shop/__init__.py": "",
      "src/shop/main.py": "import fastapi\napp = fastapi.FastAPI()\n",
    },
  ],
  [
    "a FastAPI factory",
    "FastAPI",
    "python3 -m uvicorn server:create_app --factory --host $HOST --port $PORT",
    {
      "requirements.txt": "fastapi",
      "server.py": "from fastapi import FastAPI\ndef create_app() -> FastAPI:\n    return FastAPI()\n",
    },
  ],
  [
    "Starlette with Hypercorn under Pipenv",
    "Starlette",
    "pipenv run hypercorn app:app --bind $HOST:$PORT",
    {
      Pipfile: '[packages]\nstarlette = "*"\nhypercorn = "*"\n',
      "app.py": "from starlette.applications import Starlette\napp = Starlette(routes=[])\n",
    },
  ],
  [
    "Django with Gunicorn",
    "Django",
    "python3 -m gunicorn --bind $HOST:$PORT --threads 8 mysite.wsgi",
    {
      "requirements.txt": "Django>=5\ngunicorn\npsycopg[binary]\n",
      "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'mysite.settings')\n",
      "mysite/settings.py": "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql'}}\n",
      "mysite/wsgi.py": "application = get_wsgi_application()\n",
    },
  ],
  [
    "Django with Channels, in a subdirectory",
    "Django",
    "python3 -m daphne -b $HOST -p $PORT config.asgi:application",
    {
      "requirements.txt": "django\nchannels\ndaphne\ngunicorn\n",
      "backend/manage.py": 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")\n',
      "backend/config/asgi.py": "application = x\n",
      "backend/config/settings/production.py": "DEBUG = False\n",
    },
  ],
  [
    "Django as startproject leaves it",
    "Django",
    "python3 manage.py runserver --noreload $HOST:$PORT",
    {
      "manage.py": "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'mysite.settings')\n",
      "mysite/settings.py": "DATABASES = {\n 'default': {\n  'ENGINE': 'django.db.backends.sqlite3',\n }\n}\n",
    },
  ],
  [
    "Streamlit",
    "Streamlit",
    "python3 -m streamlit run streamlit_app.py --server.port $PORT --server.address $HOST --server.headless true",
    {
      "requirements.txt": "streamlit\npandas\n",
      "streamlit_app.py": "import streamlit as st\nst.title('x')\n",
      "pages/2_more.py": "import streamlit as st\n",
    },
  ],
  [
    "Gradio",
    "Gradio",
    "GRADIO_SERVER_NAME=$HOST GRADIO_SERVER_PORT=$PORT python3 app.py",
    {
      "requirements.txt": "gradio",
      "app.py": "import gradio as gr\ndemo = gr.Interface(f, 'text', 'text')\ndemo.launch()\n",
    },
  ],
  [
    "Dash",
    "Dash",
    "python3 -m gunicorn --bind $HOST:$PORT --threads 8 app:server",
    {
      "requirements.txt": "dash\ngunicorn",
      "app.py": "from dash import Dash\napp = Dash(__name__)\nserver = app.server\n",
    },
  ],
  [
    "aiohttp",
    "aiohttp",
    "python3 main.py",
    {
      "requirements.txt": "aiohttp",
      "main.py": "from aiohttp import web\nweb.run_app(app, port=int(os.environ['PORT']))\n",
    },
  ],
];

for (const [name, framework, command, files] of PROJECTS) {
  test(`${name} gets its command`, () => {
    const found = detected(files);
    assert.equal(found.framework, framework);
    assert.equal(found.command, command);
    assert.ok(!found.warnings.includes("$PORT:"), found.warnings);
  });
}

test("an application in a directory of its own runs there", () => {
  const files = Object.fromEntries(PROJECTS.map(([name, , , files]) => [name, files]));
  assert.equal(
    detected(files["Flask in a directory of its own that imports its neighbours"] ?? {}).spec.web.directory,
    "backend",
  );
  assert.equal(detected(files["Django with Channels, in a subdirectory"] ?? {}).spec.web.directory, "backend");
  assert.equal(detected(files["FastAPI below src"] ?? {}).spec.web.directory, "src");
});

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
