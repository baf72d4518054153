/** Names that the contenders of several sections have in the report. */
export const OURS = 'newsrelay';
export const LEDGERLESS = 'JetStream → addBulk → worker → signed POST, no ledger';
