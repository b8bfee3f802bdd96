/** Events in the order of their time. */
export class EventHeap<T> {
  readonly #items: { readonly at: number; readonly event: T }[] = [];

  get nextAt(): number {
    return this.#items[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  /** All of them, in no order. */
  *events(): Generator<T> {
    for (const { event } of this.#items) yield event;
  }

  push(at: number, event: T): void {
    const items = this.#items;
    items.push({ at, event });
    let place = items.length - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if ((items[parent]?.at ?? 0) <= at) break;
      this.#swap(place, parent);
      place = parent;
    }
  }

  pop(): T | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (first === undefined || last === undefined) return undefined;
    if (items.length > 0) {
      items[0] = last;
      this.#sink();
    }
    return first.event;
  }

  #sink(): void {
    const items = this.#items;
    for (let place = 0; ; ) {
      const at = (index: number): number => items[index]?.at ?? Number.POSITIVE_INFINITY;
      const left = 2 * place + 1;
      const child = at(left + 1) < at(left) ? left + 1 : left;
      if (at(child) >= at(place)) return;
      this.#swap(place, child);
      place = child;
    }
  }

  #swap(a: number, b: number): void {
    const items = this.#items;
    const [first, second] = [items[a], items[b]];
    if (first === undefined || second === undefined) return;
    items[a] = second;
    items[b] = first;
  }
}
