/** What an invitation leads to, and how to accept it. */
export default function InviteScreen({ code }: { code: string }) {
  return <h1>{code}</h1>;
}
