-- The original app's database as its first users left it: one role for each member, and no icons.
-- Runs on Supabase's platform, before our migrations.

create table public.profiles (
  id uuid primary key references auth.users (id) on delete cascade,
  username varchar(200) unique not null,
  avatar_url text,
  created_at timestamptz default now()
);

create table public.rooms (
  id uuid primary key default gen_random_uuid(),
  name varchar(200) not null unique,
  owner_id uuid references auth.users (id) on delete set null,
  invite_code text not null,
  created_at timestamptz not null default now(),
  constraint rooms_name_check check (name <> 'admin')
);

create table public.room_roles (
  id uuid primary key,
  room_id uuid references public.rooms (id) on delete cascade,
  name text,
  color text default 'gray',
  created_at timestamptz default now(),
  constraint room_roles_name_check check (char_length(name) < 1000)
);

create table public.room_members (
  room_id uuid not null,
  user_id uuid not null,
  role_id uuid,
  joined_at timestamptz default now(),
  primary key (room_id, user_id)
);
create index room_members_role_id_idx on public.room_members (role_id);

create type public.channel_type as enum ('TEXT', 'AUDIO', 'VIDEO');
create table public.channels (
  id uuid primary key default gen_random_uuid(),
  room_id uuid not null references public.rooms (id) on delete cascade,
  name text not null,
  type public.channel_type not null default 'TEXT',
  created_at timestamptz not null default now()
);
create index channels_room_id_idx on public.channels (room_id);

-- a table of the old app that we don't know
create table public.messages (
  id bigint generated always as identity primary key,
  channel_id uuid not null references public.channels (id) on delete cascade,
  author_id uuid references public.profiles (id) on delete cascade,
  content text not null
);

-- The old app's rules ------------------------------------------------------------------------

create function public.handle_new_user() returns trigger language plpgsql security definer as $$
begin
  insert into public.profiles (id, username) values (new.id, split_part(new.email, '@', 1));
  return new;
end;
$$;
create trigger on_auth_user_created after insert on auth.users
  for each row execute function public.handle_new_user();

create function public.add_owner() returns trigger language plpgsql as $$
begin
  insert into public.room_members (room_id, user_id) values (new.id, new.owner_id);
  return new;
end;
$$;
create trigger on_room_created after insert on public.rooms
  for each row execute function public.add_owner();

alter table public.rooms enable row level security;
create policy "Anyone can read rooms" on public.rooms for select using (true);
create policy "Members can update" on public.room_members for update using (auth.uid() = user_id);
grant all on public.profiles, public.rooms, public.room_members, public.channels, public.room_roles
  to anon, authenticated;

-- What was in it -----------------------------------------------------------------------------

alter table auth.users disable trigger on_auth_user_created;
alter table public.rooms disable trigger on_room_created;

-- 1 to 20 are people; 20 never had a profile
insert into auth.users (id, email, raw_user_meta_data, created_at)
select
  format('00000000-0000-4000-8000-0000000001%s', lpad(n::text, 2, '0'))::uuid,
  format('user%s@old.example', n),
  case when n = 20 then '{"name": "Twenty"}'::jsonb else '{}' end,
  '2024-01-01'
from generate_series(1, 20) as n;
insert into public.profiles (id, username, created_at)
select id, split_part(email, '@', 1), created_at from auth.users where email not like 'user20@%';
update public.profiles set username = E'\u202Eeve\u200B' where username = 'user19';

insert into public.rooms (id, name, owner_id, invite_code, created_at) values
  ('00000000-0000-4000-8000-00000000aa01', 'Old', '00000000-0000-4000-8000-000000000101', 'a', '2024-02-01'),
  ('00000000-0000-4000-8000-00000000aa02', 'Other', '00000000-0000-4000-8000-000000000102', 'b', '2024-02-02'),
  ('00000000-0000-4000-8000-00000000aa03', repeat('x', 150), '00000000-0000-4000-8000-000000000103', 'c', '2024-02-03'),
  -- without an owner, with members; without either; with an owner who was not a member
  ('00000000-0000-4000-8000-00000000aa04', 'Orphaned', null, 'd', '2024-02-04'),
  ('00000000-0000-4000-8000-00000000aa05', 'Abandoned', null, 'e', '2024-02-05'),
  ('00000000-0000-4000-8000-00000000aa06', 'Crowded', '00000000-0000-4000-8000-000000000104', 'f', '2024-02-06');

insert into public.channels (id, room_id, name, type, created_at) values
  ('00000000-0000-4000-8000-00000000cc01', '00000000-0000-4000-8000-00000000aa01', 'general', 'TEXT', '2024-02-01'),
  ('00000000-0000-4000-8000-00000000cc02', '00000000-0000-4000-8000-00000000aa01', 'Lounge', 'AUDIO', '2024-02-02'),
  ('00000000-0000-4000-8000-00000000cc03', '00000000-0000-4000-8000-00000000aa01', 'Stage', 'VIDEO', '2024-02-03'),
  ('00000000-0000-4000-8000-00000000cc04', '00000000-0000-4000-8000-00000000aa05', 'nobody', 'TEXT', '2024-02-03');
