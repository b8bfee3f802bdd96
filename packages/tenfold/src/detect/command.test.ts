import assert from "node:assert/strict";
import { test } from "node:test";
import { adaptCommand, namesPort } from "./command.ts";

const CASES: readonly (readonly [string, string])[] = [
  ["gunicorn -w 4 -b 0.0.0.0:8000 app:app", "gunicorn -w 4 -b $HOST:$PORT app:app"],
  ["gunicorn --bind=:8000 app:app", "gunicorn --bind=$HOST:$PORT app:app"],
  ["gunicorn -b0.0.0.0:8000 app:app", "gunicorn -b$HOST:$PORT app:app"],
  ["uvicorn main:app --host 0.0.0.0 --port 80", "uvicorn main:app --host $HOST --port $PORT"],
  ["uvicorn main:app --reload --port=8000", "uvicorn main:app --port=$PORT"],
  ["python manage.py runserver 0.0.0.0:8000", "python manage.py runserver $HOST:$PORT"],
  ["python manage.py runserver 8000", "python manage.py runserver $HOST:$PORT"],
  ["next start -p 3000", "next start -p $PORT"],
  ["NODE_ENV=production PORT=3000 node server.js", "NODE_ENV=production node server.js"],
  ["PORT=3000 node server.js", "node server.js"],
  [
    "streamlit run app.py --server.port=8501 --server.address=0.0.0.0",
    "streamlit run app.py --server.port=$PORT --server.address=$HOST",
  ],
  ["bundle exec puma -b tcp://0.0.0.0:3000", "bundle exec puma -b tcp://$HOST:$PORT"],
  ["uvicorn main:app --port ${PORT:-8000}", "uvicorn main:app --port ${PORT:-8000}"],
  ["node server.js", "node server.js"],
  ["celery -A app worker -P gevent", "celery -A app worker -P gevent"],
];

test("ports and addresses in a command become variables, and nothing else changes", () => {
  for (const [before, after] of CASES) {
    assert.equal(adaptCommand(before).command, after);
    assert.equal(adaptCommand(before).changes.length > 0, before !== after, `${before}: a change is told`);
    assert.deepEqual(adaptCommand(after).changes, [], `${after}: once is enough`);
  }
});

test("what was changed is said for people", () => {
  assert.deepEqual(adaptCommand("uvicorn main:app --host 0.0.0.0 --port 80").changes, [
    "port 80 is now $PORT",
    "it listens on $HOST, so that only the balancer is open to others",
  ]);
});

test("a command says where to listen in either spelling of the variable", () => {
  assert.ok(namesPort("x --port $PORT") && namesPort("x ${PORT:-80}"));
  assert.ok(!namesPort("x $PORTAL"));
});
