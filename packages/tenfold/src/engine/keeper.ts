import { describeEnd, type End } from "../drivers/end.ts";
import { Fault } from "../fault/fault.ts";
import { backoff, STEADY_AFTER } from "../fleet/backoff.ts";
import type { Stop } from "../fleet/launch.ts";
import type { MemberName } from "../fleet/member.ts";
import type { MemberState, Probe, Running } from "../fleet/state.ts";
import type { Millis } from "../units/millis.ts";
import { afterProbe } from "./after-probe.ts";
import { startHeir } from "./heir.ts";
import type { History, KeeperHost } from "./keeper-host.ts";
import { Misses } from "./misses.ts";
import { untilNextLook } from "./pace.ts";
import { Pause } from "./pause.ts";
import { askToEnd, stopProcess } from "./stop-process.ts";
import { lateness, Waiters } from "./waiters.ts";

/**
 * Keeps one member running: starting → ready, failed whenever its probe fails or its process ends, and then started
 * again after a pause that grows with each crash. Stops it when told to. It knows nothing of other members.
 */
export class Keeper {
  readonly name: MemberName;
  readonly #host: KeeperHost;
  readonly #waiters = new Waiters();
  #state: MemberState;
  #running: Running | null = null;
  #handingOver = false;
  #starting: Promise<void> | null = null;
  #last: Running | null = null;
  readonly #past = { startedAt: 0, readyAt: 0, restarts: 0 };
  #crashes = 0;
  #stopping = false;
  #killedFor: string | null = null;
  #lastReason = "it has not answered yet";
  #retry: NodeJS.Timeout | undefined;
  /** Before the next look. */
  readonly #pause = new Pause();
  /** The process that was asked to end, and does when its work is done. */
  #winding: Running | null = null;

  constructor(name: MemberName, host: KeeperHost) {
    this.name = name;
    this.#host = host;
    this.#state = { state: "stopped", since: host.now() };
  }

  get state(): MemberState {
    return this.#state;
  }

  get running(): Running | null {
    return this.#running;
  }

  /** What its last failing probe said. */
  get lastReason(): string {
    return this.#lastReason;
  }

  /** The process that it has, or had last. */
  get last(): Running | null {
    return this.#last;
  }

  /** Of its process, or of the last that it had. */
  get history(): Required<History> {
    return { ...this.#past, asked: this.#winding !== null };
  }

  /** Starts its process, unless one runs, be it that it winds down. Does not wait until it is ready. Faults: those of a start. */
  async start(): Promise<void> {
    this.#stopping &&= this.#winding !== null;
    clearTimeout(this.#retry);
    // Whoever starts it has mended something, or hopes so: it gets all its tries again.
    if (this.#running !== null) return;
    this.#crashes = 0;
    this.#starting ??= this.#launch().finally(() => {
      this.#starting = null;
    });
    await this.#starting;
  }

  /**
   * Starts a process that takes the running one's connections over and ends it. Gives whether it did within the time; if
   * not, the running one is the member's process as before. Faults: those of a start.
   */
  async handOver(within: Millis): Promise<boolean> {
    const former = this.#running;
    if (former === null) return false;
    this.#handingOver = true;
    const heir = await startHeir(this.#host, this.name, { former, within }).finally(() => {
      this.#handingOver = false;
    });
    if (heir !== null) this.#take(heir, this.#host.now());
    return heir !== null;
  }

