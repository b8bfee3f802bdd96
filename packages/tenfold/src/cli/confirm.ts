import { createInterface } from "node:readline/promises";
import { Fault } from "../fault/fault.ts";

/** Asks a question that only "yes" answers with yes. Fault: TF_NO_TERMINAL where nobody can answer. */
export async function confirm(question: string, yes: boolean): Promise<boolean> {
  if (yes) return true;
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) {
    throw new Fault("TF_NO_TERMINAL", `this has to be confirmed, and there is no terminal to ask on: ${question}`, {
      hint: "give -y to answer yes",
    });
  }
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await prompt.question(`${question} [y/N] `);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    prompt.close();
  }
}
