import assert from "node:assert/strict";
import { test } from "node:test";
import { detected, type Files } from "../detected.fixture.ts";

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
    "Flask beside a Celery that is made alike",
    "Flask",
    "uv run gunicorn --bind $HOST:$PORT --threads 8 hello.app:app",
    {
      "pyproject.toml": '[project]\ndependencies = ["flask", "gunicorn", "celery"]\n',
      "uv.lock": null,
      "hello/__init__.py": "",
      "hello/app.py":
        "from celery import Celery\nfrom flask import Flask\nfrom hello.page import page\n\ndef create_celery_app(app=None):\n    return Celery('x')\n\ndef create_app():\n    return Flask('x')\n\ncelery_app = create_celery_app()\napp = create_app()\n",
      "hello/page.py": "page = None\n",
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
    "FastAPI in the backend of a monorepo",
    "FastAPI",
    "uv run uvicorn app.main:app --host $HOST --port $PORT",
    {
      "uv.lock": null,
      "backend/pyproject.toml": '[project]\ndependencies = ["fastapi[standard]"]\n',
      "backend/app/__init__.py": "",
      "backend/app/main.py":
        "from fastapi import FastAPI\nfrom app.core.config import settings\n\napp = FastAPI(\n    title='x',\n)\n",
      "backend/app/core/config.py": "settings = None\n",
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
