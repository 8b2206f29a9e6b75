-- Matching: join, ask, leave, block; what LiveKit tells. One function an operation, each atomic.
-- Safe to run twice.

-- Answers ------------------------------------------------------------------------------------

-- How many in the same queue have waited longer, and one; null beyond 1,000.
create or replace function private.place_of(me private.match_tickets, p_now timestamptz)
returns bigint
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return (
    select nullif(count(*) + 1, 1001)
    from (
      select
      from private.match_tickets as t
      where t.pool = me.pool and t.group_size = me.group_size and t.match_id is null
        and (t.since, t.user_id) < (me.since, me.user_id)
        and t.asked_at > p_now - private.match_time('silence')
      order by t.since, t.user_id
      limit 1000
    ) as before
  );
end;
$$;

-- In how many seconds half of those who had waited for as long were matched, by the last waits in
-- the queue; who gave up counts until then (Kaplan and Meier's estimate). Null where fewer than five
-- were matched after as long, or fewer than half.
create or replace function private.estimate_for(me private.match_tickets, p_now timestamptz)
returns integer
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return (
    with waited as (
      select extract(epoch from p_now - me.since) * 1000 as ms
    ),
    longer as (
      select
        u.ms,
        u.matched,
        count(*) over () - row_number() over (order by u.ms, u.matched desc) + 1 as at_risk
      from private.match_waits as w
      cross join lateral unnest(w.waited_ms, w.matched, w.ended_at) as u (ms, matched, ended_at)
      where w.pool = me.pool and w.group_size = me.group_size
        and u.ms > (select x.ms from waited as x)
        and u.ended_at > p_now - private.match_time('recent')
    ),
    curve as (
      select
        l.ms,
        sum(case when not l.matched then 0 when l.at_risk = 1 then -1000
          else ln(1 - 1.0 / l.at_risk) end) over (order by l.ms, l.matched desc) as log_waiting,
        count(*) filter (where l.matched) over () as matched
      from longer as l
    )
    select ceil((min(c.ms) - (select x.ms from waited as x)) / 1000)::integer
    from curve as c
    where c.matched >= 5 and c.log_waiting <= ln(0.5) + 1e-9
  );
end;
$$;

-- In how many seconds to ask again: before the ticket is gone, and when something changes (null: by
-- nothing that is known).
create or replace function private.ask_again_in(p_next timestamptz, p_now timestamptz)
returns integer
language plpgsql
immutable
set search_path = ''
as $$
begin
  return (
    select greatest(1, least(10, ceil(extract(epoch from p_next - p_now))))::integer
  );
end;
$$;

-- {state: "waiting", …}
create or replace function private.waiting_object(me private.match_tickets, p_now timestamptz)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'state', 'waiting',
      'as_of', private.ms(p_now),
      'room_id', me.room_id,
      'interests', me.interests,
      'languages', me.languages,
      'group_size', me.group_size,
      'strangers', me.strangers,
      'since', private.ms(me.since),
      'place', private.place_of(me, p_now),
      'retry_after', private.ask_again_in(
        case
          when me.strangers and cardinality(me.interests) > 0
            and me.since > p_now - private.match_time('patience')
            then me.since + private.match_time('patience')
        end,
        p_now
      )
    ) || jsonb_strip_nulls(jsonb_build_object(
      'estimate_s', private.estimate_for(me, p_now),
      'last', case when me.last_match_id is not null
        then jsonb_build_object('match_id', me.last_match_id, 'reason', me.last_reason) end
    ))
  );
end;
$$;

-- What a member may do in their match's room, and how they are shown there: {name, permissions,
-- attributes}. In a room's pool as in the room; in the global pool everybody speaks and streams.
create or replace function private.match_standing(p_room_id uuid, p_user_id uuid)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  member jsonb;
  bits bigint := private.bit('view_channel') | private.bit('connect') | private.bit('speak')
    | private.bit('stream');
begin
  if p_room_id is null then
    return (
      select jsonb_build_object(
        'name', p.display_name, 'permissions', bits::text, 'attributes', '{}'::jsonb
      )
      from public.profiles as p
      where p.user_id = p_user_id
    );
  end if;
  member := private.member_object(p_room_id, p_user_id);
  bits := private.pool_permissions(p_room_id, p_user_id) & bits;
  return jsonb_build_object(
    'name', member ->> 'name',
    'permissions', bits::text,
    'attributes', private.voice_attributes(member, bits, false) - 'permissions' - 'private'
  );
