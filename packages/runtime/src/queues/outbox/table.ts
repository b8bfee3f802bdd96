/** What is waiting in PostgreSQL to be enqueued. The numbers of rows give the order of those of one lane. */
export const TABLE = "tenfold_outbox";

/** Makes the table. Idempotent, also for several at once, for which `if not exists` alone is not. */
export const CREATE: string = `
do $$ begin
create table if not exists ${TABLE} (
  id bigint generated always as identity primary key,
  name uuid not null default gen_random_uuid(),
  lane text,
  job jsonb not null,
  created_at timestamptz not null default now()
);
exception when unique_violation or duplicate_table or duplicate_object then null;
end $$`;

/** One statement, so that it works through a pooler and in any transaction. */
export const INSERT: string = `
insert into ${TABLE} (lane, job)
select job -> 'lane' ->> 'key', job from jsonb_array_elements($1::jsonb) with ordinality as jobs (job, place)
order by place`;

/**
 * $1: whether this relay may take jobs of lanes, which only one may at a time, or their order would be lost. $2: how many.
 * Rows that another relay has taken are passed over. The position is that of all that can be seen, or later.
 */
export const TAKE: string = `
select id, name, job, pg_current_wal_insert_lsn()::text as token from ${TABLE}
where lane is null or $1 order by id limit $2 for update skip locked`;

export const DELETE: string = `delete from ${TABLE} where id = any($1::bigint[])`;

/** Any number, the same everywhere. */
export const ORDERED: string = "select pg_try_advisory_xact_lock(7310579265) as ordered";

/** A relay that freezes while it holds rows shall not hold them for long. */
export const LIMIT: string = "set local idle_in_transaction_session_timeout = '30s'";
