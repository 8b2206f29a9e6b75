-- Voice: which channels a member sees, what they may do in one and how they are shown there, and
-- what a moderator may do to them. Safe to run twice.

-- LiveKit's attributes, all texts: badges (JSON), color, permissions, muted, and private where not
-- everybody may see the channel. They go into the token, and it into an address: so many badges,
-- with labels so long.
create or replace function private.voice_attributes(
  p_member jsonb, p_permissions bigint, p_private boolean
)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select jsonb_build_object(
    'badges', coalesce((
      select jsonb_agg(
        (b.value - 'role_id') || jsonb_build_object('label', left(b.value ->> 'label', 32))
        order by b.n
      )
      from jsonb_array_elements(p_member -> 'badges') with ordinality as b (value, n)
      where b.n <= 8
    ), '[]'::jsonb)::text,
    'color', coalesce(p_member ->> 'color', ''),
    'permissions', p_permissions::text,
    'muted', case when (p_member ->> 'voice_muted')::boolean then 'true' else '' end,
    'private', case when p_private then 'true' else '' end
  );
$$;

-- What people may do in voice channels of a room, and how they are shown there, place by place:
-- a place is {user_id, channel_id}. Who may not see a channel, or isn't a member, has nothing.
create or replace function private.voice_standings(p_room_id uuid, p_places jsonb)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce(jsonb_agg(
    jsonb_build_object(
      'user_id', p.user_id,
      'channel_id', p.channel_id,
      'may_connect', b.bits & (1 << 20) <> 0,
      'permissions', b.bits::text,
      'name', m.member ->> 'name',
      'attributes', case
        when b.bits <> 0
          then private.voice_attributes(m.member, b.bits, private.is_private(p_room_id, c.id))
        else '{}'::jsonb
      end
    ) order by p.n
  ), '[]'::jsonb)
  from (
    select e.n, (e.value ->> 'user_id')::uuid as user_id, (e.value ->> 'channel_id')::uuid as channel_id
    from jsonb_array_elements(p_places) with ordinality as e (value, n)
  ) as p
  left join public.channels as c
    on c.id = p.channel_id and c.room_id = p_room_id and c.kind = 'voice'
  -- offset 0: asked once for a place, not wherever it stands above
  cross join lateral (
    select private.member_object(p_room_id, p.user_id) as member
    offset 0
  ) as m
  cross join lateral (
    select
      coalesce(private.permissions_at(p_room_id, c.id, p.user_id), 0)
      & ~case when (m.member ->> 'voice_muted')::boolean then (1 << 21)::bigint else 0 end as bits
    offset 0
  ) as b;
$$;

create or replace function private.voice_channels(p_room_id uuid)
returns uuid[]
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  me private.actor := private.reader(p_room_id);
begin
  return array(
    select c.id
    from private.permissions_by_channel(p_room_id, me.user_id) as b
    join public.channels as c on c.id = b.channel_id
    where b.permissions <> 0 and c.kind = 'voice'
    order by c.position, c.id
  );
end;
$$;

-- Refuses unless a user may view a voice channel; 404 for a channel that is hidden from them.
create or replace function private.require_voice(p_room_id uuid, p_channel_id uuid, p_user_id uuid)
returns void
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  if coalesce(private.permissions_at(p_room_id, p_channel_id, p_user_id), 0) = 0 then
    perform private.refuse(
      404, 'channel_not_found', 'There is no such channel, or you may not see it.'
    );
  end if;
  if (select c.kind from public.channels as c where c.id = p_channel_id) <> 'voice' then
    perform private.refuse(409, 'not_a_voice_channel', 'This is a text channel.');
  end if;
end;
$$;

create or replace function private.voice_access(p_room_id uuid, p_channel_id uuid)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  me uuid := (select auth.uid());
  standing jsonb := private.voice_standings(
    p_room_id, jsonb_build_array(jsonb_build_object('user_id', me, 'channel_id', p_channel_id))
  ) -> 0;
