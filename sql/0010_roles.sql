-- Roles: list, make, change, order, delete, give and take. What an actor may touch stands strictly
-- below their highest role, and they give only what they have. Safe to run twice.

create or replace function private.roles(p_room_id uuid)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  me private.actor := private.reader(p_room_id);
begin
  return jsonb_build_object('roles', private.role_objects(p_room_id), 'version', me.version);
end;
$$;

-- Says that the roles have changed: {roles, version}.
create or replace function private.roles_changed(p_room_id uuid)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  answer jsonb := jsonb_build_object(
    'version', private.next_version(p_room_id), 'roles', private.role_objects(p_room_id)
  );
begin
  perform private.push(p_room_id, 'roles', answer);
  return answer;
end;
$$;

create or replace function private.require_above(me private.actor, p_position integer)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if p_position >= me.rank then
    perform private.refuse(
      403, 'role_too_high', 'You may only touch roles that stand below your highest.'
    );
  end if;
end;
$$;

-- A role of the room.
create or replace function private.require_role(p_room_id uuid, p_role_id uuid)
returns public.room_roles
language plpgsql
security definer
set search_path = ''
as $$
declare
  wanted public.room_roles;
begin
  select x.* into wanted
  from public.room_roles as x
  where x.room_id = p_room_id and x.id = p_role_id;
  if not found then
    perform private.refuse(404, 'role_not_found', 'There is no such role in this room.');
  end if;
  return wanted;
end;
$$;

