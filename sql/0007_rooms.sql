-- Rooms: make, show, change, hand over, delete. One function an operation: permission, change and
-- answer in one transaction. Safe to run twice.

-- The caller, who must still have a profile; their row is locked, so that what they own and join
-- is counted right.
create or replace function private.joiner()
returns uuid
language plpgsql
security definer
set search_path = ''
as $$
declare
  me uuid := (select auth.uid());
begin
  perform from public.profiles as p where p.user_id = me for no key update;
  if not found then
    perform private.refuse(401, 'token_refused', 'This account is gone: sign in again.');
  end if;
  if (select count(*) from public.room_members as m where m.user_id = me) >= 100 then
    perform private.refuse(409, 'rooms_full', 'You are in 100 rooms: leave one first.');
  end if;
  return me;
end;
$$;

create or replace function private.my_room_objects()
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'rooms', coalesce(jsonb_agg(private.room_object(r) order by m.joined_at, r.id), '[]'::jsonb)
  )
  from public.room_members as m
  join public.rooms as r on r.id = m.room_id
  where m.user_id = (select auth.uid());
$$;

create or replace function private.create_room(p_name text, p_public boolean)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  cleaned text := private.clean_name(p_name);
  me uuid := private.joiner();
  made uuid;
begin
  insert into public.rooms (name, owner_id, is_public)
  values (cleaned, me, coalesce(p_public, false))
  returning id into made;
  insert into public.room_members (room_id, user_id) values (made, me);
  insert into public.channels (room_id, name, kind, position)
  values (made, 'general', 'text', 0), (made, 'Lounge', 'voice', 1);
  return private.whole(made, me);
end;
$$;

create or replace function private.room(p_room_id uuid)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return private.whole(p_room_id, (private.reader(p_room_id)).user_id);
end;
$$;

create or replace function private.edit_room(p_room_id uuid, p_changes jsonb, p_version bigint)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  me private.actor := private.actor(p_room_id, 'manage_room', p_version);
  edited public.rooms;
begin
  perform private.check_fields(p_changes, array['name', 'public']);
  if p_changes ? 'public' and jsonb_typeof(p_changes -> 'public') <> 'boolean' then
    perform private.refuse(422, 'public_invalid', 'public is true or false.');
  end if;
  update public.rooms as r
  set
    name = case
      when p_changes ? 'name'
        then private.clean_name(private.text_in(p_changes, 'name', 'name_invalid'))
      else r.name
    end,
    is_public = coalesce((p_changes ->> 'public')::boolean, r.is_public),
    version = r.version + 1
  where r.id = me.room_id
  returning r.* into edited;
  perform private.push(p_room_id, 'room', jsonb_build_object('room', private.room_object(edited)));
  return jsonb_build_object('room', private.room_object(edited), 'version', edited.version);
end;
$$;

create or replace function private.require_owner(me private.actor)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if me.rank < 2147483647 then
    perform private.refuse(403, 'owner_only', 'Only the owner may do this.');
  end if;
end;
$$;

create or replace function private.transfer_room(
  p_room_id uuid, p_user_id uuid, p_version bigint
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  me private.actor := private.actor(p_room_id, null, null);
  edited public.rooms;
  concerned jsonb;
begin
  perform private.require_owner(me);
  me := private.actor(p_room_id, null, p_version);
  perform private.require_member(p_room_id, p_user_id);
  update public.rooms as r set owner_id = p_user_id, version = r.version + 1
  where r.id = p_room_id
  returning r.* into edited;
  -- nobody stands above the owner, who could take a mute back
  update public.room_members as m set voice_muted = false
  where m.room_id = p_room_id and m.user_id = p_user_id and m.voice_muted;
  concerned := private.member_objects(p_room_id, array[me.user_id, p_user_id]);
  perform private.push(
    p_room_id,
    'owner',
    jsonb_build_object('room', private.room_object(edited), 'members', concerned)
  );
  return jsonb_build_object(
    'room', private.room_object(edited), 'members', concerned, 'version', edited.version
  );
end;
$$;

-- Everything that belongs to the room goes with it, so its name has to be repeated.
create or replace function private.delete_room(p_room_id uuid, p_confirm text, p_version bigint)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  me private.actor := private.actor(p_room_id, null, null);
begin
  perform private.require_owner(me);
  me := private.actor(p_room_id, null, p_version);
  if p_confirm is distinct from (select r.name from public.rooms as r where r.id = p_room_id) then
    perform private.refuse(
      409, 'confirm_needed', 'To delete the room with all that is in it, confirm with its name.'
    );
  end if;
  perform private.push(p_room_id, 'room_deleted', '{}');
  delete from public.rooms as r where r.id = me.room_id;
  return jsonb_build_object('deleted', p_room_id);
end;
$$;

revoke all on all functions in schema private from public, anon;

-- The API --------------------------------------------------------------------------------------

-- {rooms: [room]}. GET /api/rooms.
create or replace function public.my_rooms()
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.my_room_objects();
$$;

-- The whole room. POST /api/rooms.
create or replace function public.create_room(p_name text, p_public boolean default false)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.create_room(p_name, p_public);
$$;

-- {room, channels, roles, me, version}. GET /api/rooms/{room_id}.
create or replace function public.room(p_room_id uuid)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.room(p_room_id);
$$;

-- {room, version}; changes: name, public. PATCH /api/rooms/{room_id}.
create or replace function public.edit_room(
  p_room_id uuid, p_changes jsonb, p_version bigint default null
)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.edit_room(p_room_id, p_changes, p_version);
$$;

-- {room, members: the old and the new owner, version}. PUT /api/rooms/{room_id}/owner.
create or replace function public.transfer_room(
  p_room_id uuid, p_user_id uuid, p_version bigint default null
)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.transfer_room(p_room_id, p_user_id, p_version);
$$;

-- {deleted}. DELETE /api/rooms/{room_id}.
create or replace function public.delete_room(
  p_room_id uuid, p_confirm text, p_version bigint default null
)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.delete_room(p_room_id, p_confirm, p_version);
$$;
