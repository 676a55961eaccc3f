/**
 * Runs once for each owner: the argument, or the part of it that `ownerOf` gives. Every call for it gets the same, as long
 * as the owner lives. A promise that rejects is forgotten: what was missing may be there when it is asked for again.
 */
export function oncePer<A extends object, T extends NonNullable<unknown>>(
  make: (asked: A) => T,
  ownerOf: (asked: A) => object = (asked) => asked,
): (asked: A) => T {
  const made = new WeakMap<object, T>();
  return (asked) => {
    const owner = ownerOf(asked);
    const known = made.get(owner);
    if (known !== undefined) return known;
    const fresh = make(asked);
    made.set(owner, fresh);
    if (fresh instanceof Promise) fresh.catch(() => made.delete(owner));
    return fresh;
  };
}
