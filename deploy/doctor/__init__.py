"""`make doctor`: do the accounts of `.env` speak what Sangha relies on?

Asks the real vendors, and writes only what it takes away again: keys below a prefix of its own in
Redis, LiveKit rooms with names of its own, and broadcasts on a topic that nobody hears.
docs/doctor.md says what each check proves, and what to do when it fails.
"""
