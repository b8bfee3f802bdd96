import type { MemberName } from "../../fleet/member.ts";
import { dataDirectory } from "../../fleet/paths.ts";
import { bytes } from "../../units/bytes.ts";
import type { Context } from "../service.ts";
import { type ControlData, readControlData } from "./programs.ts";

/** What a data directory says of the server that it belongs to. */
export interface OnDisk {
  readonly name: MemberName;
  readonly isStandby: boolean;
  readonly control: ControlData;
}

/** `null` where there is no data, or none that can be read. */
export async function lookOnDisk(context: Context, name: MemberName): Promise<OnDisk | null> {
  const directory = dataDirectory(context.fleet.paths, name);
  const present = await context.driver.readText(`${directory}/PG_VERSION`, bytes(16));
  const control = present === null ? null : await readControlData(context, { name }, directory);
  if (control === null) return null;
  const signal = await context.driver.readText(`${directory}/standby.signal`, bytes(16));
  return { name, isStandby: signal !== null, control };
}

/** The one that led: no standby before a standby, then the newest timeline, then the furthest position. */
export function newest(found: readonly OnDisk[]): MemberName | null {
  const [first] = [...found].sort(
    (a, b) =>
      Number(a.isStandby) - Number(b.isStandby) ||
      b.control.timeline - a.control.timeline ||
      (b.control.checkpoint > a.control.checkpoint ? 1 : b.control.checkpoint < a.control.checkpoint ? -1 : 0),
  );
  return first?.name ?? null;
}
