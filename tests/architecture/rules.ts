/** What each folder of packages/tenfold/src may import; its own files always. The design's §1, one line a folder. */

const CORE = ["units", "fault", "spec", "fleet"];

export const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  // Pure: no clock, disk, randomness or environment.
  units: [],
  fault: ["units"],
  spec: ["units", "fault"],
  fleet: ["units", "fault", "spec"],
  plan: CORE,
  render: CORE,
  scale: CORE,
  capacity: CORE,
  traffic: ["units", "fault"],
  simulate: [...CORE, "scale", "capacity", "traffic"],
  detect: CORE,
  // Thin effects.
  journal: CORE,
  drivers: CORE,
  project: CORE,
  releases: [...CORE, "drivers"],
  machine: [...CORE, "detect"],
  services: [...CORE, "render", "drivers"],
  load: [...CORE, "project", "traffic"],
  engine: [...CORE, "plan", "render", "scale", "capacity", "journal", "drivers", "releases", "services"],
  api: [...CORE, "engine"],
  targets: [...CORE, "journal", "drivers", "engine", "api"],
  drill: [...CORE, "load", "services", "targets"],
  cli: [
    ...CORE,
    ...[
      "scale",
      "capacity",
      "traffic",
      "simulate",
      "detect",
      "render",
      "journal",
      "drivers",
      "project",
      "releases",
      "machine",
    ],
    ...["services", "load", "engine", "api", "targets", "drill"],
  ],
  // What tests of several folders share.
  testing: [
    ...CORE,
    "plan",
    "render",
    "scale",
    "journal",
    "drivers",
    "releases",
    "services",
    "engine",
    "api",
    "targets",
  ],
};

/** These know no `node:` module, no clock, no randomness, no environment. */
export const PURE: readonly string[] = [
  ...CORE,
  ...["plan", "render", "scale", "capacity", "traffic", "simulate", "detect"],
  ...["catalogue", "check", "report"].map((folder) => `drill/${folder}`),
  ...["arrivals", "stats", "scenario", "thresholds", "report", "export"].map((folder) => `load/${folder}`),
];

const WIRING = ["cli/wire.ts", "cli/engine-process.ts", "testing/"];

/** What is closed to all but its own folder and those named, by the beginnings of paths. */
export const CLOSED: readonly {
  readonly what: RegExp;
  readonly instead: string;
  readonly except: readonly string[];
}[] = [
  // Whoever runs a member asks through the interface; only the wiring constructs a driver. A drill breaks real processes.
  { what: /^drivers\/.+\//, instead: "drivers/driver.ts", except: [...WIRING, "targets/local/local-breaker.ts"] },
  // A command never learns where its fleet runs.
  { what: /^targets\/.+\//, instead: "targets/target.ts", except: WIRING },
  { what: /^(engine|api)\//, instead: "targets/target.ts", except: [...WIRING, "api/", "targets/local/"] },
];

/** What each package may import of the others. */
export const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  runtime: ["@tenfold/protocol"],
  dashboard: ["@tenfold/protocol"],
  tenfold: ["@tenfold/protocol"],
};

/** Lines of a file that a person can still keep in mind. */
export const LONGEST = 300;

/** How a generated file begins. */
export const GENERATED = "// Written by scripts/generate.ts";
