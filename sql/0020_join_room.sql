-- Joining a room that is being deleted: replaces private.join_room of 0008, which answered a member
-- with null when the room went between its two looks. Safe to run twice.

-- The room as its member sees it; null for who is none. One statement, so one moment: not a member
-- of a room that is gone when it is shown.
create or replace function private.joined_before(p_room_id uuid, p_user_id uuid)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select private.whole(p_room_id, p_user_id) || '{"joined": false}'
  where private.rank_in(p_room_id, p_user_id) >= 0;
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
  shown jsonb := private.joined_before(p_room_id, me);
  wanted public.rooms;
begin
  if shown is not null then
    return shown;
  end if;
  me := private.joiner();
  select r.* into wanted from public.rooms as r where r.id = p_room_id for no key update;
  shown := private.joined_before(p_room_id, me);  -- meanwhile, from another device
  if shown is not null then
    return shown;
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

revoke all on function private.joined_before(uuid, uuid) from public, anon, authenticated;
