"""SQL functions as remote procedures: which one is meant, and the statement that calls it."""

from collections.abc import Collection
from dataclasses import dataclass

import asyncpg

from local.supabase.errors import ApiError

_LOOKUP = """
select
  coalesce(i.names, '{}') as names,
  coalesce(i.types, '{}') as types,
  p.pronargs - p.pronargdefaults as required,
  p.proretset as is_set,
  p.prorettype = 'void'::regtype as is_void,
  p.provolatile <> 'v' as reads_only,
  -- as PostgREST: with OUT or TABLE columns, even one column makes an object
  t.typtype = 'c' or coalesce(p.proargmodes && '{o,b,t}'::"char"[], false) as is_row
from pg_proc as p
join pg_type as t on t.oid = p.prorettype
left join lateral (
  select
    array_agg(coalesce(p.proargnames[a.n], '') order by a.n) as names,
    array_agg(format_type(a.type, null) order by a.n) as types
  from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) with ordinality as a (type, n)
  where p.proargmodes is null or p.proargmodes[a.n] in ('i', 'b', 'v')
) as i on true
where
  p.pronamespace = 'public'::regnamespace and p.proname = $1
  and p.prokind = 'f' and p.prorettype <> 'trigger'::regtype
"""


@dataclass(frozen=True, slots=True)
class Function:
    """One function of schema `public`; of an overloaded one, one of its forms."""

    name: str
    types: dict[str, str]
    required: frozenset[str]
    is_set: bool
    is_row: bool
    is_void: bool
    reads_only: bool

    def takes(self, arguments: Collection[str]) -> bool:
        """Says whether it can be called with these named arguments, no more and no fewer."""
        return self.required <= set(arguments) <= self.types.keys()

    def statement(self, arguments: Collection[str]) -> str:
        """Returns SQL that calls it: $1 is the JSON object of arguments, the result JSON text."""
        names = [_quoted(argument) for argument in arguments]
        columns = ", ".join(
            f"{name} {self.types[argument]}"
            for name, argument in zip(names, arguments, strict=True)
        )
        source = f"json_to_record($1::json) as arguments ({columns}), lateral " if names else ""
        passed = ", ".join(f"{name} := arguments.{name}" for name in names)
        row = "row_to_json(answer)" if self.is_row else "to_json(answer.result)"
        value = f"coalesce(json_agg({row}), '[]')" if self.is_set else row
        column = "result.*" if self.is_row else "result as result"
        unused = "" if names else "where $1::text is not null"
        return (
            f"select ({value})::text from (select {column} "
            f"from {source}public.{_quoted(self.name)}({passed}) as result {unused}) as answer"
        )


async def find(connection: asyncpg.Connection, name: str, arguments: Collection[str]) -> Function:
    """Returns the function in schema `public` that a call means.

    It is looked up at every call: a cache of a schema under development would lie.

    Raises:
        ApiError: 404 PGRST202, there is none; 300 PGRST203, more than one takes the arguments.
    """
    found = [_function(name, row) for row in await connection.fetch(_LOOKUP, name)]
    matching = [function for function in found if function.takes(arguments)]
    if len(matching) == 1:
        return matching[0]
    signature = f"public.{name}({', '.join(arguments)})"
    if matching:
        raise _error(300, "PGRST203", f"Could not choose the best candidate function: {signature}")
    hint = "; ".join(f"public.{name}({', '.join(function.types)})" for function in found)
    raise _error(
        404,
        "PGRST202",
        f"Could not find the function {signature} in the schema cache",
        hint=f"Perhaps you meant to call {hint}" if hint else None,
    )


def _function(name: str, row: asyncpg.Record) -> Function:
    names = row["names"]
    return Function(
        name=name,
        types=dict(zip(names, row["types"], strict=True)),
        required=frozenset(names[: row["required"]]),
        is_set=row["is_set"],
        is_row=row["is_row"],
        is_void=row["is_void"],
        reads_only=row["reads_only"],
    )


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _error(status: int, code: str, message: str, *, hint: str | None = None) -> ApiError:
    return ApiError(status, {"code": code, "message": message, "details": None, "hint": hint})
