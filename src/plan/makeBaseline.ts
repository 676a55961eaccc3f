import { makePlan, type PlanQuestion } from './makePlan.ts';
import type { ReleasePlan } from './releasePlan.ts';

/**
 * The plan that `release --baseline` executes: a first version for every service that has none, tagged at HEAD
 * without an image, so that a repo whose images are running already starts from here. Its history before HEAD
 * is no changelog; services with a release are left as they are.
 */
export async function makeBaseline(question: PlanQuestion): Promise<ReleasePlan> {
  const { config, now } = question;
  const plan = await makePlan({
    ...question,
    config: { ...config, file: { ...config.file, groups: {} } },
    changes: question.changes.map((change) => ({
      ...change,
      affected: change.lastRelease === null,
      reasons: change.lastRelease === null ? change.reasons : [],
      commits: [],
    })),
    changelogs: false,
  });
  const date = new Date(now).toISOString().slice(0, 10);
  const services = plan.services.map((service) =>
    service.nextVersion === null
      ? service
      : {
          ...service,
          image: null,
          changelog: `## ${service.nextVersion} (${date})\n\nBaseline: versions count from here.\n`,
        },
  );
  return { ...plan, services };
}
