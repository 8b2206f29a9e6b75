"""Which commands run: those that Upstash offers over REST and Valkey has too.

Everything else is refused by name: a command that works here and not there, or there in another
way, would be found out in production.
"""

import re

from local.upstash.resp import Command, ErrorReply

SUPPORTED = frozenset(
    b"""
    APPEND DECR DECRBY GET GETDEL GETEX GETRANGE GETSET INCR INCRBY INCRBYFLOAT LCS MGET MSET
    MSETNX PSETEX SET SETEX SETNX SETRANGE STRLEN SUBSTR
    BITCOUNT BITFIELD BITFIELD_RO BITOP BITPOS GETBIT SETBIT
    HDEL HEXISTS HEXPIRE HEXPIREAT HEXPIRETIME HGET HGETALL HGETDEL HGETEX HINCRBY HINCRBYFLOAT
    HKEYS HLEN HMGET HMSET HPERSIST HPEXPIRE HPEXPIREAT HPEXPIRETIME HPTTL HRANDFIELD HSCAN HSET
    HSETEX HSETNX HSTRLEN HTTL HVALS
    LINDEX LINSERT LLEN LMOVE LMPOP LPOP LPOS LPUSH LPUSHX LRANGE LREM LSET LTRIM RPOP RPOPLPUSH
    RPUSH RPUSHX
    SADD SCARD SDIFF SDIFFSTORE SINTER SINTERCARD SINTERSTORE SISMEMBER SMEMBERS SMISMEMBER SMOVE
    SPOP SRANDMEMBER SREM SSCAN SUNION SUNIONSTORE
    ZADD ZCARD ZCOUNT ZDIFF ZDIFFSTORE ZINCRBY ZINTER ZINTERCARD ZINTERSTORE ZLEXCOUNT ZMPOP
    ZMSCORE ZPOPMAX ZPOPMIN ZRANDMEMBER ZRANGE ZRANGEBYLEX ZRANGEBYSCORE ZRANGESTORE ZRANK ZREM
    ZREMRANGEBYLEX ZREMRANGEBYRANK ZREMRANGEBYSCORE ZREVRANGE ZREVRANGEBYLEX ZREVRANGEBYSCORE
    ZREVRANK ZSCAN ZSCORE ZUNION ZUNIONSTORE
    GEOADD GEODIST GEOHASH GEOPOS GEORADIUS GEORADIUS_RO GEORADIUSBYMEMBER GEORADIUSBYMEMBER_RO
    GEOSEARCH GEOSEARCHSTORE
    PFADD PFCOUNT PFMERGE
    XACK XADD XAUTOCLAIM XCLAIM XDEL XGROUP XINFO XLEN XPENDING XRANGE XREAD XREADGROUP XREVRANGE
    XTRIM
    EVAL EVAL_RO EVALSHA EVALSHA_RO FCALL FCALL_RO FUNCTION SCRIPT
    PUBLISH PUBSUB
    COPY DEL DUMP EXISTS EXPIRE EXPIREAT EXPIRETIME KEYS PERSIST PEXPIRE PEXPIREAT PEXPIRETIME
    PTTL RANDOMKEY RENAME RENAMENX RESTORE SCAN TOUCH TTL TYPE UNLINK
    DBSIZE ECHO FLUSHALL FLUSHDB INFO PING TIME
    """.split()
)
SUBCOMMANDS = {
    b"FUNCTION": frozenset(b"DELETE FLUSH KILL LIST LOAD STATS".split()),
    b"SCRIPT": frozenset(b"EXISTS FLUSH LOAD".split()),
}
# A request over REST has no connection of its own to block, watch, subscribe or configure.
NOT_OVER_REST = frozenset(
    b"""
    BLMOVE BLMPOP BLPOP BRPOP BRPOPLPUSH BZMPOP BZPOPMAX BZPOPMIN WAIT WAITAOF
    DISCARD EXEC MULTI UNWATCH WATCH
    ASKING AUTH CLIENT HELLO QUIT READONLY READWRITE RESET SELECT
    MONITOR PSUBSCRIBE PUNSUBSCRIBE SSUBSCRIBE SUBSCRIBE SUNSUBSCRIBE UNSUBSCRIBE
    ACL BGREWRITEAOF BGSAVE CLUSTER CONFIG DEBUG FAILOVER LATENCY MIGRATE MODULE PSYNC REPLICAOF
    SAVE SHUTDOWN SLAVEOF SLOWLOG SWAPDB SYNC
    """.split()
)
SET_CONDITIONS = frozenset((b"NX", b"XX", b"IFEQ"))
SET_CONDITIONS_OF_UPSTASH = frozenset((b"IFNE", b"IFDEQ", b"IFDNE"))
SET_OPTIONS_WITH_VALUE = frozenset((b"EX", b"PX", b"EXAT", b"PXAT", b"IFEQ"))

