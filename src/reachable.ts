/** Things, and all that they lead to, however far away. */
export function reachable<T>(from: Iterable<T>, leadsTo: (each: T) => Iterable<T>): Set<T> {
  const reached = new Set(from);
  // A set hands out what is added to it while it is walked.
  for (const each of reached) for (const next of leadsTo(each)) reached.add(next);
  return reached;
}
