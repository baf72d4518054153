import type { Wording } from './wording.js';

const paused = { operator: '由值班人员暂停', outlet: '因对方应答而暂停' } as const;

function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return `${Math.floor(seconds)} 秒`;
  if (minutes < 120) return `${minutes} 分钟`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} 小时` : `${Math.floor(hours / 24)} 天`;
}
const queues: Readonly<Record<string, string>> = { publish: '发布', withdraw: '撤回' };

export const zh: Wording = {
  severities: { info: '通知', warning: '警告', critical: '严重' },
  ended: '已恢复',
  title: (alarms) => (alarms === 1 ? 'Newsrelay 告警' : `Newsrelay 告警（${alarms} 条）`),
  omitted: (alarms) => `另有 ${alarms} 条未列出，请查看控制台。`,
  test: { title: 'Newsrelay 告警测试', text: '这是一条测试消息：此告警接收端可以收到告警。' },
  events: {
    'channel.paused': ({ subject, detail }) =>
      `渠道“${detail.name}”（${subject}）${paused[detail.by]}：${detail.reason}`,
    'channel.auto-paused': ({ subject, detail }) =>
      `渠道“${detail.name}”（${subject}）持续失败，已自动暂停：${detail.reason}`,
    'channel.resumed': ({ subject, detail }) => `渠道“${detail.name}”（${subject}）已恢复发送`,
    'delivery.dead': ({ subject, detail }) =>
      `投递失败且不再重试：渠道 ${detail.channel}，稿件 ${detail.article} 第 ${detail.version} 版（${subject}）${because(detail.reason)}`,
    'delivery.unknown': ({ subject, detail }) =>
      `投递结果不明，需人工核实：渠道 ${detail.channel}，稿件 ${detail.article} 第 ${detail.version} 版（${subject}）${because(detail.reason)}`,
    'breaker.opened': ({ subject, detail }) => `目标 ${subject} 已熔断，暂停尝试：${detail.reason}`,
    'breaker.closed': ({ subject }) => `目标 ${subject} 的熔断已解除`,
    'withdrawal.overdue': ({ detail }) =>
      `有 ${detail.count} 个撤回尚未在所有渠道完成，最早的已过 ${duration(detail.oldestSeconds)}`,
    'queue.stuck': ({ subject, detail }) =>
      `${queues[subject] ?? subject}队列停滞：最早到期的投递已等待 ${duration(detail.oldestSeconds)}`,
    'outbox.stuck': ({ detail }) =>
      `事件发不出去：有 ${detail.count} 个事件在等待，最早的已等待 ${duration(detail.oldestSeconds)}`,
    'source.quiet': ({ subject, detail }) =>
      detail.lastAt === null
        ? `来源“${subject}”从未来稿`
        : `来源“${subject}”已 ${duration(detail.quietSeconds)}没有来稿`,
    'service.down': ({ subject, detail }) =>
      `服务 ${subject} 没有任何实例在运行，已失联 ${duration(detail.silentSeconds)}`,
    'feed.silent': ({ detail }) => {
      const whose = detail.token === null ? '' : `合作方“${detail.token}”`;
      return detail.lastAt === null
        ? `订阅源 ${detail.channel}：${whose}从未读取，已 ${duration(detail.silentSeconds)}`
        : `订阅源 ${detail.channel}：${whose}已 ${duration(detail.silentSeconds)}没有读取`;
    },
    'feed.overpolled': ({ detail }) =>
      `订阅源 ${detail.channel}：合作方“${detail.token}”读取过于频繁，一小时内 ${detail.polls} 次，其中 ${detail.full} 次取回全文`,
  },
};

function because(reason: string | null): string {
  return reason === null || reason === '' ? '' : `：${reason}`;
}
