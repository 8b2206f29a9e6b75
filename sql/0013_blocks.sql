-- Blocks: who doesn't want to meet whom. They work both ways wherever people are brought together.
-- Safe to run twice.

create table if not exists public.user_blocks (
  blocker_id uuid not null references public.profiles (user_id) on delete cascade,
  blocked_id uuid not null references public.profiles (user_id) on delete cascade,
  -- as the blocker knew them; null for who never was in a room or a match with them
  name text,
  created_at timestamptz not null default now(),
  primary key (blocker_id, blocked_id),
  check (blocker_id <> blocked_id)
);
create index if not exists user_blocks_blocked_id_idx
  on public.user_blocks (blocked_id, blocker_id);

alter table public.user_blocks enable row level security;
revoke all on public.user_blocks from anon, authenticated;
grant select on public.user_blocks to authenticated;

-- Nobody sees who has blocked them.
drop policy if exists "People see whom they have blocked" on public.user_blocks;
create policy "People see whom they have blocked" on public.user_blocks
  for select to authenticated
  using (blocker_id = (select auth.uid()));

-- The caller, whose account is kept from being deleted meanwhile.
create or replace function private.caller()
returns uuid
language plpgsql
security definer
set search_path = ''
as $$
declare
  me uuid := auth.uid();
begin
  if not private.keep_account(me) then
    perform private.refuse(401, 'token_refused', 'This account is gone: sign in again.');
  end if;
  return me;
end;
$$;

-- {user_id, name, created_at}
create or replace function private.block_object(p_block public.user_blocks)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  return jsonb_build_object(
    'user_id', p_block.blocked_id,
    'name', p_block.name,
    'created_at', private.ms(p_block.created_at)
  );
end;
$$;

create or replace function private.my_blocks()
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_build_object('blocks', coalesce(
    jsonb_agg(private.block_object(b) order by b.created_at desc, b.blocked_id), '[]'::jsonb
  ))
  from public.user_blocks as b
  where b.blocker_id = (select auth.uid());
$$;

revoke all on all functions in schema private from public, anon;
