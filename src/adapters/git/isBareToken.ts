/** `https://<token>@host/…`: a user name that is a secret; a short one is the name for the credential helper. */
export function isBareToken(user: string): boolean {
  return user.length >= 20;
}
