-- What every change of a room goes through: who is acting, in what version, with which values.
-- Safe to run twice.

do $$
begin
  if to_regtype('private.actor') is null then
    -- who is acting in a room: their rank (see private.rank_in), permissions and the room's version
    create type private.actor as (
      user_id uuid, room_id uuid, rank integer, permissions bigint, version bigint
    );
  end if;
end;
$$;

-- Refusals -----------------------------------------------------------------------------------

-- Raises an error that the API answers with this status and code.
create or replace function private.refuse(p_status integer, p_code text, p_detail text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  raise exception using errcode = 'PT' || p_status, message = p_code, detail = p_detail;
end;
$$;

create or replace function private.require(p_held bigint, p_permission text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if p_held & private.bit(p_permission) = 0 then
    perform private.refuse(
      403, 'missing_permission', format('You need the permission %s.', upper(p_permission))
    );
  end if;
end;
$$;

-- Who is acting ------------------------------------------------------------------------------

-- The caller as a member of a room; 404 for a stranger and for a room that doesn't exist alike.
-- For reading: takes no lock.
create or replace function private.reader(p_room_id uuid, p_permission text default null)
returns private.actor
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  caller uuid := (select auth.uid());
  me private.actor;
begin
  select
    caller,
    r.id,
    private.rank_in(r.id, caller),
    private.permissions_in(r.id, caller),
    r.version
  into me
  from public.rooms as r
  where r.id = p_room_id;
  if me.permissions is null then
    perform private.refuse(
      404, 'room_not_found', 'There is no such room, or you are not a member of it.'
    );
  end if;
  if p_permission is not null then
    perform private.require(me.permissions, p_permission);
  end if;
  return me;
end;
$$;

-- The caller as a member who changes a room. Locks the room's row first: changes of one room come
-- one after the other, so that none is decided by what another is about to change. Under it only
-- the deletion of an account is waited for, which waits for no room: there is no deadlock.
create or replace function private.actor(
  p_room_id uuid, p_permission text default null, p_version bigint default null
)
returns private.actor
language plpgsql
security definer
set search_path = ''
as $$
declare
  me private.actor;
begin
  perform private.reader(p_room_id);  -- a stranger may not make others wait
  perform from public.rooms as r where r.id = p_room_id for no key update;
  perform private.keep_account((select auth.uid()));
  me := private.reader(p_room_id, p_permission);
  if p_version is not null and p_version <> me.version then
    perform private.refuse(
      412, 'version_mismatch', 'The room has changed since: read it again, then repeat the change.'
    );
  end if;
  return me;
end;
$$;

-- Refuses unless a member of the room stands below the actor. Nobody stands above the owner.
create or replace function private.require_below(me private.actor, p_user_id uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  if private.rank_in(me.room_id, p_user_id) >= me.rank then
    perform private.refuse(
      403, 'member_too_high', 'You may only act on members whose highest role is below yours.'
    );
  end if;
end;
$$;

-- Keeps an account from being deleted until this transaction ends. Asked before anything of theirs
-- is written: the deletion takes this row first, too, so neither waits for the other in a circle.
create or replace function private.keep_account(p_user_id uuid)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform from public.profiles as p where p.user_id = p_user_id for key share;
  return found;
end;
$$;

-- For a change of a member.
create or replace function private.require_member(p_room_id uuid, p_user_id uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  if not private.keep_account(p_user_id) or not exists (
    select 1 from public.room_members as m where m.room_id = p_room_id and m.user_id = p_user_id
  ) then
    perform private.refuse(404, 'member_not_found', 'There is no such member in this room.');
  end if;
end;
$$;

-- Refuses what the actor doesn't hold: nobody gives what they don't have.
create or replace function private.require_held(p_bits bigint, p_held bigint)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if p_bits & ~p_held <> 0 then
    perform private.refuse(
      403,
      'permission_not_yours',
      (
        select
          'You may only give permissions that you have; you lack '
          || string_agg(upper(p.name), ', ') || '.'
        from unnest(private.permission_names()) as p (name)
        where private.bit(p.name) & p_bits & ~p_held <> 0
      )
    );
  end if;
end;
$$;

-- Says that a room has changed, to the next If-Match; returns the new version.
create or replace function private.next_version(p_room_id uuid)
returns bigint
language sql
security definer
set search_path = ''
as $$
  update public.rooms as r set version = r.version + 1 where r.id = p_room_id
  returning r.version;
$$;

-- Tells those who watch a room, once the change is committed: event `room` on its private topic,
-- {type, version, …}.
create or replace function private.push(p_room_id uuid, p_type text, p_more jsonb)
returns void
language sql
security definer
set search_path = ''
as $$
  select realtime.send(
    jsonb_build_object(
      'type', p_type, 'version', (select r.version from public.rooms as r where r.id = p_room_id)
    ) || p_more,
    'room',
    'room:' || p_room_id,
    true
  );
$$;

-- Values -------------------------------------------------------------------------------------

-- Refuses an object that has other members than these.
create or replace function private.check_fields(p_values jsonb, p_known text[])
returns void
language plpgsql
set search_path = ''
as $$
declare
  unknown text;
begin
  if p_values is null or jsonb_typeof(p_values) <> 'object' then
    perform private.refuse(422, 'field_unknown', 'An object of fields is expected.');
  end if;
  select k into unknown from jsonb_object_keys(p_values) as k where k <> all(p_known) limit 1;
  if unknown is not null then
    perform private.refuse(
      422,
      'field_unknown',
      format('%s is none of: %s.', left(unknown, 40), array_to_string(p_known, ', '))
    );
  end if;
end;
$$;

-- A name as it is stored: 1 to 100 characters in Unicode's NFC without blanks around it. What
-- can't be seen, or turns what is around it, is refused; joiners may stand where writing needs
-- them: within emojis, and between letters of the scripts from Arabic to Sinhala.
create or replace function private.clean_name(p_name text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  blank constant text := '[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]';
  cleaned text;
  seen text;
begin
  if p_name is null or octet_length(p_name) > 2000 then
    perform private.refuse(422, 'name_invalid', 'A name has 1 to 100 characters.');
  end if;
  cleaned := regexp_replace(
    normalize(p_name, nfc), '^' || blank || '+|' || blank || '+$', '', 'g'
  );
  if char_length(cleaned) not between 1 and 100 then
    perform private.refuse(422, 'name_invalid', 'A name has 1 to 100 characters.');
  end if;
  seen := regexp_replace(cleaned, '\U0001f3f4[\U000e0061-\U000e007a]{2,6}\U000e007f', 'x', 'g');
  seen := regexp_replace(
    seen, '([\ufe0f\u2600-\u27bf\U0001f000-\U0001faff])\u200d(?=[\u2190-\u2bff\U0001f000-\U0001faff])',
    '\1', 'g'
  );
  seen := regexp_replace(
    seen, '([\u0600-\u0dff])[\u200c\u200d](?=[\u0600-\u0dff])', '\1', 'g'
  );
  if seen ~ (
    '[\u0001-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f'
    || '\U00013430-\U0001343f\U00016fe4\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a'
    || '\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\uffff'
    || '\U000e0000-\U000e0fff\U000f0000-\U0010ffff\ue000-\uf8ff]'
  ) or seen !~ (  -- nothing but blanks and marks on them
    '[^ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\ufe0f\u0300-\u036f\u0483-\u0489'
    || '\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f]'
  ) then
    perform private.refuse(
      422, 'name_invalid', 'A name has no control, invisible or direction-changing characters.'
    );
  end if;
  return cleaned;
end;
$$;

-- Everyone who signs up has a profile, whatever they call themselves: by a name that can be shown,
-- or as Guest. Their address is nobody's business.
create or replace function private.create_profile()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  field text;
  shown text := 'Guest';
begin
  -- of those that sign-in providers send, the last that can be shown
  for field in select f from unnest(array['user_name', 'full_name', 'name']) as f loop
    begin
      shown := private.clean_name(left(new.raw_user_meta_data ->> field, 100));
    exception when others then
      continue;  -- no name is worth refusing somebody
    end;
  end loop;
  insert into public.profiles (user_id, display_name)
  values (new.id, shown)
  on conflict (user_id) do nothing;
  return new;
end;
$$;
revoke all on function private.create_profile() from public, anon, authenticated;

-- A text out of an object of values; null when it is null or absent.
create or replace function private.text_in(p_values jsonb, p_field text, p_code text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  if coalesce(jsonb_typeof(p_values -> p_field), 'null') not in ('string', 'null') then
    perform private.refuse(422, p_code, format('%s is a text.', p_field));
  end if;
  return p_values ->> p_field;
end;
$$;

-- A colour as it is stored, #rrggbb in lower case; null for none.
create or replace function private.clean_color(p_color text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  if p_color !~ '^#[0-9a-fA-F]{6}$' then
    perform private.refuse(422, 'color_invalid', 'A colour is #rrggbb.');
  end if;
  return lower(p_color);
end;
$$;

-- Permission bits out of their decimal text.
create or replace function private.clean_permissions(p_values jsonb, p_field text, p_known bigint)
returns bigint
language plpgsql
immutable
set search_path = ''
as $$
declare
  digits text := private.text_in(p_values, p_field, 'permissions_invalid');
begin
  if digits is null or digits !~ '^[0-9]{1,40}$' then
    perform private.refuse(
      422, 'permissions_invalid', format('%s is a whole number, written as a text.', p_field)
    );
  end if;
  if (
    case when digits::numeric > p_known then true else digits::bigint & ~p_known <> 0 end
  ) then
    perform private.refuse(
      422, 'permissions_unknown', format('%s has bits that stand for nothing here.', p_field)
    );
  end if;
  return digits::bigint;
end;
$$;

revoke all on all functions in schema private from public, anon;
