import { sha256 } from '../../sha256.ts';

/**
 * The builders in the order in which a service should try them. Each service has a favourite that stays the same
 * while others come and go, so that its cache is found again. Rendezvous hashing: Thaler and Ravishankar 1998.
 */
export function rankBuilders(service: string, builders: readonly string[]): string[] {
  return builders
    .map((builder) => ({ builder, weight: weightOf(service, builder) }))
    .sort((a, b) => (a.weight < b.weight ? 1 : -1))
    .map(({ builder }) => builder);
}

function weightOf(service: string, builder: string): string {
  return sha256(JSON.stringify([service, builder]));
}
