import { EVENT_KINDS, type OperatorEvent } from '@newsrelay/contracts/operator-events';
import { cleanText, toShanghaiTime } from '@newsrelay/contracts/text';
import type { Alarm, AlarmMessage } from './sink.js';
import type { Wording } from './wording/wording.js';
import { wordingOf } from './wording/wordings.js';

/** What an event says to people, one line. */
export function textOfEvent(event: OperatorEvent, language: AlarmMessage['language']): string {
  const { events } = wordingOf(language);
  const say = events[event.kind] as (of: OperatorEvent) => string;
  return oneLine(say(event));
}

/** One line of a message: how serious, when, and what. */
export interface AlarmLine {
  alarm: Alarm;
  /** The severity's name, or that it is over. */
  label: string;
  /** `2025-01-03 09:00:00` in Asia/Shanghai. */
  time: string;
  text: string;
}

function lineOf(alarm: Alarm, wording: Wording, language: AlarmMessage['language']): AlarmLine {
  const over = alarm.phase === 'ended';
  const at = over && alarm.endedAt !== null ? alarm.endedAt : alarm.at;
  return {
    alarm,
    label: over ? wording.ended : wording.severities[alarm.severity],
    time: toShanghaiTime(at).slice(0, 19).replace('T', ' '),
    text: textOfEvent(alarm.event, language),
  };
}

/** A message in words: as many lines as fit, the most serious first, and how many were left out. */
export interface AlarmDigest {
  title: string;
  lines: string[];
}

/**
 * @param write how a platform writes a line
 * @param fits whether a message of these lines fits what the platform takes
 */
export function digestOf(
  { alarms, language }: AlarmMessage,
  write: (line: AlarmLine) => string,
  fits: (digest: AlarmDigest) => boolean,
): AlarmDigest {
  const wording = wordingOf(language);
  if (alarms.length === 0) return { title: wording.test.title, lines: [wording.test.text] };
  const title = wording.title(alarms.length);
  const lines = mostSeriousFirst(alarms).map((alarm) => write(lineOf(alarm, wording, language)));
  if (fits({ title, lines })) return { title, lines };
  for (let shown = lines.length - 1; shown > 0; shown -= 1) {
    const digest = { title, lines: [...lines.slice(0, shown), wording.omitted(lines.length - shown)] };
    if (fits(digest)) return digest;
  }
  return { title, lines: [wording.omitted(lines.length)] };
}

const SERIOUSNESS = { critical: 0, warning: 1, info: 2 } as const;

function mostSeriousFirst(alarms: readonly Alarm[]): Alarm[] {
  return alarms.toSorted(
    (a, b) => SERIOUSNESS[a.severity] - SERIOUSNESS[b.severity] || a.at.getTime() - b.at.getTime(),
  );
}

export function bytesOf(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/** Longest line, UTF-16 units: the texts of an event's detail are bounded, and so is what they come to. */
const LONGEST_LINE = 1_200;

function oneLine(text: string): string {
  return cleanText(text).replace(/\s+/g, ' ').slice(0, LONGEST_LINE).toWellFormed();
}

/** True for news of an end: shown as good news, not as an alarm. */
export function isGoodNews({ phase, event }: Alarm): boolean {
  return (
    phase === 'ended' || event.kind === EVENT_KINDS.channelResumed || event.kind === EVENT_KINDS.breakerClosed
  );
}