end;
$$;

-- {state: "matched", match, me: {name, permissions, attributes}, …}
create or replace function private.matched_object(me private.match_tickets, p_now timestamptz)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'state', 'matched',
      'as_of', private.ms(p_now),
      'match', jsonb_build_object(
        'id', m.id,
        'room_name', 'match:' || m.id,
        'room_id', m.room_id,
        'group_size', m.group_size,
        'members', (
          select jsonb_agg(
            jsonb_build_object(
              'user_id', t.user_id, 'name', p.display_name, 'here', t.sid is not null
            ) order by t.since, t.user_id
          )
          from private.match_tickets as t
          join public.profiles as p on p.user_id = t.user_id
          where t.match_id = m.id
        ),
        'interests', m.interests,
        'languages', m.languages,
        'made_at', private.ms(m.made_at),
        'arrive_by', private.ms(m.made_at + private.match_time('arrival')),
        'started_at', private.ms(m.started_at)
      ),
      'me', private.match_standing(m.room_id, me.user_id),
      'retry_after', case
        when m.started_at is null
          then private.ask_again_in(m.made_at + private.match_time('arrival'), p_now)
        else 60
      end
    )
    from private.matches as m
    where m.id = me.match_id
  );
end;
$$;

-- What somebody is told who asks: {state: "none" | "waiting" | "matched", as_of, …}, and which match
-- of theirs they found to be over, for the API to close its LiveKit room.
create or replace function private.matching_object(
  p_user_id uuid, p_now timestamptz, p_closed uuid
)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  me private.match_tickets;
begin
  select t.* into me from private.match_tickets as t where t.user_id = p_user_id;
  return case
    when me.user_id is null
      then jsonb_build_object('state', 'none', 'as_of', private.ms(p_now))
    when me.match_id is null then private.waiting_object(me, p_now)
    else private.matched_object(me, p_now)
  end || jsonb_strip_nulls(jsonb_build_object('closed', p_closed));
end;
$$;

-- Operations -----------------------------------------------------------------------------------
--
-- Each runs with plans made once, by the indexes, whatever the tables' sizes were then: planning
-- costs more than running, and a queue that was empty a moment ago may be long.

-- What a member may do in the pool of a room; without SPEAK while muted. Null for a stranger.
create or replace function private.pool_permissions(p_room_id uuid, p_user_id uuid)
returns bigint
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return (
    select private.permissions_in(p_room_id, p_user_id) & ~case
      when m.voice_muted then private.bit('speak')
      else 0
    end
    from public.room_members as m
    where m.room_id = p_room_id and m.user_id = p_user_id
  );
end;
$$;

