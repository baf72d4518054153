/** Version of this build, as status and logs show it. */
export const VERSION = '0.1.0';
