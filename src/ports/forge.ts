/** A Git forge's API: GitHub, GitLab, Gitea, Bitbucket. */

interface ForgeRelease {
  gitTag: string;
  name: string;
  /** Markdown. */
  notes: string;
  prerelease: boolean;
}

interface PullRequest {
  /** Branch that carries the change. */
  head: string;
  base: string;
  title: string;
  /** Markdown. */
  body: string;
  autoMerge: boolean;
}

export interface Forge {
  readonly kind: 'github' | 'gitlab' | 'gitea' | 'bitbucket';
  hasRelease(gitTag: string): Promise<boolean>;
  /** Makes the release unless it is there; says which. */
  putRelease(release: ForgeRelease): Promise<'made' | 'present'>;
  /**
   * Opens the request, or updates the open one from the same branch; gives its address. `warning`: the request is
   * there, but the forge would not merge it by itself.
   */
  putPullRequest(request: PullRequest): Promise<{ url: string; made: boolean; warning?: string }>;
}
