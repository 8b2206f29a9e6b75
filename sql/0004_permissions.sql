-- Who may do what: the permissions of a member in a room and in a channel, and who stands above
-- whom. Safe to run twice. Security definer, in a schema that the API does not expose.

-- One bit for each permission, with Discord's values; common/grants.py has the same table.
create or replace function private.bit(p_permission text)
returns bigint
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case p_permission
    when 'create_invite' then 1::bigint << 0
    when 'kick_members' then 1::bigint << 1
    when 'ban_members' then 1::bigint << 2
    when 'administrator' then 1::bigint << 3
    when 'manage_channels' then 1::bigint << 4
    when 'manage_room' then 1::bigint << 5
    when 'stream' then 1::bigint << 9
    when 'view_channel' then 1::bigint << 10
    when 'connect' then 1::bigint << 20
    when 'speak' then 1::bigint << 21
    when 'mute_members' then 1::bigint << 22
    when 'move_members' then 1::bigint << 24
    when 'manage_roles' then 1::bigint << 28
  end;
end;
$$;

create or replace function private.permission_names()
returns text[]
language sql
immutable
set search_path = ''
as $$
  select array[
    'create_invite', 'kick_members', 'ban_members', 'administrator', 'manage_channels',
    'manage_room', 'stream', 'view_channel', 'connect', 'speak', 'mute_members', 'move_members',
    'manage_roles'
  ];
$$;

create or replace function private.all_permissions()
returns bigint
language sql
immutable
set search_path = ''
as $$
  select bit_or(private.bit(p.name)) from unnest(private.permission_names()) as p (name);
$$;

-- What can differ from channel to channel.
create or replace function private.channel_permissions()
returns bigint
language sql
immutable
set search_path = ''
as $$
  select bit_or(private.bit(p.name))
  from unnest(array[
    'manage_channels', 'stream', 'view_channel', 'connect', 'speak', 'mute_members', 'move_members'
  ]) as p (name);
$$;

-- A member's roles, without everyone's.
create or replace function private.roles_of(p_room_id uuid, p_user_id uuid)
returns uuid[]
language sql
stable
security definer
set search_path = ''
as $$
  select array(
    select ur.role_id
    from public.room_user_roles as ur
    where ur.room_id = p_room_id and ur.user_id = p_user_id
  );
$$;

-- All that a member may do in a room: what any of their roles may, and everything for the owner
-- and for administrators. Null for who is no member.
create or replace function private.permissions_in(p_room_id uuid, p_user_id uuid)
returns bigint
language sql
stable
security definer
set search_path = ''
as $$
  select case
    when r.owner_id = p_user_id or held.bits & (1 << 3) <> 0 then private.all_permissions()
    else held.bits
  end
  from public.rooms as r
  join public.room_members as m on m.room_id = r.id and m.user_id = p_user_id
  cross join lateral (
    select coalesce(bit_or(x.permissions), 0) as bits
    from public.room_roles as x
    where x.id = any(private.roles_of(p_room_id, p_user_id) || p_room_id)
      and x.room_id = p_room_id
  ) as held
  where r.id = p_room_id;
$$;

-- What a member may do in each channel of a room: first what everyone is denied and allowed there,
-- then what the member's roles are. Who may not view a channel may do nothing in it. Only for one
-- channel if it is given.
create or replace function private.permissions_by_channel(
  p_room_id uuid, p_user_id uuid, p_channel_id uuid default null
)
returns table (channel_id uuid, permissions bigint)
language sql
stable
security definer
set search_path = ''
as $$
  with member as materialized (
    select
      private.permissions_in(p_room_id, p_user_id) as base,
      private.roles_of(p_room_id, p_user_id) as roles
  ),
  resolved as (
    select
      c.id,
      case
        when m.base & (1 << 3) <> 0 then m.base
        else (
          ((m.base & ~coalesce(o.everyone_deny, 0)) | coalesce(o.everyone_allow, 0))
          & ~coalesce(o.deny, 0)
        ) | coalesce(o.allow, 0)
      end as bits
    from public.channels as c
    cross join member as m
    left join lateral (
      select
        bit_or(w.allow) filter (where w.role_id = p_room_id) as everyone_allow,
        bit_or(w.deny) filter (where w.role_id = p_room_id) as everyone_deny,
        bit_or(w.allow) filter (where w.role_id = any(m.roles)) as allow,
        bit_or(w.deny) filter (where w.role_id = any(m.roles)) as deny
      from public.channel_overwrites as w
      where w.channel_id = c.id
    ) as o on true
    where c.room_id = p_room_id
      and (p_channel_id is null or c.id = p_channel_id)
      and m.base is not null
  )
  select r.id, case when r.bits & (1 << 10) <> 0 then r.bits else 0 end
  from resolved as r;
$$;

-- What a member may do in one channel; null when it isn't one of the room's, 0 when it is hidden.
create or replace function private.permissions_at(
  p_room_id uuid, p_channel_id uuid, p_user_id uuid
)
returns bigint
language sql
stable
security definer
set search_path = ''
as $$
  select b.permissions
  from private.permissions_by_channel(p_room_id, p_user_id, p_channel_id) as b
  where p_channel_id is not null;
$$;

