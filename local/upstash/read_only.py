"""What a read-only token may do: read, but not go through the whole database (KEYS, SCAN)."""

from local.upstash.commands import name
from local.upstash.resp import Command, ErrorReply

READS = frozenset(
    b"""
    GET GETRANGE LCS MGET STRLEN SUBSTR BITCOUNT BITFIELD_RO BITPOS GETBIT
    HEXISTS HEXPIRETIME HGET HGETALL HKEYS HLEN HMGET HPEXPIRETIME HPTTL HRANDFIELD HSCAN HSTRLEN
    HTTL HVALS LINDEX LLEN LPOS LRANGE
    SCARD SDIFF SINTER SINTERCARD SISMEMBER SMEMBERS SMISMEMBER SRANDMEMBER SSCAN SUNION
    ZCARD ZCOUNT ZDIFF ZINTER ZINTERCARD ZLEXCOUNT ZMSCORE ZRANDMEMBER ZRANGE ZRANGEBYLEX
    ZRANGEBYSCORE ZRANK ZREVRANGE ZREVRANGEBYLEX ZREVRANGEBYSCORE ZREVRANK ZSCAN ZSCORE ZUNION
    GEODIST GEOHASH GEOPOS GEORADIUS_RO GEORADIUSBYMEMBER_RO GEOSEARCH PFCOUNT
    XLEN XPENDING XRANGE XREAD XREVRANGE
    EXISTS EXPIRETIME PEXPIRETIME PTTL TTL TYPE DBSIZE ECHO INFO PING TIME
    """.split()
)


def refusal(command: Command) -> ErrorReply | None:
    """Returns why a bearer of the read-only token may not run `command`, or None."""
    called = name(command)
    if called in READS:
        return None
    said = called[:64].decode(errors="replace").lower()
    return ErrorReply(f"NOPERM this user has no permissions to run the '{said}' command")