  /** Takes over a process that an earlier engine started, and `asked` to end or not. */
  adopt(running: Running, { startedAt, readyAt = 0, restarts, asked = false }: History): void {
    this.#past.restarts = restarts;
    this.#take(running, startedAt);
    [this.#past.readyAt, this.#winding] = [readyAt, asked ? running : null];
  }

  /**
   * Takes over what is left of a process that an earlier engine asked to end, and whose leader has: it has all the time
   * that it needs. Whoever stops it waits for it too; a member that is still wanted then is started again.
   */
  adoptRest(running: Running, { startedAt, restarts }: History): void {
    [this.#running, this.#last, this.#winding] = [running, running, running];
    Object.assign(this.#past, { startedAt, restarts });
    this.leave();
    void askToEnd(this.#host.driver, running, null).then(() => {
      if (this.#running !== running || this.#stopping) return;
      this.#running = null;
      void this.start().catch(() => {});
    });
  }

  /** Marks it as leaving: it is looked at no longer. */
  leave(): void {
    if (this.#running !== null) this.#become({ state: "draining", running: this.#running, since: this.#host.now() });
  }

  /** Takes back that it was leaving. */
  stay(): void {
    const running = this.#running;
    if (this.#state.state !== "draining" || running === null || this.#stopping) return;
    this.#become({ state: "starting", running, since: this.#past.startedAt });
    void this.#look(running);
  }

  /** Takes back that it winds down: it ends all the same, for it was asked to, and is started again. */
  goOn(): void {
    if (this.#winding !== this.#running) return;
    this.#stopping = false;
    this.stay();
  }

  /** Asks its process, once, to end when its work is done; resolves when it has, or when that is under way already. */
  async windDown({ signal }: Stop): Promise<void> {
    const [running, former] = [this.#running, this.#winding];
    if (running === null || this.#stopping) return;
    [this.#stopping, this.#winding] = [true, running];
    this.leave();
    const ended = askToEnd(this.#host.driver, running, former === running ? null : signal);
    this.#host.asked(this.name);
    await ended;
    // Somebody else may have ended it, or have taken it back. Until it is removed or started it goes on leaving.
    if (this.#winding === running && this.#stopping) [this.#running, this.#winding] = [null, null];
  }

  /** Ends its process and all that it started. Aborting `hurry` means SIGKILL now. Gives whether its grace was enough. */
  async stop({ signal, grace }: Stop, hurry: AbortSignal): Promise<boolean> {
    this.#stopping = true;
    clearTimeout(this.#retry);
    const running = this.#running;
    if (this.#state.state !== "draining") this.leave();
    const asked = { grace, signal: this.#winding === running ? null : signal };
    this.#winding = null;
    const stopped = running === null || stopProcess(this.#host.driver, running, asked, hurry);
    this.#host.asked(this.name);
    const inTime = await stopped;
    this.#become({ state: "stopped", since: this.#host.now() });
    return inTime;
  }

  /** Ends its process at once, with all that it started. What follows is as after any death; `reason` tells of it. */
  kill(reason: string): void {
    if (this.#running === null || this.#stopping) return;
    this.#killedFor = reason;
    this.#host.driver.signal(this.#running, "SIGKILL", "session");
  }

  /** Ends it for good, unless somebody starts it: what follows is somebody else's decision. */
  hold(): void {
    this.#stopping = true;
    clearTimeout(this.#retry);
    if (this.#running !== null) this.#host.driver.signal(this.#running, "SIGKILL", "session");
    this.#running = null;
    if (this.#state.state === "failed" && this.#state.retryAt === null && this.#state.running === null) return;
    const reason = this.#state.state === "failed" ? this.#state.reason : "gave way to another";
    this.#become({ state: "failed", running: null, since: this.#host.now(), reason, retryAt: null });
  }

  /** Looks at it now, as after a change of its role. */
  async refresh(): Promise<void> {
    const running = this.#running;
    if (running === null) return;
    const probe = await this.#host.probe(this.name);
    if (this.#running === running && probe.ready) this.#observe(running, probe, 0);
  }

  /** Resolves when it is ready, at once when it winds down. Faults: TF_MEMBER_EXITED after three exits, TF_MEMBER_NOT_READY when its time is up. */
  async whenReady(signal: AbortSignal): Promise<void> {
    if (this.#state.state === "ready" || (this.#stopping && this.#winding !== null)) return;
    const [crashes, within] = [this.#crashes, this.#host.paceOf(this.name).start];
    const late = (): Fault => lateness(this.name, within, this.#state, this.#lastReason);
    await this.#waiters.wait(signal, { crashes, within, late });
  }

  /** Stops looking. What runs goes on. */
  release(): void {
    this.#stopping = true;
    clearTimeout(this.#retry);
    this.#pause.end();
    this.#running = null;
  }

  async #launch(): Promise<void> {
    const launch = await this.#host.launchOf(this.name);
    if (typeof launch === "string") {
      this.#become({ state: "failed", running: null, since: this.#host.now(), reason: launch, retryAt: null });
      throw new Fault("TF_MEMBER_EXITED", `${this.name} ${launch}`);
    }
    this.#take(await this.#host.driver.start(this.name, launch), this.#host.now());
  }

  #take(running: Running, startedAt: number): void {
    if (this.#stopping) {
      this.#host.driver.signal(running, "SIGKILL", "session");
      return;
    }
    [this.#running, this.#last] = [running, running];
    [this.#past.startedAt, this.#lastReason] = [startedAt, "it has not answered yet"];
    [this.#past.readyAt, this.#killedFor] = [0, null];
    this.#become({ state: "starting", running, since: startedAt });
    this.#host.started(this.name, running, this.#past.restarts);
    this.#host.driver.onEnd(running, (end) => this.#ended(running, end));
    void this.#look(running);
  }

  #ended(running: Running, end: End): void {
    if (this.#running !== running || this.#stopping || this.#handingOver) return;
    this.#running = null;
    // Whoever decides what follows fences it, as the first thing.
    if (!this.#isDecidedElsewhere) this.#host.driver.signal(running, "SIGKILL", "session");
    const isSteady = this.#host.now() - this.#past.startedAt >= STEADY_AFTER;
    this.#crashed(this.#killedFor ?? describeEnd(end), isSteady ? 1 : this.#crashes + 1);
  }

  #crashed(reason: string, crashes: number): void {
    this.#crashes = crashes;
    const now = this.#host.now();
    const pause = this.#isDecidedElsewhere ? null : backoff(crashes);
    if (pause !== null) this.#retry = setTimeout(() => void this.#again(), pause);
    this.#become({ state: "failed", running: null, since: now, reason, retryAt: pause === null ? null : now + pause });
    this.#waiters.crashed(this.name, reason, crashes);
  }

  get #isDecidedElsewhere(): boolean {
    return this.#past.readyAt > 0 && this.#host.decidesAfterDeath(this.name);
  }

  async #again(): Promise<void> {
    if (this.#stopping || this.#running !== null) return;
    this.#past.restarts += 1;
    try {
      await this.#launch();
    } catch (error) {
      const isRefused = this.#state.state === "failed" && this.#state.retryAt === null;
      if (this.#stopping || isRefused) return;
      this.#crashed(error instanceof Error ? error.message : String(error), this.#crashes + 1);
    }
  }

  /** Probes for as long as this very process runs; often at first, at the member's pace later. */
  async #look(running: Running): Promise<void> {
    const misses = new Misses();
    const isWatched = (): boolean => this.#running === running && !this.#stopping && this.#state.state !== "draining";
    for (let looks = 1; isWatched(); looks += 1) {
      const probe = await this.#host.probe(this.name);
      if (this.#running !== running || this.#stopping) return;
      // Who leads may have changed.
      const pace = this.#host.paceOf(this.name);
      const { count, silence } = misses.note(probe, this.#host.now());
      if (this.#past.readyAt > 0 && pace.silence !== null && silence >= pace.silence)
        this.kill(`did not answer for ${Math.round(silence / 1000)} s, and was ended`);
      if (this.#host.now() - this.#past.startedAt >= pace.settle || !probe.ready) this.#observe(running, probe, count);
      await this.#pause.for(untilNextLook(this.#state.state, { looks, misses: count }, pace));
    }
  }

  #observe(running: Running, probe: Probe, misses: number): void {
    const [{ state }, now] = [this.#state, this.#host.now()];
    if (state === "draining" || state === "stopped") return;
    if (!probe.ready) this.#lastReason = probe.reason;
    else if (this.#past.readyAt === 0) this.#past.readyAt = now;
    const next = afterProbe(this.#state, probe, { running, misses, now });
    if (next === null) return;
    this.#become(next);
    if (next.state === "ready") this.#waiters.ready();
  }

  #become(state: MemberState): void {
    this.#state = state;
    if (state.state === "stopped") [this.#running, this.#winding] = [null, null];
    this.#host.changed(this.name, state);
  }
}
