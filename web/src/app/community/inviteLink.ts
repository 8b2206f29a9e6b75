/** Returns the link that leads to an invitation on this site. */
export function inviteLink(code: string): string {
  return new URL(`/invite/${code}`, location.origin).href;
}

/**
 * Returns the code in what somebody pasted: a code, a link that ends with one, or the address of a
 * community, which may be public; else null.
 */
export function codeIn(text: string): string | null {
  const found =
    /^.*\/rooms\/([0-9a-f-]{36})(?:[/?#].*)?$/.exec(text.trim()) ??
    /^(?:.*\/invite\/)?([\w-]{1,64})\/?(?:[?#].*)?$/.exec(text.trim());
  return found?.[1] ?? null;
}

/** Whether what stands for a code is a community's own id, as in the link of a public one. */
export function isRoomId(code: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(code);
}
