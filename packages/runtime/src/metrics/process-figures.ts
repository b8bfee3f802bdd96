import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import type { Meters } from "../context/index.ts";

/** Keeps the figures of this process; returns how to stop. */
export function watchProcess(meters: Meters, environment: { instanceId: string; release: string | null }): () => void {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  let last = performance.eventLoopUtilization();
  let lastAt = Number.NEGATIVE_INFINITY;
  let utilization = 0;
  const gauge = (name: string, help: string, read: () => number) => meters.gauge(name, help, read);
  gauge(
    "tenfold_event_loop_utilization",
    "Share of the time that the event loop was busy, since the last look.",
    () => {
      // Two scrapers must not halve each other's window.
      if (performance.now() - lastAt < 1_000) return utilization;
      const now = performance.eventLoopUtilization();
      utilization = performance.eventLoopUtilization(now, last).utilization;
      last = now;
      lastAt = performance.now();
      return utilization;
    },
  );
  gauge("tenfold_event_loop_delay_p99_seconds", "By how much timers were late, since the last look.", () => {
    const seconds = delay.percentile(99) / 1e9;
    delay.reset();
    return seconds;
  });
  gauge("process_resident_memory_bytes", "Resident memory.", () => process.memoryUsage.rss());
  gauge("nodejs_heap_size_used_bytes", "Heap that is used.", () => process.memoryUsage().heapUsed);
  const started = Date.now() / 1_000 - process.uptime();
  gauge("process_start_time_seconds", "When this process started, in seconds since 1970.", () => started);
  meters.gauge("tenfold_instance_info", "1, with who this process is.", () => 1, {
    instance_id: environment.instanceId,
    release: environment.release ?? "",
    node: process.versions.node,
  });
  return () => delay.disable();
}

/** Of counters that the operating system keeps: before each scrape. */
export function readCpu(meters: Meters): void {
  const { user, system } = process.cpuUsage();
  meters.counter("process_cpu_seconds_total", "Time of the processor, in seconds.").value = (user + system) / 1e6;
}