SHEBANG_FLAGS = re.compile(rb"\A(#![^\n]*?) +flags=(\S*)")


def name(command: Command) -> bytes:
    """Returns the command's name in capitals."""
    return command[0].upper()


def refusal(command: Command) -> ErrorReply | None:
    """Returns why `command` must not reach Valkey, or None."""
    called = name(command)
    subcommand = command[1].upper() if len(command) > 1 else b""
    if called in NOT_OVER_REST:
        return _not_available(called)
    if called not in SUPPORTED:
        return _beyond_the_stand_in(_text(called))
    if called in SUBCOMMANDS and subcommand not in SUBCOMMANDS[called]:
        return _not_available(called + b" " + subcommand)
    if called in {b"XREAD", b"XREADGROUP"} and _blocks(command):
        return _not_available(called + b" BLOCK")
    return _refusal_of_set(command) if called == b"SET" else None


def for_valkey(command: Command) -> Command:
    """Returns `command` without Upstash's own script flag, at which Valkey stops.

    The script's SHA-1 is then another: EVALSHA takes the one that SCRIPT LOAD answered.
    """
    if name(command) in {b"EVAL", b"EVAL_RO"} and len(command) > 1:
        return [command[0], _without_key_locking(command[1]), *command[2:]]
    if name(command) == b"SCRIPT" and len(command) > 2:
        return [*command[:2], _without_key_locking(command[2]), *command[3:]]
    return command


def _without_key_locking(script: bytes) -> bytes:
    shebang = SHEBANG_FLAGS.match(script)
    if shebang is None:
        return script
    flags = [flag for flag in shebang[2].split(b",") if flag != b"allow-key-locking"]
    kept = b" flags=" + b",".join(flags) if flags else b""
    return shebang[1] + kept + script[shebang.end() :]


def _blocks(command: Command) -> bool:
    """Tells whether BLOCK stands among the options, which end at STREAMS."""
    for argument in command[1:]:
        if argument.upper() in {b"BLOCK", b"STREAMS"}:
            return argument.upper() == b"BLOCK"
    return False


def _refusal_of_set(command: Command) -> ErrorReply | None:
    options = set()
    rest = iter(command[3:])
    for argument in rest:
        option = argument.upper()
        options.add(option)
        if option in SET_OPTIONS_WITH_VALUE:
            next(rest, None)
    if own := options & SET_CONDITIONS_OF_UPSTASH:
        return _beyond_the_stand_in(f"SET {_text(own.pop())}")
    if b"GET" in options and options & SET_CONDITIONS:
        # Where the condition fails Valkey answers the value it found, Upstash (it says) null.
        return _beyond_the_stand_in("SET with a condition and GET")
    return None


def _not_available(what: bytes) -> ErrorReply:
    return ErrorReply(
        f"ERR Command is not available: '{_text(what)}'. "
        "See https://upstash.com/docs/redis/overall/compatibility for details"
    )


def _beyond_the_stand_in(what: str) -> ErrorReply:
    return ErrorReply(
        f"ERR the local stand-in can't run '{what}': "
        "only what Upstash and Valkey both have, and answer alike"
    )


def _text(argument: bytes) -> str:
    return argument[:64].decode(errors="replace")
