// A push service and the browser behind it, for tests: takes what is handed to it over TLS, looks at who says they sent it,
// and opens it as a browser would (RFC 8291, RFC 8292). Usage: push_service.mjs CHAIN KEY
// It prints one line of JSON for itself and one for each notice; a line of its input is the status that it answers from
// then on.
import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { createInterface } from 'node:readline';

const [chain, key] = process.argv.slice(2).map((path) => readFileSync(path));
const browser = createECDH('prime256v1');
browser.generateKeys();
const auth = randomBytes(16);
let status = 201;

const hkdf = (secret, salt, about, length) => Buffer.from(hkdfSync('sha256', secret, salt, about, length));

function opened(body) {
  const salt = body.subarray(0, 16);
  const sender = body.subarray(21, 21 + body[20]);
  const about = Buffer.concat([Buffer.from('WebPush: info\0'), browser.getPublicKey(), sender]);
  const secret = hkdf(browser.computeSecret(sender), auth, about, 32);
  const cipher = createDecipheriv('aes-128-gcm', hkdf(secret, salt, 'Content-Encoding: aes128gcm\0', 16), hkdf(secret, salt, 'Content-Encoding: nonce\0', 12));
  cipher.setAuthTag(body.subarray(-16));
  const plain = Buffer.concat([cipher.update(body.subarray(21 + body[20], -16)), cipher.final()]);
  if (plain.at(-1) !== 2) throw new Error('not the last record');
  return JSON.parse(plain.subarray(0, -1).toString());
}

function sender(header) {
  const [, token, point] = /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(header);
  const [head, claims, signature] = token.split('.');
  const bytes = Buffer.from(point, 'base64url');
  const [x, y] = [bytes.subarray(1, 33), bytes.subarray(33)].map((half) => half.toString('base64url'));
  const public_key = createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x, y } });
  const signed = verify('sha256', Buffer.from(`${head}.${claims}`), { key: public_key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'));
  return { signed, key: point, ...JSON.parse(Buffer.from(claims, 'base64url').toString()) };
}

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const server = createServer({ cert: chain, key }, (request, answer) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const { authorization, ttl, topic, urgency, 'content-encoding': encoding } = request.headers;
    try {
      say({ path: request.url, method: request.method, ttl, topic, urgency, encoding, sender: sender(authorization), notice: opened(Buffer.concat(parts)) });
    } catch (error) {
      say({ wrong: String(error) });
    }
    answer.writeHead(status).end();
  });
});
createInterface({ input: process.stdin }).on('line', (line) => (status = Number(line))).on('close', () => process.exit());
server.listen(0, '127.0.0.1', () =>
  say({ port: server.address().port, p256dh: browser.getPublicKey('base64url'), auth: auth.toString('base64url') }));
