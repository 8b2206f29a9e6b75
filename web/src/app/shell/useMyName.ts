import { useQuery } from "@tanstack/react-query";
import { useSangha } from "../../sangha/context";

/** Returns the name of who is signed in, as they gave it; in a community, its members know better. */
export function useMyName(): string {
  const { supabase } = useSangha();
  const name = useQuery({
    queryKey: ["me"],
    queryFn: async () => {
      const { data } = await supabase.auth.getSession();
      const user = data.session?.user;
      return String(user?.user_metadata.name ?? user?.email ?? "You");
    },
  });
  return name.data ?? "You";
}
