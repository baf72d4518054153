import { z } from 'zod';

/** The secret that a robot's platform signs by, if it is secured so. `names` says what the platform calls it. */
export function robotSecret(names: string) {
  return z
    .string()
    .min(1)
    .max(200)
    .nullable()
    .default(null)
    .describe(`the robot’s secret (${names}); null where the robot is secured by keyword or address`);
}
