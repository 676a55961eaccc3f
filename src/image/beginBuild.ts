import type { BuildOptions, BuiltImage } from '../ports/builder.ts';
import type { ShipyarnEvent } from '../report/event.ts';

/** A build that was begun before anybody knew whether its image is needed. */
export interface BegunBuild {
  /** It is: what was reported so far is told, and what waited goes on. */
  want(): Promise<BuiltImage>;
  /** It is not, or is done: resolves once nothing of it goes on. */
  end(): Promise<void>;
}

/** Begins a build, which waits before anything that takes long or that others can see. */
export function beginBuild(
  { signal, report }: BuildOptions,
  build: (options: Required<BuildOptions>) => Promise<BuiltImage>,
): BegunBuild {
  const stop = new AbortController();
  const held: ShipyarnEvent[] = [];
  let isWanted = false;
  let decide = { want() {}, drop() {} };
  const wanted = new Promise<void>((resolve, reject) => {
    decide = { want: resolve, drop: () => reject(new Error('the image is not needed')) };
  });
  wanted.catch(() => {});
  const building = build({
    signal: AbortSignal.any([signal, stop.signal]),
    report: (event) => (isWanted ? report(event) : void held.push(event)),
    wanted,
  });
  building.catch(() => {});
  return {
    want() {
      isWanted = true;
      for (const event of held.splice(0)) report(event);
      decide.want();
      return building;
    },
    async end() {
      decide.drop();
      stop.abort();
      await building.catch(() => {});
    },
  };
}
