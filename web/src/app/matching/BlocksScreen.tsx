/** Whom one has blocked. */
export default function BlocksScreen() {
  return <h1>Blocked people</h1>;
}
