/** Tenfold's own version, as in package.json (a test compares them). An engine and the commands that speak to it must agree. */
export const VERSION = "0.1.0";
