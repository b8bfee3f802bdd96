import assert from "node:assert/strict";
import { test } from "node:test";
import { Project } from "../project.ts";
import { pythonDependencies } from "./dependencies.ts";

const names = (path: string, text: string): string =>
  [...pythonDependencies(new Project({ directory: "x", files: [{ path, text }] })).keys()].join(" ");

test("requirements are read with versions, extras, markers, URLs and comments", () => {
  const text = `# comment
-r base.txt
--index-url https://pypi.org/simple
Flask==2.3.2
celery[redis]>=5.3 ; python_version > "3.8"  # queue
psycopg2_binary
git+https://github.com/x/y.git#egg=Rq_Scheduler
gunicorn ~= 21.2
uvicorn[standard]
pkg @ https://example.com/pkg.whl
`;
  assert.equal(
    names("requirements.txt", text),
    "flask celery redis psycopg2-binary rq-scheduler gunicorn uvicorn standard pkg",
  );
  assert.equal(names("requirements/prod.txt", "Django"), "django");
  assert.equal(names("notes.txt", "Django"), "");
});

test("pyproject.toml is read as PEP 621, as dependency groups and as Poetry write it", () => {
  const pep = `[build-system]
requires = ["hatchling"]

[project]
name = "shop"
keywords = ["flask"]
dependencies = [
  "fastapi[standard]>=0.110", # web
  'SQLAlchemy',
]

[project.optional-dependencies]
worker = ["celery"]

[dependency-groups]
dev = ["pytest"]

[tool.ruff]
select = ["E", "django"]
`;
  assert.equal(names("pyproject.toml", pep), "fastapi standard sqlalchemy celery pytest");
  assert.equal(
    names("pyproject.toml", '[project]\ndependencies = ["flask", "gunicorn"]\n[tool.x]\ny = ["z"]\n'),
    "flask gunicorn",
  );
  const poetry = `[tool.poetry]
name = "shop"

[tool.poetry.dependencies]
python = "^3.11"
Django = "^5.0"
psycopg = {extras = ["binary"], version = "^3.1"}

[tool.poetry.group.dev.dependencies]
pytest = "*"
`;
  assert.match(names("pyproject.toml", poetry), /^python django psycopg/);
  assert.doesNotMatch(names("pyproject.toml", poetry), /hatchling|shop/);
});

test("Pipfile and setup files are read", () => {
  assert.equal(
    names(
      "Pipfile",
      '[[source]]\nurl = "x"\n\n[packages]\nflask = "*"\n"redis" = ">=4"\n\n[dev-packages]\npytest = "*"\n',
    ),
    "flask redis",
  );
  assert.equal(
    names("setup.cfg", "[options]\ninstall_requires =\n    starlette\n    httpx>=0.2\npackages = find:\n"),
    "starlette httpx",
  );
  assert.equal(names("setup.py", "setup(\n  install_requires=['tornado', \"redis>=4\"],\n)"), "tornado redis");
});
