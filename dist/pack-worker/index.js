import { createRequire as __WEBPACK_EXTERNAL_createRequire } from "module";
var __webpack_exports__ = {};

;// CONCATENATED MODULE: external "node:crypto"
const external_node_crypto_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:crypto");
;// CONCATENATED MODULE: external "node:fs"
const external_node_fs_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs");
;// CONCATENATED MODULE: external "node:worker_threads"
const external_node_worker_threads_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:worker_threads");
;// CONCATENATED MODULE: external "node:zlib"
const external_node_zlib_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:zlib");
;// CONCATENATED MODULE: ./lib/runtime/errors.js
/**
 * An error for the person who runs the action: `message` says what failed, `nextStep` what to do about it.
 */
class errors_UserError extends Error {
    nextStep;
    constructor(message, nextStep, options) {
        super(message, options);
        this.name = 'UserError';
        this.nextStep = nextStep;
    }
    /** Whether something did not succeed; else a rule stopped it. */
    get isFailure() {
        return false;
    }
}
/** Work that had begun and did not succeed, such as a buildpack's: an end in the middle, and no refusal. */
class WorkFailed extends (/* unused pure expression or super */ null && (errors_UserError)) {
    get isFailure() {
        return true;
    }
}
/** The new code is live, and nothing that was seen proves it healthy or at fault; it is left in place. */
class Unverified extends (/* unused pure expression or super */ null && (errors_UserError)) {
}
/** The run was cancelled, by SIGINT or SIGTERM. */
class CancelledError extends errors_UserError {
    constructor(what) {
        super(`${what} was cancelled`, 'Run the job again.');
        this.name = 'CancelledError';
    }
}
/** The code of a system call's error (`ENOENT`, `ENOSPC` …); undefined if it has none. */
function errors_errorCode(error) {
    const code = error?.code;
    return typeof code === 'string' ? code : undefined;
}
/** The text of anything that was thrown. Of several addresses that were tried in vain, Node gives the errors and no text. */
function errorText(error) {
    if (error instanceof AggregateError && error.message === '')
        return error.errors.map(errorText).join('; ');
    return error instanceof Error ? error.message : String(error);
}
/** A `UserError` for a full disk; any other error is returned as it is. */
function errors_explainDiskFull(error, where) {
    return FULL.has(errors_errorCode(error) ?? '') ? diskFull(where, error) : error;
}
const FULL = new Set(['ENOSPC', 'EDQUOT']);
function diskFull(where, cause) {
    return new errors_UserError(`The disk is full: ${where} could not be written`, 'Free disk space on the runner before this step, or use a runner with a larger disk.', { cause });
}
/** What the machine has refused, and what to do about it; by the codes of errno(3). */
const REFUSALS = {
    EACCES: notAllowed,
    EPERM: notAllowed,
    EROFS: where => [`${where} is on a disk that can only be read`, 'Name a place that can be written.'],
    ENAMETOOLONG: where => [
        `A path is too long for this system, which takes 4,096 bytes, and 255 for each name: ${where}`,
        'Shorten it: name a shorter folder, or rename what the commit or the build has there.'
    ],
    EMFILE: tooManyFiles,
    ENFILE: tooManyFiles,
    ENOTDIR: inTheWay,
    EEXIST: inTheWay,
    EISDIR: where => [`${where} is a folder, and a file is needed there`, 'Name a file, or remove the folder.'],
    ELOOP: where => [`The links at ${where} lead in a circle`, 'Remove them, or name another place.'],
    EIO: where => [`The disk failed at ${where}`, 'Run the job again, on another machine if it is so each time.'],
    ENOMEM: noMore,
    EAGAIN: noMore
};
function notAllowed(where) {
    return [
        `The user of this job has no right to ${where}`,
        'Give it the right (`ls -ld` shows who has it), or name another place.'
    ];
}
function tooManyFiles(where) {
    return [
        `Too many files are open on this machine: ${where}`,
        'Raise the limit (`ulimit -n`), or run less beside this.'
    ];
}
function inTheWay(where) {
    return [`There is a file where a folder is needed: ${where}`, 'Remove that file, or name another place.'];
}
function noMore(where) {
    return [
        `The machine has no memory or no processes left: ${where}`,
        'Run less beside this, or take a machine with more memory.'
    ];
}
/** A `UserError` for what the machine refused: it is full, closed, or has something else in that place. Any other error is returned as it is. */
function explainSystem(error) {
    const found = error instanceof errors_UserError ? undefined : systemError(error);
    if (!found)
        return error;
    const { code, where } = found;
    if (FULL.has(code))
        return diskFull(where, error);
    const said = REFUSALS[code]?.(where);
    return said
        ? new errors_UserError(`${said[0].charAt(0).toUpperCase()}${said[0].slice(1)} (${code})`, said[1], { cause: error })
        : error;
}
const LONGEST_PATH = 200;
/** A call for a file that is open tells no path. */
const UNNAMED = 'something that the system does not name';
/** Of an error as Node makes it (nodejs.org: Errors, `SystemError`). One that comes from a thread has its text alone. */
function systemError(error) {
    const [, said, named] = /^(E[A-Z]+): [^]*?, \w+(?: '([^]*?)'(?: -> '[^]*)?)?$/.exec(errorText(error)) ?? [];
    const { path, syscall } = (error ?? {});
    const code = errors_errorCode(error) ?? said;
    if (code === undefined || (typeof syscall !== 'string' && said === undefined))
        return undefined;
    const where = typeof path === 'string' ? path : (named ?? UNNAMED);
    return { code, where: where.length > LONGEST_PATH ? `${where.slice(0, LONGEST_PATH)}…` : where };
}

;// CONCATENATED MODULE: external "node:fs/promises"
const promises_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs/promises");
;// CONCATENATED MODULE: external "node:os"
const external_node_os_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:os");
;// CONCATENATED MODULE: external "node:path"
const external_node_path_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:path");
;// CONCATENATED MODULE: ./lib/runtime/owned.js





/**
 * Folders of one run, which it removes at its end. A run that was killed could not: each has a note of the process that made
 * it, and a later run removes what no process owns any more.
 */
const NOTE = '.owner.json';
/** Makes a folder of this run, with a name that begins with `prefix`. Only this user may enter it. */
async function makeOwned(parent, prefix) {
    const folder = await mkdtemp(path.join(parent, prefix));
    const owner = {
        pid: process.pid,
        started: startOf(process.pid),
        namespace: namespace(),
        boot: boot(),
        host: os.hostname()
    };
    await writeFile(path.join(folder, NOTE), JSON.stringify(owner), { mode: 0o600, flag: 'wx' });
    return folder;
}
/**
 * Removes such folders of runs that were killed, but no folder of another user, none of a run that still is, and none of
 * which that is not known. Links are not followed. Never rejects: what cannot be removed stays. Returns how many are gone.
 */
async function removeDead(parent, prefix, run) {
    let removed = 0;
    for (const name of await readdir(parent).catch(() => [])) {
        const folder = path.join(parent, name);
        if (name.startsWith(prefix) && (await isDead(folder)) && (await removeFolder(folder, run)))
            removed++;
    }
    return removed;
}
/**
 * Removes a folder with the system's own `rm`: it follows no link, even if a process that was left behind puts one in the
 * place of a folder meanwhile. Returns whether it is gone.
 */
async function removeFolder(folder, run) {
    const ask = async (program, ...args) => (await run(program, [...args, '--', folder], { env: { PATH: '/usr/local/bin:/usr/bin:/bin' } })).code === 0;
    // A build may have taken permissions away.
    return (await ask('rm', '-rf')) || ((await ask('chmod', '-R', 'u+rwX')) && (await ask('rm', '-rf')));
}
async function isDead(folder) {
    try {
        const status = await lstat(folder);
        if (!status.isDirectory() || status.uid !== process.getuid?.())
            return false;
        const owner = JSON.parse(await readFile(path.join(folder, NOTE), 'utf8'));
        return isMapping(owner) && isGone(owner);
    }
    catch {
        return false;
    }
}
function isGone({ pid, started, namespace: where, boot: since, host }) {
    if (typeof pid !== 'number')
        return false;
    if (since !== boot())
        return host === os.hostname();
    if (where !== namespace())
        return false;
    return startOf(pid) !== started || !isRunning(pid);
}
/** Asks by a signal that does nothing (kill(2)); a process of another user is one as well. */
function isRunning(pid) {
    try {
        return process.kill(pid, 0);
    }
    catch (error) {
        return error.code === 'EPERM';
    }
}
/** When a process began; undefined if there is none, or the system does not tell. */
function startOf(pid) {
    // The name in brackets may hold anything.
    return textOf(`/proc/${pid}/stat`)?.replace(/^.*\)/s, '').split(' ')[20];
}
function boot() {
    return textOf('/proc/sys/kernel/random/boot_id')?.trim();
}
function namespace() {
    try {
        return readlinkSync('/proc/self/ns/pid');
    }
    catch {
        return undefined;
    }
}
function textOf(file) {
    try {
        return readFileSync(file, 'utf8');
    }
    catch {
        return undefined;
    }
}

;// CONCATENATED MODULE: ./lib/runtime/programs.js


/**
 * The text of a program in Ruby, JavaScript or shell: a file in the folder `programs/` beside the module that runs it. For
 * the bundle scripts/build.ts replaces each call by the text. It finds calls by their form, so write them like the one for
 * `AS_DYNO`.
 */
function programText(file) {
    return readFileSync(file, 'utf8');
}
/**
 * A program made short for a command line: without empty lines, comments on their own line, and indentation. It must have
 * no text over several lines.
 */
function compact(text) {
    return text.replace(/^[ \t]*(?:#.*)?(?:\n|$)|^[ \t]+/gm, '');
}
/** A shell program with its arguments as one text for `bash -c`: a dyno takes one command line. */
function withArguments(text, ...words) {
    return `set -- ${words.map(shellWord).join(' ')}\n${compact(text)}`;
}
/** Runs its arguments in the environment of a dyno's program: for `bash -c`, in the app's folder. */
const AS_DYNO = "# Sources what buildpacks and the app left for the start of a dyno, as Heroku does (Dev Center: profiled), then becomes\n# its arguments. The working folder is the app's.\nfor file in .profile.d/*.sh; do\n  if [ -f \"$file\" ]; then . \"$file\"; fi\ndone\nif [ -f .profile ]; then . ./.profile; fi\nexec \"$@\"\n";

;// CONCATENATED MODULE: ./lib/runtime/secrets.js
/** Shorter ones are not looked for: without each short word that somebody uses as a password no text could be read. */
const SHORTEST_SECRET = 8;
/** Such a one is looked for as it is written, and in no other form: its pattern would be too large, or take for ever. */
const PLAIN_ALONE = /^.{2000}|\\{8}/s;
/**
 * What nobody may see, and texts without it. Whoever answers may repeat a key that it was sent, as it is or in the form that
 * the text around it wants, and our own escapes change it again. So each is found however it is written: in an address, in
 * JSON, in a shell's word, in HTML or Markdown, or as base64 in the middle of other bytes (`user:key`).
 */
class Secrets {
    /** How each is found, the longest first: one may hold another. */
    #found = [];
    /** From now on it is left out; each line of it, for they stand in lines of their own wherever it is printed. */
    add = (secret) => {
        for (const line of secret.split(/\r?\n/).map(text => text.trim())) {
            if (line.length < SHORTEST_SECRET || this.#found.some(([there]) => there === line))
                continue;
            const pattern = PLAIN_ALONE.test(line) ? line : new RegExp(formsOf(line).join('|'), 'g');
            this.#found = [...this.#found, [line, pattern]].sort(([one], [other]) => other.length - one.length);
        }
    };
    /** The text with `***` in place of each secret. */
    redact = (text) => this.#found.reduce((rest, [, pattern]) => rest.replaceAll(pattern, '***'), text);
}
function literal(text) {
    return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
function formsOf(secret) {
    return [inText(secret), ...[0, 1, 2].map(before => inBase64(secret, before))];
}
/** Each character of it as it is, or as one of the ways to write it. Letters and digits have no other. */
function inText(secret) {
    return [...secret].map(character => (/[a-z0-9]/i.test(character) ? character : waysToWrite(character))).join('');
}
const NAMED = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' };
function waysToWrite(character) {
    const hex = [...character].flatMap(unit => unit.split('').map(half => half.charCodeAt(0).toString(16)));
    const point = character.codePointAt(0);
    const url = [...Buffer.from(character)].map(byte => `%${anyCase(byte.toString(16).padStart(2, '0'))}`).join('');
    const json = hex.map(unit => `\\\\u${anyCase(unit.padStart(4, '0'))}`).join('');
    const html = [`#0*${point}`, `#[xX]0*${anyCase(point.toString(16))}`, NAMED[character] ?? []].flat();
    const plain = literal(character);
    const quoted = character === "'" ? ["'\\\\''"] : [];
    return `(?:${[...quoted, `\\\\?${plain}`, url, json, `&(?:${html.join('|')});`].join('|')})(?:&#8203;)?`;
}
function anyCase(hex) {
    return hex.replace(/[a-f]/g, letter => `[${letter}${letter.toUpperCase()}]`);
}
/**
 * What stands in base64 for it alone, whatever is before and behind it.
 * @param before how many bytes of the group of three are others'
 */
function inBase64(secret, before) {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
    const own = bytes.toString('base64').slice(Math.ceil((8 * before) / 6), Math.floor((8 * bytes.length) / 6));
    return [...own]
        .map(character => {
        if (character === '+')
            return `(?:${waysToWrite('+')}|-)`;
        return character === '/' ? `(?:${waysToWrite('/')}|_)` : character;
    })
        .join('');
}

;// CONCATENATED MODULE: ./lib/runtime/tree.js






/**
 * Every name below `root`, without `root` itself: a folder before what is in it, names in byte order, so the same tree gives
 * the same list on any machine. Symlinks are not followed. Throws what the file system throws.
 * @param skip tells which names are left out, with all below them
 */
function walkTree(root, skip = () => false) {
    const entries = [];
    const visit = (folder) => {
        const names = readdirSync(below(root, folder), { encoding: 'latin1' });
        names.sort();
        for (const name of names) {
            const inTree = joinBytes(folder, name);
            if (skip(inTree))
                continue;
            const entry = look(root, inTree);
            entries.push(entry);
            if (entry.kind === 'directory')
                visit(inTree);
        }
    };
    visit('');
    return entries;
}
function look(root, inTree) {
    const at = below(root, inTree);
    const stat = lstatSync(at);
    const kind = kindOf(stat);
    const mode = stat.mode & 0o7777;
    return {
        path: inTree,
        kind,
        mode,
        size: kind === 'file' ? stat.size : 0,
        target: kind === 'symlink' ? readlinkSync(at, 'latin1') : undefined,
        inode: kind === 'file' && stat.nlink > 1 ? inodeOf(at) : undefined,
        // A folder's times change with each name in it, so only its permissions count.
        stamp: kind === 'directory' ? `d${mode}` : `${stat.ino}:${stat.size}:${stat.mtimeMs}:${mode}`
    };
}
function kindOf(stat) {
    if (stat.isFile())
        return 'file';
    if (stat.isDirectory())
        return 'directory';
    return stat.isSymbolicLink() ? 'symlink' : 'other';
}
/** As bigint: some file systems have inode numbers too large for a double, and no two files may seem to be one. */
function inodeOf(at) {
    const stat = lstatSync(at, { bigint: true });
    return `${stat.dev}:${stat.ino}`;
}
/** Bytes. */
const LARGEST_TEXT = 4_000_000;
/**
 * The text of a file in a tree that others wrote; undefined if there is none. A symlink that leads out of the tree counts as
 * none, so that nothing of this machine gets into an error or a report. Throws a `UserError` for more than 4 MB.
 */
function readTreeFile(root, file) {
    let real;
    try {
        real = realpathSync(path.join(root, file));
        if (!real.startsWith(realpathSync(root) + path.sep) || !statSync(real).isFile())
            return undefined;
    }
    catch (error) {
        if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errorCode(error) ?? ''))
            return undefined;
        throw error;
    }
    if (statSync(real).size > LARGEST_TEXT) {
        throw new UserError(`${file} is larger than ${LARGEST_TEXT / 1e6} MB`, `Look at what ${file} holds in this commit.`);
    }
    return readFileSync(real, 'utf8');
}
/**
 * Writes a file into a tree that others wrote, and replaces one of that name. A link on the way is removed first, so that
 * nothing outside of the tree is written.
 * @param file relative to the root, with `/`
 */
function writeTreeFile(root, file, text) {
    const parts = file.split('/');
    let at = root;
    for (const [i, part] of parts.entries()) {
        at = path.join(at, part);
        const kind = lstatSync(at, { throwIfNoEntry: false });
        const isFolder = i < parts.length - 1;
        if (isFolder && kind?.isDirectory())
            continue;
        if (kind)
            rmSync(at, { recursive: true });
        if (isFolder)
            mkdirSync(at);
    }
    writeFileSync(at, text, { flag: 'wx' });
}
/**
 * Writes a file beside its place, and puts it there whole: nobody ever finds half of it.
 * @throws UserError if the disk is full; else what the file system throws
 */
async function writeWhole(file, text, mode = 0o666) {
    const part = `${file}.${randomUUID()}.part`;
    try {
        await writeFile(part, text, { mode, flag: 'wx' });
        await rename(part, file);
    }
    catch (error) {
        await rm(part, { force: true }).catch(() => { });
        throw explainDiskFull(error, file);
    }
}
/** Gives a folder and all below it to a user; of links the links themselves. Only root can. */
function giveTree(folder, { uid, gid }) {
    lchownSync(folder, uid, gid);
    chmodSync(folder, 0o755);
    for (const { path: name } of walkTree(folder))
        lchownSync(below(folder, name), uid, gid);
}
/** Removes a folder and all below it, even if a build took the permissions away. Does nothing if there is none. */
async function removeTree(folder) {
    try {
        await rm(folder, { recursive: true, force: true });
    }
    catch (error) {
        if (!['EACCES', 'EPERM'].includes(errorCode(error) ?? ''))
            throw error;
        openFolders(folder);
        await rm(folder, { recursive: true, force: true });
    }
}
/** Makes every folder of a tree accessible to its owner, each before it is entered. */
function openFolders(root) {
    chmodSync(root, 0o700);
    walkTree(root, name => {
        if (lstatSync(below(root, name)).isDirectory())
            chmodSync(below(root, name), 0o700);
        return false;
    });
}

;// CONCATENATED MODULE: ./lib/runtime/urls.js

/** Throws a `UserError` unless the URL is https, or http on this machine. */
function requireSafeUrl(url) {
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    if (parsed?.protocol === 'https:' || (parsed?.protocol === 'http:' && isLoopback(parsed.hostname)))
        return;
    throw new UserError(`"${url.slice(0, 300)}" is not an https address`, 'Use an https address; http is only for this machine.');
}
/** Whether a URL's host is this machine. */
function isLoopback(hostname) {
    return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

;// CONCATENATED MODULE: ./lib/runtime/index.js
/**
 * What every folder is given: log, clock, child processes, the signal that cancels. Tests give their own; the real ones are
 * in `real.ts`.
 */

















;// CONCATENATED MODULE: ./lib/slug/files.js

/** A walk's entries as files of a slug. Sockets, pipes and devices cannot be in one: they are in `leftOut`. */
function slugFiles(entries, root, layerOf) {
    const files = [];
    const leftOut = [];
    for (const { path, kind, mode, size, target, inode } of entries) {
        if (kind === 'other')
            leftOut.push(path);
        else
            files.push({ path, kind, mode, size, target, inode, root, layer: layerOf(path) });
    }
    return { files, leftOut };
}
/** A slug's files in the order in which they are packed, which is that of a walk. */
function inPackOrder(files) {
    return files.toSorted((a, b) => comparePaths(a.path, b.path));
}

;// CONCATENATED MODULE: ./lib/slug/tar.js


const BLOCK = 512;
/** Every name in a slug starts with this: Heroku unpacks `./app` and ignores the rest (Dev Center: platform-api-deploying-slugs). */
const SLUG_ROOT = './app/';
/** Bytes: two empty blocks end a tar archive. */
const TAR_END = 2 * BLOCK;
/** How many zero bytes fill up the last 512-byte block of a file's content. */
function padding(size) {
    return (BLOCK - (size % BLOCK)) % BLOCK;
}
/**
 * The header of one name in GNU tar's own format: owned by root, long names in `L` and `K` records, which hold any bytes.
 * @param time seconds since 1970
 * @param link an earlier name in the archive, of which this one is a hard link
 */
function tarHeader(file, time, link) {
    const { name, target } = namesOf(file, link);
    const size = file.kind === 'file' && link === undefined ? file.size : 0;
    const type = link === undefined ? TYPES[file.kind] : HARD_LINK;
    const records = [];
    if (target.length > SHORT)
        records.push(longRecord('K', target));
    if (name.length > SHORT)
        records.push(longRecord('L', name));
    records.push(record({ name, target, size, type, mode: file.mode, time }));
    return records.length === 1 ? records[0] : Buffer.concat(records);
}
/** Type flags (GNU tar: src/tar.h). */
const HARD_LINK = '1';
const TYPES = { file: '0', symlink: '2', directory: '5' };
/** How many bytes `tarHeader` makes. */
function headerBytes(file, link) {
    const { name, target } = namesOf(file, link);
    const long = (text) => (text.length > SHORT ? BLOCK + text.length + 1 + padding(text.length + 1) : 0);
    return BLOCK + long(name) + long(target);
}
/** Bytes of a name that fit into a header's field. */
const SHORT = 100;
function namesOf(file, link) {
    const isFolder = file.kind === 'directory' && file.path !== '';
    return {
        name: SLUG_ROOT + file.path + (isFolder ? '/' : ''),
        target: link !== undefined ? SLUG_ROOT + link : (file.target ?? '')
    };
}
function longRecord(type, text) {
    const size = text.length + 1;
    const body = Buffer.alloc(size + padding(size));
    body.write(text, 'latin1');
    return Buffer.concat([record({ name: '././@LongLink', target: '', size, type, mode: 0o644, time: 0 }), body]);
}
function record({ name, target, size, type, mode, time }) {
    const header = Buffer.alloc(BLOCK);
    header.write(name.slice(0, SHORT), 0, 'latin1');
    header.write(octal(mode, 7), 100);
    header.write(octal(0, 7), 108); // uid and gid: root
    header.write(octal(0, 7), 116);
    if (size < 8 ** 11)
        header.write(octal(size, 11), 124);
    else
        base256(header, 124, 12, size);
    header.write(octal(time, 11), 136);
    header.write('        ', 148);
    header.write(type, 156);
    header.write(target.slice(0, SHORT), 157, 'latin1');
    header.write('ustar  \0', 257);
    header.write('root', 265);
    header.write('root', 297);
    let sum = 0;
    for (const byte of header)
        sum += byte;
    header.write(`${octal(sum, 6)}\0 `, 148);
    return header;
}
function octal(value, digits) {
    return value.toString(8).padStart(digits, '0');
}
/** GNU's form for numbers that are too large for octal digits: files of 8 GiB and more. */
function base256(header, offset, length, value) {
    header.writeUInt8(0x80, offset);
    header.writeBigUInt64BE(BigInt(value), offset + length - 8);
}

;// CONCATENATED MODULE: ./lib/slug/pack-worker.js





/** The program of a packing thread: it hashes files and compresses blocks, and answers each task with one message. */
const CHUNK = 1024 * 1024;
const buffer = Buffer.allocUnsafe(CHUNK);
function hashFiles({ files }) {
    return { digests: files.map(({ path, size }) => hashFile(path, size)) };
}
function hashFile(path, size) {
    const fd = openFile(path);
    try {
        if (size <= CHUNK) {
            readExactly(fd, buffer, 0, size, 0, path);
            return (0,external_node_crypto_namespaceObject.hash)('sha256', buffer.subarray(0, size), 'base64');
        }
        const whole = (0,external_node_crypto_namespaceObject.createHash)('sha256');
        for (let at = 0; at < size; at += CHUNK) {
            const length = Math.min(CHUNK, size - at);
            readExactly(fd, buffer, 0, length, at, path);
            whole.update(buffer.subarray(0, length));
        }
        return whole.digest('base64');
    }
    finally {
        (0,external_node_fs_namespaceObject.closeSync)(fd);
    }
}
/** Holds a block before it is compressed. It is used again: one for each block would not be collected in time. */
let space = Buffer.allocUnsafe(0);
function compress({ rawBytes, parts, level, store }) {
    if (space.length < rawBytes)
        space = Buffer.allocUnsafe(rawBytes);
    const raw = space.subarray(0, rawBytes);
    let at = 0;
    for (const part of parts) {
        if (part.header) {
            const header = tarHeader(part.header.file, part.header.time, part.header.link);
            raw.set(header, at);
            at += header.length;
        }
        if (part.to > part.from) {
            const fd = openFile(part.path);
            try {
                readExactly(fd, raw, at, part.to - part.from, part.from, part.path);
            }
            finally {
                (0,external_node_fs_namespaceObject.closeSync)(fd);
            }
            at += part.to - part.from;
        }
        raw.fill(0, at, at + part.pad);
        at += part.pad;
    }
    const deflated = (0,external_node_zlib_namespaceObject.deflateRawSync)(raw, { level, memLevel: 8, chunkSize: CHUNK, finishFlush: external_node_zlib_namespaceObject.constants.Z_SYNC_FLUSH });
    const answer = { bytes: new Uint8Array(deflated), crc: (0,external_node_zlib_namespaceObject.crc32)(raw) };
    if (store)
        writeStored(store, answer, rawBytes);
    return answer;
}
const STORE_HEADER = 12;
/** A block that an earlier build kept; none if the file is missing or damaged. */
function readStored({ store, rawBytes }) {
    const file = contentOf(store, STORE_HEADER + 2 * rawBytes + CHUNK);
    if (file === undefined || file.length < STORE_HEADER || file.readUInt32LE(0) !== rawBytes)
        return {};
    const bytes = file.subarray(STORE_HEADER);
    if ((0,external_node_zlib_namespaceObject.crc32)(bytes, file.readUInt32LE(4)) !== file.readUInt32LE(8))
        return {};
    // A copy: Node reads small files into shared memory, which cannot be transferred.
    return { block: { bytes: new Uint8Array(bytes), crc: file.readUInt32LE(4) } };
}
/** The bytes of a file that is not larger; undefined if there is none. A link, a pipe or a device is none: they have no end. */
function contentOf(store, most) {
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = external_node_fs_namespaceObject.constants;
    try {
        const fd = (0,external_node_fs_namespaceObject.openSync)(store, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
        try {
            const status = (0,external_node_fs_namespaceObject.fstatSync)(fd);
            return status.isFile() && status.size <= most ? (0,external_node_fs_namespaceObject.readFileSync)(fd) : undefined;
        }
        finally {
            (0,external_node_fs_namespaceObject.closeSync)(fd);
        }
    }
    catch {
        return undefined;
    }
}
function writeStored(store, { bytes, crc }, rawBytes) {
    const header = Buffer.alloc(STORE_HEADER);
    header.writeUInt32LE(rawBytes, 0);
    header.writeUInt32LE(crc, 4);
    header.writeUInt32LE((0,external_node_zlib_namespaceObject.crc32)(bytes, crc), 8); // it covers the checksum, too
    // Another build may keep the same one, also one of another container, where numbers of processes are the same.
    const part = `${store}.${(0,external_node_crypto_namespaceObject.randomUUID)()}.part`;
    try {
        (0,external_node_fs_namespaceObject.writeFileSync)(part, Buffer.concat([header, bytes]));
        (0,external_node_fs_namespaceObject.renameSync)(part, store);
    }
    catch {
        // The store only saves time. Writing the slug itself will report a full disk.
        removeQuietly(part);
    }
}
function removeQuietly(file) {
    try {
        (0,external_node_fs_namespaceObject.rmSync)(file, { force: true });
    }
    catch {
        // The next build that packs all removes it.
    }
}
function openFile(path) {
    return (0,external_node_fs_namespaceObject.openSync)(Buffer.from(path, 'latin1'), 'r');
}
function readExactly(fd, into, offset, length, position, path) {
    let done = 0;
    while (done < length) {
        const count = (0,external_node_fs_namespaceObject.readSync)(fd, into, offset + done, length - done, position + done);
        if (count === 0)
            throw new Error(`${Buffer.from(path, 'latin1').toString()} became shorter while it was packed`);
        done += count;
    }
}
external_node_worker_threads_namespaceObject.parentPort?.on('message', (task) => {
    try {
        if (task.kind === 'hash')
            external_node_worker_threads_namespaceObject.parentPort?.postMessage(hashFiles(task));
        else if (task.kind === 'stored') {
            const answer = readStored(task);
            external_node_worker_threads_namespaceObject.parentPort?.postMessage(answer, answer.block ? [answer.block.bytes.buffer] : []);
        }
        else {
            const answer = compress(task);
            external_node_worker_threads_namespaceObject.parentPort?.postMessage(answer, [answer.bytes.buffer]);
        }
    }
    catch (error) {
        external_node_worker_threads_namespaceObject.parentPort?.postMessage({ error: error });
    }
});

