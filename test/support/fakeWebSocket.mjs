// A WebSocket (RFC 6455) that sends every message back, by hand because the fake must run without node_modules.
import { createHash } from 'node:crypto';

const guid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const opcodes = { close: 8, ping: 9, pong: 10 };

/** For `upgrade`: accepts, choosing the first offered subprotocol; a close frame is answered with its own code. */
export function echoWebSocket(request, socket, head) {
  const key = request.headers['sec-websocket-key'];
  if (!key) {
    socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    return;
  }
  const accept = createHash('sha1')
    .update(key + guid)
    .digest('base64');
  const protocol = request.headers['sec-websocket-protocol']?.split(',')[0].trim();
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      `Sec-WebSocket-Accept: ${accept}\r\n${protocol ? `Sec-WebSocket-Protocol: ${protocol}\r\n` : ''}\r\n`,
  );
  let buffer = head;
  const read = (chunk) => {
    buffer = Buffer.concat([buffer, chunk]);
    for (let frame = takeFrame(buffer); frame; frame = takeFrame(buffer)) {
      buffer = buffer.subarray(frame.length);
      answer(socket, frame);
    }
  };
  socket.on('data', read);
  socket.on('error', () => socket.destroy());
  read(Buffer.alloc(0));
}

function answer(socket, { first, payload }) {
  const opcode = first & 0x0f;
  if (opcode === opcodes.close) socket.end(frame(first, payload));
  else if (opcode === opcodes.ping) socket.write(frame(0x80 | opcodes.pong, payload));
  else if (opcode !== opcodes.pong) socket.write(frame(first, payload));
}

/** The first whole frame of `buffer`, its payload unmasked; undefined while it is incomplete. */
function takeFrame(buffer) {
  if (buffer.length < 2) return undefined;
  let size = buffer[1] & 0x7f;
  let offset = 2;
  if (size === 126) {
    if (buffer.length < 4) return undefined;
    size = buffer.readUInt16BE(2);
    offset = 4;
  } else if (size === 127) {
    if (buffer.length < 10) return undefined;
    size = Number(buffer.readBigUInt64BE(2));
    offset = 10;
  }
  const masked = (buffer[1] & 0x80) !== 0;
  const start = offset + (masked ? 4 : 0);
  if (buffer.length < start + size) return undefined;
  const payload = Buffer.from(buffer.subarray(start, start + size));
  if (masked) for (let i = 0; i < payload.length; i++) payload[i] ^= buffer[offset + (i & 3)];
  return { first: buffer[0], payload, length: start + size };
}

function frame(first, payload) {
  if (payload.length < 126) return Buffer.concat([Buffer.from([first, payload.length]), payload]);
  const header = Buffer.alloc(payload.length < 65_536 ? 4 : 10);
  header[0] = first;
  if (payload.length < 65_536) {
    header[1] = 126;
    header.writeUInt16BE(payload.length, 2);
  } else {
    header[1] = 127;
    header.writeBigUInt64BE(BigInt(payload.length), 2);
  }
  return Buffer.concat([header, payload]);
}
