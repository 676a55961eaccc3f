/** Extensions that neither a tsconfig nor what it extends has. */
const neverTsconfig =
  /\.([cm]?[jt]sx?|md|s?css|html?|svg|png|jpe?g|ya?ml|sh|sql|txt|graphql|proto|snap|lock)$|(^|\/)package\.json$/;

/** What else than its content a change of such a file may change, or make wrong. */
const meansMore = /(^|\/)shipyarn\.ya?ml$|(^|\/)\.yarn\//;

/** Whether a file can be nothing but a file: it decides neither what belongs to an image nor how it is made. */
export function isPlainFile(path: string): boolean {
  return neverTsconfig.test(path) && !meansMore.test(path) && !shapesInstalls(path);
}

/** Whether a file is a manifest, the lockfile or Yarn's settings. */
export function shapesInstalls(path: string): boolean {
  return /(^|\/)(package\.json|yarn\.lock|\.yarnrc\.yml)$/.test(path);
}
