/** Name of the software in the documents; no version, so that an update changes no byte. */
export const GENERATOR = 'Newsrelay';
