import { z } from "zod";
import { diagnose } from "../../spec/diagnose.ts";
import type { Finding } from "../../spec/path.ts";
import { isMap, type Plain } from "../../spec/plain.ts";
import { withoutExtensions } from "../../spec/rewrite.ts";
import { refuse, withTraits } from "../../spec/traits.ts";
import { type Bytes, bytes, parseBytes } from "../../units/bytes.ts";
import { figure } from "../../units/figure.ts";

/** A machine that can be rented. */
export interface MachineType {
  readonly name: string;
  readonly cores: number;
  readonly memory: Bytes;
  readonly monthly: number;
}

export interface PriceTable {
  /** Whose prices these are. */
  readonly name: string;
  /** `2025-06`, as the table says. */
  readonly asOf: string;
  readonly currency: string;
  readonly machines: readonly MachineType[];
  /** For a gigabyte of disk, a month. */
  readonly storagePerGb: number;
  /** Nobody's list: round figures, for an idea of what a choice costs. */
  readonly indicative: boolean;
}

const GIB = 1024 ** 3;

function generalPurpose(cores: number): MachineType {
  return { name: `${cores} cores, ${cores * 4} GB`, cores, memory: bytes(cores * 4 * GIB), monthly: cores * 35 };
}

/** `8 cores, 32 GB`, with the table's name for it where that says something else. */
export function typeText({ name, cores, memory }: MachineType): string {
  const text = `${figure(cores)} ${cores === 1 ? "core" : "cores"}, ${figure(memory / GIB)} GB`;
  return name === text ? text : `${text} (${name})`;
}

/** Round figures near what large providers ask for general-purpose machines on demand. */
export const BUILT_IN_PRICES: PriceTable = {
  name: "indicative, no provider's list",
  asOf: "2025-06",
  currency: "USD",
  machines: [2, 4, 8, 16, 32].map(generalPurpose),
  storagePerGb: 0.1,
  indicative: true,
};

const memory = withTraits(
  z.union([z.string(), z.number()]).transform((value, context): Bytes => {
    const parsed = parseBytes(value);
    if (parsed !== undefined && parsed >= 256 * 1024 ** 2) return parsed;
    return refuse(context, value);
  }),
  { expects: "a size such as 8gb (at least 256mb)" },
);

const price = withTraits(z.number().min(0).max(10_000_000), { expects: "a price from 0 up" });
const text = withTraits(z.string().min(1).max(80), { expects: "text of at most 80 letters" });

/** A month or a day that there is. */
function isDate(value: string): boolean {
  const [, month, day = "-01"] = /^(\d{4}-\d{2})(-\d{2})?$/.exec(value) ?? [];
  const date = new Date(`${month}${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(`${month}${day}`);
}

const machine = z.strictObject({
  name: text,
  cores: withTraits(z.number().min(0.25).max(1_024), { expects: "a number of cores, such as 4" }),
  memory,
  monthly: price,
});

const table = z.strictObject({
  name: text,
  asOf: withTraits(
    z.string().transform((value, context) => (isDate(value) ? value : refuse(context, value))),
    { expects: 'a date such as "2026-03"' },
  ),
  currency: withTraits(z.string().regex(/^[A-Z]{3}$/), { expects: "a currency such as EUR" }),
  machines: withTraits(z.array(machine).min(1).max(200), { expects: "a list of machines" }),
  storagePerGb: price,
});

export type ParsedPrices =
  | { readonly ok: true; readonly table: PriceTable }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/** A table of one's own. All that is wrong with it is found at once. */
export function parsePrices(plain: Plain): ParsedPrices {
  if (!isMap(plain)) {
    const message = "must be a map of name, asOf, currency, machines and storagePerGb";
    return { ok: false, findings: [{ path: [], message }] };
  }
  const value = withoutExtensions(plain, table);
  const parsed = table.safeParse(value);
  if (parsed.success) return { ok: true, table: { ...parsed.data, indicative: false } };
  return { ok: false, findings: diagnose(value, { schema: table, root: table, path: [], origin: () => undefined }) };
}
