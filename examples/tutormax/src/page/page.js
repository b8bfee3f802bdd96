import { ago, ask, bar, colorOf, draw, find, make, showState } from "./elements.js";

/* Milliseconds. */
const REFRESH = 3000;

/* Who answers */

async function countVisit() {
  const { visits, instance_id } = await ask("/api/visits");
  find("visits").textContent = visits;
  showInstance(instance_id);
}

function showInstance(name) {
  find("instance").textContent = name;
  find("instance").dataset.color = colorOf(name);
}

async function showHealth() {
  const { status, database, redis, version, instance_id } = await ask("/api/health");
  showState(find("health"), status === "ok" ? "good" : "warn", status === "ok" ? "All is well" : "Degraded");
  const words = { ok: "answers", disabled: "in memory" };
  find("database").textContent = words[database] ?? database;
  find("redis").textContent = words[redis] ?? redis;
  find("version").textContent = version;
  showInstance(instance_id);
}

/* How requests spread */

function emptyDots() {
  const dots = Array.from({ length: 20 }, () => make("li"));
  find("dots").replaceChildren(...dots);
  return dots;
}

async function fire() {
  find("fire").disabled = true;
  const dots = emptyDots();
  const counts = new Map();
  const started = performance.now();
  const send = async (dot) => {
    let name = "failed";
    try {
      name = (await ask("/api/health", { credentials: "omit", cache: "no-store" })).instance_id;
    } catch {
      // It is counted as failed.
    }
    dot.dataset.color = name === "failed" ? "none" : colorOf(name);
    counts.set(name, (counts.get(name) ?? 0) + 1);
    showBars(counts);
  };
  await Promise.all(dots.map(send));
  const took = Math.round(performance.now() - started);
  const served = counts.has("failed") ? counts.size - 1 : counts.size;
  find("spread-hint").textContent =
    `${20 - (counts.get("failed") ?? 0)} of 20 answered by ${served} ${served === 1 ? "instance" : "instances"} in ${took} ms.`;
  find("fire").disabled = false;
}

function showBars(counts) {
  const rows = [...counts].sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }));
  find("bars").replaceChildren(
    ...rows.map(([name, count]) => {
      const row = make(
        "li",
        {},
        make("b", { textContent: name }),
        bar(count / 20),
        make("span", { textContent: count }),
      );
      row.dataset.color = name === "failed" ? "none" : colorOf(name);
      return row;
    }),
  );
}

/* What is on record */

async function showTutors() {
  const { tutors, source } = await ask("/api/metrics");
  const most = Math.max(1, ...tutors.map(({ minutes }) => minutes));
  const rows = tutors.slice(0, 12).map(({ tutor, sessions, minutes, average_rating, last_session }) => {
    const taught = make("div", { className: "minutes" }, make("span", { textContent: minutes }), bar(minutes / most));
    return make(
      "tr",
      {},
      make("td", { textContent: tutor }),
      make("td", { className: "number", textContent: sessions }),
      make("td", {}, taught),
      make(
        "td",
        { className: "number" },
        make("span", { className: "star", textContent: "★ " }),
        average_rating.toFixed(2),
      ),
      make("td", { className: "number last", textContent: ago(last_session) }),
    );
  });
  find("tutors").replaceChildren(...rows);
  find("no-tutors").hidden = rows.length > 0;
  find("metrics-source").textContent = `read from ${source}`;
  if (find("tutor-names").childElementCount === tutors.length) return;
  find("tutor-names").replaceChildren(...tutors.map(({ tutor }) => make("option", { value: tutor })));
}

async function showRecent() {
  const { sessions } = await ask("/api/sessions?limit=8");
  const rows = sessions.map(({ tutor, student, subject, minutes, rating, recorded_at }) => {
    const detail = make("small", { textContent: `${tutor}, ${minutes} min, ${"★".repeat(rating)}` });
    const what = make("div", {}, `${student}: ${subject}`, detail);
    return make("li", {}, what, make("time", { dateTime: recorded_at, textContent: ago(recorded_at) }));
  });
  find("recent").replaceChildren(...(rows.length > 0 ? rows : [make("li", { textContent: "None yet." })]));
}

const dayName = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", timeZone: "UTC" });

async function showDays() {
  const { days, source } = await ask("/api/metrics/daily?days=30");
  const most = Math.max(1, ...days.map(({ minutes }) => minutes));
  const today = new Date().toISOString().slice(0, 10);
  const columns = days.flatMap(({ day, minutes, sessions }, index) => {
    const name = dayName.format(new Date(day));
    const [x, height] = [600 - (days.length - index) * 20, (minutes / most) * 96];
    const title = draw("title", {}, `${name}: ${minutes} minutes in ${sessions} sessions`);
    const part = day === today ? "today" : "";
    const column = draw("rect", { x: x + 2, y: 108 - height, width: 16, height, rx: 3, class: part }, title);
    if (index % 7 !== (days.length - 1) % 7) return [column];
    return [column, draw("text", { x: x + 10, y: 125, "text-anchor": "middle" }, name)];
  });
  find("chart").replaceChildren(draw("line", { x1: 0, x2: 600, y1: 108.5, y2: 108.5 }), ...columns);
  find("daily-source").textContent = days.length > 0 ? `read from ${source}` : "nothing yet";
}

/* Recording. A key made once for each session makes it safe to send it again. */

let key = newKey();
function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function record(event) {
  event.preventDefault();
  const form = event.target;
  const { minutes, rating, ...texts } = Object.fromEntries(new FormData(form));
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const { id, instance_id } = await ask("/api/sessions", {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": key },
      body: JSON.stringify({ ...texts, minutes: Number(minutes), rating: Number(rating) }),
    });
    showState(find("recorded"), "good", `Recorded as number ${id} by ${instance_id}.`);
    form.reset();
    key = newKey();
    await refresh();
  } catch (error) {
    showState(find("recorded"), "bad", `${error.message} Send it again: it will not be recorded twice.`);
  } finally {
    button.disabled = false;
  }
}

/* WebSocket: connects again by itself, and not at the same moment as everybody else */

let socket;
function connect() {
  socket = new WebSocket(new URL("/ws", location.href.replace(/^http/, "ws")));
  socket.onopen = () => socket.send("hello");
  socket.onmessage = ({ data }) => {
    const { instance_id, echo } = JSON.parse(data);
    showState(find("socket"), "good", `open to ${instance_id}`);
    const row = make("li", {}, make("b", { textContent: instance_id }), ` ${echo}`);
    row.dataset.color = colorOf(instance_id);
    find("echoes").append(row);
    while (find("echoes").childElementCount > 5) find("echoes").firstElementChild.remove();
  };
  socket.onclose = () => {
    showState(find("socket"), "warn", "connecting again");
    setTimeout(connect, 300 + Math.random() * 1500);
  };
}

function say(event) {
  event.preventDefault();
  if (socket.readyState !== WebSocket.OPEN) return;
  socket.send(new FormData(event.target).get("text"));
  event.target.reset();
}

/* Everything, again and again, while somebody looks */

async function refresh() {
  const parts = await Promise.allSettled([showHealth(), showTutors(), showRecent(), showDays()]);
  if (parts[0].status === "rejected") showState(find("health"), "bad", "No answer; trying again");
}

async function keepFresh() {
  if (!document.hidden) await refresh();
  setTimeout(keepFresh, REFRESH);
}

find("fire").addEventListener("click", fire);
find("form").addEventListener("submit", record);
find("say").addEventListener("submit", say);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
countVisit().catch(() => {
  find("visits").textContent = "not counted now";
});
emptyDots();
connect();
keepFresh();
