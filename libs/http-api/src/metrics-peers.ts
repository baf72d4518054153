/** Injection token: metrics of other processes that this one shows as well. */
export const METRICS_PEERS = Symbol('MetricsPeers');

/** What other processes of the single-machine mode measured, as Prometheus text, so that the one public port shows all; those that do not answer are left out. */
export type MetricsPeers = () => Promise<string[]>;
