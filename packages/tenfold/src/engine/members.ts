import type { Driver } from "../drivers/driver.ts";
import { membersOf } from "../fleet/data.ts";
import type { Fleet } from "../fleet/fleet.ts";
import type { Launch, Stop } from "../fleet/launch.ts";
import type { Machine } from "../fleet/machine.ts";
import type { Member, MemberKind, MemberName } from "../fleet/member.ts";
import { logFile } from "../fleet/paths.ts";
import { memberPort } from "../fleet/ports.ts";
import type { MemberState, Probe, Running } from "../fleet/state.ts";
import type { SecretsFile } from "../journal/secrets-file.ts";
import type { StoredState } from "../journal/state.ts";
import { renderMember } from "../render/render.ts";
import type { Context, Services } from "../services/service.ts";
import { type Bytes, bytes } from "../units/bytes.ts";
import { seconds } from "../units/millis.ts";
import { desire, fleetOf } from "./desire.ts";
import { Keeper } from "./keeper.ts";
import type { KeeperHost, Pace } from "./keeper-host.ts";
import { noteVoters } from "./note-voters.ts";
import { paceOf } from "./pace.ts";
import type { Store } from "./store.ts";

export interface MembersParts {
  readonly store: Store;
  readonly driver: Driver;
  readonly services: Services;
  readonly secrets: SecretsFile;
  readonly machine: Machine;
  readonly now: () => number;
  readonly changed: (name: MemberName, state: MemberState) => void;
  /** Whether somebody else decides what follows the death of this member. */
  readonly decidesAfterDeath: (name: MemberName) => boolean;
}

const PLAIN_STOP: Stop = { signal: "SIGTERM", grace: seconds(10) };

/** A fleet, and what it was made of. */
interface Resolved {
  readonly of: readonly unknown[];
  readonly fleet: Fleet;
  readonly byName: ReadonlyMap<MemberName, Member>;
}

/** The fleet's members, each with its keeper, and the fleet as it stands. */
export class Members implements KeeperHost {
  readonly driver: Driver;
  readonly #parts: MembersParts;
  readonly #keepers = new Map<MemberName, Keeper>();
  /** How large a member's log was at its last start. */
  readonly #logStarts = new Map<MemberName, number>();
  readonly #never = new AbortController().signal;
  #resolved: Resolved | undefined;
  #machine: Machine;
  #surge = 0;

  constructor(parts: MembersParts) {
    this.#parts = parts;
    this.driver = parts.driver;
    this.#machine = parts.machine;
  }

  now(): number {
    return this.#parts.now();
  }

  /** Web instances beyond the count, while others are replaced. */
  set surge(count: number) {
    this.#surge = count;
  }

  set machine(machine: Machine) {
    this.#machine = machine;
    this.driver.runAs(machine.users);
  }

  get machine(): Machine {
    return this.#machine;
  }

  /** The fleet as it shall be now. Made anew only when something that it is made of has changed. */
  get fleet(): Fleet {
    return this.#resolve().fleet;
  }

