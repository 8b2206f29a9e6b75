"""What is assumed, not measured: how people behave beyond the day, and how AWS and voice behave.

A person's day is that of bench/evening.py: its 40 people make 300 webhook events, 500 reads and
1,000 limit checks, of which 639 or so are messages. Growth is more such communities on the same
deployment. An engaged community: who comes, talks for an hour and writes 16 messages. (The day has
messages as limit checks; that each is a request, a row and a push is assumed here too.)
"""

from dataclasses import dataclass

DAYS = 30  # a month


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Each with its unit and its reason.

    Attributes:
        monthly_per_daily: how many people come in a month for one who comes on a day; 2.5 is a
            daily share of 40 %, which is high.
        online: share of the day's people whose app is open at the peak: the evening's 15 of 40.
        listeners: clients that a broadcast reaches: those 15, of the same community.
        reads_beside: other requests with each read of presence: an app that opens also reads its
            rooms, the room and the members. 0 commands, 1 RPC each.
        account_bytes: rows of one person: sign-in, profile, memberships, roles, indexes.
        message_bytes: a message's row and its indexes, full-text search included.
        months_kept: messages are kept for good; the database is looked at after so many months.
        message_payload_bytes: of a message as it is pushed.
        frame_bytes: what Realtime puts around a payload, and TLS around that.
        rpc_answer_bytes: PostgREST's answer with its headers, the mean.
        rpc_core_ms: processor time of one RPC, the mean; docs/benchmarks.md, "Roles", measures 2
            for the token's check and 13 for a page of members.
        redis_headers_bytes: HTTP around a command and its reply.
        redis_bytes_online: what Redis holds for one person who is online: session, limits.
        voice_kbps: downstream of one participant: speech of 1 to 2 others at 32 kbit/s.
        vendors_ms: how long a request waits for Redis and Supabase, one after the other, in the
            same region.
        slowdown: a whole CPU of Lambda's against this machine (facts: about 1.5 times).
        init_ms: an init on Lambda; billed since August 2025.
        answer_bytes: what a request sends out of AWS: its answer, its questions to the vendors.
        platform_bytes: Lambda's own START, END and REPORT lines, with CloudWatch's overhead.
        warming_ms: billed for one invocation by the schedule that keeps a function warm.
    """

    monthly_per_daily: float = 2.5
    online: float = 15 / 40
    listeners: int = 15
    reads_beside: int = 3
    account_bytes: int = 4_000
    message_bytes: int = 500
    months_kept: int = 12
    message_payload_bytes: int = 400
    frame_bytes: int = 150
    rpc_answer_bytes: int = 1_500
    rpc_core_ms: float = 4
    redis_headers_bytes: int = 600
    redis_bytes_online: int = 1_000
    voice_kbps: float = 50
    vendors_ms: float = 40
    slowdown: float = 1.5
    init_ms: float = 600
    answer_bytes: int = 4_000
    platform_bytes: int = 420
    warming_ms: float = 5
