// The least that fan-out can cost: `ws` alone. What is posted to it goes to all sockets, as often as `times` says.
import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'

const server = createServer(async (request, response) => {
  const times = Number(new URL(request.url, 'http://here').searchParams.get('times'))
  let text = ''
  for await (const piece of request.setEncoding('utf8')) text += piece
  for (let sent = 0; sent < times; sent++) {
    for (const socket of sockets.clients) socket.send(text)
  }
  response.writeHead(204).end()
})
const sockets = new WebSocketServer({ server, perMessageDeflate: false })
sockets.on('connection', (socket) => {
  socket.once('message', () => socket.send('{"type":"connection_ack"}'))
})
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`))
