// The least that can answer a list: node:http with one body from memory. Arguments: Unix socket. Told the body.
import { createServer } from 'node:http';

process.once('message', ({ body }: { readonly body: string }) => {
  const bytes = Buffer.from(body);
  createServer((_request, response) => {
    response
      .writeHead(200, { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': bytes.length })
      .end(bytes);
  }).listen(process.argv[2], () => process.send?.('ready'));
});
