import { describePullRequestBuilds } from './pullRequestBuilds.ts';

await describePullRequestBuilds('engine');
