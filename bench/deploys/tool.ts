/** Something that runs three instances of the application behind one port, and replaces them. */
export interface Tool extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
  /** Replaces all instances by new ones, and resolves when it says that it is done. */
  deploy(): Promise<void>;
}

/** A tool that has begun; disposed of when it could not. */
export async function begun(tool: Tool, begin: () => Promise<unknown>): Promise<Tool> {
  try {
    await begin();
    return tool;
  } catch (error) {
    await tool[Symbol.asyncDispose]();
    throw error;
  }
}

/** A tool that cannot be measured on this machine; the message says why. */
export class Absent extends Error {
  override readonly name = "Absent";
}
