-- How roles, members, channels and rooms are shown: the objects that the API answers with.
-- Safe to run twice.

create or replace function private.ms(p_at timestamptz)
returns bigint
language sql
immutable
set search_path = ''
as $$
  select floor(extract(epoch from p_at) * 1000)::bigint;
$$;

-- WCAG's relative luminance of #rrggbb, 0 to 1.
create or replace function private.luminance(p_color text)
returns double precision
language plpgsql
immutable
set search_path = ''
as $$
declare
  channels bytea := decode(substr(p_color, 2), 'hex');
  weights double precision[] := array[0.2126, 0.7152, 0.0722];
  level double precision;
  total double precision := 0;
begin
  for n in 0..2 loop
    level := get_byte(channels, n) / 255.0::double precision;
    total := total + weights[n + 1] * case
      when level <= 0.04045 then level / 12.92 else power((level + 0.055) / 1.055, 2.4)
    end;
  end loop;
  return total;
end;
$$;

-- WCAG's contrast ratio of two colours, 1 to 21.
create or replace function private.contrast(p_one text, p_other text)
returns numeric
language plpgsql
immutable
set search_path = ''
as $$
declare
  one double precision := private.luminance(p_one);
  other double precision := private.luminance(p_other);
begin
  return round(((greatest(one, other) + 0.05) / (least(one, other) + 0.05))::numeric, 2);
end;
$$;

-- {id, name, icon, color, contrast: {dark, light} | null, position, permissions}
create or replace function private.role_object(p_role public.room_roles)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  return jsonb_build_object(
    'id', p_role.id,
    'name', p_role.name,
    'icon', p_role.icon,
    'color', p_role.color,
    'contrast', case
      when p_role.color is not null then jsonb_build_object(
        'dark', private.contrast(p_role.color, '#313338'),
        'light', private.contrast(p_role.color, '#ffffff')
      )
    end,
    'position', p_role.position,
    'permissions', p_role.permissions::text
  );
end;
$$;

-- The roles of a room, the highest first, everyone's last.
create or replace function private.role_objects(p_room_id uuid)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_agg(private.role_object(x) order by x.position desc)
  from public.room_roles as x
  where x.room_id = p_room_id;
$$;

-- Members in the order of their ids here, as {user_id, name, joined_at, owner, color, badges,
-- roles, voice_muted}. One statement for however many.
create or replace function private.member_objects(p_room_id uuid, p_user_ids uuid[])
returns jsonb
language sql
stable
security definer
set search_path = ''
-- for one member as for a thousand: by the indexes, and not planned anew for each list
set plan_cache_mode = force_generic_plan
as $$
  select coalesce(jsonb_agg(
    jsonb_build_object(
      'user_id', m.user_id,
      'name', m.display_name,
      'joined_at', m.joined_ms,
      'owner', m.owner,
      'color', m.color,
      'badges', case
        when m.owner
          then '[{"icon": "crown", "label": "Owner", "color": null, "role_id": null}]'::jsonb
        else '[]'::jsonb
      end || coalesce(m.badges, '[]'::jsonb),
      'roles', coalesce(m.roles, '[]'::jsonb),
      'voice_muted', m.voice_muted
    ) order by m.n
  ), '[]'::jsonb)
  from (
    select
      u.n,
      m.user_id,
      m.display_name,
      -- as private.ms, which would be a statement for each member
      floor(extract(epoch from m.joined_at) * 1000)::bigint as joined_ms,
      m.user_id = r.owner_id as owner,
      m.voice_muted,
      jsonb_agg(x.id order by x.position desc) filter (where x.id is not null) as roles,
      jsonb_agg(
        jsonb_build_object('icon', x.icon, 'label', x.name, 'color', x.color, 'role_id', x.id)
        order by x.position desc
      ) filter (where x.icon is not null) as badges,
      (array_agg(x.color order by x.position desc) filter (where x.color is not null))[1] as color
    from unnest(p_user_ids) with ordinality as u (user_id, n)
    -- `offset 0`: planned by itself, for one member by both columns. In one plan with the rest,
    -- made for rooms of an average size, all members of a large room would be read.
    cross join lateral (
      select rm.user_id, rm.joined_at, rm.voice_muted, p.display_name
      from public.room_members as rm
      join public.profiles as p on p.user_id = rm.user_id
      where rm.room_id = p_room_id and rm.user_id = u.user_id
      offset 0
    ) as m
    join public.rooms as r on r.id = p_room_id
    left join public.room_user_roles as ur
      on ur.room_id = p_room_id and ur.user_id = u.user_id
    left join public.room_roles as x on x.room_id = p_room_id and x.id = ur.role_id
    group by u.n, m.user_id, m.joined_at, m.voice_muted, m.display_name, r.owner_id
  ) as m;
$$;

create or replace function private.member_object(p_room_id uuid, p_user_id uuid)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select private.member_objects(p_room_id, array[p_user_id]) -> 0;
$$;

-- The channels of a room that a member may see, as {id, name, kind, position, private,
-- overwrites: [{role_id, allow, deny}], permissions}.
create or replace function private.channel_objects(p_room_id uuid, p_user_id uuid)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce(jsonb_agg(
    jsonb_build_object(
      'id', c.id,
      'name', c.name,
      'kind', c.kind,
      'position', c.position,
      'private', private.is_private(p_room_id, c.id),
      'overwrites', coalesce(o.overwrites, '[]'::jsonb),
      'permissions', b.permissions::text
    ) order by c.position, c.id
  ), '[]'::jsonb)
  from private.permissions_by_channel(p_room_id, p_user_id) as b
  join public.channels as c on c.id = b.channel_id
  left join lateral (
    select jsonb_agg(
      jsonb_build_object('role_id', w.role_id, 'allow', w.allow::text, 'deny', w.deny::text)
      order by w.role_id
    ) as overwrites
    from public.channel_overwrites as w
    where w.channel_id = c.id
  ) as o on true
  where b.permissions <> 0;
$$;

-- {id, name, owner_id, public, version, created_at}
create or replace function private.room_object(p_room public.rooms)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select jsonb_build_object(
    'id', (p_room).id,
    'name', (p_room).name,
    'owner_id', (p_room).owner_id,
    'public', (p_room).is_public,
    'version', (p_room).version,
    'created_at', private.ms((p_room).created_at)
  );
$$;

-- All that a front end needs to show a room to a member: {room, channels, roles, me, version}.
create or replace function private.whole(p_room_id uuid, p_user_id uuid)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'room', private.room_object(r),
    'channels', private.channel_objects(p_room_id, p_user_id),
    'roles', private.role_objects(p_room_id),
    'me', private.member_object(p_room_id, p_user_id) || jsonb_build_object(
      'permissions', private.permissions_in(p_room_id, p_user_id)::text
    ),
    'version', r.version
  )
  from public.rooms as r
  where r.id = p_room_id;
$$;

revoke all on all functions in schema private from public, anon;