insert into public.messages (channel_id, author_id, content) values
  ('00000000-0000-4000-8000-00000000cc01', '00000000-0000-4000-8000-000000000101', 'hello'),
  ('00000000-0000-4000-8000-00000000cc01', '00000000-0000-4000-8000-000000000119', 'hi');

-- n is also the last part of the id
insert into public.room_roles (id, room_id, name, color, created_at)
select
  format('00000000-0000-4000-8000-00000000bb%s', lpad(r.n::text, 2, '0'))::uuid,
  '00000000-0000-4000-8000-00000000aa01',
  r.name,
  r.color,
  '2024-03-01'::timestamptz + r.n * interval '1 day'
from (values
  (1, 'Owner', '#ABC'),
  (2, 'ADMIN', 'red'),
  (3, 'moderator ', '#A1B2C3'),
  (4, 'Mod', null),
  (5, 'Mod', '#a1b2c3'),
  (6, 'Модератор', 'rgb(1, 2, 300)'),
  (7, '   ', 'chartreuse-ish'),
  (8, repeat('ab', 150), '#12345678'),
  (9, E'ad\u200Bmin', 'rgb(1, 2, 3)'),
  (10, E'\u202Egnp.dj', ''),
  (11, E'two\nlines\u0007', '#GGGGGG'),
  (12, '🎮', '00ff00'),
  (13, '👩‍🚀 Crew', 'gray'),
  (14, '@everyone', 'gray'),
  (15, 'VIP ⭐', '0xFFD700'),
  (16, 'newbie', 'gray'),
  (17, 'Head Developer', 'gray'),
  (18, null, 'gray'),
  (19, 'King', 'gray'),
  (20, 'Champion', 'gray')
) as r (n, name, color);
-- one whose id is its room's, one whose id is another room's
insert into public.room_roles (id, room_id, name, color, created_at) values
  ('00000000-0000-4000-8000-00000000aa01', '00000000-0000-4000-8000-00000000aa01', 'Twin', null, '2024-03-30'),
  ('00000000-0000-4000-8000-00000000aa02', '00000000-0000-4000-8000-00000000aa01', 'Stray', null, '2024-03-31'),
  ('00000000-0000-4000-8000-00000000bb90', '00000000-0000-4000-8000-00000000aa02', 'Booster', null, '2024-03-31'),
  ('00000000-0000-4000-8000-00000000bb91', '00000000-0000-4000-8000-00000000aa04', 'Admin', null, '2024-03-31'),
  ('00000000-0000-4000-8000-00000000bb92', '00000000-0000-4000-8000-00000000aa05', 'Bot', null, '2024-03-31'),
  ('00000000-0000-4000-8000-00000000bb93', null, 'Nowhere', null, '2024-03-31');
insert into public.room_roles (id, room_id, name, color, created_at)
select
  md5('crowd' || n)::uuid, '00000000-0000-4000-8000-00000000aa06', 'Role ' || n, '#0000ff',
  '2024-03-01'::timestamptz + n * interval '1 minute'
from generate_series(1, 400) as n;

-- person n has role n of the first room, but for: 17, who has none; 18, whose role has vanished;
-- 19, who has a role of another room; 20, who has the one with the room's id
insert into public.room_members (room_id, user_id, role_id, joined_at)
select
  '00000000-0000-4000-8000-00000000aa01',
  u.id,
  case n
    when 17 then null
    when 18 then '00000000-0000-4000-8000-00000000bb99'
    when 19 then '00000000-0000-4000-8000-00000000bb90'
    when 20 then '00000000-0000-4000-8000-00000000aa01'
    else format('00000000-0000-4000-8000-00000000bb%s', lpad(n::text, 2, '0'))::uuid
  end,
  '2024-04-01'::timestamptz + n * interval '1 hour'
from generate_series(1, 20) as n
join auth.users as u on u.email = format('user%s@old.example', n);
insert into public.room_members (room_id, user_id, role_id, joined_at) values
  -- no date
  ('00000000-0000-4000-8000-00000000aa02', '00000000-0000-4000-8000-000000000102', null, null),
  ('00000000-0000-4000-8000-00000000aa02', '00000000-0000-4000-8000-000000000101', '00000000-0000-4000-8000-00000000bb90', '2024-04-01'),
  -- the room without an owner
  ('00000000-0000-4000-8000-00000000aa04', '00000000-0000-4000-8000-000000000105', null, '2024-04-01'),
  ('00000000-0000-4000-8000-00000000aa04', '00000000-0000-4000-8000-000000000106', '00000000-0000-4000-8000-00000000bb91', '2024-04-02'),
  -- a user who is gone, a room that is gone
  ('00000000-0000-4000-8000-00000000aa02', '00000000-0000-4000-8000-0000000001ff', '00000000-0000-4000-8000-00000000bb90', '2024-04-01'),
  ('00000000-0000-4000-8000-00000000aaff', '00000000-0000-4000-8000-000000000101', null, '2024-04-01'),
  ('00000000-0000-4000-8000-00000000aa06', '00000000-0000-4000-8000-000000000107', md5('crowd7')::uuid, '2024-04-01');

alter table auth.users enable trigger on_auth_user_created;
alter table public.rooms enable trigger on_room_created;
