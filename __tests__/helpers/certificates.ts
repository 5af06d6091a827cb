import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

export interface Pair {
  readonly cert: string
  readonly key: string
}

const CURVE = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

/** A certificate authority of a test's own. */
export class Authority {
  /** Its own certificate. */
  readonly cert: string
  readonly #folder: string
  #count = 0

  constructor(folder: string, name = 'Test authority') {
    this.#folder = folder
    const subject = ['-x509', '-days', '3650', '-subj', `/O=${name}/CN=${name}`]
    openssl(folder, 'req', ...CURVE, ...subject, '-keyout', 'ca.key', '-out', 'ca.pem')
    this.cert = readFileSync(path.join(folder, 'ca.pem'), 'utf8')
  }

  /** A certificate for names, that ends in so many days; with -1 it has ended. */
  issue(names: readonly string[], days = 90): Pair {
    const file = `${++this.#count}`
    const subject = ['-subj', `/CN=${names[0]}`, '-addext', `subjectAltName=${names.map(name => `DNS:${name}`).join()}`]
    openssl(this.#folder, 'req', ...CURVE, ...subject, '-keyout', `${file}.key`, '-out', `${file}.csr`)
    const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-copy_extensions', 'copy', '-days', `${days}`]
    openssl(this.#folder, 'x509', '-req', '-in', `${file}.csr`, ...signing, '-out', `${file}.pem`)
    return { cert: this.#read(`${file}.pem`), key: this.#read(`${file}.key`) }
  }

  /** An authority below this one, which servers must send along. */
  below(folder: string): { authority: Authority; chain: string } {
    writeFileSync(path.join(folder, 'v3.cnf'), 'basicConstraints=critical,CA:true\n')
    const between = new Authority(folder, 'Authority between')
    writeFileSync(path.join(folder, 'root.pem'), this.cert)
    writeFileSync(path.join(folder, 'root.key'), this.#read('ca.key'))
    openssl(folder, 'req', '-new', '-key', 'ca.key', '-subj', '/CN=Authority between', '-out', 'ca.csr')
    const signing = ['-CA', 'root.pem', '-CAkey', 'root.key', '-days', '300', '-extfile', 'v3.cnf']
    openssl(folder, 'x509', '-req', '-in', 'ca.csr', ...signing, '-out', 'ca.pem')
    return { authority: between, chain: readFileSync(path.join(folder, 'ca.pem'), 'utf8') }
  }

  #read(file: string): string {
    return readFileSync(path.join(this.#folder, file), 'utf8')
  }
}

function openssl(folder: string, ...args: string[]): void {
  execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'ignore'] })
}
