import { localPostgres, localRedis } from "../../../spec/local.ts";
import { always, type Trigger } from "./trigger.ts";

/** Of the fleet and its processes. */
export const MEMBER_TRIGGERS: readonly Trigger[] = [
  {
    name: "fleetDown",
    concerns: always,
    holds: () => "tenfold_fleet_serving == 0",
    summary: "No visitor is served",
    description: "No web instance, or no balancer, is ready.",
    action: "tenfold ps shows who is not ready and why; tenfold rollback, when a release began it.",
  },
  {
    name: "engineDown",
    concerns: always,
    holds: () => 'up{job="tenfold"} == 0',
    summary: "The engine does not answer",
    description: "Visitors are served as before, but nothing is restarted, failed over or scaled until it is back.",
    action: "tenfold up starts it again; it adopts what runs.",
  },
  {
    name: "memberDown",
    concerns: always,
    holds: () => "tenfold_member_ready == 0",
    summary: "{{ $labels.member }} is not ready",
    description: "Its process does not run, or its probe fails.",
    action: "tenfold ps shows why; tenfold logs {{ $labels.member }} its last words.",
  },
  {
    name: "crashLoop",
    concerns: always,
    holds: (above) => `increase(tenfold_member_restarts_total[5m]) > ${above}`,
    summary: "{{ $labels.member }} ends again and again",
    description: 'It was started again {{ $value | printf "%.0f" }} times in five minutes.',
    action: "tenfold logs {{ $labels.member }} shows its last words; tenfold rollback, when a release began it.",
  },
  {
    name: "noReplica",
    concerns: (spec) => (localPostgres(spec)?.replicas ?? 0) > 0 || (localRedis(spec)?.replicas ?? 0) > 0,
    holds: () =>
      'sum by (kind) (tenfold_member_ready{kind=~"postgres|redis"} unless on (member) tenfold_member_leads == 1) == 0',
    summary: "{{ $labels.kind }} has no replica",
    description: "None is ready: nobody could take over if the leader failed now.",
    action: "tenfold ps shows why; look for a full disk.",
  },
  {
    name: "diskFull",
    concerns: always,
    holds: (above) => `1 - tenfold_disk_free_bytes / tenfold_disk_total_bytes > ${above / 100}`,
    summary: "The disk is nearly full",
    description:
      "{{ $value | humanizePercentage }} of the disk that holds the data are in use; databases stop without room.",
    action: "Make room, or move the project to a larger disk. Old releases, logs and backups are below .tenfold.",
  },
  {
    name: "autoscalerAtMax",
    concerns: ({ web, workers }) =>
      [web, ...Object.values(workers)].some(({ instances }) => instances.min < instances.max),
    holds: () => "tenfold_group_members >= on (group) tenfold_group_members_max",
    summary: "{{ $labels.group }} cannot grow any more",
    description: "It runs {{ $value }} members, as many as the file allows; more load will be felt.",
    action: "Raise instances.max of {{ $labels.group }}, if the machine and the database can bear it.",
  },
  {
    name: "backupFailed",
    concerns: ({ backups }) => backups.schedule !== null,
    holds: () => "tenfold_backup_failed == 1",
    summary: "Backups fail",
    description: "The last scheduled backup was not made, or the log cannot be copied.",
    action: "tenfold health says why; tenfold backup makes one now.",
  },
  {
    name: "backupOverdue",
    concerns: ({ backups }) => backups.schedule !== null,
    holds: (above) => `(time() - tenfold_backup_due_timestamp_seconds) / 60 > ${above}`,
    summary: "A backup is overdue",
    description: 'It was due {{ $value | printf "%.0f" }} minutes ago.',
    action: "tenfold backup --list shows what there is; tenfold backup makes one now.",
  },
];
