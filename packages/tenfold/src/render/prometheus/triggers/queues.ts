import type { Spec } from "../../../spec/spec.ts";
import type { Trigger } from "./trigger.ts";

const withWorkers = ({ workers }: Spec): boolean => Object.keys(workers).length > 0;
const watched = ({ workers }: Spec): boolean => Object.values(workers).some(({ scale }) => scale.source !== null);

/** Of jobs that wait. */
export const QUEUE_TRIGGERS: readonly Trigger[] = [
  {
    name: "queueDepth",
    concerns: withWorkers,
    holds: (above) => `tenfold_queue_depth > ${above}`,
    summary: "Jobs pile up for {{ $labels.queue }}",
    description: "{{ $value | humanize }} wait.",
    action:
      "tenfold scale worker.{{ $labels.worker }}=+1; tenfold logs worker.{{ $labels.worker }} shows whether they fail.",
  },
  {
    name: "queueAge",
    concerns: withWorkers,
    holds: (above) => `tenfold_queue_oldest_seconds > ${above}`,
    summary: "A job waits long for {{ $labels.queue }}",
    description: "The oldest has waited {{ $value | humanizeDuration }}.",
    action:
      "tenfold scale worker.{{ $labels.worker }}=+1; tenfold logs worker.{{ $labels.worker }} shows whether they fail.",
  },
  {
    name: "queueUnreadable",
    concerns: watched,
    holds: () => "tenfold_queue_readable == 0",
    summary: "The queue {{ $labels.queue }} cannot be read",
    description: "The number of worker.{{ $labels.worker }} stays as it is, however many jobs wait.",
    action: "tenfold ps --why and tenfold health say why it cannot be read.",
  },
];
