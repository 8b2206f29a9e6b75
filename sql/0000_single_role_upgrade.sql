-- The upgrade of the original app, in which a member had one role: room_members.role_id.
-- Safe to run twice. All of it is one statement, so that a run which is cut off has done all or
-- nothing; on a database without room_members.role_id it does nothing. docs/upgrade.md tells the
-- owner of such a database what to expect.
--
-- The old shape, all ids uuid:
--   profiles (id or user_id → auth.users, primary key; display_name, username, full_name or name)
--   rooms (id, name, owner_id or created_by; is_public or none)
--   room_members (room_id, user_id, role_id → room_roles or null, joined_at or created_at or none;
--     primary key (room_id, user_id), an id of its own, or none)
--   channels (id, room_id, name, kind or type; position or none)
--   room_roles (id, room_id, name; color, icon, position, permissions or none of them)
-- created_at may be missing, keys and checks too. Columns that are not named here stay as they are.
-- A higher position is a higher role; permission bits are Discord's.
--
-- What can't stay as it was is kept in private.upgrade_leftovers.

create schema if not exists private;

-- Values -------------------------------------------------------------------------------------

-- A name that private.clean_name (0005) takes as it is: 1 to 100 characters, none of which is
-- invisible or turns what is around it; joiners stay where writing needs them.
create or replace function private.upgrade_name(p_name text, p_fallback text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  blank constant text := '[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]';
  cleaned text := coalesce(p_name, '');
  before text;
begin
  loop  -- what is cut or taken out can leave a joiner or a blank at the end
    before := cleaned;
    cleaned := normalize(cleaned, nfc);
    cleaned := regexp_replace(cleaned, '[\u0009-\u000d\u0085\u2028\u2029]+', ' ', 'g');
    cleaned := regexp_replace(
      cleaned,
      '(\U0001f3f4[\U000e0061-\U000e007a]{2,6}\U000e007f)'
      || '|([\ufe0f\u2600-\u27bf\U0001f000-\U0001faff]\u200d)'
      || '(?=[\u2190-\u2bff\U0001f000-\U0001faff])'
      || '|([\u0600-\u0dff][\u200c\u200d])(?=[\u0600-\u0dff])'
      || '|[\u0001-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f'
      || '\U00013430-\U0001343f\U00016fe4\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a'
      || '\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\uffff'
      || '\U000e0000-\U000e0fff\U000f0000-\U0010ffff\ue000-\uf8ff]',
      '\1\2\3',
      'g'
    );
    cleaned := left(regexp_replace(
      cleaned, '^' || blank || '+|' || blank || '+$', '', 'g'
    ), 100);
    exit when cleaned = before;
  end loop;
  return case
    when cleaned ~ (
      '[^ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\ufe0f\u0300-\u036f\u0483-\u0489'
      || '\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f]'
    ) then cleaned
    else p_fallback
  end;
end;
$$;

-- #rrggbb out of the spellings of a colour that are found in the wild; null for any other.
create or replace function private.upgrade_color(p_value jsonb)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  said text := lower(btrim(p_value #>> '{}'));
  parts integer[];
begin
  if jsonb_typeof(p_value) = 'number' then  -- 0xrrggbb, and 0 for none
    return case
      when said ~ '^[0-9]{1,8}$' and said::integer between 1 and 16777215
        then '#' || lpad(to_hex(said::integer), 6, '0')
    end;
  elsif said ~ '^(#|0x)?[0-9a-f]{6}([0-9a-f]{2})?$' then  -- the last two are its opacity
    return '#' || left(regexp_replace(said, '^(#|0x)', ''), 6);
  elsif said ~ '^#?[0-9a-f]{3}$' then
    return '#' || regexp_replace(ltrim(said, '#'), '(.)', '\1\1', 'g');
  end if;
  parts := regexp_match(said, '^rgba?\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*[,)]');
  if 255 >= all(parts) then
    return '#' || lpad(to_hex(parts[1] * 65536 + parts[2] * 256 + parts[3]), 6, '0');
  end if;
  return '#' || (jsonb_build_object(
    'black', '000000', 'white', 'ffffff', 'gray', '808080', 'grey', '808080', 'silver', 'c0c0c0',
    'red', 'ff0000', 'maroon', '800000', 'crimson', 'dc143c', 'orange', 'ffa500', 'gold', 'ffd700',
    'yellow', 'ffff00', 'olive', '808000', 'brown', 'a52a2a', 'green', '008000', 'lime', '00ff00',
    'teal', '008080', 'cyan', '00ffff', 'aqua', '00ffff', 'turquoise', '40e0d0', 'blue', '0000ff',
    'navy', '000080', 'indigo', '4b0082', 'purple', '800080', 'violet', 'ee82ee',
    'magenta', 'ff00ff', 'fuchsia', 'ff00ff', 'pink', 'ffc0cb'
  ) ->> said);
end;
$$;

-- The icon of a role, by the highest word in its name: never the crown, which is for the owner's
-- place. How high it stands where nothing else says so, by the whole of its name as it was: a
-- likeness puts nobody above others.
create or replace function private.upgrade_badge(p_name text, out icon text, out standing integer)
language sql
immutable
set search_path = ''
as $$
  with words as materialized (
    select array(
      select w
      from regexp_split_to_table(
        lower(private.upgrade_name(p_name, 'Role')),
        '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u2000-\u2bff\ufe0f\U0001f000-\U0001faff]+'
      ) as w
    ) as found
  ),
  known (icon, standing, spellings) as (
    values
      ('star', 90, array[
        'owner', 'owners', 'founder', 'founders', 'creator', 'king', 'queen', 'boss', 'владелец',
        'основатель', 'dueño', 'fundador', 'propriétaire', 'fondateur', 'besitzer', 'gründer',
        'dono', 'sahip', 'kurucu', 'オーナー', '房主', '群主', 'मालिक'
      ]),
      ('shield', 80, array[
        'admin', 'admins', 'administrator', 'administrators', 'админ', 'админы', 'администратор',
        'administrador', 'administrateur', 'administratör', 'yönetici', '管理员', '管理者', 'प्रशासक'
      ]),
      ('gavel', 70, array[
        'mod', 'mods', 'moderator', 'moderators', 'модер', 'модератор', 'модераторы', 'moderador',
        'modérateur', 'moderateur', 'moderatore', 'moderatör', '版主', 'モデレーター'
      ]),
      ('wrench', 60, array[
        'dev', 'devs', 'developer', 'developers', 'engineer', 'engineers', 'staff', 'helper',
        'helpers', 'support', 'разработчик', 'desarrollador', 'développeur', 'entwickler', '开发者'
      ]),
      ('gem', 50, array['vip', 'vips', 'premium']),
      ('heart', 45, array[
        'supporter', 'supporters', 'donor', 'donors', 'donator', 'booster', 'boosters', 'patron',
        'patrons', 'sponsor', 'sponsors'
      ]),
      ('trophy', 40, array['champion', 'champions', 'champ', 'winner', 'winners', 'mvp']),
      ('music', 30, array['dj', 'djs', 'music', 'musician', 'musicians']),
      ('gamepad', 25, array['gamer', 'gamers', 'gaming', 'player', 'players']),
      ('bot', 20, array['bot', 'bots']),
      ('leaf', 5, array['new', 'newbie', 'newbies', 'newcomer', 'rookie', 'beginner', 'новичок'])
  )
  select coalesce(max(k.icon), 'star'), coalesce(max(k.standing), 10)
  from (
    select
      k.icon,
      case when lower(btrim(p_name)) = any(k.spellings) then k.standing else 10 end as standing
    from known as k
    cross join words as w
    where k.spellings && w.found
    order by k.standing desc
    limit 1
  ) as k;
$$;

-- Steps --------------------------------------------------------------------------------------

create or replace function private.upgrade_has(p_table text, p_column text)
returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (
    select 1
    from information_schema.columns as c
    where c.table_schema = 'public' and c.table_name = p_table and c.column_name = p_column
  );
$$;

create or replace function private.upgrade_tables()
returns regclass[]
language sql
stable
set search_path = ''
as $$
  select array[
    to_regclass('public.profiles'), to_regclass('public.rooms'), to_regclass('public.channels'),
    to_regclass('public.room_members'), to_regclass('public.room_roles')
  ];
$$;

-- The columns as 0001 and 0003 have them.
create or replace function private.upgrade_columns()
returns table (tab text, col text, typ text, preset text, nullable boolean)
language sql
immutable
set search_path = ''
as $$
  values
    ('profiles', 'user_id', 'uuid', null, false),
    ('profiles', 'display_name', 'text', null, false),
    ('profiles', 'created_at', 'timestamp with time zone', 'now()', false),
    ('rooms', 'id', 'uuid', 'gen_random_uuid()', false),
    ('rooms', 'name', 'text', null, false),
    ('rooms', 'owner_id', 'uuid', null, false),
    ('rooms', 'is_public', 'boolean', 'false', false),
    ('rooms', 'created_at', 'timestamp with time zone', 'now()', false),
    ('channels', 'id', 'uuid', 'gen_random_uuid()', false),
    ('channels', 'room_id', 'uuid', null, false),
    ('channels', 'name', 'text', null, false),
    ('channels', 'kind', 'text', null, false),
    ('channels', 'position', 'integer', '0', false),
    ('channels', 'created_at', 'timestamp with time zone', 'now()', false),
    ('room_members', 'room_id', 'uuid', null, false),
    ('room_members', 'user_id', 'uuid', null, false),
    ('room_members', 'joined_at', 'timestamp with time zone', 'now()', false),
    ('room_roles', 'id', 'uuid', 'gen_random_uuid()', false),
    ('room_roles', 'room_id', 'uuid', null, false),
    ('room_roles', 'name', 'text', null, false),
    ('room_roles', 'icon', 'text', null, true),
    ('room_roles', 'color', 'text', null, true),
    ('room_roles', 'position', 'integer', null, false),
    ('room_roles', 'permissions', 'bigint', '0', false),
    ('room_roles', 'created_at', 'timestamp with time zone', 'now()', false);
$$;

-- Refuses a database that is neither the old app's nor ours, before anything is changed.
create or replace function private.upgrade_check()
returns void
language plpgsql
set search_path = ''
as $$
declare
  wrong text;
begin
  select string_agg(t, ', ') into wrong
  from unnest(array['profiles', 'rooms', 'channels', 'room_members', 'room_roles']) as t
  where to_regclass('public.' || t) is null;
  if wrong is not null then
    raise exception 'The upgrade expects these tables too: %.', wrong;
  end if;
  select string_agg(x.tab || '.' || x.col || ' ' || x.typ, ', ') into wrong
  from (
    values
      ('rooms', 'id', 'uuid'), ('channels', 'id', 'uuid'), ('room_roles', 'id', 'uuid'),
      ('channels', 'room_id', 'uuid'), ('room_roles', 'room_id', 'uuid'),
      ('room_members', 'room_id', 'uuid'), ('room_members', 'user_id', 'uuid'),
      ('room_members', 'role_id', 'uuid'),
      (
        'profiles',
        case when private.upgrade_has('profiles', 'user_id') then 'user_id' else 'id' end,
        'uuid'
      )
  ) as x (tab, col, typ)
  where not exists (
    select 1
    from information_schema.columns as c
    where c.table_schema = 'public'
      and (c.table_name, c.column_name, c.data_type) = (x.tab, x.col, x.typ)
  );
  if wrong is not null then
    raise exception 'The upgrade expects these columns: %.', wrong;
  end if;
  if not private.upgrade_has('channels', 'kind') and not private.upgrade_has('channels', 'type') then
    raise exception 'The upgrade expects the kind of a channel in channels.kind or channels.type.';
  end if;
  select string_agg(k.tab, ', ') into wrong
  from (
    values
      (
        'profiles',
        case when private.upgrade_has('profiles', 'user_id') then 'user_id' else 'id' end
      ),
      ('rooms', 'id'), ('channels', 'id'), ('room_roles', 'id')
  ) as k (tab, col)
  where not exists (
    select 1
    from pg_catalog.pg_constraint as c
    join pg_catalog.pg_attribute as a on a.attrelid = c.conrelid and a.attname = k.col
    where c.conrelid = to_regclass('public.' || k.tab) and c.contype = 'p'
      and c.conkey = array[a.attnum]
  );
  if wrong is not null then
    raise exception 'The upgrade expects another primary key of: %.', wrong;
  end if;
  select string_agg(x.tab || '.' || x.col, ', ') into wrong
  from (
    values
      ('rooms', 'version', 'bigint'), ('rooms', 'is_public', 'boolean'),
      ('rooms', 'everyone_permissions', 'bigint'), ('room_members', 'voice_muted', 'boolean')
  ) as x (tab, col, typ)
  join information_schema.columns as c
    on c.table_schema = 'public' and (c.table_name, c.column_name) = (x.tab, x.col)
  where c.data_type <> x.typ;
  if wrong is not null then
    raise exception 'These names are needed: give what is there another name: %.', wrong;
  end if;
  select string_agg(x.tab, ', ') into wrong
  from (
    values
      ('room_user_roles', 'role_id'), ('channel_overwrites', 'deny'),
      ('room_bans', 'banned_by'), ('room_invites', 'max_uses')
  ) as x (tab, col)
  where to_regclass('public.' || x.tab) is not null and not private.upgrade_has(x.tab, x.col);
  if wrong is not null then
    raise exception 'These names are needed: give what is there another name: %.', wrong;
  end if;
end;
$$;

-- Takes rows that can't stay out of a table, to private.upgrade_leftovers. Never takes what a row
-- of a table that we don't know stands on: that would go with it.
create or replace function private.upgrade_discard(
  p_table text, p_condition text, p_reason text
)
returns void
language plpgsql
set search_path = ''
as $$
declare
  link record;
  stands_on_it boolean;
begin
  for link in
    select k.conrelid::regclass as child, mine.attname as child_column, theirs.attname as col
    from pg_catalog.pg_constraint as k
    join pg_catalog.pg_attribute as mine
      on mine.attrelid = k.conrelid and mine.attnum = k.conkey[1]
    join pg_catalog.pg_attribute as theirs
      on theirs.attrelid = k.confrelid and theirs.attnum = k.confkey[1]
    where k.contype = 'f' and k.confrelid = to_regclass('public.' || p_table)
  loop
    execute format(
      'select exists (select 1 from %s as y join public.%I as x on x.%I = y.%I where %s)',
      link.child, p_table, link.col, link.child_column, p_condition
    ) into stands_on_it;
    if stands_on_it then
      raise exception 'A row of %.% refers to a row of % that can not stay: %.',
        link.child, link.child_column, p_table, p_reason
        using hint = 'Mend or delete these rows, then run the upgrade again.';
    end if;
  end loop;
  execute format(
    'with gone as (delete from public.%1$I as x where %2$s returning to_jsonb(x) as row) '
    'insert into private.upgrade_leftovers (table_name, row, reason) '
    'select %1$L, g.row, %3$L from gone as g',
    p_table, p_condition, p_reason
  );
end;
$$;

create or replace function private.upgrade_names(p_table text, p_column text, p_fallback text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  execute format(
    'with named as ('
    '  select x.ctid as place, to_jsonb(x) as row, private.upgrade_name(x.%2$I, %3$L) as cleaned'
    '  from public.%1$I as x where x.%2$I is distinct from private.upgrade_name(x.%2$I, %3$L)'
    '), kept as ('
    '  insert into private.upgrade_leftovers (table_name, row, reason)'
    '  select %1$L, n.row, ''its name was cleaned'' from named as n'
    ') update public.%1$I as x set %2$I = n.cleaned from named as n where x.ctid = n.place',
    p_table, p_column, p_fallback
  );
end;
$$;

-- Takes away the old rules: policies, triggers, keys and checks. What a key or a check of 0001 and
-- 0003 holds is put back by upgrade_close; what the old ones were is kept.
create or replace function private.upgrade_open()
returns void
language plpgsql
set search_path = ''
as $$
declare
  old record;
begin
  for old in
    select p.tablename, p.policyname, to_jsonb(p) as row
    from pg_catalog.pg_policies as p
    where format('%I.%I', p.schemaname, p.tablename)::regclass = any(private.upgrade_tables())
  loop
    insert into private.upgrade_leftovers (table_name, row, reason)
    values (old.tablename, old.row, 'policy dropped');
    execute format('drop policy %I on public.%I', old.policyname, old.tablename);
  end loop;

  for old in
    select
      t.tgrelid::regclass as tab, t.tgname, p.oid::regprocedure as called, n.nspname,
      pg_catalog.pg_get_triggerdef(t.oid) as trigger, pg_catalog.pg_get_functiondef(p.oid) as body
    from pg_catalog.pg_trigger as t
    join pg_catalog.pg_proc as p on p.oid = t.tgfoid
    join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
    where not t.tgisinternal and (
      t.tgrelid = any(private.upgrade_tables())
      -- what made a profile for each new user; 0001 has its own
      or (t.tgrelid = 'auth.users'::regclass and p.prosrc ~* '\mprofiles\M')
    )
  loop
    insert into private.upgrade_leftovers (table_name, row, reason)
    values (
      replace(old.tab::text, 'public.', ''),
      jsonb_build_object('trigger', old.trigger, 'function', old.body),
      'trigger dropped'
    );
    execute format('drop trigger %I on %s', old.tgname, old.tab);
    if old.nspname = 'public' then
      begin
        execute format('drop function %s', old.called);
      exception when dependent_objects_still_exist then
        null;  -- another trigger calls it
      end;
    end if;
  end loop;

  for old in
    select k.conrelid::regclass as tab, k.conname, pg_catalog.pg_get_constraintdef(k.oid) as rule
    from pg_catalog.pg_constraint as k
    where k.conrelid = any(private.upgrade_tables()) and (
      k.contype in ('c', 'u', 'x')
      or k.contype = 'f' and exists (
        select 1
        from pg_catalog.pg_attribute as a
        where a.attrelid = k.conrelid and a.attnum = any(k.conkey)
          and a.attname in ('id', 'user_id', 'owner_id', 'created_by', 'room_id', 'role_id')
      )
    ) and not exists (  -- a key that tables stand on which we don't know
      select 1
      from pg_catalog.pg_constraint as f
      where f.contype = 'f' and f.conindid = k.conindid and f.confrelid = k.conrelid
        and f.conrelid <> all(private.upgrade_tables())
    )
    order by k.contype = 'f' desc
  loop
    insert into private.upgrade_leftovers (table_name, row, reason)
    values (
      replace(old.tab::text, 'public.', ''),
      jsonb_build_object('constraint', old.conname, 'definition', old.rule),
      'constraint dropped'
    );
    execute format('alter table %s drop constraint %I', old.tab, old.conname);
  end loop;

  for old in
    select i.indrelid::regclass as tab, i.indexrelid::regclass as idx,
      pg_catalog.pg_get_indexdef(i.indexrelid) as definition
    from pg_catalog.pg_index as i
    where i.indrelid = any(private.upgrade_tables()) and i.indisunique and not i.indisprimary
      and not exists (
        select 1 from pg_catalog.pg_constraint as k where k.conindid = i.indexrelid
      )
  loop
    insert into private.upgrade_leftovers (table_name, row, reason)
    values (
      replace(old.tab::text, 'public.', ''),
      jsonb_build_object('index', old.definition),
      'index dropped'
    );
    execute format('drop index %s', old.idx);
  end loop;
  -- 0001 and 0003 make these anew
  drop index if exists public.rooms_owner_id_idx, public.channels_room_id_idx,
    public.room_members_user_id_idx, public.room_members_joined_at_idx;
end;
$$;

-- Gives the columns the names and types that they have in 0001 and 0003.
create or replace function private.upgrade_shape()
returns void
language plpgsql
set search_path = ''
as $$
declare
  expected record;
  present text;
begin
  for expected in
    select x.tab, x.old, x.new
    from (
      values
        ('profiles', 'id', 'user_id'), ('rooms', 'created_by', 'owner_id'),
        ('channels', 'type', 'kind'), ('room_members', 'created_at', 'joined_at')
    ) as x (tab, old, new)
    where private.upgrade_has(x.tab, x.old) and not private.upgrade_has(x.tab, x.new)
  loop
    execute format(
      'alter table public.%I rename column %I to %I', expected.tab, expected.old, expected.new
    );
  end loop;
  for expected in select c.tab, c.col, c.typ, c.nullable from private.upgrade_columns() as c loop
    execute format(
      'alter table public.%I add column if not exists %I %s',
      expected.tab, expected.col, expected.typ
    );
    select c.data_type into present
    from information_schema.columns as c
    where c.table_schema = 'public'
      and (c.table_name, c.column_name) = (expected.tab, expected.col);
    if present <> expected.typ then
      execute format(
        'alter table public.%1$I alter column %2$I drop default, alter column %2$I drop not null, '
        'alter column %2$I type %3$s using %4$s',
        expected.tab, expected.col, expected.typ,
        case
          -- upgrade_roles writes them, out of what it copied before
          when expected.tab = 'room_roles' and expected.col in ('color', 'position', 'permissions')
            then 'null'
          when present = 'timestamp without time zone'
            then format('%I at time zone %L', expected.col, 'UTC')
          else format('%I::%s', expected.col, expected.typ)
        end
      );
    end if;
    if expected.nullable then
      execute format(
        'alter table public.%I alter column %I drop not null', expected.tab, expected.col
      );
    end if;
  end loop;
  -- nobody fills the columns that we don't know
  for expected in
    select a.attrelid::regclass as tab, a.attname as col
    from pg_catalog.pg_attribute as a
    where a.attrelid = any(private.upgrade_tables()) and a.attnum > 0 and not a.attisdropped
      and a.attnotnull and not a.atthasdef and a.attidentity = ''
      and not exists (
        select 1
        from private.upgrade_columns() as c
        where to_regclass('public.' || c.tab) = a.attrelid and c.col = a.attname
      )
  loop
    execute format(
      'alter table %s alter column %I %s',
      expected.tab, expected.col,
      case
        when expected.col = 'id' then 'set default gen_random_uuid()'
        else 'drop not null'
      end
    );
  end loop;
end;
$$;

-- People and the rooms they are in: nobody without a profile, no room without an owner who is a
-- member, nothing of a room that is gone.
create or replace function private.upgrade_people()
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform private.upgrade_discard(
    'profiles', 'not exists (select from auth.users as u where u.id = x.user_id)', 'its user is gone'
  );
  insert into public.profiles (user_id, created_at)
  select u.id, u.created_at
  from auth.users as u
  where not exists (select 1 from public.profiles as p where p.user_id = u.id);
  update public.profiles as x
  set
    display_name = coalesce(
      nullif(btrim(x.display_name), ''),
      nullif(btrim(to_jsonb(x) ->> 'username'), ''),
      nullif(btrim(to_jsonb(x) ->> 'full_name'), ''),
      nullif(btrim(to_jsonb(x) ->> 'name'), ''),
      nullif(btrim(u.raw_user_meta_data ->> 'name'), ''),
      nullif(split_part(u.email, '@', 1), ''),
      'Guest'
    ),
    created_at = coalesce(x.created_at, u.created_at, now())
  from auth.users as u
  where u.id = x.user_id;
  perform private.upgrade_names('profiles', 'display_name', 'Guest');

  update public.rooms as x
  set created_at = coalesce(x.created_at, now()), is_public = coalesce(x.is_public, false)
  where x.created_at is null or x.is_public is null;
  perform private.upgrade_names('rooms', 'name', 'Room');

  perform private.upgrade_discard(
    'room_members',
    'not exists (select from public.profiles as p where p.user_id = x.user_id)',
    'its user is gone'
  );
  perform private.upgrade_discard(
    'room_members', 'not exists (select from public.rooms as r where r.id = x.room_id)',
    'its room is gone'
  );
  update public.room_members as x set joined_at = r.created_at
  from public.rooms as r
  where r.id = x.room_id and x.joined_at is null;

  -- Without an owner: who has the highest role, or else who has been there longest.
  with heirs as (
    select distinct on (r.id) r.id, to_jsonb(r) as row, m.user_id
    from public.rooms as r
    join public.room_members as m on m.room_id = r.id
    left join pg_temp.upgrade_roles as u on u.old_id = m.role_id and u.room_id = r.id
    where not exists (select 1 from public.profiles as p where p.user_id = r.owner_id)
    order by r.id, u.position desc nulls last, m.joined_at, m.user_id
  ),
  kept as (
    insert into private.upgrade_leftovers (table_name, row, reason)
    select 'rooms', h.row, 'its owner is gone: a member has become owner' from heirs as h
  )
  update public.rooms as r set owner_id = h.user_id from heirs as h where r.id = h.id;
  perform private.upgrade_discard(
    'rooms', 'not exists (select from public.profiles as p where p.user_id = x.owner_id)',
    'it has neither owner nor members'
  );
  insert into public.room_members (room_id, user_id, joined_at)
  select r.id, r.owner_id, r.created_at
  from public.rooms as r
  where not exists (
    select 1 from public.room_members as m where m.room_id = r.id and m.user_id = r.owner_id
  );
end;
$$;

create or replace function private.upgrade_channels()
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform private.upgrade_discard(
    'channels', 'not exists (select from public.rooms as r where r.id = x.room_id)',
    'its room is gone'
  );
  perform private.upgrade_names('channels', 'name', 'channel');
  insert into private.upgrade_leftovers (table_name, row, reason)
  select 'channels', to_jsonb(x), 'its kind is text or voice now'
  from public.channels as x
  where lower(x.kind) is distinct from 'text' and lower(x.kind) is distinct from 'voice';
  update public.channels as x
  set
    kind = case
      when lower(x.kind) in ('voice', 'audio', 'video', 'call', 'stage') then 'voice'
      else 'text'
    end,
    position = o.position,
    created_at = o.created_at
  from (
    select
      c.id,
      coalesce(c.created_at, r.created_at) as created_at,
      row_number() over (
        partition by c.room_id order by c.position nulls last, c.created_at, c.id
      ) - 1 as position
    from public.channels as c
    join public.rooms as r on r.id = c.room_id
  ) as o
  where o.id = x.id;
end;
$$;

-- What the roles are to be, in a table that ends with the transaction.
create or replace function private.upgrade_read_roles()
returns void
language plpgsql
set search_path = ''
as $$
begin
  create temp table upgrade_roles on commit drop as
  select
    o.*,
    row_number() over (
      partition by o.room_id
      order by
        o.old_position nulls first, o.permissions & (1 << 3), o.standing,
        length(replace(o.permissions::bit(64)::text, '0', '')), o.created_at desc, o.old_id
    )::integer as position
  from (
    select
      x.id as old_id,
      x.room_id,
      coalesce(
        to_jsonb(x) ->> 'created_at', to_jsonb(r) ->> 'created_at'
      )::timestamptz as created_at,
      to_jsonb(x) as row,
      -- a room's id is the id of its role @everyone
      case
        when x.id in (select t.id from public.rooms as t) then md5('role ' || x.id)::uuid
        else x.id
      end as id,
      case
        when lower(private.upgrade_name(x.name, 'Role')) = '@everyone' then 'everyone'
        else private.upgrade_name(x.name, 'Role')
      end as name,
      case
        when to_jsonb(x) ->> 'icon' in (
          'shield', 'gavel', 'star', 'gem', 'heart', 'wrench', 'bot', 'music', 'gamepad',
          'trophy', 'leaf'
        ) then to_jsonb(x) ->> 'icon'
        else b.icon
      end as icon,
      b.standing,
      private.upgrade_color(to_jsonb(x) -> 'color') as color,
      case
        when to_jsonb(x) ->> 'position' ~ '^-?[0-9]+([.][0-9]+)?$'
          then (to_jsonb(x) ->> 'position')::numeric
      end as old_position,
      case
        when f.has_permissions and to_jsonb(x) ->> 'permissions' ~ '^[0-9]{1,18}$'
          then (to_jsonb(x) ->> 'permissions')::bigint
            & ((1 << 28) | (1 << 24) | (1 << 22) | (1 << 21) | (1 << 20) | (1 << 10) | (1 << 9) | 63)
        when f.has_permissions then 0
        -- by the name as it was, and by the whole of it: nobody is given power by a likeness
        when lower(btrim(x.name)) in ('admin', 'administrator') then 1 << 3
        -- kick, mute and move members
        when lower(btrim(x.name)) in ('mod', 'mods', 'moderator', 'moderators')
          then (1 << 1) | (1 << 22) | (1 << 24)
        else 0
      end::bigint as permissions
    from public.room_roles as x
    left join public.rooms as r on r.id = x.room_id
    cross join lateral private.upgrade_badge(x.name) as b
    cross join (
      -- where no role may anything, nobody ever said what a role may
      select bool_or(to_jsonb(y) ->> 'permissions' <> '0') as has_permissions
      from public.room_roles as y
    ) as f
  ) as o;
end;
$$;

create or replace function private.upgrade_roles()
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform private.upgrade_discard(
    'room_roles', 'not exists (select from public.rooms as r where r.id = x.room_id)',
    'its room is gone'
  );
  insert into private.upgrade_leftovers (table_name, row, reason)
  select 'room_roles', c.row, 'changed: ' || c.changes
  from (
    select
      u.row,
      concat_ws(
        ', ',
        case when u.id <> u.old_id then 'id' end,
        case when u.name is distinct from u.row ->> 'name' then 'name' end,
        case when lower(u.row ->> 'color') is distinct from u.color then 'color' end,
        case when u.row ->> 'icon' <> u.icon then 'icon' end,
        case when u.row ->> 'permissions' <> u.permissions::text then 'permissions' end
      ) as changes
    from pg_temp.upgrade_roles as u
    join public.rooms as r on r.id = u.room_id
  ) as c
  where c.changes <> '';
  insert into private.upgrade_leftovers (table_name, row, reason)
  select
    'room_members',
    to_jsonb(m),
    case when u.old_id is null then 'its role is gone' else 'its role is of another room' end
  from public.room_members as m
  left join pg_temp.upgrade_roles as u on u.old_id = m.role_id
  where m.role_id is not null and m.room_id is distinct from u.room_id;
  create temp table upgrade_pairs on commit drop as
  select distinct m.room_id, m.user_id, u.id as role_id
  from public.room_members as m
  join pg_temp.upgrade_roles as u on u.old_id = m.role_id and u.room_id = m.room_id;
  update public.room_roles as x
  set
    id = u.id, name = u.name, icon = u.icon, color = u.color, position = u.position,
    permissions = u.permissions, created_at = coalesce(x.created_at, u.created_at, now())
  from pg_temp.upgrade_roles as u
  where u.old_id = x.id;
end;
$$;

-- The keys and checks of 0001 and 0003, the junction with what was copied, and the end of role_id.
create or replace function private.upgrade_close()
returns void
language plpgsql
set search_path = ''
as $$
declare
  wanted record;
  own_key name;
begin
  for wanted in select c.* from private.upgrade_columns() as c loop
    execute format(
      'alter table public.%1$I alter column %2$I %3$s, alter column %2$I %4$s',
      wanted.tab, wanted.col,
      coalesce('set default ' || wanted.preset, 'drop default'),
      case when wanted.nullable then 'drop not null' else 'set not null' end
    );
  end loop;

  -- Who was in a room twice had two roles there.
  perform private.upgrade_discard(
    'room_members',
    'exists (select from public.room_members as y where y.room_id = x.room_id '
    'and y.user_id = x.user_id and (y.joined_at, y.ctid) < (x.joined_at, x.ctid))',
    'the member is there twice: the older row stays'
  );
  select k.conname into own_key
  from pg_catalog.pg_constraint as k
  where k.conrelid = 'public.room_members'::regclass and k.contype = 'p'
    and array(
      select a.attname::text
      from pg_catalog.pg_attribute as a
      where a.attrelid = k.conrelid and a.attnum = any(k.conkey)
      order by 1
    ) <> array['room_id', 'user_id'];
  if own_key is null then
    null;
  elsif exists (
    select 1 from pg_catalog.pg_constraint as k
    where k.contype = 'f' and k.confrelid = 'public.room_members'::regclass
  ) then
    alter table public.room_members
      add constraint room_members_room_id_user_id_key unique (room_id, user_id);
  else
    execute format('alter table public.room_members drop constraint %I', own_key);
  end if;
  if not exists (
    select 1 from pg_catalog.pg_constraint as k
    where k.conrelid = 'public.room_members'::regclass and k.contype = 'p'
  ) then
    alter table public.room_members add constraint room_members_pkey primary key (room_id, user_id);
  end if;

  alter table public.profiles
    add constraint profiles_user_id_fkey
      foreign key (user_id) references auth.users (id) on delete cascade,
    add constraint profiles_display_name_check check (char_length(display_name) between 1 and 100);
  alter table public.rooms
    add constraint rooms_owner_id_fkey foreign key (owner_id) references public.profiles (user_id),
    add constraint rooms_name_check check (char_length(name) between 1 and 100);
  alter table public.channels
    add constraint channels_room_id_fkey
      foreign key (room_id) references public.rooms (id) on delete cascade,
    add constraint channels_name_check check (char_length(name) between 1 and 100),
    add constraint channels_kind_check check (kind in ('text', 'voice'));
  alter table public.room_members
    add constraint room_members_room_id_fkey
      foreign key (room_id) references public.rooms (id) on delete cascade,
    add constraint room_members_user_id_fkey
      foreign key (user_id) references public.profiles (user_id) on delete cascade;
  alter table public.room_roles
    add constraint room_roles_room_id_fkey
      foreign key (room_id) references public.rooms (id) on delete cascade,
    add constraint room_roles_room_id_id_key unique (room_id, id);

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
  insert into public.room_user_roles (room_id, user_id, role_id)
  select p.room_id, p.user_id, p.role_id from pg_temp.upgrade_pairs as p
  on conflict do nothing;
  alter table public.room_members drop column role_id;

  -- Nobody reads or writes until 0001 and 0004 say who may.
  alter table public.profiles enable row level security;
  alter table public.rooms enable row level security;
  alter table public.channels enable row level security;
  alter table public.room_members enable row level security;
  alter table public.room_roles enable row level security;
  alter table public.room_user_roles enable row level security;
end;
$$;

-- The upgrade --------------------------------------------------------------------------------

do $$
begin
  if private.upgrade_has('room_members', 'role_id') then
    perform private.upgrade_check();
    lock table public.profiles, public.rooms, public.channels, public.room_members,
      public.room_roles in access exclusive mode;
    create table if not exists private.upgrade_leftovers (
      id bigint generated always as identity primary key,
      table_name text not null,
      row jsonb not null,
      reason text not null,
      created_at timestamptz not null default now()
    );
    revoke all on private.upgrade_leftovers from public;
    alter table private.upgrade_leftovers enable row level security;
    perform private.upgrade_open();
    perform private.upgrade_read_roles();
    perform private.upgrade_shape();
    perform private.upgrade_people();
    perform private.upgrade_channels();
    perform private.upgrade_roles();
    perform private.upgrade_close();
  end if;
end;
$$;

-- 0001 speaks of a column that 0003 takes away: to run both again it has to be there. It holds
-- what everyone's role allows, so that nobody may more while they run.
do $$
begin
  if to_regclass('public.rooms') is not null
    and not private.upgrade_has('room_members', 'role_id')
    and not private.upgrade_has('rooms', 'everyone_permissions') then
    alter table public.rooms add column everyone_permissions bigint not null
      default (1 << 10) | (1 << 20) | (1 << 21) | (1 << 9);
    update public.rooms as r set everyone_permissions = x.permissions
    from public.room_roles as x
    where x.id = r.id;
  end if;
end;
$$;

drop function if exists private.upgrade_close();
drop function if exists private.upgrade_roles();
drop function if exists private.upgrade_read_roles();
drop function if exists private.upgrade_channels();
drop function if exists private.upgrade_people();
drop function if exists private.upgrade_shape();
drop function if exists private.upgrade_open();
drop function if exists private.upgrade_names(text, text, text);
drop function if exists private.upgrade_discard(text, text, text);
drop function if exists private.upgrade_check();
drop function if exists private.upgrade_columns();
drop function if exists private.upgrade_tables();
drop function if exists private.upgrade_has(text, text);
drop function if exists private.upgrade_badge(text);
drop function if exists private.upgrade_color(jsonb);
drop function if exists private.upgrade_name(text, text);
