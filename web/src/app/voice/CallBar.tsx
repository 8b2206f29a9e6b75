/** At the foot of the side: the call one is in, and its buttons. Nothing while there is none. */
export function CallBar() {
  return null;
}
