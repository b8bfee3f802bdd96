export type Labels = Readonly<Record<string, string>>;

/** Samples of one name, in Prometheus' text format. What is not known is left out. */
export interface Family {
  readonly name: string;
  readonly type: "gauge" | "counter";
  readonly help: string;
  readonly samples: readonly (readonly [labels: Labels, value: number | null | undefined])[];
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escaped(text)}"`);
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}`;
}

export function write({ name, type, help, samples }: Family): string[] {
  const known = samples.flatMap(([labels, value]) =>
    value === null || value === undefined || Number.isNaN(value) ? [] : [line(name, labels, value)],
  );
  return known.length === 0 ? [] : [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...known];
}

/** A figure that goes up and down. */
export function gauge(name: string, help: string, samples: Family["samples"]): Family {
  return { name, type: "gauge", help, samples };
}
