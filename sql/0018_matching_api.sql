-- Blocks and matching: what the API exposes, and to whom. Safe to run twice.

-- {blocks: [{user_id, name, created_at}]}, the newest first. GET /api/blocks.
create or replace function public.my_blocks()
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.my_blocks();
$$;

-- {block, left: match id | null}. PUT /api/blocks/{user_id}.
create or replace function public.block_user(p_user_id uuid)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.block_user(p_user_id);
$$;

-- {unblocked}. DELETE /api/blocks/{user_id}.
create or replace function public.unblock_user(p_user_id uuid)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.unblock_user(p_user_id);
$$;

-- {state, as_of, …}. POST /api/matching/join.
create or replace function public.join_matching(
  p_room_id uuid default null,
  p_interests text[] default '{}',
  p_group_size integer default 2,
  p_languages text[] default '{}',
  p_strangers boolean default true
)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.join_matching(p_room_id, p_interests, p_group_size, p_languages, p_strangers);
$$;

-- {state, as_of, …}. GET /api/matching/status.
create or replace function public.matching_status()
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.matching_status();
$$;

-- {state: "none", as_of, left: match id | null}. POST /api/matching/leave.
create or replace function public.leave_matching()
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.leave_matching();
$$;

-- {may_connect, closed}; event: joined, left, finished. For the backend alone.
create or replace function public.match_event(
  p_match_id uuid,
  p_event text,
  p_livekit_room text,
  p_user_id uuid default null,
  p_sid text default null,
  p_joined_ms bigint default null
)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.match_event(
    p_match_id, p_event, p_livekit_room, p_user_id, p_sid, p_joined_ms
  );
$$;

-- Of places [{user_id, match_id}] those where somebody may not be. For the backend alone.
create or replace function public.match_outsiders(p_places jsonb)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.match_outsiders(p_places);
$$;

-- {tickets, matches}: how many were dropped. For the backend alone, from time to time.
create or replace function public.tidy_matching()
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.tidy_matching();
$$;

revoke all on all functions in schema private from public, anon;

do $$
declare
  operation regprocedure;
  for_users text[] := array[
    'my_blocks', 'block_user', 'unblock_user', 'join_matching', 'matching_status', 'leave_matching'
  ];
  for_the_backend text[] := array['match_event', 'match_outsiders', 'tidy_matching'];
begin
  for operation in
    select p.oid
    from pg_proc as p
    where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
      and p.proname = any(for_users || for_the_backend)
  loop
    execute format('revoke all on function %s from public, anon, authenticated', operation);
    execute format('grant execute on function %s to %I', operation, case
      when (select p.proname = any(for_the_backend) from pg_proc as p where p.oid = operation)
        then 'service_role'
      else 'authenticated'
    end);
  end loop;
end;
$$;
