/** Whether a part works: null if it does, else what is wrong, for people. */
export type HealthCheck = () => Promise<string | null> | string | null;

export interface HealthReport {
  ready: boolean;
  parts: Record<string, { up: boolean; required: boolean; reason?: string }>;
}

/** What a process needs to do its work. Readiness depends on required parts only; the others are shown. */
export class Health {
  readonly #checks = new Map<string, { check: HealthCheck; required: boolean }>();

  /** `required`: without it the process cannot do its work at all. */
  register(part: string, required: boolean, check: HealthCheck): void {
    const known = this.#checks.get(part);
    this.#checks.set(part, { check, required: required || (known?.required ?? false) });
  }

  async report(): Promise<HealthReport> {
    const entries = await Promise.all(
      [...this.#checks].map(async ([part, { check, required }]) => {
        const reason = await within(check, 2_000);
        return [part, { up: reason === null, required, ...(reason === null ? {} : { reason }) }] as const;
      }),
    );
    return {
      ready: entries.every(([, part]) => part.up || !part.required),
      parts: Object.fromEntries(entries),
    };
  }
}

async function within(check: HealthCheck, ms: number): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => {
      resolve(`no answer within ${ms} ms`);
    }, ms);
  });
  try {
    return await Promise.race([Promise.resolve(check()), late]);
  } catch (error) {
    return error instanceof Error && error.message !== '' ? error.message : String(error);
  } finally {
    clearTimeout(timer);
  }
}