  /** The fleet as it would be with a change of the state. */
  fleetWith(change: Partial<StoredState>): Fleet {
    return fleetOf({ ...this.#parts.store.state, ...change }, this.#machine, this.#parts.secrets, 0);
  }

  #resolve(): Resolved {
    const { state } = this.#parts.store;
    const of = [
      state.spec,
      state.counts,
      state.release,
      state.web,
      state.releases,
      state.topology,
      state.ports,
      state.paths,
      this.#machine,
      this.#surge,
    ];
    if (this.#resolved === undefined || of.some((part, at) => part !== this.#resolved?.of[at])) {
      const fleet = fleetOf(state, this.#machine, this.#parts.secrets, this.#surge);
      this.#resolved = { of, fleet, byName: new Map(fleet.members.map((member) => [member.name, member])) };
    }
    return this.#resolved;
  }

  context(signal: AbortSignal = this.#never): Context {
    return { fleet: this.fleet, driver: this.driver, signal, unwell: this.#unwell() };
  }

  /** Web instances that run and fail their probe. */
  #unwell(): MemberName[] {
    return this.ofKind("web")
      .filter(({ name }) => {
        const state = this.#keepers.get(name)?.state;
        return state?.state === "failed" && state.running !== null;
      })
      .map(({ name }) => name);
  }

  find(name: MemberName): Member | undefined {
    return this.#resolve().byName.get(name);
  }

  /** A member that runs although it is not wanted any more, as it was when it was. */
  findLeaving(name: MemberName): Member | undefined {
    const { store } = this.#parts;
    const stored = store.member(name);
    if (stored === undefined) return undefined;
    const { kind, group, index } = stored;
    return {
      name,
      kind,
      group,
      index,
      port: store.state.ports[memberPort(name)] ?? null,
      needs: [],
      release: stored.release,
      duty: null,
    };
  }

  ofKind(kind: MemberKind): Member[] {
    return membersOf(this.fleet, kind);
  }

  keeper(name: MemberName): Keeper {
    let keeper = this.#keepers.get(name);
    if (keeper === undefined) {
      keeper = new Keeper(name, this);
      this.#keepers.set(name, keeper);
    }
    return keeper;
  }

  /** Keepers that exist: of members that shall run, and of those that are leaving. */
  get keepers(): ReadonlyMap<MemberName, Keeper> {
    return this.#keepers;
  }

  isReady(name: MemberName): boolean {
    return this.#keepers.get(name)?.state.state === "ready";
  }

  isAlive(name: MemberName): boolean {
    return (this.#keepers.get(name)?.running ?? null) !== null;
  }

  forget(name: MemberName): void {
    this.#keepers.get(name)?.release();
    this.#keepers.delete(name);
    this.#parts.store.forgetMember(name);
  }

  /** Stops looking at all of them; what runs goes on. */
  release(): void {
    for (const keeper of this.#keepers.values()) keeper.release();
  }

  /** As the file says now, but by the signal that the program that runs knows: the file may name another by now. */
  stopOf(name: MemberName): Stop {
    const member = this.find(name);
    const started = this.#parts.store.member(name)?.stop;
    if (member === undefined) return started ?? PLAIN_STOP;
    const { stop } = renderMember(this.fleet, member).launch;
    return started !== undefined && started.signal !== stop.signal ? started : stop;
  }

  /** Whether it runs, and another process can take its connections over. */
  canHandOver(name: MemberName): boolean {
    const member = this.find(name);
    return (
      member !== undefined && this.isAlive(name) && renderMember(this.fleet, member).launch.successor !== undefined
    );
  }

  decidesAfterDeath(name: MemberName): boolean {
    return this.#parts.decidesAfterDeath(name);
  }

  async launchOf(name: MemberName): Promise<Launch | string> {
    const member = this.find(name);
    if (member === undefined) throw new Error(`${name} is not wanted any more`);
    const refusal = await this.#parts.services.of(member.kind).unfit?.(this.context(), member);
    if (refusal != null) return refusal;
    noteVoters(this.#parts.store, this.fleet, member);
    const { files, launch } = renderMember(this.fleet, member);
    await this.driver.writeFiles(files);
    if (member.kind === "balancer" && member.port !== null) await this.driver.releasePort(member.port);
    this.#logStarts.set(name, await this.driver.sizeOf(launch.log));
    return launch;
  }

  /** The end of what a member has written since its last start. */
  async lastWords(name: MemberName, atMost: Bytes): Promise<string> {
    const log = logFile(this.fleet.paths, name);
    const written = (await this.driver.sizeOf(log)) - (this.#logStarts.get(name) ?? 0);
    // A log that has become smaller was rotated.
    return (await this.driver.readText(log, written < 0 ? atMost : bytes(Math.min(written, atMost)))) ?? "";
  }

  async probe(name: MemberName): Promise<Probe> {
    const member = this.find(name);
    if (member === undefined) return { ready: true, role: null, detail: "leaving" };
    return this.#parts.services.of(member.kind).probe(this.context(), member);
  }

  paceOf(name: MemberName): Pace {
    const { postgresPrimary, redisMaster } = this.fleet.topology;
    const leads = name === postgresPrimary || name === redisMaster;
    return paceOf({ kind: this.find(name)?.kind, leads }, this.ofKind("web").length, this.fleet.spec);
  }

  started(name: MemberName, running: Running, restarts: number): void {
    const member = this.find(name);
    if (member === undefined) return;
    const { restartKey, reloadKey } = desire(this.fleet, member);
    const { kind, group, index } = member;
    const previous = this.#parts.store.member(name);
    const adopted = previous?.running?.pid === running.pid && previous.running.startTime === running.startTime;
    if (adopted) return;
    this.#parts.store.noteMember({
      name,
      kind,
      group,
      index,
      running,
      restartKey,
      reloadKey,
      restarts,
      startedAt: this.now(),
      stop: renderMember(this.fleet, member).launch.stop,
      release: member.release,
    });
  }

  /** Rewrites a running member's files, and remembers that it has them. */
  async rewrite(member: Member): Promise<void> {
    noteVoters(this.#parts.store, this.fleet, member);
    await this.driver.writeFiles(renderMember(this.fleet, member).files);
  }

  /** A running member has taken its files. */
  taken(member: Member): void {
    this.#parts.store.changeMember(member.name, { reloadKey: desire(this.fleet, member).reloadKey });
  }

  /** Whether a running member has taken its files as they shall be now. */
  hasTaken(member: Member): boolean {
    return this.#parts.store.member(member.name)?.reloadKey === desire(this.fleet, member).reloadKey;
  }

  asked(name: MemberName): void {
    this.#parts.store.changeMember(name, { asked: true });
  }

  changed(name: MemberName, state: MemberState): void {
    const hasEnded = state.state === "stopped" || (state.state === "failed" && state.running === null);
    if (hasEnded) this.#parts.store.changeMember(name, { running: null });
    if (state.state === "ready") this.#parts.store.changeMember(name, { readyAt: this.keeper(name).history.readyAt });
    this.#parts.changed(name, state);
  }
}
