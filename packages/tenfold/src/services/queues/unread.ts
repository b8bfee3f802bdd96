/** Why a queue could not be read, in words for people. */
export class Unread extends Error {
  override readonly name = "Unread";
}
