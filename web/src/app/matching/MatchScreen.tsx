/** Meet somebody: what one wishes, waiting, the match. */
export default function MatchScreen() {
  return <h1>Meet somebody</h1>;
}
