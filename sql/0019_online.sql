-- Who of a community is online: Supabase Realtime's own Presence on the private topic
-- `online:{room_id}`. Nothing is kept here: these are the policies that Realtime asks when somebody
-- joins the topic, when they first say that they are there, and when their token is renewed.
-- docs/decisions/0009 says why. Safe to run twice.

-- Whether the caller may be seen on a private Realtime topic, and see who else is:
-- `online:{room_id}` for the room's members.
create or replace function private.may_be_online(p_topic text)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  select case
    when p_topic ~ '^online:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
      then private.is_member(substr(p_topic, 8)::uuid)
    else false
  end;
$$;

revoke all on all functions in schema private from public, anon;
grant execute on function private.may_be_online(text) to authenticated;

-- One policy for select, as everywhere. On `online:` topics it has `broadcast` beside `presence`:
-- Realtimes from before the summer of 2026 let nobody join a topic who may not hear its broadcasts.
-- There are none to hear, for only the server could send one.
drop policy if exists "Members hear their room's topic" on realtime.messages;
create policy "Members hear their room's topic" on realtime.messages
  for select to authenticated
  using (
    (extension = 'broadcast' and private.may_listen((select realtime.topic())))
    or (
      extension in ('broadcast', 'presence')
      and private.may_be_online((select realtime.topic()))
    )
  );

-- The one thing that clients may send. Realtime takes the presence's key from the client, and a
-- policy can't see it: members may say that another is online (docs/communities.md).
drop policy if exists "Members say that they are online" on realtime.messages;
create policy "Members say that they are online" on realtime.messages
  for insert to authenticated
  with check (extension = 'presence' and private.may_be_online((select realtime.topic())));
