import type { AlarmSinkLimits, SendResult } from '@newsrelay/alarm-sinks/sink';
import type { AlarmsSettled } from '@newsrelay/ledger/alarm-deliveries';

/**
 * Seconds after each try that failed. Short, since an alarm that comes after hours is news of yesterday; what a sink refuses
 * is tried as long, since it is an operator who mends it.
 */
const SCHEDULE = [10, 30, 120, 600, 1_800, 3_600] as const;
/** A platform that says nothing can be asked for hours is asked after one, seconds. */
const LONGEST_WAIT = 3_600;

/** What becomes of alarms after a try, and for how long their sink rests. Pure. */
export function afterSend(
  result: SendResult,
  triesBefore: number,
  { restSeconds, tooOftenSeconds }: Pick<AlarmSinkLimits, 'restSeconds' | 'tooOftenSeconds'>,
): Pick<AlarmsSettled, 'result' | 'restSeconds'> {
  const { outcome } = result;
  const error = result.error ?? '';
  if (outcome === 'sent') return { result: { state: 'sent' }, restSeconds };
  if (outcome === 'too-often') {
    const inSeconds = Math.min(
      Math.max(result.retryAfterSeconds ?? tooOftenSeconds, restSeconds),
      LONGEST_WAIT,
    );
    return { result: { state: 'later', error, inSeconds }, restSeconds: inSeconds };
  }
  const inSeconds = SCHEDULE[triesBefore];
  return inSeconds === undefined
    ? { result: { state: 'failed', error }, restSeconds }
    : { result: { state: 'waiting', error, inSeconds }, restSeconds };
}
