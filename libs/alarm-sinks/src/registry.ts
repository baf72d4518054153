import { z } from 'zod';
import { dingtalkSink } from './dingtalk/dingtalk.js';
import { emailSink } from './email/email.js';
import { feishuSink } from './feishu/feishu.js';
import type { AlarmSink } from './sink.js';
import { webhookSink } from './webhook/webhook.js';
import { wecomSink } from './wecom/wecom.js';

/** Every sink type there is. A new one is added here and nowhere else. */
export const alarmSinks: readonly AlarmSink[] = [webhookSink, emailSink, wecomSink, dingtalkSink, feishuSink];

/** The sink of a type; undefined if there is none. */
export function alarmSinkOf(type: string): AlarmSink | undefined {
  return alarmSinks.find(({ manifest }) => manifest.type === type);
}

/** JSON Schema (2020-12) of a manifest's settings and secrets, for `GET /api/v1/alarm-sink-types`. */
export function sinkTypeView({ manifest }: AlarmSink) {
  const sealed = z.toJSONSchema(manifest.secrets, { io: 'input' });
  const generated = Object.keys(manifest.generateSecrets?.() ?? {});
  return {
    type: manifest.type,
    title: manifest.title,
    settings: z.toJSONSchema(manifest.settings, { io: 'input' }),
    secrets: { ...sealed, required: (sealed.required ?? []).filter((name) => !generated.includes(name)) },
    secretFields: Object.keys(manifest.secrets.shape),
    limits: manifest.limits,
    instructions: manifest.instructions,
  };
}
