import { z } from 'zod';

/** The address of a robot as its platform shows it: it holds the credential, so that it is a secret as a whole. */
export function robotUrl(isRobot: (url: URL) => boolean, example: string) {
  return z
    .url({ protocol: /^https?$/, message: 'must be an absolute https URL' })
    .max(2048, 'must be at most 2048 characters')
    .refine((text) => URL.canParse(text) && isRobot(new URL(text)), {
      message: `must be the whole address of a robot, such as ${example}`,
    })
    .describe(`the robot's address, such as ${example}`);
}
