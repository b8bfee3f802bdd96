/** Something that runs three instances of the application behind one port, and replaces them. */
export interface Tool extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
  /** Replaces all instances by new ones, and resolves when it says that it is done. */
  deploy(): Promise<void>;
}
