/**
 * The value of a key in a record, where others choose the keys: `constructor` may be a package, a branch, a service or
 * the type of a commit, and every object of JavaScript has something of that name.
 */
export function ownValue<T>(
  record: Readonly<Record<string, T>> | null | undefined,
  key: string,
): T | undefined {
  return record != null && Object.hasOwn(record, key) ? record[key] : undefined;
}
