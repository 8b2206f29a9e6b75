-- Members: list, join, leave, kick, ban; invitations. Safe to run twice.

-- One page, by the time of joining: {members, next: {joined_us, user_id} | null, version}. With
-- p_role_id only who has that role, by their ids.
create or replace function private.members(
  p_room_id uuid, p_limit integer, p_after_joined_us bigint, p_after_user_id uuid, p_role_id uuid
)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  me private.actor := private.reader(p_room_id);
  size integer := least(greatest(coalesce(p_limit, 100), 1), 1000);
  after_at timestamptz := coalesce(
    'epoch'::timestamptz + p_after_joined_us * interval '1 microsecond', '-infinity'
  );
  after_id uuid := coalesce(p_after_user_id, '00000000-0000-0000-0000-000000000000');
  page uuid[];
  last_joined timestamptz;
begin
  if p_role_id is null or p_role_id = p_room_id then  -- everybody has @everyone
    page := array(
      select m.user_id
      from public.room_members as m
      where m.room_id = p_room_id and (m.joined_at, m.user_id) > (after_at, after_id)
      order by m.joined_at, m.user_id
      limit size
    );
  else
    perform private.require_role(p_room_id, p_role_id);
    page := array(
      select ur.user_id
      from public.room_user_roles as ur
      where ur.room_id = p_room_id and ur.role_id = p_role_id and ur.user_id > after_id
      order by ur.user_id
      limit size
    );
  end if;
  if cardinality(page) = size then
    select m.joined_at into last_joined
    from public.room_members as m
    where m.room_id = p_room_id and m.user_id = page[size];
  end if;
  return jsonb_build_object(
    'members', private.member_objects(p_room_id, page),
    'next', case
      when last_joined is not null then jsonb_build_object(
        'joined_us', (extract(epoch from last_joined) * 1000000)::bigint, 'user_id', page[size]
      )
    end,
    'version', me.version
  );
end;
$$;

create or replace function private.member(p_room_id uuid, p_user_id uuid)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  me private.actor := private.reader(p_room_id);
  found_member jsonb := private.member_object(p_room_id, p_user_id);
begin
  if found_member is null then
    perform private.refuse(404, 'member_not_found', 'There is no such member in this room.');
  end if;
  return jsonb_build_object('member', found_member, 'version', me.version);
end;
$$;

-- Counts a use of an invitation that holds for this room and now; says whether there is one.
create or replace function private.use_invite(p_room_id uuid, p_code text)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.room_invites as i set uses = i.uses + 1
  where i.code = p_code and i.room_id = p_room_id
    and coalesce(i.expires_at > now(), true) and coalesce(i.uses < i.max_uses, true);
  return found;
end;
$$;

-- Joins a public room, or any by an invitation. Who is a member already stays one, and no use of
-- the invitation is counted. A room that isn't public doesn't exist for who has no invitation.
create or replace function private.join_room(p_room_id uuid, p_invite text)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  me uuid := (select auth.uid());
  wanted public.rooms;
begin
  if private.rank_in(p_room_id, me) >= 0 then
    return private.whole(p_room_id, me) || '{"joined": false}';
  end if;
  me := private.joiner();
  select r.* into wanted from public.rooms as r where r.id = p_room_id for no key update;
  if private.rank_in(p_room_id, me) >= 0 then  -- meanwhile, from another device
    return private.whole(p_room_id, me) || '{"joined": false}';
  end if;
  if not coalesce(wanted.is_public, false) and p_invite is null then
    perform private.refuse(404, 'room_not_found', 'There is no such room, or it is not public.');
  end if;
  if (p_invite is not null or not wanted.is_public)
    and not private.use_invite(p_room_id, p_invite) then
    perform private.refuse(
      404, 'invite_not_found', 'There is no such invitation, or it has ended.'
    );
  end if;
  if exists (
    select 1 from public.room_bans as b where b.room_id = p_room_id and b.user_id = me
  ) then
    perform private.refuse(403, 'banned', 'You are banned from this room.');
  end if;
  with kept as (
    delete from private.left_muted as k where k.room_id = p_room_id and k.user_id = me
    returning true
  )
  insert into public.room_members (room_id, user_id, voice_muted)
  select p_room_id, me, exists (select from kept);
  perform private.push(
    p_room_id,
    'member_joined',
    jsonb_build_object('member', private.member_object(p_room_id, me))
  );
  return private.whole(p_room_id, me) || '{"joined": true}';
end;
$$;

