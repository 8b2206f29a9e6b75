-- Who may call what: every function that the API exposes, by name. Safe to run twice.

-- The functions that do the work are definer's, in a schema that the API does not expose; those
-- of the same name that it does expose are the caller's own, and call them.
revoke all on all functions in schema private from public, anon;
grant usage on schema private to service_role;

do $$
declare
  operation regprocedure;
  for_users text[] := array[
    'my_rooms', 'create_room', 'room', 'edit_room', 'transfer_room', 'delete_room',
    'channels', 'create_channel', 'edit_channel', 'delete_channel', 'order_channels',
    'members', 'member', 'join_room', 'remove_member', 'set_member_roles',
    'roles', 'create_role', 'edit_role', 'delete_role', 'order_roles',
    'bans', 'ban_member', 'unban_member',
    'invites', 'create_invite', 'delete_invite', 'invite',
    'voice_channels', 'voice_access', 'moderate_voice'
  ];
  for_the_backend text[] := array['voice_standings', 'voice_is_private'];
begin
  for operation in
    select p.oid
    from pg_proc as p
    where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
      and (p.proname = any(for_users || for_the_backend) or p.proname = 'my_room_objects')
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
