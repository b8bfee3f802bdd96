export const find = (id) => document.getElementById(id);

/** An element with its text or children. Text is never read as HTML. */
export function make(tag, props = {}, ...children) {
  const element = Object.assign(document.createElement(tag), props);
  element.append(...children);
  return element;
}

/** An answer of the API. Throws an error whose message is for the visitor. */
export async function ask(path, options = {}) {
  let response;
  let answer;
  try {
    response = await fetch(path, { signal: AbortSignal.timeout(10_000), ...options });
    answer = await response.json();
  } catch {
    throw new Error("Nobody answered.");
  }
  if (response.ok) return answer;
  const { message, problems = [] } = answer.error;
  throw new Error([message, ...problems.map((problem) => `${problem.path} ${problem.message}.`)].join(" "));
}

/** web-1, web-2, ... each get a colour of their own, and the same one everywhere. */
export function colorOf(instance) {
  const number = Number(/(\d+)$/.exec(instance)?.[1] ?? 1);
  return String(number % 6);
}

export function showState(element, state, text) {
  element.dataset.state = state;
  element.textContent = text;
}

const relative = new Intl.RelativeTimeFormat("en", { style: "narrow", numeric: "auto" });
export function ago(time) {
  const seconds = Math.round((Date.parse(time) - Date.now()) / 1000);
  for (const [unit, size] of [
    ["day", 86_400],
    ["hour", 3_600],
    ["minute", 60],
  ]) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }
  return "now";
}

export function bar(share) {
  const fill = make("i");
  fill.style.width = `${share * 100}%`;
  return make("span", { className: "bar" }, fill);
}

export function draw(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
