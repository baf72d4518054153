/** Injection token of the process's `Ledger`. */
export const LEDGER = Symbol('Ledger');

/** The same ledger by connections of their own, for what runs for every article and every delivery: see `byKeys`. */
export const LEDGER_BY_KEYS = Symbol('LedgerByKeys');
