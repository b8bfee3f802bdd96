import type { Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import type { PlanWish } from "./wishes.ts";
export async function runMeasure(_c: Context, _i: Input, _w: PlanWish): Promise<number> {
  return 0;
}
