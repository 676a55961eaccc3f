/** What happened, as values: the terminal, the report file and the tests all read the same events. */
export type ShipyarnEvent =
  | { kind: 'note'; message: string }
  | { kind: 'warning'; message: string; service?: string }
  | { kind: 'stage'; stage: StageName; state: 'started' | 'done'; milliseconds?: number }
  | {
      kind: 'build';
      service: string;
      /** Dockerfile step or builder phase as shown to people. */
      step: string;
      state: 'started' | 'cached' | 'done' | 'failed' | 'output';
      text?: string;
      milliseconds?: number;
    }
  | { kind: 'effect'; effect: EffectName; detail: string; service?: string };

export type StageName =
  | 'config'
  | 'workspace'
  | 'changes'
  | 'plan'
  | 'context'
  | 'image'
  | 'release'
  | 'deploy';

/** One thing made true outside this process. */
export type EffectName =
  | 'image-built'
  | 'image-reused'
  | 'image-pushed'
  | 'claim-pushed'
  | 'image-tagged'
  | 'forge-released'
  | 'infra-pushed'
  | 'pull-request'
  | 'ledger-noted';

export type Report = (event: ShipyarnEvent) => void;
