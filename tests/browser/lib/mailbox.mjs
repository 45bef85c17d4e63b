// Takes every mail, in clear: enough for a server on the same computer.
import net from 'node:net';
import { until } from './people.mjs';

export class Mailbox {
  #server;
  /** Those that came, each {to, text}. */
  mails = [];

  async open() {
    this.#server = net.createServer((socket) => this.#talk(socket));
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  /** What the server program has to be told of it. `address`: where people open the pages. */
  settings(address) {
    return ['--mail-server', `smtp://127.0.0.1:${this.#server.address().port}`, '--mail-encryption', 'none',
      '--mail-from', 'look-in@example.org', '--practice-address', address];
  }

  #talk(socket) {
    let rest = '';
    let to = '';
    let lines = null;
    socket.on('error', () => {});
    socket.write('220 here\r\n');
    socket.on('data', (data) => {
      rest += data;
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        if (lines && line !== '.') {
          lines.push(line);
          continue;
        }
        if (lines) this.mails.push({ to, text: lines.join('\n') });
        lines = line === 'DATA' ? [] : null;
        if (line.startsWith('RCPT TO:')) to = line.slice(9, line.indexOf('>'));
        socket.write(lines ? '354 go on\r\n' : '250 yes\r\n');
      }
    });
  }

  /** The path of the link in the latest mail to somebody; it is taken out of the box, with all before it. */
  async link(to) {
    const found = () => {
      const text = this.mails.filter((mail) => mail.to === to).map((mail) => mail.text.replaceAll('=\n', '').replaceAll('=3D', '='));
      return /\/recovery(?:\/stop)?#[\w-]{43}/.exec(text.findLast((one) => one.includes('/recovery')) ?? '')?.[0];
    };
    await until(`a mail with a link to ${to}`, () => found() !== undefined);
    const path = found();
    this.mails = this.mails.filter((mail) => mail.to !== to);
    return path;
  }

  close() {
    return new Promise((resolve) => this.#server.close(resolve));
  }
}
