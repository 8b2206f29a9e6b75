-- Communities ("rooms"), their channels and members, and what each member may do in a channel.
-- Safe to run twice. Row level security holds for everyone who comes through Supabase's API:
-- a stranger sees nothing, and can't tell a community from one that does not exist.

create schema if not exists private;
revoke all on schema private from public, anon;
grant usage on schema private to authenticated;

-- Tables -------------------------------------------------------------------------------------

create table if not exists public.profiles (
  user_id uuid primary key references auth.users (id) on delete cascade,
  display_name text not null check (char_length(display_name) between 1 and 100),
  created_at timestamptz not null default now()
);

create table if not exists public.rooms (
  id uuid primary key default gen_random_uuid(),
  name text not null check (char_length(name) between 1 and 100),
  owner_id uuid not null references public.profiles (user_id),
  -- what every member may do: view channels, connect, speak, stream
  everyone_permissions bigint not null default (1 << 10) | (1 << 20) | (1 << 21) | (1 << 9),
  created_at timestamptz not null default now()
);
create index if not exists rooms_owner_id_idx on public.rooms (owner_id);

create table if not exists public.channels (
  id uuid primary key default gen_random_uuid(),
  room_id uuid not null references public.rooms (id) on delete cascade,
  name text not null check (char_length(name) between 1 and 100),
  kind text not null check (kind in ('text', 'voice')),
  position integer not null default 0,
  created_at timestamptz not null default now()
);
create index if not exists channels_room_id_idx on public.channels (room_id, position);

create table if not exists public.room_members (
  room_id uuid not null references public.rooms (id) on delete cascade,
  user_id uuid not null references public.profiles (user_id) on delete cascade,
  joined_at timestamptz not null default now(),
  primary key (room_id, user_id)
);
create index if not exists room_members_user_id_idx on public.room_members (user_id);

-- Permissions --------------------------------------------------------------------------------

-- All that a user may do in a community, as bits (common/grants.py has their names).
-- Null for who is no member. Security definer: policies on the tables it reads ask it.
create or replace function private.permissions_in(p_room_id uuid, p_user_id uuid)
returns bigint
language sql
stable
security definer
set search_path = ''
as $$
  select case
    when r.owner_id = p_user_id then (1::bigint << 62) - 1
    when r.everyone_permissions & (1 << 3) <> 0 then (1::bigint << 62) - 1
    else r.everyone_permissions
  end
  from public.rooms as r
  join public.room_members as m on m.room_id = r.id and m.user_id = p_user_id
  where r.id = p_room_id;
$$;

-- Whether the caller is a member.
create or replace function private.is_member(p_room_id uuid)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  select exists (
    select 1
    from public.room_members as m
    where m.room_id = p_room_id and m.user_id = (select auth.uid())
  );
$$;

-- Whether the caller and another user are members of one community.
create or replace function private.shares_room_with(p_user_id uuid)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  select exists (
    select 1
    from public.room_members as mine
    join public.room_members as theirs on theirs.room_id = mine.room_id
    where mine.user_id = (select auth.uid()) and theirs.user_id = p_user_id
  );
$$;

-- Whether the caller may listen to a private Realtime topic: `room:{room_id}` for its members.
create or replace function private.may_listen(p_topic text)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  select case
    when p_topic ~ '^room:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
      then private.is_member(substr(p_topic, 6)::uuid)
    else false
  end;
$$;

revoke all on all functions in schema private from public, anon;
grant execute on function private.permissions_in(uuid, uuid) to authenticated;
grant execute on function private.is_member(uuid) to authenticated;
grant execute on function private.shares_room_with(uuid) to authenticated;
grant execute on function private.may_listen(text) to authenticated;

-- Row level security -------------------------------------------------------------------------

alter table public.profiles enable row level security;
alter table public.rooms enable row level security;
alter table public.channels enable row level security;
alter table public.room_members enable row level security;

revoke all on public.profiles, public.rooms, public.channels, public.room_members
  from anon, authenticated;
grant select on public.profiles, public.rooms, public.channels, public.room_members
  to authenticated;

drop policy if exists "People see themselves and who they share a room with" on public.profiles;
create policy "People see themselves and who they share a room with" on public.profiles
  for select to authenticated
  using (user_id = (select auth.uid()) or private.shares_room_with(user_id));

drop policy if exists "Members see their room" on public.rooms;
create policy "Members see their room" on public.rooms
  for select to authenticated
  using (private.is_member(id));

drop policy if exists "Members see the channels they may view" on public.channels;
create policy "Members see the channels they may view" on public.channels
  for select to authenticated
  using (private.permissions_in(room_id, (select auth.uid())) & (1 << 10) <> 0);

drop policy if exists "Members see who else is a member" on public.room_members;
create policy "Members see who else is a member" on public.room_members
  for select to authenticated
  using (private.is_member(room_id));

drop policy if exists "Members hear their room's topic" on realtime.messages;
create policy "Members hear their room's topic" on realtime.messages
  for select to authenticated
  using (extension = 'broadcast' and private.may_listen((select realtime.topic())));

-- Everyone who signs up has a profile ----------------------------------------------------------

create or replace function private.create_profile()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into public.profiles (user_id, display_name)
  values (
    new.id,
    left(coalesce(
      nullif(btrim(new.raw_user_meta_data ->> 'name'), ''),
      nullif(split_part(new.email, '@', 1), ''),
      'Guest'
    ), 100)
  )
  on conflict (user_id) do nothing;
  return new;
end;
$$;
revoke all on function private.create_profile() from public, anon, authenticated;

drop trigger if exists create_profile on auth.users;
create trigger create_profile
  after insert on auth.users
  for each row execute function private.create_profile();

-- One RPC an operation -------------------------------------------------------------------------

-- The voice channels of a room that the caller may see. GET /api/livekit/participants.
create or replace function public.voice_channels(p_room_id uuid)
returns uuid[]
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  if not private.is_member(p_room_id) then
    raise sqlstate 'PT404' using
      message = 'room_not_found',
      detail = 'There is no such room, or you are not a member of it.';
  end if;
  return array(
    select c.id
    from public.channels as c
    where c.room_id = p_room_id and c.kind = 'voice'
    order by c.position, c.id
  );
end;
$$;

-- What the caller may do in a voice channel, and how they are shown there.
-- {name, permissions: decimal text, attributes: {}}. POST /api/livekit/token.
create or replace function public.voice_access(p_room_id uuid, p_channel_id uuid)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  found_kind text;
begin
  select c.kind into found_kind
  from public.channels as c
  where c.id = p_channel_id and c.room_id = p_room_id;
  if found_kind is null then
    raise sqlstate 'PT404' using
      message = 'channel_not_found',
      detail = 'There is no such channel, or you may not see it.';
  end if;
  if found_kind <> 'voice' then
    raise sqlstate 'PT409' using
      message = 'not_a_voice_channel',
      detail = 'This is a text channel.';
  end if;
  return (
    select jsonb_build_object(
      'name', p.display_name,
      'permissions', private.permissions_in(p_room_id, p.user_id)::text,
      'attributes', '{}'::jsonb
    )
    from public.profiles as p
    where p.user_id = (select auth.uid())
  );
end;
$$;

revoke all on function public.voice_channels(uuid) from public, anon;
revoke all on function public.voice_access(uuid, uuid) from public, anon;
grant execute on function public.voice_channels(uuid) to authenticated;
grant execute on function public.voice_access(uuid, uuid) to authenticated;