begin
  if standing ->> 'permissions' = '0' then  -- says why
    perform private.require_voice(p_room_id, p_channel_id, me);
  end if;
  return standing;
end;
$$;

-- Whether a moderator may mute, unmute, remove or move somebody; a mute is kept until it is taken
-- back, in every channel of the room. LiveKit is told by the API.
create or replace function private.moderate_voice(
  p_room_id uuid, p_channel_id uuid, p_user_id uuid, p_action text, p_to_channel_id uuid
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  me private.actor := private.actor(p_room_id);
  needed text := case
    when p_action in ('mute', 'unmute') then 'mute_members'
    when p_action in ('remove', 'move') then 'move_members'
  end;
begin
  if needed is null or (p_action = 'move') <> (p_to_channel_id is not null) then
    perform private.refuse(
      422, 'action_invalid', 'action is mute, unmute, remove, or move with the channel to go to.'
    );
  end if;
  perform private.require_voice(p_room_id, p_channel_id, me.user_id);
  perform private.require(private.permissions_at(p_room_id, p_channel_id, me.user_id), needed);
  perform private.require_member(p_room_id, p_user_id);
  perform private.require_below(me, p_user_id);
  if p_action = 'move' then
    perform private.require_voice(p_room_id, p_to_channel_id, me.user_id);
    if coalesce(private.permissions_at(p_room_id, p_to_channel_id, p_user_id), 0) & (1 << 20) = 0
    then
      perform private.refuse(409, 'may_not_connect', 'They may not join that channel.');
    end if;
  elsif needed = 'mute_members' then
    update public.room_members as m set voice_muted = p_action = 'mute'
    where m.room_id = p_room_id and m.user_id = p_user_id
      and m.voice_muted <> (p_action = 'mute');
    if found then
      perform private.push(
        p_room_id,
        'member',
        jsonb_build_object('member', private.member_object(p_room_id, p_user_id))
      );
    end if;
  end if;
  return jsonb_build_object(
    'action', p_action, 'member', private.member_object(p_room_id, p_user_id)
  );
end;
$$;

-- Whether what happens in a voice channel is for those alone who may see it; true for one that is
-- gone, or another room's.
create or replace function private.voice_is_private(p_room_id uuid, p_channel_id uuid)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce((
    select private.is_private(c.room_id, c.id)
    from public.channels as c
    where c.id = p_channel_id and c.room_id = p_room_id
  ), true);
$$;

-- The API --------------------------------------------------------------------------------------

-- The voice channels of a room that the caller may see. GET /api/livekit/participants.
create or replace function public.voice_channels(p_room_id uuid)
returns uuid[]
language sql
stable
security invoker
set search_path = ''
as $$
  select private.voice_channels(p_room_id);
$$;

-- What the caller may do in a voice channel, and how they are shown there.
-- {name, permissions: decimal text, attributes, …}. POST /api/livekit/token.
create or replace function public.voice_access(p_room_id uuid, p_channel_id uuid)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.voice_access(p_room_id, p_channel_id);
$$;

-- {action, member}; action: mute, unmute, remove, move. POST /api/livekit/moderate.
create or replace function public.moderate_voice(
  p_room_id uuid,
  p_channel_id uuid,
  p_user_id uuid,
  p_action text,
  p_to_channel_id uuid default null
)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.moderate_voice(p_room_id, p_channel_id, p_user_id, p_action, p_to_channel_id);
$$;

-- [{user_id, channel_id, may_connect, permissions, name, attributes}] for places
-- [{user_id, channel_id}], in their order. For the backend alone: it says what others may do.
create or replace function public.voice_standings(p_room_id uuid, p_places jsonb)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.voice_standings(p_room_id, p_places);
$$;

-- Whether a channel is hidden from anybody. For the backend alone, which must know whom to tell.
create or replace function public.voice_is_private(p_room_id uuid, p_channel_id uuid)
returns boolean
language sql
stable
security invoker
set search_path = ''
as $$
  select private.voice_is_private(p_room_id, p_channel_id);
$$;
