-- Roles: many for each member, in an order, with a badge, a colour and permissions; channels that
-- only some may see; invitations and bans. The tables and who may read them. Safe to run twice.
-- Nobody writes a table: what may be done is done by the functions of the files that follow.

-- Tables -------------------------------------------------------------------------------------

alter table public.rooms add column if not exists is_public boolean not null default false;
-- grows with each change of the room, its channels, roles and assignments: what If-Match compares
alter table public.rooms add column if not exists version bigint not null default 1;

-- muted by a moderator, in every voice channel of the room
alter table public.room_members add column if not exists voice_muted boolean not null default false;
-- who left while muted: they are again when they come back
create table if not exists private.left_muted (
  room_id uuid not null references public.rooms (id) on delete cascade,
  user_id uuid not null references public.profiles (user_id) on delete cascade,
  primary key (room_id, user_id)
);
create index if not exists left_muted_user_id_idx on private.left_muted (user_id);
revoke all on private.left_muted from public, anon, authenticated;

create index if not exists room_members_joined_at_idx
  on public.room_members (room_id, joined_at, user_id);

create table if not exists public.room_roles (
  id uuid primary key default gen_random_uuid(),
  room_id uuid not null references public.rooms (id) on delete cascade,
  name text not null,
  icon text,
  color text,
  position integer not null,
  permissions bigint not null default 0,
  created_at timestamptz not null default now()
);
alter table public.room_roles add column if not exists icon text;
alter table public.room_roles add column if not exists color text;
alter table public.room_roles add column if not exists position integer not null default 0;
alter table public.room_roles add column if not exists permissions bigint not null default 0;
alter table public.room_roles add column if not exists created_at timestamptz not null default now();

do $$
begin
  if to_regclass('public.room_roles_room_id_position_key') is null then
    alter table public.room_roles
      add constraint room_roles_name_check check (char_length(name) between 1 and 100),
      add constraint room_roles_color_check check (color ~ '^#[0-9a-f]{6}$'),
      -- the role of everyone, and no other, is the lowest
      add constraint room_roles_position_check
        check (case when id = room_id then position = 0 else position > 0 end),
      -- deferred: a new order is written in one statement
      add constraint room_roles_room_id_position_key
        unique (room_id, position) deferrable initially deferred;
  end if;
  if to_regclass('public.room_roles_room_id_id_key') is null then
    alter table public.room_roles add constraint room_roles_room_id_id_key unique (room_id, id);
  end if;
end;
$$;

-- Many roles for each member. The keys hold that role and member are of the same room.
create table if not exists public.room_user_roles (
  room_id uuid not null,
  user_id uuid not null,
  role_id uuid not null,
  primary key (room_id, user_id, role_id),
  foreign key (room_id, user_id) references public.room_members (room_id, user_id)
    on delete cascade,
  foreign key (room_id, role_id) references public.room_roles (room_id, id) on delete cascade,
  check (role_id <> room_id)
);
create index if not exists room_user_roles_role_id_idx
  on public.room_user_roles (room_id, role_id, user_id);

-- What a role may do in one channel besides, and may not.
create table if not exists public.channel_overwrites (
  channel_id uuid not null references public.channels (id) on delete cascade,
  room_id uuid not null,
  role_id uuid not null,
  allow bigint not null,
  deny bigint not null,
  primary key (channel_id, role_id),
  foreign key (room_id, role_id) references public.room_roles (room_id, id) on delete cascade,
  check (allow & deny = 0)
);
create index if not exists channel_overwrites_role_id_idx
  on public.channel_overwrites (room_id, role_id);

create table if not exists public.room_bans (
  room_id uuid not null references public.rooms (id) on delete cascade,
  user_id uuid not null references public.profiles (user_id) on delete cascade,
  -- as the room knew them; null for who never was a member
  name text,
  banned_by uuid references public.profiles (user_id) on delete set null,
  reason text,
  created_at timestamptz not null default now(),
  primary key (room_id, user_id)
);
alter table public.room_bans add column if not exists name text;
create index if not exists room_bans_user_id_idx on public.room_bans (user_id);
create index if not exists room_bans_banned_by_idx on public.room_bans (banned_by);

create table if not exists public.room_invites (
  code text primary key,
  room_id uuid not null references public.rooms (id) on delete cascade,
  created_by uuid references public.profiles (user_id) on delete cascade,
  expires_at timestamptz,
  max_uses integer check (max_uses > 0),
  uses integer not null default 0,
  created_at timestamptz not null default now()
);
create index if not exists room_invites_room_id_idx on public.room_invites (room_id);
create index if not exists room_invites_created_by_idx on public.room_invites (created_by);

-- Nobody reads or writes them until 0004 says who does.
alter table public.room_roles enable row level security;
alter table public.room_user_roles enable row level security;
alter table public.channel_overwrites enable row level security;
alter table public.room_bans enable row level security;
alter table public.room_invites enable row level security;

revoke all on public.room_roles, public.room_user_roles, public.channel_overwrites,
  public.room_bans, public.room_invites from anon, authenticated;

-- The role of everyone ------------------------------------------------------------------------

-- Every room has it from the start: its id is the room's own.
create or replace function private.create_everyone_role()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into public.room_roles (id, room_id, name, position, permissions)
  -- view channels, connect, speak, stream, invite
  values (new.id, new.id, '@everyone', 0, (1 << 10) | (1 << 20) | (1 << 21) | (1 << 9) | 1)
  on conflict (id) do nothing;
  return new;
end;
$$;
revoke all on function private.create_everyone_role() from public, anon, authenticated;

drop trigger if exists create_everyone_role on public.rooms;
create trigger create_everyone_role
  after insert on public.rooms
  for each row execute function private.create_everyone_role();

do $$
begin
  if exists (
    select 1 from information_schema.columns
    where table_schema = 'public' and table_name = 'rooms' and column_name = 'everyone_permissions'
  ) then
    insert into public.room_roles (id, room_id, name, position, permissions)
    select r.id, r.id, '@everyone', 0, r.everyone_permissions
    from public.rooms as r
    on conflict (id) do nothing;
    drop function if exists public.voice_access(uuid, uuid);
    alter table public.rooms drop column everyone_permissions;
  end if;
end;
$$;
