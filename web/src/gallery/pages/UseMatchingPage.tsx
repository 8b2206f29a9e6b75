export default function UseMatchingPage() {
  return <h2>UseMatching</h2>;
}
