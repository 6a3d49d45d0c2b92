// Claims in Mercurius: Fastify, its GraphQL with the JIT, node-postgres. Where the database is stands in PGHOST and so on.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import Fastify from 'fastify'
import mercurius from 'mercurius'
import pg from 'pg'

// As many as Goalroom's own pool has.
const pool = new pg.Pool({ max: 16 })
const NOTIFY_MS = 2

// A prepared statement with names for its parameters, as pgbench has them too. How many to take is no parameter: with a
// number in its place, Postgres plans the statement once instead of each time.
function statement(name) {
  const names = []
  const source = readFileSync(new URL(`${name}.sql`, import.meta.url), 'utf8').replaceAll(':most', '1')
  const text = source.replace(/(?<!:):([a-z_]+)/g, (_, parameter) => {
    if (!names.includes(parameter)) names.push(parameter)
    return `$${names.indexOf(parameter) + 1}`
  })
  return (values) => pool.query({ name, text, values: names.map((parameter) => values[parameter]) })
}

const findCaller = statement('caller')
const claim = statement('claim')

// Tells other processes how far each log has got, at most once in two milliseconds.
let ends = new Map()
let notifying = false
async function notify(room, end) {
  ends.set(room, Math.max(end, ends.get(room) ?? 0))
  if (notifying) return
  notifying = true
  while (ends.size > 0) {
    const payload = [...ends].map(([id, seq]) => `r${id}:${seq}`).join(' ')
    ends = new Map()
    await pool.query({ name: 'notify', text: 'select pg_notify($1, $2)', values: ['peers', payload] })
    await new Promise((resolve) => setTimeout(resolve, NOTIFY_MS))
  }
  notifying = false
}

const schema = `
  type Task { id: ID!, title: String! }
  type Lease { fence: Int!, expiresAt: String! }
  type Claim { task: Task, lease: Lease }
  input ClaimNextTaskInput { room: ID, objective: ID, labels: [String!], session: String, leaseSeconds: Int,
    waitSeconds: Int = 0, idempotencyKey: String }
  type Query { me: ID! }
  type Mutation { claimNextTask(input: ClaimNextTaskInput): Claim }
`

const resolvers = {
  Query: { me: (_root, _arguments, { caller }) => `A${caller.id}` },
  Mutation: {
    async claimNextTask(_root, { input }, { caller }) {
      const room = input.room.slice(1)
      if (!caller.rooms.includes(room)) throw new Error(`There is no room ${input.room}.`)
      const { rows } = await claim({ room_id: room, agent_id: caller.id })
      if (rows.length === 0) return { task: null, lease: null }
      const [task] = rows
      notify(room, Number(task.log_end))
      return {
        task: { id: `T${task.id}`, title: task.title },
        lease: { fence: task.fence, expiresAt: task.lease_expires_at.toISOString() },
      }
    },
  },
}

const app = Fastify({ logger: false })
await app.register(mercurius, {
  schema,
  resolvers,
  jit: 1,
  async context(request) {
    const token = request.headers.authorization?.replace(/^Bearer /, '') ?? ''
    const { rows } = await findCaller({ hash: createHash('sha256').update(token).digest() })
    if (rows.length === 0) throw new Error('The token is unknown.')
    return { caller: rows[0] }
  },
})
console.log(await app.listen({ host: '127.0.0.1', port: 0 }))
