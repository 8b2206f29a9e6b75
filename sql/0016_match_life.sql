-- Matching: what becomes of tickets and matches. All of these are called with the queue's lock held
-- (see 0014). Safe to run twice.

-- Tells somebody on their own private topic, event `matching`: {type, match_id, …}.
create or replace function private.push_matching(
  p_user_ids uuid[], p_type text, p_match_id uuid, p_reason text default null
)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform realtime.send(
    jsonb_strip_nulls(
      jsonb_build_object('type', p_type, 'match_id', p_match_id, 'reason', p_reason)
    ),
    'matching',
    'user:' || u.user_id,
    true
  )
  from unnest(p_user_ids) as u (user_id);
end;
$$;

-- Notes how long people waited in a queue: until matched, or until they gave up.
create or replace function private.note_waits(
  p_pool uuid, p_group_size integer, p_waited interval[], p_matched boolean, p_now timestamptz
)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into private.match_waits as w (pool, group_size, waited_ms, matched, ended_at)
  select
    p_pool,
    p_group_size,
    array_agg(least(extract(epoch from u.waited) * 1000, 2147483647)::integer),
    array_agg(p_matched),
    array_agg(p_now)
  from unnest(p_waited) as u (waited)
  having count(*) > 0
  on conflict (pool, group_size) do update set
    waited_ms = (excluded.waited_ms || w.waited_ms)[:50],
    matched = (excluded.matched || w.matched)[:50],
    ended_at = (excluded.ended_at || w.ended_at)[:50];
end;
$$;

-- Drops waiting tickets that nobody asked about for too long.
create or replace function private.drop_silent(p_user_ids uuid[], p_now timestamptz)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  kept uuid[] := private.keep_accounts(p_user_ids);
  queue record;
begin
  for queue in
    with gone as (
      delete from private.match_tickets as t
      where t.user_id = any(kept) and t.match_id is null
        and t.asked_at <= p_now - private.match_time('silence')
      returning t.pool, t.group_size, t.asked_at - t.since as waited
    )
    select g.pool, g.group_size, array_agg(g.waited) as waited
    from gone as g
    group by g.pool, g.group_size
  loop
    perform private.note_waits(queue.pool, queue.group_size, queue.waited, false, p_now);
  end loop;
end;
$$;

-- Who of those who wait in a room's pool may talk there now. The others' tickets are dropped: they
-- were muted, or lost a permission, while they waited.
create or replace function private.those_who_may_talk(p_room_id uuid, p_user_ids uuid[])
returns uuid[]
language plpgsql
security definer
set search_path = ''
as $$
declare
  needed bigint := private.bit('connect') | private.bit('speak');
  may uuid[];
begin
  if p_room_id is null then
    return p_user_ids;
  end if;
  may := array(
    select u.user_id
    from unnest(p_user_ids) as u (user_id)
    where private.pool_permissions(p_room_id, u.user_id) & needed = needed
  );
  if cardinality(may) < cardinality(p_user_ids) then
    delete from private.match_tickets as t
    where t.user_id = any(p_user_ids) and t.user_id <> all(may);
  end if;
  return may;
end;
$$;

-- Puts a user who waits, or is about to, and those found for them into a match; returns its id, null
-- when nobody was found.
create or replace function private.seek(me private.match_tickets, p_now timestamptz)
returns uuid
language plpgsql
security definer
set search_path = ''
as $$
declare
  others uuid[];
  members uuid[];
  made uuid;
begin
  others := private.find_group(me, p_now);
  if others is null then
    return null;
  end if;
  insert into private.matches (room_id, group_size, interests, languages, made_at)
  select
    me.room_id,
    me.group_size,
    array(
      select i.interest
      from unnest(me.interests) as i (interest)
      where not exists (
        select from private.match_tickets as t
        where t.user_id = any(others) and i.interest <> all(t.interests)
      )
    ),
    array(
      select distinct l.language
      from (
        select unnest(me.languages) as language
        union all
        select unnest(s.languages)
        from private.match_tickets as s
        where s.user_id = any(others) and cardinality(me.languages) = 0
      ) as l
      where not exists (
        select from private.match_tickets as t
        where t.user_id = any(others) and cardinality(t.languages) > 0
          and l.language <> all(t.languages)
      )
      order by l.language
    ),
    p_now
  returning id into made;
  update private.match_tickets as t
  set match_id = made, sid = null, livekit_room = null, joined_ms = null, left_sids = '{}',
    last_match_id = null, last_reason = null
  where t.user_id = any(others);
  insert into private.match_tickets as t (
    user_id, room_id, group_size, interests, languages, strangers, since, asked_at, match_id
  )
  values (
    me.user_id, me.room_id, me.group_size, me.interests, me.languages, me.strangers, me.since,
    me.asked_at, made
  )
  on conflict (user_id) do update set
    room_id = excluded.room_id, group_size = excluded.group_size,
    interests = excluded.interests, languages = excluded.languages,
    strangers = excluded.strangers, asked_at = excluded.asked_at, match_id = excluded.match_id,
    sid = null, livekit_room = null, joined_ms = null, left_sids = '{}',
    last_match_id = null, last_reason = null;
  members := others || me.user_id;
  delete from private.match_topics as x where x.user_id = any(members);
  perform private.push_matching(members, 'matched', made);
  return made;
end;
$$;

-- Everybody is there: from now on the match stands, and they have met.
create or replace function private.start_match(p_match_id uuid, p_now timestamptz)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  made private.matches;
  members uuid[] := private.keep_accounts(array(
    select t.user_id from private.match_tickets as t where t.match_id = p_match_id
  ));
