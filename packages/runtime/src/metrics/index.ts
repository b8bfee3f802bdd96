export {
  Metrics,
  type MetricsOptions,
  type OwnCounter,
  type OwnGauge,
  type OwnHistogram,
  type OwnOptions,
  openMetrics,
} from "./metrics.ts";
export type { EndRequest, Requests } from "./requests.ts";
export { fastifyMetrics, honoMetrics, measure, metricsMiddleware, serveMetrics } from "./routes.ts";
