/**
 * A text with the credentials in its URLs replaced by `***`: user information before an `@` (for SSH only
 * a password, since `git@` is no secret) and token parameters of a query.
 */
export function maskCredentials(text: string): string {
  return text
    .replace(/\b(https?|ftps?):\/\/[^\s/'"]+@/gi, '$1://***@')
    .replace(/\b([a-z][a-z0-9+.-]*):\/\/([^\s/:@'"]*):[^\s/'"]+@/gi, '$1://$2:***@')
    .replace(/([?&](?:access_token|private_token|token)=)[^&\s'"]+/gi, '$1***');
}
