-- Channels: list, make, order, change with who may do what in them, delete. Safe to run twice.

create or replace function private.channels(p_room_id uuid)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  me private.actor := private.reader(p_room_id);
begin
  return jsonb_build_object(
    'channels', private.channel_objects(p_room_id, me.user_id), 'version', me.version
  );
end;
$$;

-- What the actor may do in a channel; 404 for one that is hidden, or another room's.
create or replace function private.require_visible(me private.actor, p_channel_id uuid)
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  held bigint := private.permissions_at(me.room_id, p_channel_id, me.user_id);
begin
  if coalesce(held, 0) = 0 then
    perform private.refuse(
      404, 'channel_not_found', 'There is no such channel, or you may not see it.'
    );
  end if;
  return held;
end;
$$;

-- Refuses a change after which the actor would not see the channel.
create or replace function private.require_still_visible(me private.actor, p_channel_id uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  if private.permissions_at(me.room_id, p_channel_id, me.user_id) = 0 then
    perform private.refuse(
      409, 'locks_you_out', 'You would not see this channel: allow a role of yours to view it.'
    );
  end if;
end;
$$;

-- Overwrites out of their JSON, [{role_id, allow, deny}], one a role.
create or replace function private.read_overwrites(p_overwrites jsonb)
returns table (role_id uuid, allow bigint, deny bigint)
language plpgsql
set search_path = ''
as $$
declare
  each jsonb;
begin
  if jsonb_typeof(p_overwrites) is distinct from 'array'
    or jsonb_array_length(p_overwrites) > 50 then
    perform private.refuse(
      422, 'overwrites_invalid', 'overwrites is a list of {role_id, allow, deny}, at most 50.'
    );
  end if;
  for each in select o.value from jsonb_array_elements(p_overwrites) as o loop
    perform private.check_fields(each, array['role_id', 'allow', 'deny']);
    if coalesce(each ->> 'role_id', '') !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
      perform private.refuse(422, 'overwrites_invalid', 'role_id is the id of a role.');
    end if;
    role_id := (each ->> 'role_id')::uuid;
    allow := private.clean_permissions(each, 'allow', private.channel_permissions());
    deny := private.clean_permissions(each, 'deny', private.channel_permissions());
    if allow & deny <> 0 then
      perform private.refuse(
        422, 'overwrites_invalid', 'A permission is allowed or denied, not both.'
      );
    end if;
    return next;
  end loop;
end;
$$;

-- Gives a channel these overwrites and no others. Only roles up to the actor's highest, and only
-- permissions that the actor has in the channel, may be touched.
create or replace function private.write_overwrites(
  me private.actor, p_channel_id uuid, p_overwrites jsonb
)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  held bigint := private.permissions_at(me.room_id, p_channel_id, me.user_id);
  wanted public.channel_overwrites[];
  touched bigint;
  highest integer;
begin
  perform private.require(me.permissions, 'manage_roles');
  perform private.require_above(me, 0);
  select coalesce(array_agg(
    row(p_channel_id, me.room_id, o.role_id, o.allow, o.deny)::public.channel_overwrites
  ), '{}')
  into wanted
  from private.read_overwrites(p_overwrites) as o;
  if (select count(distinct w.role_id) < count(*) from unnest(wanted) as w) then
    perform private.refuse(422, 'overwrites_invalid', 'A role has one overwrite in a channel.');
  end if;
  if exists (
    select 1
    from unnest(wanted) as w
    left join public.room_roles as x on x.room_id = me.room_id and x.id = w.role_id
    where x.id is null
  ) then
    perform private.refuse(404, 'role_not_found', 'There is no such role in this room.');
  end if;

  select bit_or(c.bits), max(x.position)
  into touched, highest
  from (
    select
      coalesce(w.role_id, o.role_id) as role_id,
      (coalesce(w.allow, 0) # coalesce(o.allow, 0)) | (coalesce(w.deny, 0) # coalesce(o.deny, 0))
        as bits
    from unnest(wanted) as w
    full join (
      select e.* from public.channel_overwrites as e where e.channel_id = p_channel_id
    ) as o on o.role_id = w.role_id
  ) as c
  join public.room_roles as x on x.id = c.role_id
  where c.bits <> 0;
  if highest > me.rank then
    perform private.refuse(
      403, 'role_too_high', 'You may only change roles up to your highest in a channel.'
    );
  end if;
  perform private.require_held(coalesce(touched, 0), held);

  delete from public.channel_overwrites as o where o.channel_id = p_channel_id;
  insert into public.channel_overwrites (channel_id, room_id, role_id, allow, deny)
  select w.channel_id, w.room_id, w.role_id, w.allow, w.deny
  from unnest(wanted) as w
  where w.allow <> 0 or w.deny <> 0;
  perform private.require_still_visible(me, p_channel_id);
end;
$$;

-- A channel as one member sees it.
create or replace function private.channel_object(me private.actor, p_channel_id uuid)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select c.value
  from jsonb_array_elements(private.channel_objects(me.room_id, me.user_id)) as c
  where c.value ->> 'id' = p_channel_id::text;
$$;

-- Says that the channels have changed. What they are is not said: some are hidden from some.
create or replace function private.channels_changed(me private.actor)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  new_version bigint := private.next_version(me.room_id);
begin
  perform private.push(me.room_id, 'channels', '{}');
  return jsonb_build_object(
    'channels', private.channel_objects(me.room_id, me.user_id), 'version', new_version
  );
end;
$$;

create or replace function private.create_channel(
  p_room_id uuid, p_values jsonb, p_version bigint
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  me private.actor := private.actor(p_room_id, 'manage_channels', p_version);
  made uuid;
  answer jsonb;
begin
  perform private.check_fields(p_values, array['name', 'kind', 'overwrites']);
  if coalesce(p_values ->> 'kind', '') not in ('text', 'voice') then
    perform private.refuse(422, 'kind_invalid', 'kind is text or voice.');
  end if;
  if (select count(*) from public.channels as c where c.room_id = p_room_id) >= 500 then
    perform private.refuse(409, 'channels_full', 'This room has 500 channels: delete one first.');
  end if;
  insert into public.channels (room_id, name, kind, position)
  select
    p_room_id,
    private.clean_name(private.text_in(p_values, 'name', 'name_invalid')),
    p_values ->> 'kind',
    coalesce(max(c.position) + 1, 0)
  from public.channels as c
  where c.room_id = p_room_id
  returning id into made;
  if p_values ? 'overwrites' then
    perform private.write_overwrites(me, made, p_values -> 'overwrites');
  end if;
  perform private.require_still_visible(me, made);
  answer := private.channels_changed(me);
  return jsonb_build_object('channel', private.channel_object(me, made)) || answer;
end;
$$;

create or replace function private.edit_channel(
  p_room_id uuid, p_channel_id uuid, p_changes jsonb, p_version bigint
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  me private.actor := private.actor(p_room_id, null, p_version);
begin
  perform private.require(private.require_visible(me, p_channel_id), 'manage_channels');
  perform private.check_fields(p_changes, array['name', 'overwrites']);
  if p_changes ? 'name' then
    update public.channels as c
    set name = private.clean_name(private.text_in(p_changes, 'name', 'name_invalid'))
    where c.id = p_channel_id;
  end if;
  if p_changes ? 'overwrites' then
    perform private.write_overwrites(me, p_channel_id, p_changes -> 'overwrites');
  end if;
  return jsonb_build_object('channel', private.channel_object(me, p_channel_id))
    || (private.channels_changed(me) - 'channels');
end;
$$;

-- Who is in a voice channel stands in Redis, so it is not known here: whoever asks must have looked
-- (the API does), or mean it.
create or replace function private.delete_channel(
  p_room_id uuid, p_channel_id uuid, p_force boolean, p_version bigint
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  me private.actor := private.actor(p_room_id, null, p_version);
begin
  perform private.require(private.require_visible(me, p_channel_id), 'manage_channels');
  if not coalesce(p_force, false) and exists (
    select 1 from public.channels as c where c.id = p_channel_id and c.kind = 'voice'
  ) then
    perform private.refuse(
      409, 'channel_in_use', 'People may be in this voice channel: delete it with force.'
    );
  end if;
  delete from public.channels as c where c.id = p_channel_id;
  return jsonb_build_object('deleted', p_channel_id) || private.channels_changed(me);
end;
$$;

-- The order of all the channels that the caller sees; those hidden from them keep their places.
create or replace function private.order_channels(
  p_room_id uuid, p_order uuid[], p_version bigint
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  me private.actor := private.actor(p_room_id, 'manage_channels', p_version);
  seen uuid[] := array(
    select b.channel_id
    from private.permissions_by_channel(p_room_id, me.user_id) as b
    where b.permissions <> 0
  );
begin
  perform private.require_same(p_order, seen, 'channels');
  update public.channels as c
  set position = placed.position
  from (
    select
      coalesce(o.channel_id, a.id) as id,
      a.position
    from (
      select
        s.id,
        s.position,
        s.visible,
        count(*) filter (where s.visible) over (order by s.position) as turn
      from (
        select
          x.id,
          x.id = any(seen) as visible,
          row_number() over (order by x.position, x.id) - 1 as position
        from public.channels as x
        where x.room_id = p_room_id
      ) as s
    ) as a
    left join unnest(p_order) with ordinality as o (channel_id, turn)
      on a.visible and o.turn = a.turn
  ) as placed
  where c.id = placed.id and c.position <> placed.position;
  return private.channels_changed(me);
end;
$$;

-- The API --------------------------------------------------------------------------------------

-- {channels, version}. GET /api/rooms/{room_id}/channels.
create or replace function public.channels(p_room_id uuid)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.channels(p_room_id);
$$;

-- {channel, channels, version}; values: name, kind, overwrites. POST /api/rooms/{room_id}/channels.
create or replace function public.create_channel(
  p_room_id uuid, p_values jsonb, p_version bigint default null
)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.create_channel(p_room_id, p_values, p_version);
$$;

-- {channel, version}; changes: name, overwrites.
-- PATCH /api/rooms/{room_id}/channels/{channel_id}.
create or replace function public.edit_channel(
  p_room_id uuid, p_channel_id uuid, p_changes jsonb, p_version bigint default null
)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.edit_channel(p_room_id, p_channel_id, p_changes, p_version);
$$;

-- {deleted, channels, version}. DELETE /api/rooms/{room_id}/channels/{channel_id}.
create or replace function public.delete_channel(
  p_room_id uuid,
  p_channel_id uuid,
  p_force boolean default false,
  p_version bigint default null
)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.delete_channel(p_room_id, p_channel_id, p_force, p_version);
$$;

-- {channels, version}. PUT /api/rooms/{room_id}/channels.
create or replace function public.order_channels(
  p_room_id uuid, p_order uuid[], p_version bigint default null
)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.order_channels(p_room_id, p_order, p_version);
$$;
