import type { Provider } from '@nestjs/common';
import type { QuietSource } from '@newsrelay/config/fields';
import { GuardedHttp } from '@newsrelay/outbound/guarded-http';
import { GuardedMail } from '@newsrelay/outbound/guarded-mail';
import type { Sealing } from '@newsrelay/sealing/seal';
import { AlarmEvents } from './alarm-events.js';
import { ALARM_OUTBOUND, AlarmSender, type AlarmOutbound } from './alarm-sender.js';
import { AlarmWatch, WATCH_LIMITS } from './alarm-watch.js';
import type { WatchLimits } from './conditions.js';

export interface AlarmSettings {
  NEWSRELAY_ALLOW_TARGETS: readonly string[];
  NEWSRELAY_ALARM_STUCK_SECONDS: number;
  NEWSRELAY_QUIET_SOURCES: readonly QuietSource[];
}

/** What watches, and what tells operators. Needs the telemetry and ledger modules of its process. */
export function alarmProviders(settings: AlarmSettings, sealing: Sealing): Provider[] {
  const { NEWSRELAY_ALLOW_TARGETS: allowTargets } = settings;
  return [
    {
      provide: ALARM_OUTBOUND,
      // Sockets of its own: an outlet that hangs at the same address holds no alarm up.
      useFactory: (): AlarmOutbound => ({
        http: new GuardedHttp({ allowTargets, socketsPerOrigin: 4 }),
        mail: new GuardedMail({ allowTargets }),
        sealing,
      }),
    },
    {
      provide: WATCH_LIMITS,
      useValue: {
        stuckSeconds: settings.NEWSRELAY_ALARM_STUCK_SECONDS,
        quietSources: settings.NEWSRELAY_QUIET_SOURCES,
      } satisfies WatchLimits,
    },
    AlarmEvents,
    AlarmWatch,
    AlarmSender,
  ];
}
