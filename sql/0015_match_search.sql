-- Matching: the group that somebody is put into. Safe to run twice.
--
-- A group is right when its members have a language in common (who named none speaks any) and a
-- topic: an interest, or that all of them are fine with strangers by now; when nobody in it has
-- blocked another, and no two of them met within the last ten minutes. Of all right groups with
-- somebody in them, theirs is the one with whom has waited longest, then who has next, and so on.

do $$
begin
  if to_regtype('private.match_bucket') is null then
    -- who can be found by one topic and language, by the time they wait; and who asks no more
    create type private.match_bucket as (users uuid[], sinces timestamptz[], silent uuid[]);
  end if;
end;
$$;

-- Writes down what tickets can be found by, in place of what they were found by before.
create or replace function private.index_tickets(p_user_ids uuid[])
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  delete from private.match_topics as x where x.user_id = any(p_user_ids);
  insert into private.match_topics
    (pool, group_size, topic, language, since, user_id, from_at)
  select t.pool, t.group_size, o.topic, l.language, t.since, t.user_id, o.from_at
  from private.match_tickets as t
  cross join lateral (
    select i as topic, t.since as from_at from unnest(t.interests) as i
    union all
    select '', t.since + case
      when cardinality(t.interests) > 0 then private.match_time('patience')
      else interval '0'
    end
    where t.strangers or cardinality(t.interests) = 0
  ) as o
  cross join lateral unnest(
    case when cardinality(t.languages) > 0 then t.languages else array['*'] end
  ) as l (language)
  where t.user_id = any(p_user_ids) and t.match_id is null;
end;
$$;

-- Whom a user may not be put together with: who is blocked, either way, and whom they just met.
create or replace function private.not_with(p_user_id uuid, p_now timestamptz)
returns uuid[]
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return (
    select coalesce(array_agg(f.user_id), '{}')
    from (
      select b.blocked_id as user_id from public.user_blocks as b where b.blocker_id = p_user_id
      union all
      select b.blocker_id from public.user_blocks as b where b.blocked_id = p_user_id
      union all
      select theirs.user_id
      from private.match_meetings as mine
      join private.match_meetings as theirs using (match_id)
      where mine.user_id = p_user_id
        and least(mine.left_at, theirs.left_at) > p_now - private.match_time('apart')
    ) as f
  );
end;
$$;

-- The pairs among these users who may not be put together, by their places in the list.
create or replace function private.conflicts(p_user_ids uuid[], p_now timestamptz)
returns table (one bigint, other bigint)
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return query
  with u as materialized (
    select u.user_id, u.n from unnest(p_user_ids) with ordinality as u (user_id, n)
  )
  select a.n, b.n
  from u as a
  join public.user_blocks as k on k.blocker_id = a.user_id
  join u as b on b.user_id = k.blocked_id
  union
  select a.n, b.n
  from u as a
  join private.match_meetings as m on m.user_id = a.user_id
  join private.match_meetings as o on o.match_id = m.match_id and o.user_id <> m.user_id
  join u as b on b.user_id = o.user_id
  where least(m.left_at, o.left_at) > p_now - private.match_time('apart');
end;
$$;

-- The languages in which anybody waits for one of these topics.
create or replace function private.languages_waiting(
  p_pool uuid, p_group_size integer, p_topics text[]
)
returns text[]
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return (
    with recursive walk as (
      select t.topic, (
        select min(x.language) from private.match_topics as x
        where x.pool = p_pool and x.group_size = p_group_size and x.topic = t.topic
      ) as language
      from unnest(p_topics) as t (topic)
      union all
      select w.topic, (
        select min(x.language) from private.match_topics as x
        where x.pool = p_pool and x.group_size = p_group_size and x.topic = w.topic
          and x.language > w.language
      )
      from walk as w
      where w.language is not null
    )
    select coalesce(array_agg(distinct w.language), '{}')
    from walk as w
    where w.language is not null
  );
end;
$$;

-- Who may be put together with a user by one topic and language each, the first p_many of them.
create or replace function private.match_buckets(
  me private.match_tickets, p_now timestamptz, p_not_with uuid[], p_many integer
)
returns private.match_bucket[]
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  topics text[] := me.interests;
  languages text[] := me.languages;
begin
  if cardinality(topics) = 0
    or (me.strangers and me.since <= p_now - private.match_time('patience')) then
    topics := topics || ''::text;
  end if;
  if cardinality(languages) = 0 then
    languages := private.languages_waiting(me.pool, me.group_size, topics);
  end if;
  return (
    select array_agg(row(b.users, b.sinces, b.silent)::private.match_bucket)
    from unnest(topics) as o (topic)
    cross join unnest(languages) as l (language)
    cross join lateral (
      select
        array_agg(c.user_id) filter (where c.asks) as users,
        array_agg(c.since) filter (where c.asks) as sinces,
        array_agg(c.user_id) filter (where not c.asks) as silent
      from (
        select f.user_id, f.since, t.asked_at > p_now - private.match_time('silence') as asks
        from (
          (
            select x.user_id, x.since
            from private.match_topics as x
            where x.pool = me.pool and x.group_size = me.group_size
              and x.topic = o.topic and x.language = l.language
              and x.from_at <= p_now and x.user_id <> all(p_not_with)
            order by x.since, x.user_id
            limit p_many
          )
          union all
          (
            select x.user_id, x.since
            from private.match_topics as x
            where x.pool = me.pool and x.group_size = me.group_size
              and x.topic = o.topic and x.language = '*' and l.language <> '*'
              and x.from_at <= p_now and x.user_id <> all(p_not_with)
            order by x.since, x.user_id
            limit p_many
          )
        ) as f
        join private.match_tickets as t on t.user_id = f.user_id
        order by f.since, f.user_id  -- which the arrays keep
      ) as c
    ) as b
  );