-- Whether a channel is hidden from anybody: what happens there is not told on the room's topic.
create or replace function private.is_private(p_room_id uuid, p_channel_id uuid)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  select x.permissions & (1 << 3) = 0 and (
    coalesce(o.somebody_denied, false)
    or (x.permissions & (1 << 10) = 0 and not coalesce(o.everyone_allowed, false))
  )
  from public.room_roles as x
  cross join lateral (
    select
      bool_or(w.deny & (1 << 10) <> 0) as somebody_denied,
      bool_or(w.role_id = p_room_id and w.allow & (1 << 10) <> 0) as everyone_allowed
    from public.channel_overwrites as w
    where w.channel_id = p_channel_id
  ) as o
  where x.id = p_room_id;
$$;

-- Where a member stands: above every role for the owner, at the highest role's position for a
-- member, below everyone for who is no member.
create or replace function private.rank_in(p_room_id uuid, p_user_id uuid)
returns integer
language sql
stable
security definer
set search_path = ''
as $$
  select case
    when r.owner_id = p_user_id then 2147483647
    when m.user_id is null then -1
    else coalesce((
      select max(x.position)
      from public.room_roles as x
      where x.id = any(private.roles_of(p_room_id, p_user_id))
    ), 0)
  end
  from public.rooms as r
  left join public.room_members as m on m.room_id = r.id and m.user_id = p_user_id
  where r.id = p_room_id;
$$;

-- The caller's rooms, and the channels in them that the caller may see: policies ask once a query.
create or replace function private.my_rooms()
returns setof uuid
language sql
stable
security definer
set search_path = ''
as $$
  select m.room_id from public.room_members as m where m.user_id = (select auth.uid());
$$;

-- Who is a member of a room of the caller's.
create or replace function private.people_with_me()
returns setof uuid
language sql
stable
security definer
set search_path = ''
as $$
  select m.user_id
  from public.room_members as m
  where m.room_id in (select private.my_rooms());
$$;

create or replace function private.my_channels()
returns setof uuid
language sql
stable
security definer
set search_path = ''
as $$
  select b.channel_id
  from private.my_rooms() as r (room_id)
  cross join lateral private.permissions_by_channel(r.room_id, (select auth.uid())) as b
  where b.permissions <> 0;
$$;

-- The caller's rooms in which they have a permission.
create or replace function private.my_rooms_with(p_permission text)
returns setof uuid
language sql
stable
security definer
set search_path = ''
as $$
  select r.room_id
  from private.my_rooms() as r (room_id)
  where private.permissions_in(r.room_id, (select auth.uid())) & private.bit(p_permission) <> 0;
$$;

-- Whether the caller may listen to a private Realtime topic: `room:{room_id}` for its members,
-- `room:{room_id}:{channel_id}` for who may view the channel, `user:{user_id}` for that user alone.
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
    when p_topic ~ '^room(:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}){2}$'
      then coalesce(private.permissions_at(
        substr(p_topic, 6, 36)::uuid, substr(p_topic, 43)::uuid, (select auth.uid())
      ), 0) <> 0
    else p_topic = 'user:' || (select auth.uid())::text
  end;
$$;

revoke all on all functions in schema private from public, anon;
revoke all on function private.permissions_in(uuid, uuid) from authenticated;
grant execute on function private.is_member(uuid) to authenticated;
revoke all on function private.shares_room_with(uuid) from authenticated;
grant execute on function private.people_with_me() to authenticated;
grant execute on function private.may_listen(text) to authenticated;
grant execute on function private.my_rooms() to authenticated;
grant execute on function private.my_channels() to authenticated;
grant execute on function private.my_rooms_with(text) to authenticated;

-- Row level security -------------------------------------------------------------------------

grant select on public.room_roles, public.room_user_roles, public.channel_overwrites,
  public.room_bans, public.room_invites to authenticated;

drop policy if exists "People see themselves and who they share a room with" on public.profiles;
create policy "People see themselves and who they share a room with" on public.profiles
  for select to authenticated
  using (user_id = (select auth.uid()) or user_id in (select private.people_with_me()));

drop policy if exists "Members see their room" on public.rooms;
create policy "Members see their room" on public.rooms
  for select to authenticated
  using (id in (select private.my_rooms()));

drop policy if exists "Members see the channels they may view" on public.channels;
create policy "Members see the channels they may view" on public.channels
  for select to authenticated
  using (id in (select private.my_channels()));

drop policy if exists "Members see who else is a member" on public.room_members;
create policy "Members see who else is a member" on public.room_members
  for select to authenticated
  using (room_id in (select private.my_rooms()));

drop policy if exists "Members see the roles of their room" on public.room_roles;
create policy "Members see the roles of their room" on public.room_roles
  for select to authenticated
  using (room_id in (select private.my_rooms()));

drop policy if exists "Members see who has which role" on public.room_user_roles;
create policy "Members see who has which role" on public.room_user_roles
  for select to authenticated
  using (room_id in (select private.my_rooms()));

drop policy if exists "Who sees a channel sees its overwrites" on public.channel_overwrites;
create policy "Who sees a channel sees its overwrites" on public.channel_overwrites
  for select to authenticated
  using (channel_id in (select private.my_channels()));

drop policy if exists "Who may ban sees the bans" on public.room_bans;
create policy "Who may ban sees the bans" on public.room_bans
  for select to authenticated
  using (room_id in (select private.my_rooms_with('ban_members')));

drop policy if exists "Who invited and who manages the room see invites" on public.room_invites;
create policy "Who invited and who manages the room see invites" on public.room_invites
  for select to authenticated
  using (
    (created_by = (select auth.uid()) and room_id in (select private.my_rooms()))
    or room_id in (select private.my_rooms_with('manage_room'))
  );
