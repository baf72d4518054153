import { SettingsError } from '@newsrelay/config/environment';

/** The one file and the options of a command. @throws SettingsError that says what is asked for */
export function fileAndOptions(
  command: string,
  args: readonly string[],
  known: readonly string[],
): { file: string; given: ReadonlySet<string> } {
  const options = args.filter((arg) => arg.startsWith('--'));
  const [file, ...more] = args.filter((arg) => !arg.startsWith('--'));
  const unknown = options.find((option) => !known.includes(option));
  if (unknown !== undefined)
    throw new SettingsError(`${command} knows no option ${unknown}; see ./newsrelay help`);
  if (file === undefined || more.length > 0)
    throw new SettingsError(`${command} takes one file; see ./newsrelay help`);
  return { file, given: new Set(options) };
}
