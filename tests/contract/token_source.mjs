// LiveKit's own TokenSource.endpoint against Sangha's token endpoint. Exits 0 when all of it holds.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'

const { TokenSource } = createRequire(`${process.cwd()}/`)('livekit-client')
const { SANGHA_URL, ACCESS_TOKEN, ROOM_NAME, IDENTITY } = process.env
const headers = { authorization: `Bearer ${ACCESS_TOKEN}` }
const source = TokenSource.endpoint(`${SANGHA_URL}/api/livekit/token`, { headers })

const { serverUrl, participantToken } = await source.fetch({
  roomName: ROOM_NAME,
  participantIdentity: IDENTITY,
  participantName: 'Whoever',
})
assert.match(serverUrl, /^ws:/)
const claims = JSON.parse(Buffer.from(participantToken.split('.')[1], 'base64url'))
assert.equal(claims.sub, IDENTITY)
assert.equal(claims.video.room, ROOM_NAME)

// What is refused is an error that names what was wrong.
const other = TokenSource.endpoint(`${SANGHA_URL}/api/livekit/token`, { headers })
await assert.rejects(
  () => other.fetch({ roomName: ROOM_NAME, participantIdentity: 'somebody-else' }),
  /identity_not_yours/,
)
