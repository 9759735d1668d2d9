// What this device keeps of one part: who may come, and what was seen and not yet sent. Sends nothing.

const DAY_MS = 24 * 60 * 60 * 1000;
const NOBODY = { people: [], came: 0, expected: 0 };

export class Kept {
  constructor(part) {
    this.names = { queue: `door:${part}:queue`, roster: `door:${part}:roster` };
    const found = read(this.names.roster, null);
    if (found && Date.now() - found.at > DAY_MS) localStorage.removeItem(this.names.roster); // names stay no longer than needed
  }

  /** What was seen and not yet sent, oldest first. Read anew each time: another tab may have sent it. */
  get queue() {
    return read(this.names.queue, []);
  }

  get roster() {
    return read(this.names.roster, { roster: NOBODY }).roster;
  }

  set roster(roster) {
    localStorage.setItem(this.names.roster, JSON.stringify({ at: Date.now(), roster }));
  }

  add(scan) {
    localStorage.setItem(this.names.queue, JSON.stringify([...this.queue, scan]));
  }

  /** What was answered is kept no longer. */
  settle(scans, roster) {
    const done = new Set(scans.map((scan) => scan.key));
    localStorage.setItem(this.names.queue, JSON.stringify(this.queue.filter((scan) => !done.has(scan.key))));
    this.roster = roster;
  }

  /** Find whom a scan means, as far as the device can know: the code's signature is checked by the bot alone. */
  find(scan) {
    const person = scan.person ?? Number(/^\d+\.\d+-(\d+)\./.exec(scan.qr ?? "")?.[1]);
    return this.roster.people.find((one) => (scan.digits ? one.digits === scan.digits : one.person === person));
  }

  /** Give who was seen but not yet sent, as {person: time}. */
  unsent() {
    return new Map(this.queue.map((scan) => [this.find(scan)?.person, scan.at]));
  }

  /** Take what was not yet sent of a person out again; tell whether there was any. */
  drop(person) {
    const rest = this.queue.filter((scan) => this.find(scan)?.person !== person);
    const found = rest.length < this.queue.length;
    localStorage.setItem(this.names.queue, JSON.stringify(rest));
    return found;
  }

  forget() {
    for (const name of Object.values(this.names)) localStorage.removeItem(name);
  }
}

function read(name, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(name)) ?? otherwise;
  } catch {
    return otherwise;
  }
}
