import type { OutboundHttp } from '@newsrelay/channel-kit/outbound-http';
import type { OutboundMail } from '@newsrelay/channel-kit/outbound-mail';
import type { AlarmMessage, AlarmSink, AlarmSinkTarget, SendResult } from './sink.js';

/** The guarded clients, from which each message gets its own. */
export interface AlarmClients {
  http: {
    bind: (binding: { signal: AbortSignal; deadlineMs: number; beforeFirstByte: () => void }) => OutboundHttp;
  };
  mail: { bind: (binding: { signal: AbortSignal; deadlineMs: number }) => OutboundMail };
}

/** One try to tell a sink, within its deadline. */
export async function sendAlarms(
  sink: AlarmSink,
  message: AlarmMessage,
  target: AlarmSinkTarget<Record<string, unknown>, Record<string, unknown>>,
  { http, mail }: AlarmClients,
  signal: AbortSignal,
): Promise<SendResult> {
  const { deadlineMs } = sink.manifest.limits;
  return sink.send(message, target, {
    http: http.bind({ signal, deadlineMs, beforeFirstByte: () => undefined }),
    mail: mail.bind({ signal, deadlineMs }),
    now: new Date(),
  });
}
