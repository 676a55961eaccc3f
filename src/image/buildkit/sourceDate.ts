/**
 * The build argument from which BuildKit (since 0.11) dates an image, and the folder that `WORKDIR` makes: with the
 * commit's time every commit would build everything anew from the first `WORKDIR` on. The same for all, an image is a
 * function of its context; what a release writes over it bears the commit's time.
 * Source: moby/buildkit `frontend/dockerfile/dockerfile2llb/convert.go` (dispatchWorkdir).
 */
export const sourceDate = { SOURCE_DATE_EPOCH: '0' };
