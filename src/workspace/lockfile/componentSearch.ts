/**
 * Finds groups of nodes that lead to each other (strongly connected components), each once, those that others lead to before
 * these. The search begins with any node, and never enters one again.
 * Source: R. Tarjan, Depth-first search and linear graph algorithms (1972), with a stack of its own.
 */
export function componentSearch(
  nodeCount: number,
  edgesOf: (node: number) => readonly number[],
): (start: number, found: (members: readonly number[]) => void) => void {
  /** By node; 0: not entered. */
  const order = new Int32Array(nodeCount);
  const lowest = new Int32Array(nodeCount);
  const isFound = new Uint8Array(nodeCount);
  const open: number[] = [];
  const visits: Visit[] = [];
  let entered = 0;
  const enter = (node: number) => {
    const edges = edgesOf(node);
    entered += 1;
    order[node] = entered;
    lowest[node] = entered;
    open.push(node);
    visits.push({ node, edges, next: 0 });
  };
  const lower = (node: number, to: number) => {
    if (to < (lowest[node] as number)) lowest[node] = to;
  };
  const follow = (node: number, edge: number) => {
    if (order[edge] === 0) enter(edge);
    else if (isFound[edge] === 0) lower(node, order[edge] as number);
  };
  /** The group that a node, all of whose edges were followed, was the first of; null: it was not. */
  const leave = (node: number): readonly number[] | null => {
    visits.pop();
    const low = lowest[node] as number;
    const parent = visits.at(-1);
    if (parent !== undefined) lower(parent.node, low);
    if (low !== order[node]) return null;
    const members = open.splice(open.lastIndexOf(node));
    for (const member of members) isFound[member] = 1;
    return members;
  };
  const search = (start: number, found: (members: readonly number[]) => void) => {
    if (order[start] === 0) enter(start);
    for (let visit = visits.at(-1); visit !== undefined; visit = visits.at(-1)) {
      const edge = visit.edges[visit.next];
      visit.next += 1;
      if (edge !== undefined) follow(visit.node, edge);
      else {
        const members = leave(visit.node);
        if (members !== null) found(members);
      }
    }
  };
  return (start, found) => {
    try {
      search(start, found);
    } catch (error) {
      // Whoever asks again is told the same.
      for (const node of open.splice(0)) order[node] = 0;
      visits.length = 0;
      throw error;
    }
  };
}

interface Visit {
  node: number;
  edges: readonly number[];
  next: number;
}
