import { Controller, Get, Header, HttpCode, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Health } from '@newsrelay/telemetry/health';
import { Metrics } from '@newsrelay/telemetry/metrics';
import { METRICS_PEERS, type MetricsPeers } from './metrics-peers.js';
import { Needs, Open } from './route-marks.js';

/** Probes for whoever runs the process, and Prometheus. */
@Controller()
export class ProbesController {
  constructor(
    @Inject(Health) private readonly health: Health,
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(METRICS_PEERS) private readonly peers: MetricsPeers,
  ) {}

  /** The process runs and answers. */
  @Get('health/live')
  @Open()
  live(): { live: true } {
    return { live: true };
  }

  /** 200 if the process can do its work, else 503; either way which part is up and which is not. */
  @Get('health/ready')
  @Open()
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const report = await this.health.report();
    await reply.status(report.ready ? 200 : 503).send(report);
  }

  @Get('metrics')
  @Needs('metrics')
  @HttpCode(200)
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  async scrape(): Promise<string> {
    return this.metrics.text(this.peers());
  }
}