-- Keeps a room and somebody's membership in it, if there is one, until the transaction ends.
create or replace function private.keep_membership(p_room_id uuid, p_user_id uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform from public.rooms as r where r.id = p_room_id for key share;
  perform from public.room_members as m
  where m.room_id = p_room_id and m.user_id = p_user_id
  for key share;
end;
$$;

-- Refuses who may not talk in a room.
create or replace function private.require_pool(p_room_id uuid, p_user_id uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  bits bigint := private.pool_permissions(p_room_id, p_user_id);
begin
  if bits is null then
    perform private.refuse(
      404, 'room_not_found', 'There is no such room, or you are not a member of it.'
    );
  end if;
  perform private.require(bits, 'connect');
  perform private.require(bits, 'speak');
end;
$$;

-- Waits for a user's turn in the queue that their ticket is in, and in another if it is given; says
-- when it came, and which match of theirs turned out to be over. The ticket is read after it.
create or replace function private.my_turn(
  p_user_id uuid,
  p_pool uuid default null,
  p_group_size integer default null,
  out at timestamptz,
  out closed uuid
)
language plpgsql
security definer
set search_path = ''
as $$
declare
  mine private.match_tickets;
begin
  perform pg_advisory_xact_lock(hashtext('sangha.matching.user'), hashtext(p_user_id::text));
  select t.* into mine from private.match_tickets as t where t.user_id = p_user_id;
  if mine.room_id is not null then
    perform from public.rooms as r where r.id = mine.room_id for key share;
  end if;
  if mine.user_id is null or (mine.pool, mine.group_size) = (p_pool, p_group_size) then
    if p_pool is not null then
      perform private.lock_queue(private.queue_key(p_pool, p_group_size));
    end if;
  else
    perform private.lock_queue(q.key)
    from (
      select q.key
      from (
        values (private.queue_key(mine.pool, mine.group_size)),
          (private.queue_key(p_pool, p_group_size))
      ) as q (key)
      where q.key is not null
      order by q.key
    ) as q;
  end if;
  at := clock_timestamp();
  if mine.match_id is not null then
    closed := private.settle_match(mine.match_id, at);
  end if;
end;
$$;

create or replace function private.join_matching(
  p_room_id uuid,
  p_interests text[],
  p_group_size integer,
  p_languages text[],
  p_strangers boolean
)
returns jsonb
language plpgsql
security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_bitmapscan = off
as $$
declare
  me uuid;
  wished private.match_tickets;
  mine private.match_tickets;
  turn record;
begin
  wished.interests := private.clean_interests(p_interests);
  wished.languages := private.clean_languages(p_languages);
  if p_group_size is null or p_group_size not between 2 and 8 then
    perform private.refuse(422, 'group_size_invalid', 'A group has 2 to 8 people.');
  end if;
  me := private.caller();
  if p_room_id is not null then
    perform private.keep_membership(p_room_id, me);
  end if;
  wished.pool := coalesce(p_room_id, '00000000-0000-0000-0000-000000000000');
  turn := private.my_turn(me, wished.pool, p_group_size);
  select t.* into mine from private.match_tickets as t where t.user_id = me;
  if mine.match_id is null then
    if p_room_id is not null then
      perform private.require_pool(p_room_id, me);
    end if;
    if mine.asked_at <= turn.at - private.match_time('silence') then
      perform private.drop_silent(array[me], turn.at);
      mine := null;
    end if;
    wished.user_id := me;
    wished.room_id := p_room_id;
    wished.group_size := p_group_size;
    wished.strangers := coalesce(p_strangers, true);
    wished.since := coalesce(mine.since, turn.at);
    wished.asked_at := turn.at;
    if private.seek(wished, turn.at) is null then
      insert into private.match_tickets as t (
        user_id, room_id, group_size, interests, languages, strangers, since, asked_at
      )
      values (
        me, p_room_id, p_group_size, wished.interests, wished.languages, wished.strangers,
        wished.since, turn.at
      )
      on conflict (user_id) do update set
        room_id = excluded.room_id, group_size = excluded.group_size,
        interests = excluded.interests, languages = excluded.languages,
        strangers = excluded.strangers, asked_at = excluded.asked_at;
      if (wished.pool, wished.group_size, wished.interests, wished.languages, wished.strangers)
        is distinct from
        (mine.pool, mine.group_size, mine.interests, mine.languages, mine.strangers) then
        perform private.index_tickets(array[me]);
      end if;
    end if;
  end if;
  return private.matching_object(me, turn.at, turn.closed);
end;
$$;

create or replace function private.matching_status()
returns jsonb
language plpgsql
security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_bitmapscan = off
as $$
declare
  me uuid := private.caller();
  turn record := private.my_turn(me);
  mine private.match_tickets;
begin
  update private.match_tickets as t set asked_at = turn.at
  where t.user_id = me and t.match_id is null
    and t.asked_at > turn.at - private.match_time('silence')
  returning t.* into mine;
  if mine.user_id is null then
    perform private.drop_silent(array[me], turn.at);
  elsif cardinality(private.those_who_may_talk(mine.room_id, array[me])) > 0 then
    perform private.seek(mine, turn.at);
  end if;
  return private.matching_object(me, turn.at, turn.closed);
end;
$$;

create or replace function private.leave_matching()
returns jsonb
language plpgsql
security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_bitmapscan = off
as $$
declare
  me uuid := private.caller();
  turn record := private.my_turn(me);
  mine private.match_tickets;
  left_over uuid;
begin
  select t.* into mine from private.match_tickets as t where t.user_id = me;
  if mine.match_id is not null then
    left_over := private.leave_match(mine, turn.at);
  elsif mine.user_id is not null then
    delete from private.match_tickets as t where t.user_id = me;
    perform private.note_waits(
      mine.pool, mine.group_size, array[mine.asked_at - mine.since], false, turn.at
    );
  end if;
  -- One that was made just now, by the end of another, has no LiveKit room yet.
  return private.matching_object(me, turn.at, coalesce(turn.closed, left_over))
    || jsonb_build_object('left', mine.match_id);
end;
$$;

-- Whether two people are in one room or one match, or were in one match a moment ago.
create or replace function private.know_each_other(p_one uuid, p_other uuid)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  select exists (
    select
    from public.room_members as a
    join public.room_members as b on b.room_id = a.room_id
    where a.user_id = p_one and b.user_id = p_other
  ) or exists (
    select
    from private.match_tickets as a
    join private.match_tickets as b on b.match_id = a.match_id
    where a.user_id = p_one and b.user_id = p_other
  ) or exists (
    select
    from private.match_meetings as a
    join private.match_meetings as b on b.match_id = a.match_id
    where a.user_id = p_one and b.user_id = p_other
  );
$$;

-- Blocks somebody; again changes nothing. Out of a match with them one is taken at once.
create or replace function private.block_user(p_user_id uuid)
returns jsonb
language plpgsql
security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_bitmapscan = off
as $$
declare
  me uuid := private.caller();
  turn record;
  mine private.match_tickets;
  kept public.user_blocks;
  left_over uuid;
begin
  if p_user_id = me then
    perform private.refuse(422, 'not_yourself', 'You can not block yourself.');
  end if;
  if not private.keep_account(p_user_id) then
    perform private.refuse(404, 'user_not_found', 'There is no such user.');
  end if;
  turn := private.my_turn(me);
  select b.* into kept
  from public.user_blocks as b
  where b.blocker_id = me and b.blocked_id = p_user_id;
  if kept.blocker_id is null then
    if (select count(*) from public.user_blocks as b where b.blocker_id = me) >= 1000 then
      perform private.refuse(
        409, 'blocks_full', 'You have blocked 1,000 people: unblock one first.'
      );
    end if;
    insert into public.user_blocks as b (blocker_id, blocked_id, name)
    values (
      me,
      p_user_id,
      (
        select p.display_name
        from public.profiles as p
        where p.user_id = p_user_id and private.know_each_other(me, p_user_id)
      )
    )
    returning b.* into kept;
  end if;
  select t.* into mine from private.match_tickets as t where t.user_id = me;
  if exists (
    select from private.match_tickets as t
    where t.user_id = p_user_id and t.match_id = mine.match_id
  ) then
    left_over := private.leave_match(mine, turn.at);
  else
    mine.match_id := null;
  end if;
  return jsonb_build_object('block', private.block_object(kept), 'left', mine.match_id)
    || jsonb_strip_nulls(jsonb_build_object('closed', coalesce(turn.closed, left_over)));
end;
$$;

create or replace function private.unblock_user(p_user_id uuid)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  me uuid := private.caller();
begin
  delete from public.user_blocks as b where b.blocker_id = me and b.blocked_id = p_user_id;
  if not found then
    perform private.refuse(404, 'block_not_found', 'You have not blocked this user.');
  end if;
  return jsonb_build_object('unblocked', p_user_id);
end;
$$;

-- What LiveKit tells -----------------------------------------------------------------------------

-- Somebody joined a match's LiveKit room or left it, or it has finished (without a user). In any
-- order, any number of times: {may_connect, closed: whether the match is over by this}.
create or replace function private.match_event(
  p_match_id uuid,
  p_event text,
  p_livekit_room text,
  p_user_id uuid,
  p_sid text,
  p_joined_ms bigint
)
returns jsonb
language plpgsql
security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_bitmapscan = off
as $$
declare
  found_match private.matches;
  at timestamptz;
  closed uuid;
begin
  select m.* into found_match from private.matches as m where m.id = p_match_id;
  if found_match.room_id is not null then
    perform from public.rooms as r where r.id = found_match.room_id for key share;
  end if;
  if found_match.id is not null then
    perform private.lock_queue(private.queue_key(
      coalesce(found_match.room_id, '00000000-0000-0000-0000-000000000000'),
      found_match.group_size
    ));
  end if;
  at := clock_timestamp();
  if p_event = 'joined' then
    update private.match_tickets as t
    set sid = p_sid, livekit_room = p_livekit_room, joined_ms = p_joined_ms
    where t.user_id = p_user_id and t.match_id = p_match_id
      and p_sid <> all(t.left_sids)
      and coalesce((t.joined_ms, t.sid) < (p_joined_ms, p_sid), true);
  elsif p_event = 'left' then
    update private.match_tickets as t
    set sid = nullif(t.sid, p_sid), left_sids = (p_sid || t.left_sids)[:8]
    where t.user_id = p_user_id and t.match_id = p_match_id;
  elsif p_event = 'finished' then
    update private.match_tickets as t
    set sid = null, left_sids = (t.sid || t.left_sids)[:8]
    where t.match_id = p_match_id and t.livekit_room = p_livekit_room and t.sid is not null;
    update private.matches as m set empty_since = '-infinity'
    where m.id = p_match_id and m.started_at is not null and not exists (
      select from private.match_tickets as t
      where t.match_id = p_match_id
        and (t.sid is not null or t.livekit_room is distinct from p_livekit_room)
    );
  else
    perform private.refuse(422, 'event_invalid', 'event is joined, left or finished.');
  end if;
  closed := private.settle_match(p_match_id, at);
  return jsonb_build_object(
    'may_connect', exists (
      select from private.match_tickets as t
      where t.user_id = p_user_id and t.match_id = p_match_id
    ),
    'closed', closed is not null
  );
end;
$$;

-- Of places [{user_id, match_id}], those where somebody may not be, in their order.
create or replace function private.match_outsiders(p_places jsonb)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce(jsonb_agg(p.value order by p.n), '[]'::jsonb)
  from jsonb_array_elements(p_places) with ordinality as p (value, n)
  where not exists (
    select from private.match_tickets as t
    where t.user_id = (p.value ->> 'user_id')::uuid
      and t.match_id = (p.value ->> 'match_id')::uuid
  );
$$;

-- Drops what nobody asks about any more, for queues in which nothing happens that would. Leaves out
-- what somebody is at: {tickets, matches}, how many went.
create or replace function private.tidy_matching()
returns jsonb
language plpgsql
security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_bitmapscan = off
as $$
declare
  at timestamptz := clock_timestamp();
  queue record;
  old_match uuid;
  tickets bigint := 0;
  ended bigint := 0;
begin
  for queue in select distinct t.pool, t.group_size from private.match_tickets as t loop
    perform from public.rooms as r where r.id = queue.pool for key share skip locked;
    continue when not (found or queue.pool = '00000000-0000-0000-0000-000000000000')
      or not pg_try_advisory_xact_lock(
        hashtext('sangha.matching.queue'), private.queue_key(queue.pool, queue.group_size)
      );
    tickets := tickets + (
      select count(*) from private.match_tickets as t
      where t.pool = queue.pool and t.group_size = queue.group_size and t.match_id is null
        and t.asked_at <= at - private.match_time('silence')
    );
    perform private.drop_silent(
      array(
        select t.user_id from private.match_tickets as t
        where t.pool = queue.pool and t.group_size = queue.group_size and t.match_id is null
      ),
      at
    );
    for old_match in
      select distinct m.id
      from private.matches as m
      join private.match_tickets as t on t.match_id = m.id
      where t.pool = queue.pool and t.group_size = queue.group_size
    loop
      ended := ended + (private.settle_match(old_match, at) is not null)::integer;
    end loop;
  end loop;
  delete from private.matches as m
  where not exists (select from private.match_tickets as t where t.match_id = m.id)
    and m.made_at <= at - private.match_time('longest');
  delete from private.match_meetings as m
  where (m.user_id, m.match_id) in (
    select g.user_id, g.match_id
    from private.match_meetings as g
    where g.left_at <= at - private.match_time('apart')
    for update skip locked
  );
  update private.match_meetings as m set left_at = at  -- of a room that was deleted
  where (m.user_id, m.match_id) in (
    select g.user_id, g.match_id
    from private.match_meetings as g
    where g.left_at = 'infinity'
      and not exists (select from private.matches as x where x.id = g.match_id)
    for update skip locked
  );
  delete from private.match_waits as w
  where w.ended_at[1] <= at - private.match_time('recent');
  return jsonb_build_object('tickets', tickets, 'matches', ended);
end;
$$;

-- Whether the caller may listen to a private Realtime topic: `room:{room_id}` for its members,
-- `room:{room_id}:{channel_id}` for who may view the channel, `match:{match_id}` for its members,
-- `user:{user_id}` for that user alone.
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
    when p_topic ~ '^match:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
      then exists (
        select from private.match_tickets as t
        where t.user_id = (select auth.uid()) and t.match_id = substr(p_topic, 7)::uuid
      )
    else p_topic = 'user:' || (select auth.uid())::text
  end;
$$;

revoke all on all functions in schema private from public, anon;
