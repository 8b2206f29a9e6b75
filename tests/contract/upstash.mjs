// @upstash/redis against the server at UPSTASH_REDIS_REST_URL. Exits 0 when all of it holds.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'

const { Redis, errors } = createRequire(`${process.cwd()}/`)('@upstash/redis')
const url = process.env.UPSTASH_REDIS_REST_URL
const token = process.env.UPSTASH_REDIS_REST_TOKEN
const options = { url, token, retry: false, enableTelemetry: false }
const redis = new Redis({ ...options, enableAutoPipelining: false })

await redis.flushall()

// Strings: JSON in and out, expiry, conditional writes that answer null.
assert.equal(await redis.set('k', { text: 'é', n: 1 }, { ex: 60 }), 'OK')
assert.deepEqual(await redis.get('k'), { text: 'é', n: 1 })
assert.equal(await redis.set('k', 'other', { nx: true }), null)
await redis.set('plain', 'old')
assert.equal(await redis.exec(['SET', 'plain', 'new', 'IFEQ', 'unlike']), null)
assert.equal(await redis.exec(['SET', 'plain', 'OK', 'IFEQ', 'old']), 'OK')
assert.equal(await redis.get('plain'), 'OK')

// Hashes, with a field that is claimed once.
assert.equal(await redis.hset('h', { a: 1, b: 'two' }), 2)
assert.deepEqual(await redis.hgetall('h'), { a: 1, b: 'two' })
const claim = ['HSETEX', 'h', 'FNX', 'EX', '60', 'FIELDS', '1', 'f', 'v']
assert.deepEqual([await redis.exec(claim), await redis.exec(claim)], [1, 0])

// Batches.
assert.deepEqual(await redis.pipeline().set('n', 1).incr('n').get('absent').exec(), ['OK', 2, null])
assert.deepEqual(await redis.multi().incr('n').hget('h', 'b').exec(), [3, 'two'])
const kept = await redis.pipeline().incr('h').get('n').exec({ keepErrors: true })
assert.match(kept[0].error, /^WRONGTYPE/)
assert.equal(kept[1].result, 3)
const automatic = new Redis({ ...options, enableAutoPipelining: true })
assert.deepEqual(await Promise.all([automatic.get('n'), automatic.incr('n')]), [3, 4])

// Scripts: by text, and by a digest that the client computes itself.
const script = 'return {KEYS[1], ARGV[1]}'
assert.deepEqual(await redis.eval(script, ['k'], ['v']), ['k', 'v'])
const digest = createHash('sha1').update(script).digest('hex')
assert.deepEqual(await redis.evalsha(digest, ['k'], ['v']), ['k', 'v'])
assert.deepEqual(await redis.createScript('return ARGV[1]').exec([], ['v']), 'v')

// Errors.
await assert.rejects(redis.incr('h'), errors.UpstashError)
await assert.rejects(redis.exec(['BLPOP', 'k', '0']), /Command is not available: 'BLPOP'/)
await assert.rejects(redis.json.get('k'), /the local stand-in can't run 'JSON.GET'/)
await assert.rejects(new Redis({ ...options, token: 'wrong' }).get('k'), /WRONGPASS/)