begin
  update private.matches as m set started_at = p_now where m.id = p_match_id
  returning m.* into made;
  insert into private.match_meetings (user_id, match_id)
  select u.user_id, p_match_id from unnest(members) as u (user_id);
  perform private.note_waits(
    t.pool, t.group_size, array_agg(made.made_at - t.since), true, p_now
  )
  from private.match_tickets as t
  where t.match_id = p_match_id
  group by t.pool, t.group_size;
end;
$$;

create or replace function private.delete_match(p_match_id uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  delete from private.match_tickets as t where t.match_id = p_match_id;
  delete from private.matches as m where m.id = p_match_id;
end;
$$;

-- A match that came to nothing: p_returning wait again, at the place that they had, and are told
-- why; the others' tickets are gone. Those who return are matched at once if they can be.
create or replace function private.dissolve_match(
  p_match_id uuid, p_returning uuid[], p_reason text, p_now timestamptz
)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  members uuid[] := private.keep_accounts(array(
    select t.user_id from private.match_tickets as t where t.match_id = p_match_id
  ));
  back uuid[] := array(
    select m.user_id from unnest(members) as m (user_id) where m.user_id = any(p_returning)
  );
  returned private.match_tickets;
begin
  update private.match_tickets as t
  set match_id = null, asked_at = p_now, last_match_id = p_match_id, last_reason = p_reason
  where t.user_id = any(back);
  perform private.index_tickets(back);
  perform private.push_matching(back, 'dissolved', p_match_id, p_reason);
  perform private.push_matching(
    array(select m.user_id from unnest(members) as m (user_id) where m.user_id <> all(back)),
    'ended',
    p_match_id,
    p_reason
  );
  perform private.delete_match(p_match_id);
  for returned in
    select t.*
    from private.match_tickets as t
    where t.user_id = any(back)
    order by t.since, t.user_id
  loop
    if not exists (  -- else matched with one who returned before
      select from private.match_tickets as t
      where t.user_id = returned.user_id and t.match_id is not null
    ) and cardinality(private.those_who_may_talk(returned.room_id, array[returned.user_id])) > 0
    then
      perform private.seek(returned, p_now);
    end if;
  end loop;
end;
$$;

-- A match that is over, for those who are still in it: their tickets are gone.
create or replace function private.end_match(p_match_id uuid, p_reason text, p_now timestamptz)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  members uuid[] := private.keep_accounts(array(
    select t.user_id from private.match_tickets as t where t.match_id = p_match_id
  ));
  -- with those whose ticket went with their membership of the room
  met uuid[] := private.keep_accounts(array(
    select m.user_id from private.match_meetings as m where m.match_id = p_match_id
  ));
begin
  update private.match_meetings as m set left_at = p_now
  where m.match_id = p_match_id and m.user_id = any(met) and m.left_at = 'infinity';
  perform private.push_matching(members, 'ended', p_match_id, p_reason);
  perform private.delete_match(p_match_id);
end;
$$;

-- What a match has become by now; its id if it is over by that. Asked before anything is done with
-- it, and after what happened in it.
create or replace function private.settle_match(p_match_id uuid, p_now timestamptz)
returns uuid
language plpgsql
security definer
set search_path = ''
as $$
declare
  found_match private.matches;
  members uuid[];
  there uuid[];
begin
  select m.* into found_match from private.matches as m where m.id = p_match_id;
  if found_match.id is null then
    return null;
  end if;
  select
    coalesce(array_agg(t.user_id), '{}'),
    coalesce(array_agg(t.user_id) filter (where t.sid is not null), '{}')
  into members, there
  from private.match_tickets as t
  where t.match_id = p_match_id;
  if found_match.started_at is null then
    if cardinality(there) = found_match.group_size then
      perform private.start_match(p_match_id, p_now);
      return null;
    elsif p_now >= found_match.made_at + private.match_time('arrival') then
      perform private.dissolve_match(p_match_id, there, 'not_everyone_came', p_now);
    elsif cardinality(members) < found_match.group_size then
      perform private.dissolve_match(p_match_id, members, 'somebody_left', p_now);
    else
      return null;
    end if;
    return p_match_id;
  end if;
  if cardinality(members) < 2 then
    perform private.end_match(p_match_id, 'everyone_left', p_now);
  elsif found_match.started_at <= p_now - private.match_time('longest')
    or (cardinality(there) = 0
      and found_match.empty_since <= p_now - private.match_time('empty')) then
    perform private.end_match(p_match_id, 'over', p_now);
  else
    update private.matches as m
    set empty_since = case
      when cardinality(there) = 0 then coalesce(found_match.empty_since, p_now)
    end
    where m.id = p_match_id
      and (m.empty_since is null) <> (cardinality(there) > 0);
    return null;
  end if;
  return p_match_id;
end;
$$;

-- Takes somebody out of their match, by their own wish; its id if it is over by that. While it
-- gathers it comes to nothing; one that stands goes on while two are in it.
create or replace function private.leave_match(me private.match_tickets, p_now timestamptz)
returns uuid
language plpgsql
security definer
set search_path = ''
as $$
begin
  delete from private.match_tickets as t where t.user_id = me.user_id;
  update private.match_meetings as m set left_at = p_now
  where m.match_id = me.match_id and m.user_id = me.user_id;
  return private.settle_match(me.match_id, p_now);
end;
$$;

revoke all on all functions in schema private from public, anon;