create or replace function private.refuse_everyone(p_detail text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform private.refuse(409, 'everyone_fixed', p_detail);
end;
$$;

create or replace function private.create_role(p_room_id uuid, p_values jsonb, p_version bigint)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  me private.actor := private.actor(p_room_id, 'manage_roles', p_version);
  made public.room_roles;
begin
  perform private.require_above(me, 0);
  perform private.check_fields(p_values, array['name', 'icon', 'color', 'permissions']);
  made.id := gen_random_uuid();
  made.room_id := p_room_id;
  made.name := private.clean_name(private.text_in(p_values, 'name', 'name_invalid'));
  made.icon := private.badge_icon(private.text_in(p_values, 'icon', 'icon_invalid'));
  made.color := private.clean_color(private.text_in(p_values, 'color', 'color_invalid'));
  made.position := 1;
  made.permissions := 0;
  if p_values ? 'permissions' then
    made.permissions := private.clean_permissions(
      p_values, 'permissions', private.all_permissions()
    );
  end if;
  perform private.require_held(made.permissions, me.permissions);
  if (select count(*) from public.room_roles as x where x.room_id = p_room_id) > 250 then
    perform private.refuse(409, 'roles_full', 'This room has 250 roles: delete one first.');
  end if;
  update public.room_roles as x set position = x.position + 1
  where x.room_id = p_room_id and x.position > 0;
  insert into public.room_roles (id, room_id, name, icon, color, position, permissions)
  values (made.id, made.room_id, made.name, made.icon, made.color, 1, made.permissions);
  return jsonb_build_object('role', private.role_object(made))
    || private.roles_changed(p_room_id);
end;
$$;

create or replace function private.edit_role(
  p_room_id uuid, p_role_id uuid, p_changes jsonb, p_version bigint
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  me private.actor := private.actor(p_room_id, 'manage_roles', p_version);
  old public.room_roles := private.require_role(p_room_id, p_role_id);
  new public.room_roles := old;
begin
  perform private.require_above(me, old.position);
  perform private.check_fields(p_changes, array['name', 'icon', 'color', 'permissions']);
  if old.id = p_room_id and p_changes - 'permissions' <> '{}' then
    perform private.refuse_everyone('Of @everyone only the permissions can be changed.');
  end if;
  if p_changes ? 'name' then
    new.name := private.clean_name(private.text_in(p_changes, 'name', 'name_invalid'));
  end if;
  if p_changes ? 'icon' then
    new.icon := private.badge_icon(private.text_in(p_changes, 'icon', 'icon_invalid'));
  end if;
  if p_changes ? 'color' then
    new.color := private.clean_color(private.text_in(p_changes, 'color', 'color_invalid'));
  end if;
  if p_changes ? 'permissions' then
    new.permissions := private.clean_permissions(
      p_changes, 'permissions', private.all_permissions()
    );
  end if;
  perform private.require_held(new.permissions & ~old.permissions, me.permissions);
  update public.room_roles as x
  set name = new.name, icon = new.icon, color = new.color, permissions = new.permissions
  where x.id = old.id;
  return jsonb_build_object('role', private.role_object(new)) || private.roles_changed(p_room_id);
end;
$$;

-- A role that members have is deleted only if that is meant.
create or replace function private.delete_role(
  p_room_id uuid, p_role_id uuid, p_force boolean, p_version bigint
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  me private.actor := private.actor(p_room_id, 'manage_roles', p_version);
  old public.room_roles := private.require_role(p_room_id, p_role_id);
  holders bigint;
begin
  if old.id = p_room_id then
    perform private.refuse_everyone('@everyone can not be deleted.');
  end if;
  perform private.require_above(me, old.position);
  select count(*) into holders
  from public.room_user_roles as ur
  where ur.room_id = p_room_id and ur.role_id = p_role_id;
  if holders > 0 and not coalesce(p_force, false) then
    perform private.refuse(
      409, 'role_in_use', format('Members have this role (%s): delete it with force.', holders)
    );
  end if;
  delete from public.room_roles as x where x.id = old.id;
  update public.room_roles as x set position = x.position - 1
  where x.room_id = p_room_id and x.position > old.position;
  return jsonb_build_object('deleted', p_role_id) || private.roles_changed(p_room_id);
end;
$$;

-- Refuses unless two lists hold the same ids, each once.
create or replace function private.require_same(p_order uuid[], p_all uuid[], p_what text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if p_order is null or cardinality(p_order) <> cardinality(p_all)
    or not (p_order @> p_all and p_all @> p_order) then
    perform private.refuse(
      422, 'order_invalid', format('The order names each of the %s once, and no other.', p_what)
    );
  end if;
end;
$$;

-- The whole order, the highest first, without @everyone. What stands at or above the actor's
-- highest role stays where it is.
create or replace function private.order_roles(p_room_id uuid, p_order uuid[], p_version bigint)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  me private.actor := private.actor(p_room_id, 'manage_roles', p_version);
  highest_moved integer;
begin
  perform private.require_same(
    p_order,
    array(select x.id from public.room_roles as x where x.room_id = p_room_id and x.position > 0),
    'roles but @everyone'
  );
  with moved as (
    update public.room_roles as x
    set position = o.position
    from (
      select u.role_id, (cardinality(p_order) - u.turn + 1)::integer as position
      from unnest(p_order) with ordinality as u (role_id, turn)
    ) as o
    where x.room_id = p_room_id and x.id = o.role_id and x.position <> o.position
    returning o.position
  )
  -- what moved up took the place of what moved down: their places are the same
  select max(m.position) into highest_moved from moved as m;
  perform private.require_above(me, coalesce(highest_moved, 0));
  return private.roles_changed(p_room_id);
end;
$$;

-- Gives a member these roles and no others.
create or replace function private.set_member_roles(
  p_room_id uuid, p_user_id uuid, p_roles uuid[], p_version bigint
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  me private.actor := private.actor(p_room_id, 'manage_roles', p_version);
  had uuid[];
  given uuid[];
  taken uuid[];
  answer jsonb;
begin
  perform private.require_member(p_room_id, p_user_id);
  had := private.roles_of(p_room_id, p_user_id);
  if p_user_id <> me.user_id then
    perform private.require_below(me, p_user_id);
  end if;
  if p_roles is null then
    perform private.refuse(422, 'order_invalid', 'roles is the list of the role ids to have.');
  end if;
  if p_room_id = any(p_roles) then
    perform private.refuse_everyone('Everyone has @everyone: leave it out.');
  end if;
  given := array(select w.id from unnest(p_roles) as w (id) except select unnest(had));
  taken := array(select h.id from unnest(had) as h (id) except select unnest(p_roles));
  perform private.require_role(p_room_id, g.id) from unnest(given) as g (id);
  perform private.require_above(me, max(x.position))
  from public.room_roles as x
  where x.id = any(given || taken)
  having max(x.position) is not null;
  perform private.require_held(bit_or(x.permissions), me.permissions)
  from public.room_roles as x
  where x.id = any(given)
  having bit_or(x.permissions) is not null;
  -- what the roles may do in channels is given as well
  perform private.require_held(w.allow, coalesce(b.permissions, 0))
  from public.channel_overwrites as w
  left join private.permissions_by_channel(p_room_id, me.user_id) as b
    on b.channel_id = w.channel_id
  where w.room_id = p_room_id and w.role_id = any(given);

  delete from public.room_user_roles as ur
  where ur.room_id = p_room_id and ur.user_id = p_user_id and ur.role_id = any(taken);
  insert into public.room_user_roles (room_id, user_id, role_id)
  select p_room_id, p_user_id, g.id from unnest(given) as g (id);
  answer := jsonb_build_object(
    'version', private.next_version(p_room_id),
    'member', private.member_object(p_room_id, p_user_id)
  );
  perform private.push(p_room_id, 'member', answer);
  return answer;
end;
$$;

-- The API --------------------------------------------------------------------------------------

-- {roles, version}. GET /api/rooms/{room_id}/roles.
create or replace function public.roles(p_room_id uuid)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.roles(p_room_id);
$$;

-- {role, roles, version}; values: name, icon, color, permissions. POST /api/rooms/{room_id}/roles.
create or replace function public.create_role(
  p_room_id uuid, p_values jsonb, p_version bigint default null
)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.create_role(p_room_id, p_values, p_version);
$$;

-- {role, roles, version}; changes as the values above. PATCH /api/rooms/{room_id}/roles/{role_id}.
create or replace function public.edit_role(
  p_room_id uuid, p_role_id uuid, p_changes jsonb, p_version bigint default null
)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.edit_role(p_room_id, p_role_id, p_changes, p_version);
$$;

-- {deleted, roles, version}. DELETE /api/rooms/{room_id}/roles/{role_id}.
create or replace function public.delete_role(
  p_room_id uuid, p_role_id uuid, p_force boolean default false, p_version bigint default null
)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.delete_role(p_room_id, p_role_id, p_force, p_version);
$$;

-- {roles, version}. PUT /api/rooms/{room_id}/roles.
create or replace function public.order_roles(
  p_room_id uuid, p_order uuid[], p_version bigint default null
)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.order_roles(p_room_id, p_order, p_version);
$$;

-- {member, version}. PUT /api/rooms/{room_id}/members/{user_id}/roles.
create or replace function public.set_member_roles(
  p_room_id uuid, p_user_id uuid, p_roles uuid[], p_version bigint default null
)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.set_member_roles(p_room_id, p_user_id, p_roles, p_version);
$$;
