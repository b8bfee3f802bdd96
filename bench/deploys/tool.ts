/** Something that runs three instances of the application behind one port, and replaces them. */
export interface Tool extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
  /** Replaces all instances by new ones, and resolves when it says that it is done. */
  deploy(): Promise<void>;
}

/** A tool that cannot be measured on this machine; the message says why. */
export class Absent extends Error {
  override readonly name = "Absent";
}
