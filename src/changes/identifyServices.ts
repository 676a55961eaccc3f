import { once } from '../once.ts';
import type { Service } from '../workspace/service.ts';
import { type ChangesQuestion, openQuestions } from './openQuestions.ts';
import type { LastRelease, ServiceIdentity } from './serviceChange.ts';
import { openSide } from './serviceSide.ts';

/**
 * What services are at the head, for those who build them whether they changed or not: no contexts are compared, no
 * commits read. `onLastRelease` is told each service's last release, before identities are computed.
 */
export async function identifyServices(
  question: Omit<ChangesQuestion, 'since' | 'thorough'>,
  onLastRelease: (service: Service, release: LastRelease) => void,
): Promise<ServiceIdentity[]> {
  const { questions } = await openQuestions(question);
  return Promise.all(
    questions.map(async ({ project, service, lastRelease, baseline }) => {
      if (lastRelease !== null) onLastRelease(service, lastRelease);
      const side = once(() => openSide(project, service));
      const recorded = lastRelease?.identity ?? null;
      // The image that was released, though today's built-in template might make another one.
      const isAsReleased = recorded !== null && baseline !== null && !(await baseline.mayDiffer(service));
      const identity = isAsReleased ? recorded : (await side()).contents.identity;
      return {
        service,
        lastRelease,
        identity: () => identity,
        contents: async () => (await side()).contents,
      };
    }),
  );
}
