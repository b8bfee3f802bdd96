import { Fault } from "../../../fault/fault.ts";
import { arrivalsIn, durationOf, type Profile } from "../../../load/arrivals/profile.ts";
import type { Arrivals } from "../../../load/run/plan.ts";
import type { LoadWish } from "../../../load/scenario/scenario.ts";
import { formatDuration, seconds } from "../../../units/millis.ts";
import type { Input } from "../../command.ts";

/** An option that would do nothing beside another one, and what to do about it. */
function refuse(option: string, beside: string, hint: string): never {
  throw new Fault("TF_ARGUMENT", `${option} does not go with ${beside}`, { hint });
}

/** Options that say what is sent, by whether a scenario or a kind of URL leaves them anything to say. Fault: TF_ARGUMENT. */
export function checkRequestOptions(input: Input, url: URL): void {
  const given = (names: readonly string[]): string | undefined => names.find((name) => input.text(name) !== null);
  if (input.text("scenario") !== null) {
    const option = given(["method", "body", "expect", "message"]);
    if (option !== undefined)
      refuse(
        `--${option}`,
        "--scenario",
        `write ${option} into a step of the scenario; --header goes with all of them`,
      );
    if (input.words[0] !== undefined && `${url.pathname}${url.search}` !== "/")
      refuse(
        `the path ${url.pathname}${url.search}`,
        "--scenario",
        `steps have paths of their own: write ${url.origin}`,
      );
    return;
  }
  const isSocket = url.protocol === "ws:" || url.protocol === "wss:";
  const option = given(isSocket ? ["method", "body", "expect"] : ["message"]);
  if (option !== undefined)
    refuse(
      `--${option}`,
      `a URL of ${url.protocol}//`,
      isSocket ? "a WebSocket has a --message" : "a WebSocket has a URL of ws:// or wss://; a request has a --body",
    );
}

/** A trace of which nothing is left to replay. Fault: TF_SCENARIO. */
function refuseEmpty(trace: Profile, name = ""): never {
  const first = trace.findIndex(({ from, to }) => from + to > 0);
  if (first === -1)
    throw new Fault("TF_SCENARIO", `nobody would come: the trace ${name} holds no request`, {
      hint: "a trace is a CSV: a line second,rps, then rows such as 0,50",
    });
  const quiet = formatDuration(seconds(durationOf(trace.slice(0, first))));
  throw new Fault(
    "TF_SCENARIO",
    `nobody would come: the trace ${name} is cut before its first request, after ${quiet}`,
    {
      hint: "a longer duration, or none for all of the trace",
    },
  );
}

/** Options that say how much, against what the load turned out to be. Faults: TF_ARGUMENT, TF_SCENARIO. */
export function checkAmount(
  input: Input,
  { wish, trace, arrivals }: { readonly wish: LoadWish; readonly trace: Profile | null; readonly arrivals: Arrivals },
): void {
  if (arrivals.kind === "closed") {
    const pace = "visitors of a closed loop come at their own pace; remove one of the two";
    if (input.text("scale") !== null) refuse("--scale", "visitors", pace);
    if (input.has("poisson")) refuse("--poisson", "visitors", pace);
    return;
  }
  if (trace !== null && wish.duration !== undefined && wish.duration / 1_000 > durationOf(trace)) {
    const lasts = `the trace lasts ${formatDuration(seconds(durationOf(trace)))}`;
    const isTyped = input.text("duration") !== null;
    throw new Fault(
      isTyped ? "TF_ARGUMENT" : "TF_SCENARIO",
      `${isTyped ? "--duration" : "the scenario's duration"} is ${formatDuration(wish.duration)}, and ${lasts}`,
      { hint: "a duration can only cut a trace: leave it away for all of it" },
    );
  }
  const isEmpty = arrivalsIn(arrivals.profile) <= 0;
  if (isEmpty && trace !== null) refuseEmpty(trace, wish.trace);
  if (isEmpty)
    throw new Fault("TF_ARGUMENT", "nobody would come: the rate is 0 at all times", {
      hint: "write a rate above 0, such as --rate 50",
    });
}

/** An option that a file beside it makes useless. Fault: TF_ARGUMENT. */
export function checkOutputs(input: Input): void {
  if (input.text("html") !== null && input.text("export-k6") !== null)
    refuse("--html", "--export-k6", "a script is written and nothing is measured; run the command once for each");
}
