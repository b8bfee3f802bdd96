/** In the URLs of servers that tests start, so that a test can see whether it leaks. */
export const PASSWORD: string = "hunter2";
