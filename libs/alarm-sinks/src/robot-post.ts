import { classifyNoAnswer, classifyRobotAnswer, type RobotCodes } from './robot-answer.js';
import type { AlarmIo, SendResult } from './sink.js';

/** One try: the body as JSON to the robot's address, and what its platform's answer means. */
export async function postToRobot(
  message: { url: string; body: string },
  codes: RobotCodes,
  { http, now }: AlarmIo,
): Promise<SendResult> {
  try {
    const answer = await http.request({
      method: 'POST',
      ...message,
      headers: { 'content-type': 'application/json; charset=utf-8' },
    });
    return classifyRobotAnswer(answer, codes, now);
  } catch (failure) {
    return classifyNoAnswer(failure);
  }
}
