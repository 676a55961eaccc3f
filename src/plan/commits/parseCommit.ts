import { CommitParser } from 'conventional-commits-parser';
import type { GitCommit } from '../../ports/git.ts';
import { commitProblems } from './commitProblems.ts';
import { knownTypes } from './knownTypes.ts';
import { type RevertTarget, revertTarget } from './revertTarget.ts';
import { squashedHeaders } from './squashedHeaders.ts';

/** One change as its author described it; a squashed commit holds several. */
export interface ConventionalChange {
  /** Null where the header is not conventional. */
  type: string | null;
  scope: string | null;
  /** The header's text after type and scope; the whole header where it is not conventional. */
  subject: string;
  /** Texts of its breaking changes; empty: none. */
  breaking: readonly string[];
  /** Issues it refers to, as written: `#12`, `acme/shop#3`. */
  references: readonly IssueReference[];
  /** With a preset of the user's own: all that its parser options name, for its writer; else empty. */
  fields: Readonly<Record<string, unknown>>;
}

export interface IssueReference {
  /** `closes`, `fixes`; null: only mentioned. */
  action: string | null;
  owner: string | null;
  repository: string | null;
  prefix: string;
  issue: string;
}

/** A commit's message, read once for all services that the commit touches. */
export interface ParsedCommit {
  commit: GitCommit;
  header: string;
  /** Never empty; the header's change first. */
  changes: readonly ConventionalChange[];
  /** What it takes back; null: it is not a revert. */
  reverts: RevertTarget | null;
  /** From `Release-As` footers: `2.0.0`, or `api@2.0.0` for one service; the last one of a service holds. */
  releaseAs: readonly { service: string | null; version: string }[];
  /** What the author probably meant otherwise, for previews. */
  problems: readonly string[];
}

/** What decides how a message is read. */
export interface ParseRules {
  /** Type → bump as configured; its keys are types that squashed lines may carry. */
  types?: readonly string[];
  /** Parser options of a preset of the user's own, laid under ours. */
  preset?: ConstructorParameters<typeof CommitParser>[0];
}

const notBelowHere = /^[A-Za-z][A-Za-z-]*(?:: | #)/;

/**
 * Reads commit messages by Conventional Commits 1.0.0 (https://www.conventionalcommits.org/en/v1.0.0/), with
 * conventional-commits-parser underneath. Differences from its defaults, each for a reason:
 * `BREAKING CHANGE` counts in upper case with a colon only, as the specification asks, or prose such as
 * "Breaking change risk" would be a major; no field lines (`-name-`), or the `---------` of squash merges
 * would swallow the footers below it.
 */
export function commitReader(rules: ParseRules = {}): (commit: GitCommit) => ParsedCommit {
  const parser = new CommitParser({
    headerPattern: /^(\w+)(?:\((.*)\))?!?: (.*)$/,
    breakingHeaderPattern: /^(\w+)(?:\((.*)\))?!: (.*)$/,
    headerCorrespondence: ['type', 'scope', 'subject'],
    noteKeywords: ['BREAKING CHANGE', 'BREAKING-CHANGE'],
    issuePrefixes: ['#'],
    ...rules.preset,
    notesPattern: (keywords) => new RegExp(`^[\\s|*]*(${keywords}):\\s*(.*)`),
    fieldPattern: /(?!)/,
  });
  const types = new Set([...knownTypes, ...(rules.types ?? [])]);
  return (commit) => {
    const lines = commit.message.replaceAll('\r\n', '\n').trim().split('\n');
    const header = (lines[0] ?? '').trim();
    const parse = (message: string) => toChange(message, parser, rules.preset !== undefined);
    const first = header === '' ? emptyChange() : asRevert(parse(withReapplied(lines)));
    const squashed = squashedHeaders(lines.slice(1), types).map(parse);
    return {
      commit,
      header,
      changes: withoutRepeats([first, ...squashed]),
      reverts: revertTarget(lines),
      releaseAs: releaseAsFooters(lines.slice(1)),
      problems: rules.preset === undefined ? commitProblems(header, lines.slice(1), types) : [],
    };
  };
}

function emptyChange(): ConventionalChange {
  return { type: null, scope: null, subject: '(no message)', breaking: [], references: [], fields: {} };
}

/** What brings a change back counts as that change: `Reapply "feat: x"`, `Revert "Revert "feat: x""`. */
function withReapplied(lines: readonly string[]): string {
  const [header = '', ...body] = lines;
  const again = /^(?:Reapply "|Revert "Revert ")(.*?)"{1,2}(?: \(#\d+\))?$/.exec(header)?.[1];
  return [again ?? header, ...body].join('\n');
}

/** Git's own `Revert "…"` header carries no type. */
function asRevert(change: ConventionalChange): ConventionalChange {
  const isRevert = change.type === null && /^Revert "/.test(change.subject);
  return isRevert ? { ...change, type: 'revert' } : change;
}

function toChange(message: string, parser: CommitParser, keepFields: boolean): ConventionalChange {
  const parsed = parser.parse(message);
  return {
    type: parsed.type || parsed.tag || null,
    scope: parsed.scope || null,
    subject: parsed.subject?.trim() || parsed.header?.trim() || '',
    breaking: parsed.notes.map(({ text }) => noteText(text)),
    references: parsed.references.map(({ action, owner, repository, prefix, issue }) => ({
      action,
      owner,
      repository,
      prefix,
      issue,
    })),
    fields: keepFields ? { ...parsed } : {},
  };
}

/** A footer's value ends where the next footer begins (specification, item 10), or at the line that squash merges draw. */
function noteText(text: string): string {
  const lines = text.split('\n');
  const end = lines.findIndex(
    (line, index) => index > 0 && (notBelowHere.test(line) || /^-{3,}$/.test(line)),
  );
  return (end === -1 ? lines : lines.slice(0, end)).join('\n').trim();
}

/** A squashed commit often repeats its title as a line of its body. */
function withoutRepeats(changes: readonly ConventionalChange[]): ConventionalChange[] {
  const seen = new Set<string>();
  return changes.filter(({ type, scope, subject }) => {
    const key = `${type}(${scope}): ${subject.replace(/\s*\(#\d+\)$/, '')}`;
    return !seen.has(key) && seen.add(key);
  });
}

function releaseAsFooters(body: readonly string[]): ParsedCommit['releaseAs'] {
  return body.flatMap((line) => {
    const [, service, version] = /^release-as:\s*(?:(\S+)@)?v?(\S+)\s*$/i.exec(line) ?? [];
    return version === undefined ? [] : [{ service: service ?? null, version }];
  });
}