-- Takes a member out of a room, with their roles; a mute is remembered.
create or replace function private.drop_member(p_room_id uuid, p_user_id uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  was_muted boolean;
begin
  delete from public.room_members as m where m.room_id = p_room_id and m.user_id = p_user_id
  returning m.voice_muted into was_muted;
  if found then
    insert into private.left_muted (room_id, user_id)
    select p_room_id, p_user_id where was_muted
    on conflict do nothing;
    perform private.push(p_room_id, 'member_left', jsonb_build_object('user_id', p_user_id));
  end if;
end;
$$;

create or replace function private.remove_member(p_room_id uuid, p_user_id uuid)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  me private.actor := private.actor(p_room_id);
begin
  if p_user_id is distinct from me.user_id then
    perform private.require(me.permissions, 'kick_members');
    perform private.require_member(p_room_id, p_user_id);
    perform private.require_below(me, p_user_id);
  elsif me.rank = 2147483647 then
    perform private.refuse(
      409, 'owner_must_stay', 'Hand the room over, or delete it: an owner can not leave.'
    );
  end if;
  perform private.drop_member(p_room_id, p_user_id);
  return jsonb_build_object('removed', p_user_id);
end;
$$;

-- Bans ---------------------------------------------------------------------------------------

create or replace function private.ban_objects(p_room_id uuid, p_user_id uuid default null)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce(jsonb_agg(
    jsonb_build_object(
      'user_id', f.user_id,
      'name', f.name,
      'reason', f.reason,
      'banned_by', f.banned_by,
      'created_at', private.ms(f.created_at)
    ) order by f.created_at desc, f.user_id
  ), '[]'::jsonb)
  from (
    select b.*
    from public.room_bans as b
    where b.room_id = p_room_id and (p_user_id is null or b.user_id = p_user_id)
    order by b.created_at desc, b.user_id
    limit 1000
  ) as f;
$$;

create or replace function private.bans(p_room_id uuid)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  me private.actor := private.reader(p_room_id, 'ban_members');
begin
  return jsonb_build_object('bans', private.ban_objects(me.room_id));
end;
$$;

-- Bans a member, or somebody who isn't one yet; again for who is banned changes the reason.
create or replace function private.ban_member(p_room_id uuid, p_user_id uuid, p_reason text)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  me private.actor := private.actor(p_room_id, 'ban_members');
begin
  if not private.keep_account(p_user_id) then
    perform private.refuse(404, 'user_not_found', 'There is no such user.');
  end if;
  perform private.require_below(me, p_user_id);
  if octet_length(p_reason) > 2000 or char_length(p_reason) > 500 then
    perform private.refuse(422, 'reason_too_long', 'A reason has 500 characters at most.');
  end if;
  insert into public.room_bans (room_id, user_id, name, banned_by, reason)
  values (
    p_room_id,
    p_user_id,
    private.member_object(p_room_id, p_user_id) ->> 'name',
    me.user_id,
    nullif(btrim(p_reason), '')
  )
  on conflict (room_id, user_id)
  do update set banned_by = excluded.banned_by, reason = excluded.reason;
  perform private.drop_member(p_room_id, p_user_id);
  perform private.push(p_room_id, 'bans', '{}');  -- who: only for those who may ban
  return jsonb_build_object('ban', private.ban_objects(p_room_id, p_user_id) -> 0);
end;
$$;

create or replace function private.unban_member(p_room_id uuid, p_user_id uuid)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  me private.actor := private.actor(p_room_id, 'ban_members');
begin
  delete from public.room_bans as b where b.room_id = me.room_id and b.user_id = p_user_id;
  if not found then
    perform private.refuse(404, 'ban_not_found', 'This user is not banned.');
  end if;
  perform private.push(p_room_id, 'bans', '{}');
  return jsonb_build_object('unbanned', p_user_id);
end;
$$;

-- Invitations ----------------------------------------------------------------------------------

create or replace function private.invite_object(p_invite public.room_invites)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select jsonb_build_object(
    'code', (p_invite).code,
    'expires_at', private.ms((p_invite).expires_at),
    'max_uses', (p_invite).max_uses,
    'uses', (p_invite).uses,
    'created_by', (p_invite).created_by,
    'created_at', private.ms((p_invite).created_at)
  );
$$;

create or replace function private.invites(p_room_id uuid)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  me private.actor := private.reader(p_room_id, 'manage_room');
begin
  return (
    select jsonb_build_object('invites', coalesce(
      jsonb_agg(private.invite_object(i) order by i.created_at desc, i.code), '[]'::jsonb
    ))
    from public.room_invites as i
    where i.room_id = me.room_id and coalesce(i.expires_at > now(), true)
      and coalesce(i.uses < i.max_uses, true)
  );
end;
$$;

create or replace function private.create_invite(
  p_room_id uuid, p_expires_in_s integer, p_max_uses integer
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  me private.actor := private.actor(p_room_id, 'create_invite');
  made public.room_invites;
begin
  if p_expires_in_s not between 60 and 604800 or p_max_uses not between 1 and 1000 then
    perform private.refuse(
      422, 'invite_options_invalid', 'An invitation lasts 60 s to 7 days, for 1 to 1000 uses.'
    );
  end if;
  delete from public.room_invites as i
  where i.room_id = p_room_id and (i.expires_at <= now() or i.uses >= i.max_uses);
  if (select count(*) from public.room_invites as i where i.room_id = p_room_id) >= 100 then
    perform private.refuse(409, 'invites_full', 'This room has 100 invitations: delete one first.');
  end if;
  if me.permissions & private.bit('manage_room') = 0 and (
    select count(*) from public.room_invites as i
    where i.room_id = p_room_id and i.created_by = me.user_id
  ) >= 10 then
    perform private.refuse(
      409, 'invites_full', 'You have 10 invitations to this room: delete one first.'
    );
  end if;
  insert into public.room_invites (code, room_id, created_by, expires_at, max_uses)
  values (
    -- 66 random bits
    left(translate(encode(uuid_send(gen_random_uuid()), 'base64'), '+/=', '-_'), 12),
    p_room_id, me.user_id, now() + p_expires_in_s * interval '1 second', p_max_uses
  )
  returning * into made;
  perform private.push(p_room_id, 'invites', '{}');
  return jsonb_build_object('invite', private.invite_object(made));
end;
$$;

-- For who made it, and for who manages the room.
create or replace function private.delete_invite(p_room_id uuid, p_code text)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  me private.actor := private.actor(p_room_id);
begin
  if not exists (
    select 1 from public.room_invites as i
    where i.room_id = p_room_id and i.code = p_code and i.created_by = me.user_id
  ) then
    perform private.require(me.permissions, 'manage_room');
  end if;
  delete from public.room_invites as i where i.room_id = p_room_id and i.code = p_code;
  if not found then
    perform private.refuse(
      404, 'invite_not_found', 'There is no such invitation, or it has ended.'
    );
  end if;
  perform private.push(p_room_id, 'invites', '{}');
  return jsonb_build_object('deleted', p_code);
end;
$$;

create or replace function private.invite(p_code text)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  shown jsonb;
begin
  select jsonb_build_object(
    'room', jsonb_build_object('id', r.id, 'name', r.name),
    'members', (select count(*) from public.room_members as m where m.room_id = r.id),
    'joined', private.rank_in(r.id, (select auth.uid())) >= 0
  )
  into shown
  from public.room_invites as i
  join public.rooms as r on r.id = i.room_id
  where i.code = p_code and coalesce(i.expires_at > now(), true)
    and coalesce(i.uses < i.max_uses, true);
  if shown is null then
    perform private.refuse(
      404, 'invite_not_found', 'There is no such invitation, or it has ended.'
    );
  end if;
  return shown;
end;
$$;

revoke all on all functions in schema private from public, anon;

-- The API --------------------------------------------------------------------------------------

-- {members, next, version}. GET /api/rooms/{room_id}/members.
create or replace function public.members(
  p_room_id uuid,
  p_limit integer default 100,
  p_after_joined_us bigint default null,
  p_after_user_id uuid default null,
  p_role_id uuid default null
)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.members(p_room_id, p_limit, p_after_joined_us, p_after_user_id, p_role_id);
$$;

-- {member, version}. GET /api/rooms/{room_id}/members/{user_id}.
create or replace function public.member(p_room_id uuid, p_user_id uuid)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.member(p_room_id, p_user_id);
$$;

-- The whole room and whether the caller joined just now. POST /api/rooms/{room_id}/members.
create or replace function public.join_room(p_room_id uuid, p_invite text default null)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.join_room(p_room_id, p_invite);
$$;

-- {removed}: oneself, or another by kick_members. DELETE /api/rooms/{room_id}/members/{user_id}.
create or replace function public.remove_member(p_room_id uuid, p_user_id uuid)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.remove_member(p_room_id, p_user_id);
$$;

-- {bans}, the newest thousand. GET /api/rooms/{room_id}/bans.
create or replace function public.bans(p_room_id uuid)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.bans(p_room_id);
$$;

-- {ban}. PUT /api/rooms/{room_id}/bans/{user_id}.
create or replace function public.ban_member(
  p_room_id uuid, p_user_id uuid, p_reason text default null
)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.ban_member(p_room_id, p_user_id, p_reason);
$$;

-- {unbanned}. DELETE /api/rooms/{room_id}/bans/{user_id}.
create or replace function public.unban_member(p_room_id uuid, p_user_id uuid)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.unban_member(p_room_id, p_user_id);
$$;

-- {invites} that still hold. GET /api/rooms/{room_id}/invites.
create or replace function public.invites(p_room_id uuid)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.invites(p_room_id);
$$;

-- {invite}; no expiry or no limit of uses when null. POST /api/rooms/{room_id}/invites.
create or replace function public.create_invite(
  p_room_id uuid, p_expires_in_s integer default 86400, p_max_uses integer default null
)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.create_invite(p_room_id, p_expires_in_s, p_max_uses);
$$;

-- {deleted}. DELETE /api/rooms/{room_id}/invites/{code}.
create or replace function public.delete_invite(p_room_id uuid, p_code text)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.delete_invite(p_room_id, p_code);
$$;

-- {room: {id, name}, members, joined}: what an invitation leads to. GET /api/invites/{code}.
create or replace function public.invite(p_code text)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.invite(p_code);
$$;
