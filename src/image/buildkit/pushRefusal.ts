import { type Failure, workFailure } from '../../errors.ts';

/** A push that did not succeed; `passing` where trying again may help. */
export interface PushRefusal {
  failure: Failure;
  passing: boolean;
}

/** What registries answer comes through the engine as text. Source: docker/distribution `errcode`, moby `distribution/errors.go`. */
export function pushRefusal(service: string, reference: string, said: string): PushRefusal {
  const failed = (reason: string, message: string, hint: string) =>
    workFailure({ reason, message: `${service}: ${message}`, hint, output: said });
  const host = reference.slice(0, reference.indexOf('/'));
  if (/unauthorized|no basic auth|authentication required|incorrect username or password/i.test(said)) {
    const message = `${host} does not let the engine push ${reference}.`;
    const hint = `Run \`docker login ${host}\`, or mend its credentials in Docker's config.json.`;
    return { failure: failed('registry-unauthorized', message, hint), passing: false };
  }
  if (/immutab|cannot be overwritten/i.test(said)) {
    const message = `${reference} exists and its registry lets no one move it.`;
    const hint = 'Nothing to mend where it holds the same image; else release a new version.';
    return { failure: failed('image-tag-immutable', message, hint), passing: false };
  }
  if (/denied|forbidden|insufficient_scope|\b403\b/i.test(said)) {
    const message = `the credentials for ${host} may not push ${reference}.`;
    const hint = 'Give them the right to push to this repository; some registries want it made first.';
    return { failure: failed('registry-forbidden', message, hint), passing: false };
  }
  if (/invalid reference format|name invalid|repository name/i.test(said)) {
    const message = `${reference} is no valid image name.`;
    const hint = 'Set `registry` and the image name to lower-case letters, digits, `.`, `_`, `-` and `/`.';
    return { failure: failed('repository-name-invalid', message, hint), passing: false };
  }
  if (/manifest invalid|manifest blob unknown/i.test(said)) {
    const message = `${host} refused the image manifest of ${reference}.`;
    const hint = "The registry's own log says why.";
    return { failure: failed('image-manifest-refused', message, hint), passing: /unknown/i.test(said) };
  }
  if (/too ?many ?requests|\b429\b/i.test(said)) {
    const message = `${host} has been asked too much of late, and did not take ${reference}.`;
    const hint =
      'Wait, and run again: layers that arrived are not sent again. Its plan or its settings say how much it takes.';
    return { failure: failed('registry-unavailable', message, hint), passing: true };
  }
  const plain = /server gave HTTP response to HTTPS client/i.test(said);
  const hint = plain
    ? `Add "${host}" to \`insecure-registries\` in the engine's daemon.json.`
    : 'Run again; layers that arrived are not sent again.';
  return { failure: failed('registry-unavailable', `could not push ${reference}.`, hint), passing: !plain };
}
