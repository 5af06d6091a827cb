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
;// CONCATENATED MODULE: ./src/slug/pack-worker.ts




/** The program of a packing thread: reads files, hashes them, compresses blocks. It answers each task with one message. */
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
/** Holds a block before it is compressed; kept, since a new one for each block is memory that nobody collects in time. */
let space = Buffer.allocUnsafe(0);
function compress({ rawBytes, parts, level, store }) {
    if (space.length < rawBytes)
        space = Buffer.allocUnsafe(rawBytes);
    const raw = space.subarray(0, rawBytes);
    let at = 0;
    for (const part of parts) {
        if (part.header) {
            raw.set(part.header, at);
            at += part.header.length;
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
/** A block of an earlier build. */
function readStored({ store, rawBytes }) {
    let file;
    try {
        file = (0,external_node_fs_namespaceObject.readFileSync)(store);
    }
    catch {
        return {};
    }
    if (file.length < STORE_HEADER || file.readUInt32LE(0) !== rawBytes)
        return {};
    const bytes = file.subarray(STORE_HEADER);
    if ((0,external_node_zlib_namespaceObject.crc32)(bytes) !== file.readUInt32LE(8))
        return {};
    // A copy: small files come in memory that they share, and that cannot be handed over.
    return { block: { bytes: new Uint8Array(bytes), crc: file.readUInt32LE(4) } };
}
function writeStored(store, { bytes, crc }, rawBytes) {
    const header = Buffer.alloc(STORE_HEADER);
    header.writeUInt32LE(rawBytes, 0);
    header.writeUInt32LE(crc, 4);
    header.writeUInt32LE((0,external_node_zlib_namespaceObject.crc32)(bytes), 8);
    const part = `${store}.${process.pid}.part`;
    try {
        (0,external_node_fs_namespaceObject.writeFileSync)(part, Buffer.concat([header, bytes]));
        (0,external_node_fs_namespaceObject.renameSync)(part, store);
    }
    catch {
        // The store only saves time: a full disk is found where the slug itself is written.
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

