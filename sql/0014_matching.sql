-- Matching: who waits for whom to talk to. The tables, and the values of a wish. Safe to run twice.
-- docs/matching.md tells the rules. Nothing of it is exposed: the functions of 0017 are the API.
--
-- A queue is a pool (a room's, or the global one) and a group size. Whoever changes anything in it
-- holds its lock, so that in one queue one thing happens after the other. Locks are taken in this
-- order: accounts, the user's, rooms, queues; rows of others only of accounts that could be kept
-- (private.keep_accounts, and find_group's own): nobody waits in a circle.

-- Tables -------------------------------------------------------------------------------------

create table if not exists private.matches (
  id uuid primary key default gen_random_uuid(),
  room_id uuid references public.rooms (id) on delete cascade,
  group_size smallint not null check (group_size between 2 and 8),
  -- what all its members have in common
  interests text[] not null,
  languages text[] not null,
  made_at timestamptz not null,
  -- since everybody is there; from then on it stands
  started_at timestamptz,
  -- since nobody is there any more
  empty_since timestamptz
);
create index if not exists matches_room_id_idx on private.matches (room_id);

-- One for each user who waits or is in a match: all that is known of them here.
create table if not exists private.match_tickets (
  user_id uuid primary key references public.profiles (user_id) on delete cascade,
  room_id uuid,
  pool uuid not null
    generated always as (coalesce(room_id, '00000000-0000-0000-0000-000000000000')) stored,
  group_size smallint not null,
  interests text[] not null,
  languages text[] not null,
  strangers boolean not null,
  since timestamptz not null,
  asked_at timestamptz not null,
  -- no foreign key: it would cost each member of a match a look at the match; whoever deletes a
  -- match deletes its tickets, and those of a room's pool go with the room
  match_id uuid,
  -- the member's session in the match's LiveKit room while they are there, and those that have ended
  sid text,
  livekit_room text,
  joined_ms bigint,
  left_sids text[] not null default '{}',
  -- the match that came to nothing, and why
  last_match_id uuid,
  last_reason text,
  -- who leaves a room, or is put out, leaves its pool
  foreign key (room_id, user_id) references public.room_members (room_id, user_id)
    on delete cascade
) with (fillfactor = 70);
create index if not exists match_tickets_queue_idx
  on private.match_tickets (pool, group_size, since, user_id) where match_id is null;
create index if not exists match_tickets_match_id_idx on private.match_tickets (match_id);

-- What a waiting ticket can be found by: each interest, and '' for strangers, in each language, or
-- '*' for any. In the order of waiting.
create table if not exists private.match_topics (
  pool uuid not null,
  group_size smallint not null,
  topic text collate "C" not null,
  language text collate "C" not null,
  since timestamptz not null,
  user_id uuid not null references private.match_tickets (user_id) on delete cascade,
  -- when it begins to hold
  from_at timestamptz not null,
  primary key (pool, group_size, topic, language, since, user_id)
);
create index if not exists match_topics_user_id_idx on private.match_topics (user_id);

-- Who was in a match that stood, and until when.
create table if not exists private.match_meetings (
  user_id uuid not null references public.profiles (user_id) on delete cascade,
  match_id uuid not null,
  left_at timestamptz not null default 'infinity',
  primary key (user_id, match_id)
);
create index if not exists match_meetings_match_id_idx on private.match_meetings (match_id, user_id);

-- How long people waited of late in a queue, the last 50: until a match that stood, or until they
-- gave up.
create table if not exists private.match_waits (
  pool uuid not null,
  group_size smallint not null,
  waited_ms integer[] not null,
  matched boolean[] not null,
  ended_at timestamptz[] not null,
  primary key (pool, group_size)
);

revoke all on private.matches, private.match_tickets, private.match_topics,
  private.match_meetings, private.match_waits from public, anon, authenticated;

-- Times --------------------------------------------------------------------------------------

-- As in 0006, but its plan is kept from call to call: it is asked for several times an answer.
create or replace function private.ms(p_at timestamptz)
returns bigint
language plpgsql
immutable
set search_path = ''
as $$
begin
  return floor(extract(epoch from p_at) * 1000)::bigint;
end;
$$;

-- All of matching's times in one place: `patience` until strangers will do, `silence` after which
-- a ticket is gone, `arrival` until a match must be complete, `apart` before people meet again,
-- `empty` that a match may be with nobody in it, `longest` that it may last, `recent` waits.
create or replace function private.match_time(p_name text)
returns interval
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case p_name
    when 'patience' then interval '20 seconds'
    when 'silence' then interval '30 seconds'
    when 'arrival' then interval '30 seconds'
    when 'apart' then interval '10 minutes'
    when 'empty' then interval '20 seconds'
    when 'longest' then interval '12 hours'
    when 'recent' then interval '1 hour'
  end;
end;
$$;

-- Locks --------------------------------------------------------------------------------------

-- A queue's number among advisory locks.
create or replace function private.queue_key(p_pool uuid, p_group_size integer)
returns integer
language plpgsql
immutable
set search_path = ''
as $$
begin
  return hashtext(p_pool || ' ' || p_group_size);
end;
$$;

create or replace function private.lock_queue(p_key integer)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform pg_advisory_xact_lock(hashtext('sangha.matching.queue'), p_key);
end;
$$;

-- Keeps those accounts from being deleted, until this transaction ends, that nobody is about to
-- delete; returns them. Who is left out goes, and all that is theirs with them.
create or replace function private.keep_accounts(p_user_ids uuid[])
returns uuid[]
language plpgsql
security definer
set search_path = ''
as $$
begin
  return (
    select coalesce(array_agg(p.user_id), '{}')
    from (
      select p.user_id
      from public.profiles as p
      where p.user_id = any(p_user_ids)
      for key share skip locked
    ) as p
  );
end;
$$;

-- Values -------------------------------------------------------------------------------------

-- Interests as they are stored: up to 10, in lower case, each once, in order.
create or replace function private.clean_interests(p_interests text[])
returns text[]
language plpgsql
immutable
set search_path = ''
as $$
declare
  interest text;
  cleaned text[] := '{}';
begin
  if cardinality(p_interests) > 100 then  -- however often each is repeated
    perform private.refuse(422, 'interests_invalid', 'There are 10 interests at most.');
  end if;
  foreach interest in array coalesce(p_interests, '{}') loop
    if interest !~ '^[a-z0-9]+([ +#&.-][a-z0-9]+)*$' or interest is null then
      begin
        interest := lower(regexp_replace(private.clean_name(interest), '\s+', ' ', 'g'));
      exception when sqlstate 'PT422' then
        interest := '';
      end;
    end if;
    if char_length(interest) not between 1 and 32 then
      perform private.refuse(
        422, 'interests_invalid', 'An interest has 1 to 32 characters that can be seen.'
      );
    end if;
    if interest <> all(cleaned) then
      cleaned := cleaned || interest;
    end if;
    if cardinality(cleaned) > 10 then
      perform private.refuse(422, 'interests_invalid', 'There are 10 interests at most.');
    end if;
  end loop;
  return case
    when cardinality(cleaned) < 2 then cleaned
    else array(select i from unnest(cleaned) as i order by i)
  end;
end;
$$;

-- Languages as they are stored: the first part of up to 5 BCP 47 tags, each once, in order.
create or replace function private.clean_languages(p_languages text[])
returns text[]
language plpgsql
immutable
set search_path = ''
as $$
declare
  tag text;
  cleaned text[] := '{}';
begin
  if cardinality(p_languages) > 100 then  -- however often each is repeated
    perform private.refuse(422, 'languages_invalid', 'There are 5 languages at most.');
  end if;
  foreach tag in array coalesce(p_languages, '{}') loop
    if tag !~ '^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{1,8}){0,8}$' or tag is null then
      perform private.refuse(
        422, 'languages_invalid', 'A language is a tag such as en, de or pt-BR.'
      );
    end if;
    tag := lower(split_part(tag, '-', 1));
    if tag <> all(cleaned) then
      cleaned := cleaned || tag;
    end if;
    if cardinality(cleaned) > 5 then
      perform private.refuse(422, 'languages_invalid', 'There are 5 languages at most.');
    end if;
  end loop;
  return case
    when cardinality(cleaned) < 2 then cleaned
    else array(select l from unnest(cleaned) as l order by l)
  end;
end;
$$;

revoke all on all functions in schema private from public, anon;
