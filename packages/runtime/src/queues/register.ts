/**
 * Filled by an application so that `runtime.queues` knows its tasks and their data:
 * `declare module "@tenfold/runtime/queues" { interface Register { jobs: { "report.pdf": { order: number } } } }`.
 */
// biome-ignore lint/suspicious/noEmptyInterface: applications add to it
export interface Register {}

/** Data by task, as registered; any, where nothing was. */
export type RegisteredJobs = Register extends { readonly jobs: infer Jobs }
  ? Jobs
  : // biome-ignore lint/suspicious/noExplicitAny: whoever registers nothing checks nothing
    Record<string, any>;
