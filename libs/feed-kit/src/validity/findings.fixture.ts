/** As the W3C feed validator sorts them: an error makes the feed invalid, a warning is what some reader stumbles over. */
export type Severity = 'error' | 'warning';

/** What a rule has found, and where. */
export interface Finding {
  severity: Severity;
  /** The rule's name, in kebab case. */
  rule: string;
  /** Elements from the root, such as `rss/channel/item[2]/title`, or a JSON Pointer. */
  where: string;
  /** The value that breaks the rule, cut short. */
  value: string;
}

/** Collects what rules find. */
export class Findings {
  readonly all: Finding[] = [];

  error(rule: string, where: string, value = ''): void {
    this.#add('error', rule, where, value);
  }

  warning(rule: string, where: string, value = ''): void {
    this.#add('warning', rule, where, value);
  }

  #add(severity: Severity, rule: string, where: string, value: string): void {
    this.all.push({ severity, rule, where, value: value.slice(0, 120) });
  }
}