end;
$$;

-- The first p_others of a list, in its order, of whom any two may be put together; null if there
-- are none. Takes 2,000 steps at most.
create or replace function private.first_without_conflict(
  p_users uuid[], p_others integer, p_now timestamptz
)
returns uuid[]
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  -- for each place, a bit for each other place that it may not be together with
  clashes bigint[] := array_fill(0::bigint, array[cardinality(p_users)]);
  chosen integer[] := '{}';
  taken bigint := 0;
  place integer := 1;
  pair record;
begin
  for pair in select c.one::integer, c.other::integer from private.conflicts(p_users, p_now) as c
  loop
    clashes[pair.one] := clashes[pair.one] | (1::bigint << pair.other);
    clashes[pair.other] := clashes[pair.other] | (1::bigint << pair.one);
  end loop;
  for step in 1..2000 loop
    if place + p_others - cardinality(chosen) - 1 > cardinality(p_users) then
      exit when cardinality(chosen) = 0;
      place := chosen[cardinality(chosen)];  -- without the last one
      chosen := chosen[:cardinality(chosen) - 1];
      taken := taken & ~(1::bigint << place);
    elsif clashes[place] & taken = 0 then
      chosen := chosen || place;
      taken := taken | (1::bigint << place);
      if cardinality(chosen) = p_others then
        return array(select p_users[c.place] from unnest(chosen) as c (place));
      end if;
    end if;
    place := place + 1;
  end loop;
  return null;
end;
$$;

-- As find_group, where some who could be found first may not be put together: looks at the first
-- 60 of each topic and language.
create or replace function private.find_group_among_many(
  me private.match_tickets, p_now timestamptz, p_not_with uuid[]
)
returns uuid[]
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  others integer := me.group_size - 1;
  bucket private.match_bucket;
  users uuid[];
  sinces timestamptz[];
  best uuid[];
  best_sinces timestamptz[];
begin
  for bucket in
    select b.users[:60], b.sinces[:60], null
    from unnest(private.match_buckets(me, p_now, p_not_with, 60)) as b
    where cardinality(b.users) >= others
    order by b.sinces[:others]
  loop
    exit when best_sinces < bucket.sinces[:others];
    users := private.first_without_conflict(bucket.users, others, p_now);
    sinces := array(
      select bucket.sinces[array_position(bucket.users, u.user_id)]
      from unnest(users) as u (user_id)
    );
    if users is not null and (best is null or (sinces, users) < (best_sinces, best)) then
      best := users;
      best_sinces := sinces;
    end if;
  end loop;
  return best;
end;
$$;

-- Who makes up a group with a user, their tickets held for this transaction; null when nobody does.
-- Tickets that nobody asks about any more are dropped where they are found.
create or replace function private.find_group(me private.match_tickets, p_now timestamptz)
returns uuid[]
language plpgsql
security definer
set search_path = ''
as $$
declare
  others integer := me.group_size - 1;
  not_with uuid[] := private.not_with(me.user_id, p_now) || me.user_id;
  many integer := me.group_size - 1;
  buckets private.match_bucket[];
  bucket private.match_bucket;
  silent uuid[];
  chosen uuid[];
  held uuid[];
begin
  for attempt in 1..10 loop
    buckets := private.match_buckets(me, p_now, not_with, many);
    silent := '{}';
    foreach bucket in array coalesce(buckets, '{}') loop
      silent := silent || coalesce(bucket.silent, '{}');
    end loop;
    if cardinality(silent) > 0 then
      perform private.drop_silent(silent, p_now);
      many := 60;  -- there may be more of them
      continue;
    end if;
    select b.users[:others] into chosen
    from unnest(buckets) as b
    where cardinality(b.users) >= others
    order by b.sinces[:others], b.users[:others]
    limit 1;
    if others > 1 and exists (select from private.conflicts(chosen, p_now)) then
      chosen := private.find_group_among_many(me, p_now, not_with);
    end if;
    if chosen is null then
      return null;
    end if;
    held := array(
      select t.user_id
      from private.match_tickets as t
      join public.profiles as p on p.user_id = t.user_id
      where t.user_id = any(chosen) and t.match_id is null
      for key share of p skip locked
      for update of t skip locked
    );
    held := private.those_who_may_talk(me.room_id, held);
    if cardinality(held) = others then
      return chosen;
    end if;
    -- accounts that are being deleted, members who are being put out: on without them
    not_with := not_with || array(
      select c.user_id from unnest(chosen) as c (user_id) where c.user_id <> all(held)
    );
  end loop;
  return null;
end;
$$;

revoke all on all functions in schema private from public, anon;
