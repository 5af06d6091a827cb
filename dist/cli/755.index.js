export const id = 755;
export const ids = [755];
export const modules = {

/***/ 7755:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  runCommand: () => (/* binding */ run_runCommand)
});

// EXTERNAL MODULE: ./lib/runtime/index.js + 5 modules
var lib_runtime = __webpack_require__(9);
// EXTERNAL MODULE: ./lib/config/index.js + 10 modules
var lib_config = __webpack_require__(5082);
;// CONCATENATED MODULE: ./lib/mastodon/dependencies.js

const GEM = /^[A-Za-z0-9][\w.-]{0,99}$/;
const PACKAGE = /^(?:@[\w.~-]{1,100}\/)?[\w.~-]{1,200}$/;
const VERSION = /^[\w.+-]{1,100}$/;
/** What the lock files of a tree name, in the order of the names. A file that is not there, or is no lock file, names nothing. */
function readDependencies(root) {
    return {
        gems: sorted(gemsOf((0,lib_runtime/* readTreeFile */.xt)(root, 'Gemfile.lock') ?? ''), GEM),
        packages: sorted(packagesOf((0,lib_runtime/* readTreeFile */.xt)(root, 'yarn.lock') ?? ''), PACKAGE)
    };
}
/** `specs:` lists gems with four spaces before them, what they need with six (bundler: lib/bundler/lockfile_parser.rb). */
function gemsOf(lock) {
    return [...lock.matchAll(/^ {4}(\S+) \(([^)\s]+)\)$/gm)].map(([, name = '', version = '']) => [
        name,
        // A platform behind the version: 1.18.3-x86_64-linux-gnu.
        version.split('-')[0]
    ]);
}
/** An entry begins with what was asked for, `"@a/b@npm:^1", "@a/b@npm:^2":`; both Yarns write its version below. */
function packagesOf(lock) {
    const entries = lock.matchAll(/^"?(@?[^@\s"]+)@[^\n]*:\n {2}version:? "?([^\s"]+)"?$/gm);
    return [...entries].map(([, name = '', version = '']) => [name, version]).filter(isNotOurs);
}
/** Yarn lists the workspaces of the tree itself under this version. */
function isNotOurs([, version]) {
    return version !== '0.0.0-use.local';
}
function sorted(dependencies, names) {
    const distinct = new Map(dependencies
        .filter(([name, version]) => names.test(name) && VERSION.test(version))
        .map(dependency => [dependency.join('\n'), dependency]));
    return [...distinct.values()].sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1));
}

;// CONCATENATED MODULE: ./lib/mastodon/redis-tls.js


/**
 * Lets stock Mastodon talk to Heroku Key-Value Store, whose certificate is self-signed (mastodon/mastodon#19824; upstream
 * has no setting for it). Files are added to the tree that is built, and none of upstream's is touched: an initializer
 * changes how the gems `redis` and `redis-client` connect, a module that is loaded before the streaming server changes
 * `tls.connect`. Both give up verification for the hosts and ports of Mastodon's own `rediss://` addresses alone. The
 * traffic is still encrypted; who is at the other end is not proven.
 */
/** What a person is told wherever such a slug is shown. */
const REDIS_NOT_VERIFIED = 'Redis certificate not verified (`redis-tls: no-verify`): the traffic to Redis is encrypted, but who answers is not proven';
/** Address of a Redis with TLS: host and port behind an optional user. Not by a URL parser, whose errors quote passwords. */
const ADDRESS = String.raw `rediss:\/\/(?:[^@\/]*@)?(\[[^\]]+\]|[^:\/?#]+)(?::(\d+))?`;
/**
 * `redis` 4 (Mastodon up to 4.5) connects by Redis::Connection::SSLSocket, and its driver hiredis knows no TLS;
 * `redis-client` (Sidekiq since 7, `redis` since 5) by what RedisClient::Config names, and its driver hiredis got
 * `verify_mode` late: so the Ruby driver is taken, whatever REDIS_DRIVER says. (redis/redis-rb: lib/redis/connection,
 * redis-rb/redis-client: lib/redis_client/config.rb.) It ends a boot, and with it the build, where it finds neither.
 */
const INITIALIZER = String.raw `# frozen_string_literal: true

# Added to the slug by mastodon-on-heroku for "redis-tls: no-verify": Redis on Heroku has a self-signed certificate.
# It is accepted from Mastodon's own Redis servers; every other certificate is verified as ever.
module MastodonOnHerokuRedisTls
  OWN = %w(REDIS_URL CACHE_REDIS_URL SIDEKIQ_REDIS_URL).filter_map do |name|
    address = ENV.fetch(name, '').match(%r{\A${ADDRESS}}i)
    [address[1].delete('[]').downcase, (address[2] || 6379).to_i] if address
  end.freeze
  NO_VERIFY = { verify_mode: OpenSSL::SSL::VERIFY_NONE }.freeze

  def self.own?(host, port)
    OWN.include?([host.to_s.delete('[]').downcase, port.to_i])
  end

  module Socket
    def connect(host, port, timeout, ssl_params)
      ssl_params = (ssl_params || {}).merge(NO_VERIFY) if MastodonOnHerokuRedisTls.own?(host, port)
      super
    end
  end

  module Hiredis
    def connect(config)
      tls = config[:scheme] == 'rediss' || config[:ssl]
      return super unless tls && MastodonOnHerokuRedisTls.own?(config[:host], config[:port])

      Redis::Connection::Ruby.connect(config)
    end
  end

  module Config
    def driver
      own_tls? ? RedisClient.driver(:ruby) : super
    end

    def ssl_context
      return super unless own_tls?

      @mastodon_on_heroku_ssl_context ||= driver.ssl_context((ssl_params || {}).merge(NO_VERIFY))
    end

    private

    def own_tls?
      ssl && MastodonOnHerokuRedisTls.own?(host, port)
    end
  end

  def self.install
    clients = [install_in_redis, install_in_redis_client].compact
    raise 'it found neither the gem redis 4 nor redis-client' if clients.empty?
  rescue StandardError, LoadError => e
    abort "mastodon-on-heroku: redis-tls: no-verify does not fit this version of Mastodon (#{e.message}). " \
          'Take it out of the config, and use a Redis whose certificate can be verified.'
  end

  def self.install_in_redis
    return unless Redis::VERSION.start_with?('4.')

    # The last driver that was loaded is the default: that stays as it is.
    drivers = Redis::Connection.drivers.dup
    require 'redis/connection/ruby'
    Redis::Connection.drivers.replace(drivers) unless drivers.empty?
    prepend_to(Redis::Connection::SSLSocket.singleton_class, Socket)
    prepend_to(Redis::Connection::Hiredis.singleton_class, Hiredis) if defined?(Redis::Connection::Hiredis)
    true
  end

  def self.install_in_redis_client
    return unless defined?(RedisClient)

    %i(ssl ssl_params host port).each { |name| RedisClient::Config.instance_method(name) }
    RedisClient.driver(:ruby).method(:ssl_context)
    prepend_to(RedisClient::Config, Config)
    true
  end

  # A method that is not there, or takes other arguments, is an error at once.
  def self.prepend_to(target, changes)
    changes.instance_methods.each do |name|
      fits = target.instance_method(name).arity == changes.instance_method(name).arity
      raise "#{target.inspect} #{name}" unless fits
    end
    target.prepend(changes)
  end
end

MastodonOnHerokuRedisTls.install
`;
/** Loaded before the streaming server by `NODE_OPTIONS`. ioredis and pg both call `tls.connect` with options. */
const PRELOAD = String.raw `'use strict'
// Added to the slug by mastodon-on-heroku for "redis-tls: no-verify": Redis on Heroku has a self-signed certificate.
// It is accepted from the streaming server's own Redis; every other certificate is verified as ever.
const tls = require('node:tls')
const { syncBuiltinESMExports } = require('node:module')

const plain = host => String(host).replace(/[[\]]/g, '').toLowerCase()
const [, host, port = '6379'] = /^${ADDRESS}/i.exec(process.env.REDIS_URL || '') || []

if (host !== undefined) {
  const { connect } = tls
  const isOwn = options =>
    typeof options === 'object' && options !== null && !options.socket &&
    plain(options.host) === plain(host) && Number(options.port) === Number(port)
  const connectToOwn = (options, ...rest) =>
    connect(isOwn(options) ? { ...options, rejectUnauthorized: false } : options, ...rest)
  tls.connect = connectToOwn
  syncBuiltinESMExports()
  if (tls.connect !== connectToOwn) throw new Error('mastodon-on-heroku: redis-tls: no-verify does not fit this Node')
}
`;
const PRELOAD_FILE = '.mastodon-on-heroku/redis-tls.cjs';
/** What is added to the tree: path relative to the app's root, text. The initializer comes before Mastodon's own. */
const REDIS_TLS_FILES = {
    'config/initializers/000_mastodon_on_heroku_redis_tls.rb': INITIALIZER,
    [PRELOAD_FILE]: PRELOAD,
    '.profile.d/mastodon-on-heroku-redis-tls.sh': `export NODE_OPTIONS="\${NODE_OPTIONS:+$NODE_OPTIONS }--require \\"$HOME/${PRELOAD_FILE}\\""\n`
};
/** Major versions of the gems that the initializer knows. */
const KNOWN_GEMS = { redis: /^[456]\./, 'redis-client': /^0\./ };
/** Throws a `UserError` where the tree is none that the added files fit. */
function requireRedisTlsFits(root) {
    const { gems } = readDependencies(root);
    const versions = new Map(gems);
    const next = 'Take `redis-tls: no-verify` out of the config, and use a Redis whose certificate can be verified; or wait for a newer mastodon-on-heroku.';
    if (!versions.has('redis'))
        throw new lib_runtime/* UserError */.yo('`redis-tls: no-verify` has nothing to change: Gemfile.lock has no gem redis', next);
    for (const [gem, known] of Object.entries(KNOWN_GEMS)) {
        const version = versions.get(gem);
        if (version !== undefined && !known.test(version))
            throw new lib_runtime/* UserError */.yo(`\`redis-tls: no-verify\` does not know the gem ${gem} ${version} of this tree`, next);
    }
    if (versions.get('redis').startsWith('4.') || versions.has('redis-client'))
        return;
    throw new lib_runtime/* UserError */.yo('`redis-tls: no-verify` does not know how this tree connects: there is no gem redis-client', next);
}

;// CONCATENATED MODULE: ./lib/mastodon/tree.js

const VERSION_FILE = 'lib/mastodon/version.rb';
/** Reads lib/mastodon/version.rb, package.json's neighbours and Gemfile.lock of a tree. */
function readMastodon(root) {
    const gemfileLock = (0,lib_runtime/* readTreeFile */.xt)(root, 'Gemfile.lock') ?? '';
    const hasVite = ['vite.config.mts', 'vite.config.ts', 'vite.config.js'].some(file => (0,lib_runtime/* readTreeFile */.xt)(root, file) !== undefined);
    return {
        version: parseVersion((0,lib_runtime/* readTreeFile */.xt)(root, VERSION_FILE)),
        bundler: hasVite ? 'vite' : 'webpack',
        rubyNeedsNode: /^ {4}execjs \(/m.test(gemfileLock)
    };
}
/** lib/mastodon/version.rb spells the version as methods: `def major`, `def minor`, `def patch`, `def default_prerelease`. */
function parseVersion(file) {
    if (file === undefined)
        return undefined;
    const [major, minor, patch] = ['major', 'minor', 'patch'].map(name => new RegExp(`def ${name}\\s+(\\d+)\\s`).exec(file)?.[1]);
    if (major === undefined || minor === undefined || patch === undefined)
        return undefined;
    const prerelease = /def default_prerelease\s+['"]([\w.-]+)['"]/.exec(file)?.[1];
    return `${major}.${minor}.${patch}${prerelease ? `-${prerelease}` : ''}`;
}
/**
 * Build-time variables with which Mastodon's assets compile without a secret. Rails boots for `assets:precompile`:
 * since 4.3 it wants the Active Record encryption keys, for which SECRET_KEY_BASE_DUMMY stands in
 * (mastodon/mastodon: config/initializers/active_record_encryption.rb, Dockerfile); until 4.3 it wants OTP_SECRET and
 * SECRET_KEY_BASE (Dockerfile of 4.2). Placeholders only: they are files of ENV_DIR and reach no dyno.
 */
function buildVariables(root) {
    const knowsDummy = (0,lib_runtime/* readTreeFile */.xt)(root, 'config/initializers/active_record_encryption.rb') !== undefined;
    if (knowsDummy)
        return { SECRET_KEY_BASE_DUMMY: '1' };
    return { OTP_SECRET: 'precompile_placeholder', SECRET_KEY_BASE: 'precompile_placeholder' };
}

;// CONCATENATED MODULE: ./lib/mastodon/migrations.js
/**
 * What a tree's migrations do to a live instance, read from their text. Nothing here runs Ruby: the files may come from
 * a pull request. Where the text is unclear it errs towards a marker that is not needed.
 *
 * Two phases, as in mastodon/mastodon:lib/mastodon/database.rb: `db/migrate` runs before the new code serves,
 * `db/post_migrate` after no older code is left.
 */
/** Rails takes files of folders below the migration path too (rails/rails: MigrationContext#migration_files). */
const MIGRATION_PATH = /^db\/(migrate|post_migrate)\/(?:.+\/)?(\d{14})_([a-z0-9_]+)\.rb$/;
/** Reads the migrations among the files of a tree (paths relative to its root), oldest first; other files are left out. */
function readMigrations(files) {
    return files
        .flatMap(file => readMigration(file.path, file.text))
        .sort((one, other) => (one.version < other.version ? -1 : one.version > other.version ? 1 : 0));
}
function readMigration(path, text) {
    const [, folder, version, name] = MIGRATION_PATH.exec(path) ?? [];
    if (version === undefined || name === undefined)
        return [];
    const forward = forwardOnly(splitRuby(text));
    return [
        {
            version,
            name,
            phase: folder === 'post_migrate' ? 'post' : 'pre',
            long: findMarkers(LONG, forward, text),
            destructive: findMarkers(DESTRUCTIVE, forward, text)
        }
    ];
}
/**
 * Whether older code can run on the database as it is now. `applied` is what `schema_migrations` holds, `oldVersions`
 * what the old tree's files (both folders) are named after, and what it has been seen to run with; `migrations` are
 * those of every newer tree at hand. Going back does not run any `down`, so a reversible migration is no excuse: after
 * 4.7's `migrate_local_account_keypairs` older code finds no keys (mastodon/mastodon:db/post_migrate).
 */
function rollbackVerdict(state) {
    const unknown = [...new Set(state.applied)].filter(version => !state.oldVersions.has(version)).sort();
    const isUnknown = new Set(unknown);
    const because = state.migrations.filter(one => isUnknown.has(one.version) && one.destructive.length > 0);
    const readable = new Set(state.migrations.map(one => one.version));
    const unreadable = unknown.filter(version => !readable.has(version));
    return because.length > 0 || unreadable.length > 0 ? { safe: false, because, unreadable } : { safe: true, unknown };
}
/** Reads the numbers with which `db:pre_migration_check` stops (mastodon/mastodon:lib/tasks/db.rake). */
function breakpoints(dbRakeText) {
    const { code } = splitRuby(dbRakeText);
    const postgres = /\bpg_version\s*<\s*(\d[\d_]{0,19})/.exec(code)?.[1];
    const schema = /\bschema_version\s*<\s*(\d{4}_?\d{2}_?\d{2}_?\d{6})\b/.exec(code)?.[1];
    const version = schema === undefined ? undefined : /\bearlier than (\d+\.\d+\.\d+)/.exec(dbRakeText)?.[1];
    return {
        ...(postgres !== undefined && { postgres: Number(postgres.replaceAll('_', '')) }),
        ...(schema !== undefined && { schema: schema.replaceAll('_', '') }),
        ...(version !== undefined && { version })
    };
}
const SQL_UPDATE = /(?<!\b(?:ON|FOR)\s+)\bUPDATE\s[^;]{0,200}?\bSET\b/gi;
const SQL_DELETE = /\bDELETE\s+FROM\b/gi;
const LONG = [
    { where: 'code', pattern: /\bdisable_ddl_transaction!/g, why: 'runs outside a transaction' },
    { where: 'code', pattern: /:concurrently\b/g, why: 'builds or drops an index while writes go on' },
    { where: 'code', pattern: /\b(?:in_batches|find_each|find_in_batches)\b/g, why: 'walks over rows' },
    { where: 'code', pattern: /\b\w+_in_batches\b/g, why: 'walks over rows' },
    { where: 'code', pattern: /\bmigration_duration_warning\b/g, why: 'its authors warn that it takes long' },
    { where: 'code', pattern: /\brefresh_materialized_view\b/g, why: 'computes a materialized view' },
    { where: 'sql', pattern: /\bREFRESH\s+MATERIALIZED\s+VIEW\b/gi, why: 'computes a materialized view' },
    { where: 'sql', pattern: /\bINDEX\s+CONCURRENTLY\b/gi, why: 'builds or drops an index while writes go on' },
    { where: 'sql', pattern: SQL_UPDATE, why: 'rewrites rows' },
    { where: 'sql', pattern: SQL_DELETE, why: 'deletes rows' }
];
/** Parts of a table that hold no data: without them older code still works. */
const NO_DATA = 'INDEX|CONSTRAINT|DEFAULT|NOT\\s+NULL|EXPRESSION|IDENTITY';
const SAME_STATEMENT = '(?:(?!\\bALTER\\s+(?:TABLE|VIEW|MATERIALIZED|TYPE|SCHEMA)\\b)[^;])*?';
const OF_ALTER = `\\bALTER\\s+(?:TABLE|VIEW|MATERIALIZED\\s+VIEW|TYPE|SCHEMA)\\b${SAME_STATEMENT}`;
const DESTRUCTIVE = [
    {
        where: 'code',
        pattern: /\b(?:remove_columns?|remove_references?|remove_belongs_to|remove_timestamps|remove_attachment)\b|\bt\.remove\b/g,
        why: 'drops a column'
    },
    { where: 'code', pattern: /\b(?:drop_table|drop_join_table|drop_schema|drop_enum)\b/g, why: 'drops a table or type' },
    { where: 'code', pattern: /\b(?:drop_view|update_view)\b/g, why: 'drops a view' },
    {
        where: 'code',
        pattern: /\b(?:rename_table|rename_column|rename_column_concurrently|cleanup_concurrent_column_rename)\b|\bt\.rename\b/g,
        why: 'renames what older code asks for'
    },
    {
        where: 'code',
        pattern: /\b(?:change_column|change_column_type_concurrently|cleanup_concurrent_column_type_change)\b|\bt\.change\b/g,
        why: 'changes the type of a column'
    },
    {
        where: 'code',
        pattern: /\b(?:change_column_null\b[^,;]{1,200},[^,;]{1,200}|t\.change_null\b[^,;]{1,200}),\s*false\b/g,
        why: 'refuses rows that older code writes'
    },
    {
        where: 'code',
        pattern: /(?:\.|&?:|\b)(?:delete_all|destroy_all|delete_by|destroy_by)\b|(?:\.|&:)destroy\b|(?:\.|&:)delete(?=\s*(?:$|[;})]|if\b|unless\b))/gm,
        why: 'deletes rows'
    },
    {
        where: 'code',
        pattern: /\b(?:update_all|update_columns?|update_attributes?|update_column_in_batches|upsert_all)\b|(?:\.|&:)(?:update!?|upsert|save!?)(?![\w?])/g,
        why: 'rewrites rows'
    },
    {
        where: 'sql',
        pattern: new RegExp('\\bDROP\\s+(?:TABLE|COLUMN|VIEW|MATERIALIZED\\s+VIEW|SCHEMA|TYPE|DOMAIN|SEQUENCE|FUNCTION|EXTENSION|DATABASE)\\b' +
            `|${OF_ALTER}\\bDROP\\s+(?!(?:${NO_DATA})\\b)\\S`, 'gi'),
        why: 'drops what older code asks for'
    },
    {
        where: 'sql',
        pattern: new RegExp(`${OF_ALTER}\\bRENAME\\s+(?!CONSTRAINT\\b)\\S`, 'gi'),
        why: 'renames what older code asks for'
    },
    {
        where: 'sql',
        pattern: new RegExp(`${OF_ALTER}\\bALTER\\s[^;]{0,300}?\\bTYPE\\b`, 'gi'),
        why: 'changes the type of a column'
    },
    { where: 'sql', pattern: SQL_DELETE, why: 'deletes rows' },
    { where: 'sql', pattern: /\bTRUNCATE\s+(?:TABLE\s+|ONLY\s+)?\S/gi, why: 'deletes rows' },
    { where: 'sql', pattern: SQL_UPDATE, why: 'rewrites rows' },
    { where: 'sql', pattern: /\bMERGE\s+INTO\b/gi, why: 'rewrites rows' }
];
/** A report has room for a few; a file of a million `drop_table` says no more. */
const MOST_MARKERS = 20;
const LONGEST_TEXT = 120;
function findMarkers(rules, ruby, text) {
    const lineAt = lineFinder(text);
    const found = new Map();
    for (const rule of rules) {
        for (const match of ruby[rule.where].matchAll(rule.pattern)) {
            const line = lineAt(match.index);
            found.set(`${line} ${rule.why}`, { line, text: oneLine(wholeLines(text, match)), why: rule.why });
        }
    }
    return [...found.values()].sort((one, other) => one.line - other.line).slice(0, MOST_MARKERS);
}
/** The lines that a match touches: a statement in a heredoc is often spread over several. */
function wholeLines(text, match) {
    const from = text.lastIndexOf('\n', match.index) + 1;
    const to = text.indexOf('\n', match.index + match[0].length);
    return text.slice(from, to === -1 ? undefined : to);
}
function oneLine(lines) {
    const clean = lines.replace(/[\p{Cc}\p{Cf}\p{Z}]+/gu, ' ').trim();
    const characters = [...clean];
    return characters.length > LONGEST_TEXT ? `${characters.slice(0, LONGEST_TEXT - 1).join('')}…` : clean;
}
function lineFinder(text) {
    const starts = [0];
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1))
        starts.push(at + 1);
    return offset => {
        let low = 0;
        let high = starts.length;
        while (high - low > 1) {
            const middle = (low + high) >> 1;
            if (starts[middle] <= offset)
                low = middle;
            else
                high = middle;
        }
        return low + 1;
    };
}
/**
 * Tells code from strings and comments: a scanner for the Ruby that migrations are written in, not a parser. A file
 * that it loses its way in (a string that never ends) counts as both, whole.
 */
function splitRuby(text) {
    const scanner = new RubyScanner(text);
    return scanner.scan() ? { code: scanner.only('code'), sql: scanner.only('sql') } : { code: text, sql: text };
}
const CLOSING = { '(': ')', '[': ']', '{': '}', '<': '>' };
const HEREDOC = /<<([~-]?)(["'`]?)([A-Za-z_]\w*)\2/y;
const PERCENT = /%([qQwWiIrsx]?)([([{<|!/])/y;
/** After these a `/`, `%` or `<<` begins a literal; after a word or a closing bracket it is an operator. */
const BEFORE_LITERAL = /(?:^|[(,=~!|&{[;:?+\n]|\b(?:if|unless|when|and|or|not|return|execute|puts|say)[ \t])[ \t]*$/;
/** Strings in interpolations in strings: nobody writes that many. */
const DEEPEST = 20;
class RubyScanner {
    #text;
    #parts;
    #at = 0;
    #lost = false;
    #depth = 0;
    #heredocs = [];
    constructor(text) {
        this.#text = text;
        this.#parts = new Array(text.length).fill('nothing');
    }
    /** False where the file does not end in code. */
    scan() {
        this.#code(undefined);
        return !this.#lost;
    }
    only(wanted) {
        const kept = [];
        for (let index = 0; index < this.#text.length; index++) {
            const character = this.#text[index];
            const part = this.#parts[index];
            if (character === '\n')
                kept.push('\n');
            else if (part === wanted || (part === 'interpolation' && wanted === 'code'))
                kept.push(character);
            else
                kept.push(part === 'interpolation' ? 'x' : ' ');
        }
        return kept.join('');
    }
    /** Reads code up to the end of the file, or, inside an interpolation, up to its closing bracket. */
    #code(until) {
        const part = until === undefined ? 'code' : 'interpolation';
        let open = 0;
        while (this.#at < this.#text.length) {
            const character = this.#text[this.#at];
            if (character === '\n')
                this.#newline();
            else if (character === '#')
                this.#skipLine();
            else if (character === "'")
                this.#string("'", undefined, false);
            else if (character === '"' || character === '`')
                this.#string(character, undefined, true);
            else if (this.#literal(character))
                continue;
            else if (character === until && open === 0)
                return;
            else {
                if (character === '{')
                    open++;
                if (character === '}')
                    open--;
                this.#take(part);
            }
        }
        if (until !== undefined)
            this.#lost = true;
    }
    #take(part) {
        this.#parts[this.#at++] = part;
    }
    #skipLine() {
        const end = this.#text.indexOf('\n', this.#at);
        this.#at = end === -1 ? this.#text.length : end;
    }
    #newline() {
        this.#at++;
        const waiting = this.#heredocs;
        this.#heredocs = [];
        for (const heredoc of waiting)
            this.#heredocBody(heredoc);
        if (this.#text.startsWith('=begin', this.#at))
            this.#skipTo(/^=end\b.*$/gm);
        if (/^__END__\r?$/m.test(this.#text.slice(this.#at, this.#at + 9)))
            this.#at = this.#text.length;
    }
    #skipTo(end) {
        end.lastIndex = this.#at;
        const found = end.exec(this.#text);
        this.#at = found === null ? this.#text.length : end.lastIndex;
    }
    /** Reads a heredoc's opening, a %-literal or a regular expression; false where none begins here. */
    #literal(character) {
        if (character === '<')
            return this.#heredocOpening();
        if (character !== '%' && character !== '/')
            return false;
        if (!BEFORE_LITERAL.test(this.#text.slice(Math.max(0, this.#at - 20), this.#at)))
            return false;
        if (character === '/')
            return this.#regularExpression();
        PERCENT.lastIndex = this.#at;
        const found = PERCENT.exec(this.#text);
        if (found === null)
            return false;
        const [whole, kind, opening] = found;
        this.#at += whole.length - 1;
        this.#string(CLOSING[opening] ?? opening, CLOSING[opening] && opening, !'qwis'.includes(kind) || kind === '');
        return true;
    }
    #regularExpression() {
        const found = /^\/(?:[^/\\\n]|\\.)+\//.exec(this.#text.slice(this.#at, this.#at + 2000));
        if (found === null)
            return false;
        this.#at += found[0].length;
        return true;
    }
    #heredocOpening() {
        HEREDOC.lastIndex = this.#at;
        const found = HEREDOC.exec(this.#text);
        if (found === null)
            return false;
        const [whole, indent, quote, name] = found;
        // `list <<Name` and `class <<self` look like one; a heredoc has its end further down.
        const end = new RegExp(`^${indent === '' ? '' : '[ \\t]*'}${name}\\r?$`, 'gm');
        end.lastIndex = this.#at;
        if (end.exec(this.#text) === null)
            return false;
        for (const after = this.#at + whole.length; this.#at < after;)
            this.#take('code');
        this.#heredocs.push({ end, interpolates: quote !== "'" });
        return true;
    }
    #heredocBody(heredoc) {
        heredoc.end.lastIndex = this.#at;
        const found = heredoc.end.exec(this.#text);
        if (found === null) {
            this.#lost = true;
            return;
        }
        while (this.#at < found.index)
            this.#stringCharacter(heredoc.interpolates);
        this.#at = Math.max(this.#at, found.index + found[0].length);
    }
    /** Reads a string from its opening to its closing character; brackets of the same kind nest. */
    #string(closing, opening, interpolates) {
        this.#at++;
        let open = 0;
        while (this.#at < this.#text.length) {
            const character = this.#text[this.#at];
            if (character === opening)
                open++;
            if (character === closing && open-- === 0) {
                this.#at++;
                return;
            }
            this.#stringCharacter(interpolates);
        }
        this.#lost = true;
    }
    #stringCharacter(interpolates) {
        if (this.#text[this.#at] === '\\') {
            this.#take('nothing');
            if (this.#at < this.#text.length)
                this.#take('nothing');
        }
        else if (interpolates && this.#text.startsWith('#{', this.#at)) {
            this.#interpolation();
        }
        else
            this.#take('sql');
    }
    #interpolation() {
        this.#take('interpolation');
        this.#take('interpolation');
        if (++this.#depth > DEEPEST)
            return this.#giveUp();
        this.#code('}');
        this.#depth--;
        if (this.#at < this.#text.length)
            this.#take('interpolation');
    }
    #giveUp() {
        this.#lost = true;
        this.#at = this.#text.length;
    }
}
/** Blanks what only runs backwards: `def down`, the methods that only it calls, and `dir.down` of a `reversible`. */
function forwardOnly(ruby) {
    const methods = findMethods(ruby.code);
    const backwards = onlyBackwards(ruby.code, methods);
    const ranges = [...backwards, ...findDownBlocks(ruby.code)];
    return { code: blank(ruby.code, ranges), sql: blank(ruby.sql, ranges) };
}
/** Methods are found by their indentation: `end` stands below `def`. One that does not is left as if it were code. */
function findMethods(code) {
    return [...code.matchAll(/^([ \t]*)def[ \t]+(?:self\.)?(\w+[?!]?)([^\n]*)/gm)].flatMap(match => {
        const [head, indent, name, rest] = match;
        const to = /;[ \t]*end\b/.test(rest)
            ? match.index + head.length
            : endOfBlock(code, match.index + head.length, indent);
        return to === undefined ? [] : [{ name, from: match.index, to }];
    });
}
/** The offset behind the `end` of that indentation, or undefined where something else stands there first. */
function endOfBlock(code, from, indent) {
    const next = new RegExp(`^${indent}(end\\b|def\\b|class\\b|module\\b)`, 'gm');
    next.lastIndex = from;
    const found = next.exec(code);
    return found?.[1] === 'end' ? next.lastIndex : undefined;
}
function onlyBackwards(code, methods) {
    const bodies = new Map();
    for (const { name, from, to } of methods)
        bodies.set(name, `${bodies.get(name) ?? ''}\n${code.slice(from, to)}`);
    const forward = reachable(`${blank(code, methods)}\nup change`, bodies);
    const backward = reachable('down', bodies);
    return methods.filter(({ name }) => backward.has(name) && !forward.has(name));
}
/** Names of the methods that the text mentions, and of those that they mention. */
function reachable(text, bodies) {
    const seen = new Set();
    const waiting = [text];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        for (const word of new Set(next.match(/\w+[?!]?/g))) {
            const body = bodies.get(word);
            if (body === undefined || seen.has(word))
                continue;
            seen.add(word);
            waiting.push(body);
        }
    }
    return seen;
}
function findDownBlocks(code) {
    return [...code.matchAll(/^([ \t]*)\w+\.down[ \t]*(do\b[^\n]*$|\{[^{}\n]*\}[ \t]*$|\{[ \t]*$)/gm)].flatMap(match => {
        const [head, indent, body] = match;
        const from = match.index;
        if (/\}[ \t]*$/.test(body))
            return [{ from, to: from + head.length }];
        const closing = new RegExp(`^${indent}(?:end\\b|\\})`, 'gm');
        closing.lastIndex = from + head.length;
        return closing.exec(code) === null ? [] : [{ from, to: closing.lastIndex }];
    });
}
function blank(text, ranges) {
    const kept = [];
    let at = 0;
    for (const { from, to } of [...ranges].sort((one, other) => one.from - other.from)) {
        if (to <= at)
            continue;
        kept.push(text.slice(at, Math.max(at, from)), text.slice(Math.max(at, from), to).replace(/[^\n]/g, ' '));
        at = to;
    }
    return kept.join('') + text.slice(at);
}

// EXTERNAL MODULE: ./node_modules/valibot/dist/index.mjs
var dist = __webpack_require__(7934);
;// CONCATENATED MODULE: ./lib/mastodon/inside.js

/**
 * What only a process of the app itself can see, in one boot of Rails. The script prints a line of JSON a part behind a
 * marker that nobody could know before; a part that fails says why, and the others go on. It changes nothing. It holds no
 * single quote, so that it is one word of a shell.
 */
const SCRIPT = `
require "json"; require "open3"; require "time"; require "timeout"
clean = lambda { |text| text.to_s.dup.force_encoding("UTF-8").scrub.gsub(%r{\\S+://\\S+}, "...").lines.first.to_s.strip[0, 200] }
part = lambda do |name, &work|
  line = begin
    { part: name, value: Timeout.timeout(20) { work.call } }
  rescue StandardError, ScriptError => error
    { part: name, error: clean.call(error.class.to_s + ": " + error.message.to_s) }
  end
  $stdout.write("\\nMARKER " + JSON.generate(line) + "\\n")
  $stdout.flush
end
part.call("boot") do
  { ruby: RUBY_VERSION, mastodon: defined?(Mastodon::Version) ? Mastodon::Version.to_s : nil,
    memory: File.read("/proc/self/status")[/VmRSS:\\s+(\\d+)/, 1].to_i * 1024 }
end
part.call("ffmpeg") do
  tool = lambda do |variable, usual, *arguments|
    text, status = Open3.capture2e(ENV.fetch(variable, usual), *arguments)
    [status.success?, text.scrub]
  rescue SystemCallError => error
    [false, error.class == Errno::ENOENT ? "" : error.message]
  end
  tools = [%w[FFMPEG_BINARY ffmpeg], %w[FFPROBE_BINARY ffprobe]].map { |variable, usual| tool.call(variable, usual, "-version") }
  versions = tools.map { |good, text| good ? text[/version (\\S+)/, 1].to_s[0, 60] : nil }
  _, encoders = tool.call("FFMPEG_BINARY", "ffmpeg", "-hide_banner", "-encoders")
  { ffmpeg: versions[0], ffprobe: versions[1], encoders: encoders.scan(/^ [VAS]\\S{5} (\\S+)/).flatten & %w[libx264 aac libmp3lame],
    problem: tools.map { |good, text| good ? "" : clean.call(text) }.find { |text| text != "" } }
end
part.call("redis") do
  info = Sidekiq.redis { |redis| redis.call("INFO") }.to_s.scan(/^(\\w+):(.*?)\\r?$/).to_h
  { used: info.fetch("used_memory").to_i, most: info["maxmemory"].to_i, policy: info["maxmemory_policy"].to_s[0, 60],
    evicted: info["evicted_keys"].to_i, version: info["redis_version"].to_s[0, 60] }
end
part.call("sidekiq") do
  require "sidekiq/api"
  now = Time.now.to_f
  { processes: Sidekiq::ProcessSet.new.first(100).map { |process|
      { queues: Array(process["queues"]).first(50).map { |queue| queue.to_s[0, 60] }, threads: process["concurrency"].to_i,
        memory: process["rss"].to_i * 1024, silent: now - process["beat"].to_f } },
    queues: Sidekiq::Queue.all.first(50).map { |queue| { name: queue.name.to_s[0, 60], size: queue.size, latency: queue.latency.to_f } },
    dead: Sidekiq::DeadSet.new.size, retries: Sidekiq::RetrySet.new.size }
end
part.call("vacuum") do
  last = defined?(SidekiqScheduler::RedisManager) ? SidekiqScheduler::RedisManager.get_job_last_time("vacuum_scheduler") : Sidekiq.redis { |redis| redis.call("HGET", "sidekiq-scheduler:last_times", "vacuum_scheduler") }
  { ago: last && Time.now - Time.parse(last) }
end
part.call("retention") do
  %w[media content backups].zip(%i[media_cache_retention_period content_cache_retention_period backups_retention_period]).to_h do |name, setting|
    value = Setting.public_send(setting)
    [name, value.to_s == "" ? nil : value.to_i]
  end
end
part.call("postgres") do
  database = ActiveRecord::Base.connection
  role = database.select_value("SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user").to_i
  { bytes: database.select_value("SELECT pg_database_size(current_database())").to_i,
    connections: database.select_value("SELECT count(*) FROM pg_stat_activity WHERE usename = current_user").to_i,
    most: role.negative? ? database.select_value("SHOW max_connections").to_i : role,
    version: database.select_value("SHOW server_version").to_s[0, 60] }
end
part.call("migrations") do
  pool = ActiveRecord::Base.connection_pool
  context = pool.respond_to?(:migration_context) ? pool.migration_context : ActiveRecord::Base.connection.migration_context
  { pending: context.open.pending_migrations.size }
end
`;
/** A line for a dyno's `bash -c`. Post-deployment migrations count as pending, too. */
function insideCommand(marker) {
    return `env -u SKIP_POST_DEPLOYMENT_MIGRATIONS bundle exec rails runner '${SCRIPT.replaceAll('MARKER', marker)}'`;
}
const count = dist/* pipe */.FsL(dist/* number */.aig(), dist/* safeInteger */.Y2b(), dist/* minValue */.Wwf(0));
const figure = dist/* pipe */.FsL(dist/* number */.aig(), dist/* finite */.E2x());
const word = dist/* pipe */.FsL(dist/* string */.YjP(), dist/* maxLength */.Ru6(200));
const shapes = {
    /** `memory`: bytes of this process, booted as web and worker are. */
    boot: dist/* object */.Ikc({ ruby: word, mastodon: dist/* nullable */.mee(word), memory: count }),
    /** Versions; null where the program does not run. `problem`: what it said instead. */
    ffmpeg: dist/* object */.Ikc({
        ffmpeg: dist/* nullable */.mee(word),
        ffprobe: dist/* nullable */.mee(word),
        encoders: dist/* pipe */.FsL(dist/* array */.YOg(word), dist/* maxLength */.Ru6(10)),
        problem: dist/* nullable */.mee(word)
    }),
    /** Of Sidekiq's Redis. Bytes; `most` is 0 where there is no limit. */
    redis: dist/* object */.Ikc({ used: count, most: count, policy: word, evicted: count, version: word }),
    sidekiq: dist/* object */.Ikc({
        /** `silent`: seconds since its last heartbeat; `memory`: bytes, 0 where it does not say. */
        processes: dist/* pipe */.FsL(dist/* array */.YOg(dist/* object */.Ikc({ queues: dist/* pipe */.FsL(dist/* array */.YOg(word), dist/* maxLength */.Ru6(50)), threads: count, memory: count, silent: figure })), dist/* maxLength */.Ru6(100)),
        /** `latency`: seconds for which the oldest job waits. */
        queues: dist/* pipe */.FsL(dist/* array */.YOg(dist/* object */.Ikc({ name: word, size: count, latency: figure })), dist/* maxLength */.Ru6(50)),
        dead: count,
        retries: count
    }),
    /** Seconds since sidekiq-scheduler last started Mastodon's vacuum; null where it never did. */
    vacuum: dist/* object */.Ikc({ ago: dist/* nullable */.mee(figure) }),
    /** Days; null where nothing is set. */
    retention: dist/* object */.Ikc({ media: dist/* nullable */.mee(count), content: dist/* nullable */.mee(count), backups: dist/* nullable */.mee(count) }),
    /** Bytes; connections of this role, and how many it may have. */
    postgres: dist/* object */.Ikc({ bytes: count, connections: count, most: count, version: word }),
    migrations: dist/* object */.Ikc({ pending: count })
};
const line = dist/* object */.Ikc({
    part: dist/* picklist */.KIO(Object.keys(shapes)),
    value: dist/* optional */.lqM(dist/* unknown */.L5J()),
    error: dist/* optional */.lqM(word)
});
/** Reads the script's lines out of a dyno's output, which is hostile: what does not have its very shape is an error of its part. */
function readInside(output, marker) {
    const found = {};
    for (const text of output.split(/\r?\n/)) {
        if (!text.startsWith(`${marker} `))
            continue;
        const said = dist/* safeParse */.xLC(dist/* pipe */.FsL(dist/* string */.YjP(), dist/* parseJson */.qFJ(), line), text.slice(marker.length + 1));
        if (!said.success)
            continue;
        const { part, value, error } = said.output;
        const read = error === undefined ? dist/* safeParse */.xLC(shapes[part], value) : undefined;
        found[part] = read?.success ? { value: read.output } : { error: error ?? 'its answer has not the expected shape' };
    }
    return found;
}

;// CONCATENATED MODULE: ./lib/mastodon/place.js

/**
 * The instance as its users reach it: under WEB_DOMAIN, else LOCAL_DOMAIN. Undefined where neither is a name.
 * @param ownUrl the app's own address; where that is this machine, it is asked there under its name
 */
function instancePlace(config, ownUrl) {
    const domain = config['WEB_DOMAIN'] || config['LOCAL_DOMAIN'];
    if (!domain || !/^[\w.:-]{1,253}$/.test(domain))
        return undefined;
    if (ownUrl && (0,lib_runtime/* isLoopback */.U9)(new URL(ownUrl).hostname))
        return { url: ownUrl, host: domain };
    return { url: `https://${domain}/` };
}
/**
 * The streaming server as browsers reach it, by STREAMING_API_BASE_URL (`wss://live.example`). Without it Mastodon tells
 * browsers to look on the instance itself (mastodon: app/serializers/rest/instance_serializer.rb), where on Heroku no
 * streaming server can be. Undefined where it is not set or is no address.
 * @param ownUrl the streaming app's own address, as for `instancePlace`
 */
function streamingPlace(config, ownUrl) {
    const base = config['STREAMING_API_BASE_URL'];
    if (!base || !/^(wss?|https?):\/\//.test(base) || !URL.canParse(base))
        return undefined;
    const { host, protocol } = new URL(base);
    if (ownUrl && (0,lib_runtime/* isLoopback */.U9)(new URL(ownUrl).hostname))
        return { url: ownUrl, host };
    return { url: `${protocol === 'ws:' || protocol === 'http:' ? 'http' : 'https'}://${host}/` };
}

;// CONCATENATED MODULE: ./lib/mastodon/release.js
/**
 * What runs against the database around a release: a task that is added to the slug, and the commands of the release
 * phase and of one-off dynos. Every command is a line for a dyno's `bash -c`, holds nothing of the user's and may be
 * run again. None begins with a word that a Procfile may name a process type by: Heroku would run that type instead.
 */
/**
 * Rake's `-R` replaces the default folder `rakelib` and loads its files after the Rakefile, so the app's own tasks and
 * `:environment` are there (ruby/rake:lib/rake/application.rb). `rakelib` is named too, for forks that have one.
 */
const RAKE = 'bundle exec rake -R rakelib:.mastodon-on-heroku';
/** Any value counts as set, an empty one too (mastodon/mastodon:lib/mastodon/database.rb): so it is taken away. */
const BOTH_PHASES = 'env -u SKIP_POST_DEPLOYMENT_MIGRATIONS';
/**
 * The command of the `release` process type that is added to the slug. It decides by the state of the database each
 * time, as Heroku runs it again at every config change and rollback. `zero-downtime` leaves `db/post_migrate` alone,
 * `maintenance` runs both phases. Exits 0 where the database is ready for the code; it prints one line of the form
 * `mastodon-on-heroku: migrations before=588 after=607 ran=20260618114230,20260629124918` (counts of
 * `schema_migrations`; also on failure; `ran` is empty after a schema load).
 */
function releaseCommand(strategy) {
    const phases = strategy === 'zero-downtime' ? 'SKIP_POST_DEPLOYMENT_MIGRATIONS=true' : BOTH_PHASES;
    return `${phases} ${RAKE} mastodon_on_heroku:release`;
}
/** Runs what is pending of both phases, then asks that nothing is (exit 0). To be run when no older code is left. */
const POST_MIGRATE_COMMAND = `${BOTH_PHASES} bundle exec rails db:migrate db:abort_if_pending_migrations`;
/** Runs what is pending of the first phase, then asks that nothing of it is (exit 0). */
const PRE_MIGRATE_COMMAND = 'SKIP_POST_DEPLOYMENT_MIGRATIONS=true bundle exec rails db:migrate db:abort_if_pending_migrations';
/** Changes nothing: exits 0 where no migration of the first phase is pending. */
const PRE_PENDING_COMMAND = 'SKIP_POST_DEPLOYMENT_MIGRATIONS=true bundle exec rails db:abort_if_pending_migrations';
/** Changes nothing: exits 0 where no migration of either phase is pending, 1 and their names where one is. */
const PENDING_COMMAND = `${BOTH_PHASES} bundle exec rails db:abort_if_pending_migrations`;
/**
 * Changes nothing: prints the versions in `schema_migrations`, one a line, oldest first, and nothing where that table
 * does not exist. Rails is not booted. It connects by libpq, which takes Heroku's self-signed certificates; parameters
 * of DATABASE_URL that only Rails knows (`pool`) are left out, as libpq refuses them.
 */
const APPLIED_COMMAND = `bundle exec ruby -ruri -rpg -e '${[
    'url = URI(ENV.fetch("DATABASE_URL"))',
    'known = PG::Connection.conndefaults.map { |option| option[:keyword] }',
    'url.query = URI.encode_www_form(URI.decode_www_form(url.query.to_s).select { |name, _| known.include?(name) })',
    'begin',
    'rows = PG.connect(url.to_s).exec("SELECT version FROM schema_migrations ORDER BY version")',
    'rows.each_row { |version,| puts version }',
    'rescue PG::UndefinedTable',
    'end'
].join('; ')}'`;
/**
 * For a rehearsal: loads the schema of the tree into a database without applied migrations, and leaves the mark by which
 * the release task runs the seeds later, with the code that they belong to. Does nothing where migrations are applied.
 */
const BASE_SCHEMA_COMMAND = `applied="$(${APPLIED_COMMAND})" || exit 1; if [ -z "$applied" ]; then bundle exec rails db:schema:load && bundle exec ruby -rpg -e 'PG.connect(ENV.fetch("DATABASE_URL")).exec("CREATE TABLE IF NOT EXISTS mastodon_on_heroku_setup ()")'; fi`;
/**
 * Task `mastodon_on_heroku:release`. A first set-up takes two steps (load the schema, then seed) and may be killed in
 * between or fail in the seeds; the empty table `mastodon_on_heroku_setup` says so to the next run, which ends what was
 * begun. Loading drops tables that exist (`force: :cascade`), so it wants a database without any, or, after its own
 * mark, without any row. Upstream's seeds can be repeated (mastodon/mastodon:db/seeds).
 */
const RELEASE_TASK = `# frozen_string_literal: true

# Added to the slug by mastodon-on-heroku; run in the release phase, before the new code takes traffic.
module MastodonOnHeroku
  SETUP_TABLE = 'mastodon_on_heroku_setup'
  OWN_TABLES = [SETUP_TABLE, 'schema_migrations', 'ar_internal_metadata'].freeze

  module_function

  def database
    ActiveRecord::Base.connection
  end

  def table?(name)
    database.tables.include?(name)
  end

  def versions
    table?('schema_migrations') ? database.select_values('SELECT version FROM schema_migrations').map(&:to_s).sort : []
  end

  def tables_of_others
    database.tables - OWN_TABLES
  end

  def rows_of_others?
    tables_of_others.any? { |table| database.select_value("SELECT 1 FROM #{database.quote_table_name(table)} LIMIT 1") }
  end

  def release
    before = versions
    begin
      before.any? ? migrate : set_up
    ensure
      after = versions
      ran = before.any? ? after - before : []
      puts "mastodon-on-heroku: migrations before=#{before.size} after=#{after.size} ran=#{ran.join(',')}"
    end
  end

  def migrate
    run 'db:migrate'
    seed if table?(SETUP_TABLE)
  end

  def set_up
    refuse unless tables_of_others.empty? || (table?(SETUP_TABLE) && !rows_of_others?)
    database.execute("CREATE TABLE IF NOT EXISTS #{SETUP_TABLE} ()")
    run 'db:schema:load'
    seed
  end

  def seed
    run 'db:seed'
    database.execute("DROP TABLE #{SETUP_TABLE}")
  end

  def refuse
    abort <<~MESSAGE
      mastodon-on-heroku: the database has tables (#{tables_of_others.sort.first(5).join(', ')}) but no applied migration.
      Loading the schema would drop them, so nothing was changed.
      Is DATABASE_URL the right database? If it may be lost, empty it (heroku pg:reset) and deploy again; else restore
      schema_migrations from a backup.
    MESSAGE
  end

  def run(task)
    Rake::Task[task].invoke
  end
end

namespace :mastodon_on_heroku do
  desc 'Make the database ready for this code: migrate it, or set it up where it is empty'
  task release: :environment do
    MastodonOnHeroku.release
  end
end
`;
/** Files that the release command needs in the slug: path relative to the app's root, text. */
const RELEASE_FILES = {
    '.mastodon-on-heroku/release.rake': RELEASE_TASK
};

;// CONCATENATED MODULE: ./lib/mastodon/source-offer.js
/**
 * Makes the instance say which commit it runs and where its source is: `/api/v2/instance` then shows `version`
 * (`4.7.0+1234567`) and `source_url`. A config var of the same name wins, unless it is empty.
 * Mastodon reads the three names in config/mastodon.yml (4.7), or in lib/mastodon/version.rb (4.2).
 */
function sourceOffer(source) {
    const variables = {
        GITHUB_REPOSITORY: source.repository,
        SOURCE_TAG: source.tag !== undefined && isPlainTag(source.tag) ? source.tag : source.commit,
        MASTODON_VERSION_METADATA: source.commit.slice(0, 7)
    };
    const lines = Object.entries(variables).map(([name, value]) => `if [ -z "\${${name}:-}" ]; then export ${name}=${shellQuoted(value)}; fi\n`);
    return { path: '.profile.d/mastodon-on-heroku.sh', text: lines.join('') };
}
/**
 * config/mastodon.yml pastes SOURCE_TAG into YAML without quotes: `{x` would keep Rails from booting, `4.10` would
 * become 4.1 and `2026-11-22` a date. Such a tag is not worth it; the commit names the same tree.
 */
function isPlainTag(tag) {
    const isWord = /^(?:[A-Za-z]|\d+\.\d+\.\d)[\w.+/-]*$/.test(tag);
    return isWord && !/^(?:y|n|yes|no|on|off|true|false|null)$/i.test(tag);
}
function shellQuoted(value) {
    return `'${value.replaceAll("'", `'\\''`)}'`;
}

;// CONCATENATED MODULE: ./lib/mastodon/versions.js
/** Versions as Mastodon, Ruby, Node, Postgres and Redis write them: numbers with dots, perhaps a prerelease behind them. */
/** Negative where `a` is older than `b`, 0 where they are the same. `4.7` is `4.7.0`; `4.7.0-rc.1` is older than `4.7.0`. */
function compareVersions(a, b) {
    const [one, other] = [split(a), split(b)];
    for (let i = 0; i < Math.max(one.numbers.length, other.numbers.length); i++) {
        const difference = (one.numbers[i] ?? 0) - (other.numbers[i] ?? 0);
        if (difference !== 0)
            return difference;
    }
    if (one.prerelease === other.prerelease)
        return 0;
    if (one.prerelease === '')
        return 1;
    if (other.prerelease === '')
        return -1;
    return one.prerelease.localeCompare(other.prerelease, 'en', { numeric: true });
}
function isOlder(version, than) {
    return version !== undefined && than !== undefined && compareVersions(version, than) < 0;
}
/** `4.7.0-alpha.1` → `4.7`. */
function seriesOf(version) {
    return split(version).numbers.slice(0, 2).join('.');
}
/** The minor series of Mastodon, oldest first, as far as they are known; one after the last is taken as the next. */
const SERIES = [
    ...numbered(1, 2, 6),
    ...numbered(2, 0, 9),
    ...numbered(3, 0, 5),
    ...numbered(4, 0, 8)
];
/** Series between two versions, neither of them included; empty where none lies between them or where that is not known. */
function seriesBetween(from, to) {
    const [first, last] = [seriesOf(from), seriesOf(to)];
    return SERIES.filter(series => compareVersions(series, first) > 0 && compareVersions(series, last) < 0);
}
function numbered(major, first, last) {
    return Array.from({ length: last - first + 1 }, (_, i) => `${major}.${first + i}`);
}
function split(version) {
    const [, numbers = '', prerelease = ''] = /^v?(\d+(?:\.\d+)*)(?:[-.]?([A-Za-z][\w.-]*))?/.exec(version) ?? [];
    return { numbers: numbers.split('.').map(Number), prerelease };
}

;// CONCATENATED MODULE: ./lib/mastodon/minimums.js



/** Reads Gemfile, .ruby-version, package.json, README.md, db.rake and the libvips initializer of a tree. */
function readMinimums(root, version) {
    const read = (file) => (0,lib_runtime/* readTreeFile */.xt)(root, file) ?? '';
    const gemfile = read('Gemfile');
    const readme = told(read('README.md'));
    const known = knownFor(version);
    const pinned = /^(?:ruby-)?(\d+\.\d+\.\d+)\s*$/m.exec(read('.ruby-version'))?.[1] ?? quoted(gemfile, '');
    return defined({
        rubyPinned: pinned,
        ruby: quoted(gemfile, '>=') ?? readme.get('ruby') ?? known.ruby,
        rubyBelow: quoted(gemfile, '<'),
        node: enginesNode(read('package.json')),
        nodeWanted: readme.get('node.js') ?? known.node,
        postgres: postgresOf(read('lib/tasks/db.rake')) ?? readme.get('postgresql') ?? known.postgres,
        redis: readme.get('redis') ?? known.redis,
        libvips: libvipsOf(read('config/initializers/vips.rb'), read('config/application.rb')),
        ffmpeg: readme.get('ffmpeg') ?? known.ffmpeg
    });
}
function defined(all) {
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
/** `ruby '>= 3.3.0', '< 4.1.0'`; an operator of '' asks for a plain version. */
function quoted(gemfile, operator) {
    const line = /^ruby\s+(['"].*)$/m.exec(gemfile)?.[1] ?? '';
    return [...line.matchAll(/['"]\s*(>=|<|~>|=)?\s*(\d+(?:\.\d+)*)\s*['"]/g)].find(([, found = '']) => found === operator || (operator === '>=' && found === '~>'))?.[2];
}
/** The list of requirements in README.md: `- **PostgreSQL** 14+`. */
function told(readme) {
    return new Map([...readme.matchAll(/^\s*[-*]\s+\*\*(Ruby|PostgreSQL|Redis|Node\.js|FFmpeg)\*\*\s+(\d+(?:\.\d+)*)\+/gim)].map(([, name = '', version = '']) => [name.toLowerCase(), version]));
}
function enginesNode(packageJson) {
    return /"engines"\s*:\s*\{[^}]*"node"\s*:\s*"\s*(?:>=|\^|~)?\s*v?(\d+(?:\.\d+)*)/.exec(packageJson)?.[1];
}
/** `server_version_num`: 140000 is 14, 90500 is 9.5. */
function postgresOf(dbRake) {
    const number = breakpoints(dbRake).postgres ?? Number(/\bversion\s*<\s*(\d[\d_]*)/.exec(dbRake)?.[1]?.replaceAll('_', ''));
    if (!Number.isFinite(number))
        return undefined;
    const major = Math.floor(number / 10_000);
    return major >= 10 ? `${major}` : `${major}.${Math.floor((number % 10_000) / 100)}`;
}
/** mastodon/mastodon: config/initializers/vips.rb stops the boot; until 4.5 config/application.rb has a switch. */
function libvipsOf(initializer, application) {
    const [, major, minor] = /at_least_libvips\?\(\s*(\d+)\s*,\s*(\d+)\s*\)/.exec(initializer) ?? [];
    if (major === undefined || minor === undefined)
        return undefined;
    const version = `${major}.${minor}`;
    if (!/^\s*if\s.*use_vips/m.test(initializer))
        return { version };
    const [, name, operator, value] = /use_vips\s*=\s*ENV\[['"](\w+)['"]\]\s*(==|!=)\s*['"]([^'"]*)['"]/.exec(application) ?? [];
    return name === undefined || value === undefined
        ? undefined
        : { version, unless: { name, value, not: operator === '==' } };
}
/** For trees that do not say it themselves, from the release notes. The newest first. */
const KNOWN = [
    ['4.6.0-alpha', { ruby: '3.3', node: '22', postgres: '14', redis: '7.0', ffmpeg: '5.1' }],
    ['4.5.0-alpha', { ruby: '3.2', node: '20.19', postgres: '14', redis: '7.0' }],
    ['4.4.0-alpha', { ruby: '3.2', node: '20', postgres: '13', redis: '6.2' }],
    ['4.3.0-alpha', { ruby: '3.1', node: '18', postgres: '12', redis: '4' }],
    ['4.2.0-alpha', { ruby: '3.0', node: '16', postgres: '10', redis: '4' }]
];
function knownFor(version) {
    return (version !== undefined && KNOWN.find(([since]) => compareVersions(version, since) >= 0)?.[1]) || {};
}

;// CONCATENATED MODULE: ./lib/mastodon/ruby-blocks.js
/**
 * The lines of a Ruby file with the conditions under which they run, as far as those are plain tests of environment
 * variables. Nothing is run. It knows the way in which Mastodon's initializers are written, and where it is in doubt it
 * says `unclear`, so that no rule is made of what it did not understand.
 */
const OPENS = /^(?:if|unless|case|begin|def|class|module|while|until|for)\b|=\s*(?:if|unless|case|begin)\b|\bdo(?:\s*\|[^|]*\|)?$/;
const MODIFIER = /^(.*\S)\s+(if|unless)\s+(.+)$/;
/** Comments and the text of heredocs are left out. */
function rubyLines(text) {
    const open = [];
    const lines = [];
    let heredoc;
    for (const [i, raw] of text.split('\n').entries()) {
        const line = raw.trim();
        if (heredoc !== undefined) {
            if (line === heredoc)
                heredoc = undefined;
            continue;
        }
        if (line === '' || line.startsWith('#'))
            continue;
        heredoc = /<<[~-]?['"]?([A-Z_]+)['"]?/.exec(line)?.[1];
        if (/^(?:end|\})(?:\W|$)/.test(line)) {
            open.pop();
            continue;
        }
        const top = open.at(-1);
        if (top && /^(?:else|elsif|when|in|rescue|ensure)\b/.test(line)) {
            top.guard = nextBranch(top.guard, line);
            continue;
        }
        const modifier = OPENS.test(line) ? undefined : MODIFIER.exec(line);
        const guards = [...open.map(({ guard }) => guard), ...(modifier ? [guardOf(modifier[2], modifier[3])] : [])];
        lines.push({
            number: i + 1,
            text: modifier?.[1] ?? line,
            when: guards.filter(guard => typeof guard !== 'string'),
            unclear: guards.includes('unclear')
        });
        if (OPENS.test(line) && !/\bend\b/.test(line))
            open.push({ guard: guardOfBlock(line) });
        else if (/\{(?:\s*\|[^|]*\|)?$/.test(line))
            open.push({ guard: 'always' });
    }
    return lines;
}
function guardOfBlock(line) {
    const [, word, condition] = /(?:^|=\s*)(if|unless)\s+(.+)$/.exec(line) ?? [];
    if (word !== undefined && condition !== undefined)
        return guardOf(word, condition);
    // A block is run by what it is given to: `configure do`, `each do`. What a method holds runs when it is called.
    return /\bdo(?:\s*\|[^|]*\|)?$/.test(line) || /(?:^|=\s*)begin\b/.test(line) || /^(?:class|module)\b/.test(line)
        ? 'always'
        : 'unclear';
}
function guardOf(word, condition) {
    const test = envTest(condition.trim());
    return test === undefined ? 'unclear' : word === 'unless' ? { ...test, not: !test.not } : test;
}
function nextBranch(guard, line) {
    if (line === 'else')
        return typeof guard === 'string' ? 'unclear' : { ...guard, not: !guard.not };
    const condition = /^elsif\s+(.+)$/.exec(line)?.[1];
    return condition === undefined ? 'unclear' : guardOf('if', condition);
}
const ENV = String.raw `ENV(?:\[|\.fetch\(|\.key\?\()\s*['"]([A-Z][A-Z0-9_]*)['"]\s*(?:,\s*(?:nil|false|'')\s*)?[\])]`;
const IS_SET = new RegExp(`^${ENV}(?:\\.present\\?)?$`);
const IS_EMPTY = new RegExp(`^${ENV}\\.(?:blank|nil|empty)\\?$`);
const COMPARED = new RegExp(`^${ENV}\\s*(==|!=)\\s*['"]([^'"]*)['"]$`);
function envTest(condition) {
    const set = IS_SET.exec(condition)?.[1];
    if (set !== undefined)
        return { name: set, not: false };
    const empty = IS_EMPTY.exec(condition)?.[1];
    if (empty !== undefined)
        return { name: empty, not: true };
    const [, name, operator, equals] = COMPARED.exec(condition) ?? [];
    return name === undefined ? undefined : { name, equals, not: operator === '!=' };
}

;// CONCATENATED MODULE: ./lib/mastodon/config-rules.js



const DUMMY = 'SECRET_KEY_BASE_DUMMY';
/** mastodon/mastodon: config/initializers/active_record_encryption.rb. */
const ENCRYPTION_KEYS = [
    'ACTIVE_RECORD_ENCRYPTION_DETERMINISTIC_KEY',
    'ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT',
    'ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY'
];
const ENCRYPTION_FILE = 'config/initializers/active_record_encryption.rb';
const FILES = ['config/application.rb', 'config/environments/production.rb'];
/** Reads the files that Rails runs as it boots in production. */
function readConfigRules(root, version) {
    const files = [...FILES, ...initializers(root)].map(file => ({ file, text: (0,lib_runtime/* readTreeFile */.xt)(root, file) ?? '' }));
    const rules = files.map(({ file, text }) => rulesOf(file, text));
    const required = distinct(rules.flatMap(({ required }) => required));
    const encryption = ENCRYPTION_KEYS.filter(key => !required.some(({ name }) => name === key));
    return {
        required: [
            ...required,
            ...(wantsEncryption(root, version) ? encryption.map(name => ({ name, where: ENCRYPTION_FILE })) : [])
        ],
        forbidden: distinct(rules.flatMap(({ forbidden }) => forbidden)),
        deprecated: distinct(rules.flatMap(({ deprecated }) => deprecated)),
        knowsDummy: files.some(({ text }) => text.includes(DUMMY))
    };
}
function initializers(root) {
    return (0,lib_runtime/* walkTree */.Ir)(root, name => !`${name}/`.startsWith('config/') || /^config\/(?!initializers(?:\/|$))[^/]+\//.test(`${name}/`))
        .filter(({ kind, path }) => kind === 'file' && /^config\/initializers\/.+\.rb$/.test(path))
        .map(({ path }) => path);
}
/** Known since 4.3 (mastodon/mastodon#29831); a fork may ask for them in words of its own. */
function wantsEncryption(root, version) {
    const isNew = version === undefined || compareVersions(version, '4.3.0-alpha') >= 0;
    return isNew && /\babort\b/.test((0,lib_runtime/* readTreeFile */.xt)(root, ENCRYPTION_FILE) ?? '');
}
function rulesOf(file, text) {
    const lines = rubyLines(text);
    return {
        required: [...lines.flatMap(line => fetched(file, line)), ...listed(file, text)],
        forbidden: lines.flatMap(line => refused(file, line, /^abort\b/)),
        deprecated: lines.flatMap(line => refused(file, line, /^warn\b/))
    };
}
/** `ENV.fetch('NAME')` raises where the variable is not set, unless something stands in for it. */
function fetched(file, { text, number, when, unclear }) {
    if (unclear || /\brescue\b|->|\blambda\b/.test(text))
        return [];
    const tests = when.filter(({ name, not }) => !(name === DUMMY && not));
    const [test] = tests;
    if (tests.length > 1 || (test && (test.not || test.equals === undefined)))
        return [];
    return [...text.matchAll(/ENV\.fetch\(\s*['"]([A-Z][A-Z0-9_]*)['"]\s*\)(?!\s*(?:\{|do\b))/g)]
        .filter(({ index }) => !insideBraces(text.slice(0, index)))
        .map(([, name]) => ({
        name: name,
        ...(test && { when: { name: test.name, value: test.equals } }),
        where: `${file}:${number}`
    }));
}
/** The default of another variable: `ENV.fetch('A') { ENV.fetch('B') }`. `#{…}` in a string is none. */
function insideBraces(before) {
    const plain = before.replaceAll('#{', '');
    return plain.split('{').length > plain.split('}').length;
}
/** `%w(A B).each do |key| … abort if ENV[key].blank?`. */
function listed(file, text) {
    return [...text.matchAll(/%[wi][([]([A-Z0-9_\s]+)[)\]]\.each do \|(\w+)\|\n([^]*?)^end/gm)].flatMap(match => {
        const [, names = '', key = '', body = ''] = match;
        const asks = new RegExp(`ENV(?:\\.fetch\\(|\\[)\\s*${key}\\b`).test(body);
        if (!asks || !/\.(?:blank|nil|empty)\?/.test(body) || !/\babort\b/.test(body))
            return [];
        const where = `${file}:${text.slice(0, match.index).split('\n').length}`;
        return names
            .trim()
            .split(/\s+/)
            .map(name => ({ name, where }));
    });
}
function refused(file, { text, number, when, unclear }, word) {
    const [test, ...more] = when;
    if (unclear || test === undefined || more.length > 0 || test.not || !word.test(text))
        return [];
    return [{ ...ruleOf(test), where: `${file}:${number}` }];
}
function ruleOf({ name, equals }) {
    return { name, ...(equals !== undefined && { value: equals }) };
}
function distinct(rules) {
    return [...new Map(rules.map(rule => [`${rule.name}=${rule.value ?? ''}`, rule])).values()];
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
;// CONCATENATED MODULE: ./lib/mastodon/upgrade/tree.js






const REDIS_FILES = [
    'lib/mastodon/redis_configuration.rb',
    'lib/mastodon/redis_config.rb',
    'config/initializers/redis.rb',
    'config/initializers/sidekiq.rb'
];
/** Reads a tree: the one to deploy, or the one that runs now. Runs nothing of it. */
function readUpgradeTree(root) {
    const read = (file) => (0,lib_runtime/* readTreeFile */.xt)(root, file) ?? '';
    const mastodon = readMastodon(root);
    const policy = read('config/initializers/content_security_policy.rb');
    return {
        ...mastodon,
        minimums: readMinimums(root, mastodon.version),
        config: readConfigRules(root, mastodon.version),
        migrations: migrationsOf(root),
        breakpoints: breakpoints(read('lib/tasks/db.rake')),
        redis: redisTls(REDIS_FILES.map(read).join('\n'), read('streaming/redis.js') + read('streaming/index.js'), read('Gemfile.lock')),
        streaming: digestOf(root, 'streaming'),
        listsMediaHosts: /\bimg_src\b/.test(policy) && !/\bimg_src\b[^\n]*:https\b/.test(policy),
        usesVapid: ['config/vapid.yml', 'config/initializers/vapid.rb'].some(file => read(file).includes('VAPID_PRIVATE_KEY')),
        hasScheduler: /^\s*-\s*\[?\s*scheduler\b/m.test(read('config/sidekiq.yml')),
        processTypes: processTypesOf(read('Procfile')),
        buildpacks: buildpacksOf(read('app.json')),
        packages: tree_packagesOf(read('Aptfile'))
    };
}
/** The tree's migrations, both phases. */
function migrationsOf(root) {
    return readMigrations(filesBelow(root, 'db').map(path => ({ path, text: (0,lib_runtime/* readTreeFile */.xt)(root, path) ?? '' })));
}
function filesBelow(root, folder) {
    return (0,lib_runtime/* walkTree */.Ir)(root, name => !`${name}/`.startsWith(`${folder}/`))
        .filter(({ kind }) => kind === 'file')
        .map(({ path }) => path);
}
function redisTls(ruby, streaming, gemfileLock) {
    const code = ruby.replace(/^\s*#.*$/gm, '');
    const isChoice = /REDIS_DRIVER['"]?\]?\)?\s*==\s*['"]ruby['"]/.test(code);
    return {
        driver: isChoice ? 'choice' : /driver:\s*:hiredis\b/.test(code) ? 'hiredis' : 'ruby',
        hiredisLacksTls: /^ {4}hiredis \(/m.test(gemfileLock),
        takesSelfSigned: /\bVERIFY_NONE\b|\bverify_mode:\s*0\b/.test(code),
        streamingTakesSelfSigned: /\btls\s*[:=]\s*\{[^}]*rejectUnauthorized\s*:\s*false/.test(streaming)
    };
}
function digestOf(root, folder) {
    const files = filesBelow(root, folder).filter(file => !/(?:^|\/)(?:Dockerfile|README\.md|eslint[\w.-]*|tsconfig\.json)$/.test(file));
    if (files.length === 0)
        return undefined;
    const hash = (0,external_node_crypto_.createHash)('sha256');
    for (const file of files)
        hash.update(`${file}\0${(0,lib_runtime/* readTreeFile */.xt)(root, file) ?? ''}\0`);
    return hash.digest('hex');
}
/** Lines of a Procfile (Dev Center: procfile). */
function processTypesOf(procfile) {
    return Object.fromEntries([...procfile.matchAll(/^([A-Za-z0-9_-]+):[ \t]*(.+)$/gm)].map(([, name = '', command = '']) => [
        name,
        command.trim()
    ]));
}
function buildpacksOf(appJson) {
    try {
        const { buildpacks } = JSON.parse(appJson);
        return (Array.isArray(buildpacks) ? buildpacks : []).flatMap((item) => {
            const url = item?.url;
            return typeof url === 'string' ? [url] : [];
        });
    }
    catch {
        return [];
    }
}
function tree_packagesOf(aptfile) {
    return aptfile
        .split('\n')
        .map(line => line.trim())
        .filter(line => line !== '' && !line.startsWith('#'));
}

;// CONCATENATED MODULE: ./lib/mastodon/upgrade/facts.js

/** An app's config vars, as far as a check may see them. */
class ConfigView {
    #vars;
    constructor(vars) {
        this.#vars = new Map(Object.entries(vars));
    }
    /** Set, be it to nothing: for variables of which any value counts. */
    isSet(name) {
        return this.#vars.has(name);
    }
    has(name) {
        return (this.#vars.get(name) ?? '') !== '';
    }
    equals(name, value) {
        return this.#vars.get(name) === value;
    }
    value(name) {
        return this.#vars.get(name) || undefined;
    }
    /** Scheme, host and `sslmode` of an address, and never user, password or path. */
    address(name) {
        const text = this.#vars.get(name);
        if (text === undefined || !URL.canParse(text))
            return undefined;
        const { protocol, hostname, searchParams } = new URL(text);
        const sslmode = searchParams.get('sslmode') ?? undefined;
        return { scheme: protocol.slice(0, -1), host: hostname, ...(sslmode !== undefined && { sslmode }) };
    }
}

;// CONCATENATED MODULE: ./lib/mastodon/upgrade/findings.js
/**
 * The shape of what a check found, and the list of all that can be found: docs/upgrading.md has it as a table. A name is
 * stable. `block` is only for what surely breaks: the app would not build, boot or migrate, or data would be lost.
 */
const FINDINGS = {
    // Config vars
    'missing-config': {
        level: 'block',
        why: 'A config var is not set without which this version does not boot, as its own initializers say',
        remedy: '`heroku config:set NAME=…`; secrets are made with `openssl rand -hex 32`, and never changed again'
    },
    'new-config': {
        level: 'warn',
        why: 'This version does not boot without a config var that the one before did not ask for; told where the app itself cannot be asked',
        remedy: 'Set it with `heroku config:set` before this is deployed'
    },
    'forbidden-config': {
        level: 'block',
        why: 'A config var is set with which this version stops as it boots, such as REDIS_NAMESPACE since 4.4',
        remedy: '`heroku config:unset NAME`, after what the named initializer asks for'
    },
    'deprecated-config': {
        level: 'warn',
        why: 'A config var is set that this version still takes and complains of',
        remedy: '`heroku config:unset NAME`, after what the named initializer asks for'
    },
    'secret-key-base-dummy': {
        level: 'block',
        why: 'SECRET_KEY_BASE_DUMMY is set: this version would then run with random keys, and lose what is encrypted with the real ones',
        remedy: '`heroku config:unset SECRET_KEY_BASE_DUMMY`; the build sets it by itself'
    },
    'skip-post-deployment-migrations': {
        level: 'warn',
        why: 'SKIP_POST_DEPLOYMENT_MIGRATIONS is set, and any value counts, `false` too: migrations started by hand leave the second phase out',
        remedy: '`heroku config:unset SKIP_POST_DEPLOYMENT_MIGRATIONS`; a deploy sets it by itself, for one command'
    },
    'obsolete-config': {
        level: 'note',
        why: 'A config var is set that this version does not read any more',
        remedy: '`heroku config:unset NAME`, when no going back is planned'
    },
    'secret-key-base': {
        level: 'warn',
        why: 'SECRET_KEY_BASE is not set: each build makes a new one, and each deploy logs everybody out',
        remedy: '`heroku config:set SECRET_KEY_BASE="$(openssl rand -hex 64)"`'
    },
    'vapid-keys': {
        level: 'warn',
        why: 'The pair VAPID_PRIVATE_KEY and VAPID_PUBLIC_KEY is not there, or only half of it: no web push arrives',
        remedy: '`heroku run bin/rails mastodon:webpush:generate_vapid_key`, and set both'
    },
    'media-storage': {
        level: 'warn',
        why: 'Media are kept on the dyno (S3_ENABLED is not exactly `true`): they are lost at its next restart',
        remedy: '`heroku config:set S3_ENABLED=true S3_BUCKET=… S3_REGION=… AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=…`'
    },
    's3-incomplete': {
        level: 'warn',
        why: 'S3 is on, and its bucket or keys are not set: no upload works',
        remedy: '`heroku config:set` of the missing ones'
    },
    smtp: {
        level: 'warn',
        why: 'No mail server or no sender is set: nobody can sign up or get a new password',
        remedy: '`heroku config:set SMTP_SERVER=… SMTP_PORT=… SMTP_LOGIN=… SMTP_PASSWORD=… SMTP_FROM_ADDRESS=…`'
    },
    // Domains
    'local-domain': {
        level: 'block',
        why: 'LOCAL_DOMAIN is not set: the instance answers every visitor with 403 Blocked host',
        remedy: '`heroku config:set LOCAL_DOMAIN=…`: the domain behind the @ of its accounts, for ever'
    },
    'domain-form': {
        level: 'block',
        why: 'LOCAL_DOMAIN or WEB_DOMAIN is not the bare name of a host: the instance answers every visitor with 403 Blocked host',
        remedy: '`heroku config:set LOCAL_DOMAIN=example.com`, without scheme and slash'
    },
    's3-alias-host': {
        level: 'warn',
        why: 'S3_ALIAS_HOST or S3_CLOUDFRONT_HOST has a scheme or a space: media get addresses that lead nowhere',
        remedy: '`heroku config:set S3_ALIAS_HOST=files.example.com`, without `https://`'
    },
    'csp-media-host': {
        level: 'warn',
        why: 'The host of the media is not named, so the content security policy does not list it: browsers block pictures and videos',
        remedy: '`heroku config:set S3_ALIAS_HOST=…`, or S3_HOSTNAME or EXTRA_MEDIA_HOSTS'
    },
    // Redis
    'redis-tls-driver': {
        level: 'block',
        why: 'REDIS_URL is a rediss:// address, and this version talks to it with hiredis, which has no TLS',
        remedy: '`heroku config:set REDIS_DRIVER=ruby`; before 4.3 a Redis without TLS'
    },
    'redis-tls-verify': {
        level: 'block',
        why: "Heroku's own Redis has a certificate that nobody vouches for, and this tree does not take such a one",
        remedy: '`redis-tls: no-verify` in the config, or a Redis of another vendor'
    },
    'redis-version': {
        level: 'block',
        why: 'Redis is older than this version takes: Sidekiq stops as it starts',
        remedy: '`heroku redis:upgrade`'
    },
    // Postgres
    'postgres-version': {
        level: 'block',
        why: 'Postgres is older than `db:pre_migration_check` takes: the release phase fails',
        remedy: '`heroku pg:upgrade` (docs of Heroku: upgrading a database)'
    },
    pgsslmode: {
        level: 'block',
        why: 'PGSSLMODE is `no-verify` on the main app: Ruby cannot connect to Postgres with it, only Node can',
        remedy: '`heroku config:unset PGSSLMODE`; it belongs on the streaming app alone'
    },
    'add-on': {
        level: 'block',
        why: 'DATABASE_URL or REDIS_URL is not set',
        remedy: '`heroku addons:create heroku-postgresql` or `heroku-redis`, or set the address'
    },
    // What it runs on
    stack: {
        level: 'block',
        why: 'The slug is for another stack than the app is on',
        remedy: '`stack:` in the config, or `heroku stack:set`'
    },
    'stack-end-of-life': {
        level: 'warn',
        why: 'The stack gets no updates any more, or only until a day that is known',
        remedy: '`heroku stack:set heroku-24`, and `stack: heroku-24` in the config'
    },
    'ruby-on-stack': {
        level: 'block',
        why: 'Heroku has no such old Ruby for this stack: before 3.1 it cannot be built with OpenSSL 3',
        remedy: 'A newer version of Mastodon, or another `.ruby-version`'
    },
    'ruby-range': {
        level: 'block',
        why: 'The Ruby of `.ruby-version` is none that the Gemfile takes: Bundler refuses it',
        remedy: 'Change `.ruby-version` to one in the range'
    },
    'ruby-security': {
        level: 'warn',
        why: 'The Ruby of `.ruby-version` has known security holes, or gets no updates any more',
        remedy: 'Change `.ruby-version` to the named one, if the Gemfile takes it'
    },
    'node-range': {
        level: 'warn',
        why: '`engines.node` of package.json allows a Node that is older than this version takes',
        remedy: 'Change `engines.node` in package.json'
    },
    'libvips-version': {
        level: 'block',
        why: "The stack's libvips is older than this version takes: it stops as it boots",
        remedy: '`heroku stack:set heroku-24`, and `stack: heroku-24` in the config'
    },
    'ffmpeg-version': {
        level: 'warn',
        why: "The Aptfile brings the stack's own ffmpeg, which is older than this version takes",
        remedy: 'Take it out of the Aptfile, and put the buildpack activestorage-preview in front'
    },
    // Buildpacks
    'nodejs-before-ruby': {
        level: 'block',
        why: 'heroku/nodejs does not come before heroku/ruby: the assets, which Vite builds since 4.4, cannot be compiled',
        remedy: '`slug.buildpacks: [heroku/nodejs, heroku/ruby]` in the config, or app.json of this version'
    },
    'ruby-last': {
        level: 'warn',
        why: 'The last buildpack is the one for ffmpeg or apt: the last one decides the default process types',
        remedy: 'Put heroku/ruby last'
    },
    'apt-redundant': {
        level: 'note',
        why: 'All that the Aptfile asks for is on the stack already',
        remedy: 'Leave the apt buildpack out of `slug.buildpacks`: the build is shorter'
    },
    'ffmpeg-by-apt': {
        level: 'note',
        why: 'ffmpeg comes from the Aptfile with more than a hundred packages',
        remedy: 'The buildpack activestorage-preview has it in a fraction of the size'
    },
    'ffmpeg-unmaintained': {
        level: 'warn',
        why: 'heroku-buildpack-ffmpeg-latest is not maintained any more, and fetches another build each time',
        remedy: 'Put https://github.com/heroku/heroku-buildpack-activestorage-preview in its place'
    },
    // Processes
    'no-worker': {
        level: 'warn',
        why: 'No worker runs: no post leaves the instance, no mail is sent, nothing is cleaned up, and /health is green all the same',
        remedy: '`heroku ps:scale worker=1`'
    },
    'no-scheduler': {
        level: 'warn',
        why: 'No process listens to the queue `scheduler`: nothing is cleaned up, no scheduled post is published',
        remedy: 'Add `-q scheduler` to exactly one process type'
    },
    'many-schedulers': {
        level: 'warn',
        why: 'More than one process listens to the queue `scheduler`, and exactly one should',
        remedy: 'One process type with `-q scheduler`, scaled to 1; the others without'
    },
    // Streaming
    'streaming-missing': {
        level: 'warn',
        why: 'No app for streaming is named, and STREAMING_API_BASE_URL is not set: timelines do not move by themselves',
        remedy: 'A second app (docs/how-a-deploy-works.md), `streaming-app:` in the config'
    },
    'streaming-url': {
        level: 'warn',
        why: 'STREAMING_API_BASE_URL is no wss:// address: browsers may not connect to it',
        remedy: '`heroku config:set STREAMING_API_BASE_URL=wss://…`'
    },
    'streaming-left-behind': {
        level: 'warn',
        why: 'The streaming server changes, and it runs in an app that this deploy does not know',
        remedy: '`streaming-app:` in the config; else deploy that app of the same commit'
    },
    'streaming-not-set-up': {
        level: 'block',
        why: 'The streaming app lacks config vars without which the streaming server does not start or connect',
        remedy: '`streaming-setup: true`, or the named commands'
    },
    'streaming-postgres-tls': {
        level: 'block',
        why: "PGSSLMODE or `sslmode` on the streaming app makes Node verify the certificate of Heroku's Postgres, which nobody vouches for",
        remedy: '`heroku config:set PGSSLMODE=no-verify` on the streaming app'
    },
    // Versions and migrations
    'not-mastodon': {
        level: 'note',
        why: 'The tree does not say its version: what is known by version is not looked at',
        remedy: 'None, where the tree is older than 1.2 or none of Mastodon'
    },
    'base-unknown': {
        level: 'warn',
        why: 'What runs now is not in this checkout: what is pending is not known, and a rollback would be refused',
        remedy: 'Check out with `fetch-depth: 0`'
    },
    downgrade: {
        level: 'block',
        why: 'The commit is of an older minor version than what runs: its code does not know the database',
        remedy: '`command: rollback`, which looks whether that is possible'
    },
    'older-patch': {
        level: 'warn',
        why: 'The commit is of an older patch release than what runs',
        remedy: 'Look whether that is meant'
    },
    'skipped-minor': {
        level: 'warn',
        why: 'Minor versions are skipped; Mastodon wants at least one release of each to be deployed',
        remedy: 'Deploy the newest release of each series between, one after the other'
    },
    'zero-downtime-breakpoint': {
        level: 'block',
        why: 'The database is older than this version can migrate while older code runs: the release phase stops',
        remedy: 'The named version first, or `migrations: maintenance` for this one deploy'
    },
    'long-before-release': {
        level: 'warn',
        why: 'Migrations before the release take long; the release phase may take an hour',
        remedy: 'Deploy when few people are on the site; rehearse with a copy of the database (`heroku pg:copy`)'
    },
    'long-after-release': {
        level: 'note',
        why: 'Migrations after the deployment take long; the new code serves meanwhile',
        remedy: 'Leave the job its time: `timeout`'
    },
    'destructive-before-release': {
        level: 'warn',
        why: 'Migrations before the release take away or rewrite what the code that still runs may ask for',
        remedy: '`migrations: maintenance` where errors of some minutes are worse than a page that says so'
    },
    'no-way-back': {
        level: 'warn',
        why: 'After this upgrade the code of now cannot run on the database: a rollback will be refused',
        remedy: 'A backup before (`heroku pg:backups:capture`); afterwards deploy forward'
    },
    'unknown-migrations': {
        level: 'note',
        why: 'The database has migrations that this tree does not have',
        remedy: 'None, where a fork dropped them long ago'
    }
};
/** A finding of that name, at its level. */
function finding(name, reason, remedy) {
    return { name, level: FINDINGS[name].level, reason, remedy };
}

;// CONCATENATED MODULE: ./lib/mastodon/upgrade/buildpacks.js


/** Packages that Mastodon's Aptfiles asked for and that the stacks have by now (heroku/base-images: installed packages). */
const ON_THE_STACK = {
    'heroku-24': ['libidn12', 'libidn11-dev', 'libidn-dev', 'libpq-dev', 'libicu-dev'],
    'heroku-26': ['libidn12', 'libidn11-dev', 'libidn-dev', 'libpq-dev', 'libicu-dev']
};
/** Traps in the list of buildpacks, and what apt brings that nobody needs. */
function checkBuildpacks({ tree, stack, buildpacks }) {
    const names = buildpacks.map(lastName);
    const [ruby, node] = [names.findIndex(isRuby), names.findIndex(name => /node/i.test(name))];
    const found = [];
    if (tree.bundler === 'vite' && ruby >= 0 && (node < 0 || node > ruby)) {
        found.push(finding('nodejs-before-ruby', `heroku/nodejs ${node < 0 ? 'is not among the buildpacks' : 'comes after heroku/ruby'}: Vite, which builds the assets since 4.4, has no Node then`, 'Take the buildpacks from app.json of this version, or set `slug.buildpacks: [heroku/nodejs, heroku/ruby]` in the config.'));
    }
    const last = names.at(-1) ?? '';
    if (ruby >= 0 && /activestorage-preview|ffmpeg|\bapt\b/i.test(last)) {
        found.push(finding('ruby-last', `${last} is the last buildpack, and the last one decides the default process types`, 'Put heroku/ruby last; the one for ffmpeg may be the first.'));
    }
    if (names.some(name => /ffmpeg-latest/i.test(name))) {
        found.push(finding('ffmpeg-unmaintained', 'heroku-buildpack-ffmpeg-latest is not maintained any more, and fetches another build each time', 'Put https://github.com/heroku/heroku-buildpack-activestorage-preview in its place.'));
    }
    return [...found, ...checkApt(tree.packages, stack, names)];
}
function checkApt(packages, stack, names) {
    if (!names.some(name => /\bapt\b/i.test(name)))
        return [];
    if (packages.some(name => /^ffmpeg\b/.test(name))) {
        return [
            finding('ffmpeg-by-apt', 'ffmpeg comes from the Aptfile, with more than a hundred packages', 'Take it out of the Aptfile, and put https://github.com/heroku/heroku-buildpack-activestorage-preview in front: a fraction of the size.')
        ];
    }
    const known = ON_THE_STACK[stack ?? ''];
    if (!known || !packages.every(name => known.includes(name)))
        return [];
    return [
        finding('apt-redundant', packages.length === 0
            ? 'The Aptfile asks for nothing'
            : `${stack} has all that the Aptfile asks for (${packages.join(', ')})`, 'Leave heroku-buildpack-apt out of `slug.buildpacks` in the config: the build is shorter.')
    ];
}
function isRuby(name) {
    return /ruby/i.test(name);
}
/** `owner/NAME.git#ref`, `heroku/NAME`, `./buildpacks/NAME`. */
function lastName(reference) {
    const parts = reference
        .replace(/[#?].*$/, '')
        .split('/')
        .filter(Boolean);
    const archive = parts.indexOf('archive');
    return (parts[archive > 0 ? archive - 1 : parts.length - 1] ?? '').replace(/\.git$/, '');
}

;// CONCATENATED MODULE: ./lib/mastodon/upgrade/config.js



/** Config vars that this version wants, does not want, or does not need any more. */
function checkConfig(facts) {
    const { tree, from, live } = facts;
    if (!live)
        return newlyRequired(tree.config.required, from?.config.required);
    const { app, config } = live;
    const missing = tree.config.required.filter(rule => applies(rule, config) && !config.has(rule.name));
    const isHit = ({ name, value }) => value === undefined ? config.isSet(name) : config.equals(name, value);
    return [
        ...(missing.length > 0
            ? [
                finding('missing-config', `${app} has no ${names(missing)}; without ${missing.length > 1 ? 'them' : 'it'} this version does not boot (${places(missing)})`, setThem(missing, app))
            ]
            : []),
        ...tree.config.forbidden
            .filter(isHit)
            .map(rule => finding('forbidden-config', `${app} has ${shown(rule)}; with it this version stops as it boots (${rule.where})`, unset(rule.name, app))),
        ...tree.config.deprecated
            .filter(isHit)
            .map(rule => finding('deprecated-config', `${app} has ${shown(rule)}, of which this version complains (${rule.where})`, unset(rule.name, app))),
        ...switches(facts, app, config),
        ...groups(facts, app, config)
    ];
}
function applies({ when }, config) {
    return when === undefined || config.equals(when.name, when.value);
}
/** Without the app: what the version before did not ask for. */
function newlyRequired(now, before) {
    if (!before)
        return [];
    const known = new Set(before.map(({ name }) => name));
    const added = now.filter(({ name, when }) => when === undefined && !known.has(name));
    if (added.length === 0)
        return [];
    return [
        finding('new-config', `This version does not boot without ${names(added)}, for which the one before did not ask (${places(added)})`, setThem(added, 'APP'))
    ];
}
/** Variables that change what commands and builds do. */
function switches({ tree }, app, config) {
    const found = [];
    if (tree.config.knowsDummy && config.isSet('SECRET_KEY_BASE_DUMMY')) {
        found.push(finding('secret-key-base-dummy', `${app} has SECRET_KEY_BASE_DUMMY: this version would run with random keys, and lose what is encrypted with the real ones`, unset('SECRET_KEY_BASE_DUMMY', app)));
    }
    if (config.isSet('SKIP_POST_DEPLOYMENT_MIGRATIONS')) {
        found.push(finding('skip-post-deployment-migrations', `${app} has SKIP_POST_DEPLOYMENT_MIGRATIONS, and any value counts, also "false": migrations started by hand leave the second phase out`, unset('SKIP_POST_DEPLOYMENT_MIGRATIONS', app)));
    }
    const required = new Set(tree.config.required.map(({ name }) => name));
    const obsolete = OBSOLETE.filter(name => config.isSet(name) && !required.has(name) && tree.version !== undefined);
    if (obsolete.length > 0 && tree.config.required.some(({ name }) => name === ENCRYPTION_KEYS[0])) {
        found.push(finding('obsolete-config', `${app} has ${obsolete.join(', ')}, which this version does not read any more`, `\`heroku config:unset ${obsolete.join(' ')} --app ${app}\` when no going back is planned.`));
    }
    return found;
}
/** Asked for by versions before 4.4 (OTP_SECRET), 1.2 and 2.0. */
const OBSOLETE = ['OTP_SECRET', 'PAPERCLIP_SECRET', 'LOCAL_HTTPS'];
/** Variables that belong together. It boots without them, and something does not work. */
function groups({ tree }, app, config) {
    const lacks = (...wanted) => wanted.filter(name => !config.has(name));
    const found = [];
    if (lacks('SECRET_KEY_BASE').length > 0) {
        found.push(finding('secret-key-base', `${app} has no SECRET_KEY_BASE: each build makes a new one, and each deploy logs everybody out`, `\`heroku config:set SECRET_KEY_BASE="$(openssl rand -hex 64)" --app ${app}\`.`));
    }
    const vapid = lacks('VAPID_PRIVATE_KEY', 'VAPID_PUBLIC_KEY');
    if (tree.usesVapid && vapid.length > 0) {
        found.push(finding('vapid-keys', `${app} has no ${vapid.join(' and no ')}: no web push arrives`, `\`heroku run --app ${app} bin/rails mastodon:webpush:generate_vapid_key\` prints a pair; set both with \`heroku config:set\`.`));
    }
    const s3 = lacks('S3_BUCKET', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY');
    if (config.equals('S3_ENABLED', 'true')) {
        if (s3.length > 0) {
            found.push(finding('s3-incomplete', `${app} keeps media on S3, and has no ${s3.join(', ')}: no upload works`, `\`heroku config:set ${s3.map(name => `${name}=…`).join(' ')} --app ${app}\`.`));
        }
    }
    else if (!config.equals('SWIFT_ENABLED', 'true') && !config.equals('AZURE_ENABLED', 'true')) {
        found.push(finding('media-storage', `${app} keeps media on its dynos (S3_ENABLED is not exactly "true"): they are lost at the next restart`, `\`heroku config:set S3_ENABLED=true S3_BUCKET=… S3_REGION=… AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… --app ${app}\`.`));
    }
    const smtp = lacks('SMTP_SERVER', 'SMTP_FROM_ADDRESS');
    const isOther = config.has('SMTP_DELIVERY_METHOD') && !config.equals('SMTP_DELIVERY_METHOD', 'smtp');
    if (smtp.length > 0 && !isOther) {
        found.push(finding('smtp', `${app} has no ${smtp.join(', ')}: nobody can sign up or get a new password`, `\`heroku config:set ${smtp.map(name => `${name}=…`).join(' ')} --app ${app}\`.`));
    }
    return found;
}
function names(rules) {
    return rules.map(({ name }) => name).join(', ');
}
function places(rules) {
    return [...new Set(rules.map(({ where }) => where))].slice(0, 3).join(', ');
}
function shown({ name, value }) {
    return value === undefined ? name : `${name}=${value}`;
}
/** Secrets come with what makes them. */
function setThem(rules, app) {
    const settings = rules.map(({ name }) => `${name}=${/SECRET|_KEY$|_SALT$/.test(name) && !/^AWS_/.test(name) ? '"$(openssl rand -hex 32)"' : '…'}`);
    return `\`heroku config:set ${settings.join(' ')} --app ${app}\`. Secrets are never changed once they are set.`;
}
function unset(name, app) {
    return `\`heroku config:unset ${name} --app ${app}\`.`;
}

;// CONCATENATED MODULE: ./lib/mastodon/upgrade/domains.js


/** A host with an optional port, as Rails compares it with the Host header. */
const HOST = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d+)?$/i;
/** The names under which the instance and its media are reached. */
function checkDomains({ tree, live }) {
    if (!live)
        return [];
    const { app, config } = live;
    const found = [];
    if (!config.has('LOCAL_DOMAIN')) {
        found.push(finding('local-domain', `${app} has no LOCAL_DOMAIN: it answers every visitor with 403 Blocked host`, `\`heroku config:set LOCAL_DOMAIN=example.com --app ${app}\`: the domain behind the @ of its accounts, for ever.`));
    }
    for (const name of ['LOCAL_DOMAIN', 'WEB_DOMAIN']) {
        const value = config.value(name);
        if (value === undefined || HOST.test(value))
            continue;
        found.push(finding('domain-form', `${name} of ${app} is not the bare name of a host: every visitor would get 403 Blocked host`, `\`heroku config:set ${name}=${bare(value)} --app ${app}\`.`));
    }
    for (const name of ['S3_ALIAS_HOST', 'S3_CLOUDFRONT_HOST']) {
        const value = config.value(name);
        if (value === undefined || /^[^\s:/]+(?::\d+)?(?:\/[^\s:]*)?$/.test(value))
            continue;
        found.push(finding('s3-alias-host', `${name} of ${app} is not the name of a host (with a path, at most): media get addresses that lead nowhere`, `\`heroku config:set ${name}=${bare(value)} --app ${app}\`; the scheme is S3_PROTOCOL's matter.`));
    }
    const known = ['S3_ALIAS_HOST', 'S3_CLOUDFRONT_HOST', 'S3_HOSTNAME', 'AZURE_ALIAS_HOST', 'EXTRA_MEDIA_HOSTS'];
    if (tree.listsMediaHosts && config.equals('S3_ENABLED', 'true') && !known.some(name => config.has(name))) {
        found.push(finding('csp-media-host', `${app} keeps media on S3 without naming their host, so the content security policy does not list it: browsers block pictures and videos`, `\`heroku config:set S3_ALIAS_HOST=files.example.com --app ${app}\` (or S3_HOSTNAME where there is no alias).`));
    }
    return found;
}
function bare(value) {
    const host = value
        .trim()
        .replace(/^[a-z]+:\/\//i, '')
        .replace(/[/\s].*$/, '');
    return HOST.test(host) ? host : 'example.com';
}

;// CONCATENATED MODULE: ./lib/mastodon/upgrade/markers.js

/** Reasons of `src/mastodon/migrations.ts` that weigh less than the others. */
const OUTSIDE = 'runs outside a transaction';
const INDEX = 'builds or drops an index while writes go on';
/** Duplicates that are deleted and rows that are filled in are not missed by the code that still serves. */
function takesAway({ why }) {
    return !['deletes rows', 'rewrites rows'].includes(why);
}
/** The line that says most of a migration; undefined where there is none but that it runs outside a transaction. */
function heaviest(markers) {
    const heavy = markers.filter(({ why }) => why !== OUTSIDE && why !== INDEX);
    return heavy.find(takesAway) ?? heavy[0] ?? markers.find(({ why }) => why === INDEX);
}

;// CONCATENATED MODULE: ./lib/mastodon/upgrade/pending.js


function pendingOf({ tree, from, live }) {
    if (live?.applied ? live.applied.size === 0 : live?.runs === false) {
        return { basis: 'empty', migrations: tree.migrations, newestApplied: undefined, unknown: [] };
    }
    const applied = live?.applied ?? (from && new Set(from.migrations.map(({ version }) => version)));
    if (!applied)
        return { basis: 'unknown', migrations: [], newestApplied: undefined, unknown: [] };
    const known = new Set(tree.migrations.map(({ version }) => version));
    return {
        basis: live?.applied ? 'database' : 'tree',
        migrations: tree.migrations.filter(({ version }) => !applied.has(version)),
        newestApplied: [...applied].sort().at(-1),
        unknown: live?.applied ? [...applied].filter(version => !known.has(version)).sort() : []
    };
}
/** Whether the code of now can run on the database as it will be. */
function wayBack({ tree, from, live }, pending) {
    if (pending.basis === 'unknown' || pending.basis === 'empty' || !from)
        return 'unknown';
    const now = [...(live?.applied ?? []), ...from.migrations.map(({ version }) => version)];
    const verdict = rollbackVerdict({
        applied: [...now, ...pending.migrations.map(({ version }) => version)],
        oldVersions: new Set(now),
        migrations: [...tree.migrations]
    });
    return verdict.safe ? 'safe' : 'unsafe';
}
/** What some migrations of upstream do, in words; others are told by the line that makes them so. */
const NOTABLE = {
    '20240307180905': 'encrypts every two-factor secret anew',
    '20260702144128': "moves every account's keys"
};
function notable({ version }) {
    return NOTABLE[version];
}

;// CONCATENATED MODULE: ./lib/mastodon/upgrade/migrations.js





/** What the pending migrations do to the site while and after they run. */
function checkMigrations(facts) {
    const pending = pendingOf(facts);
    if (pending.basis === 'empty')
        return [];
    return [...breakpoint(facts, pending), ...whileTheyRun(facts, pending), ...afterwards(facts, pending)];
}
function breakpoint({ tree, strategy, live }, { newestApplied, migrations }) {
    const { schema, version } = tree.breakpoints;
    if (strategy !== 'zero-downtime' || schema === undefined || newestApplied === undefined)
        return [];
    if (newestApplied >= schema || migrations.length === 0)
        return [];
    const first = version === undefined ? 'a version between' : `the newest ${version.split('.').slice(0, 2).join('.')} release`;
    return [
        finding('zero-downtime-breakpoint', `The database is at ${newestApplied}, and this version migrates in two phases from ${schema} on${version === undefined ? '' : ` (Mastodon ${version})`}: the release phase would stop`, `Deploy ${first} first. Or set \`migrations: maintenance\` for this one deploy: the site is off while everything is migrated; make a backup before (\`heroku pg:backups:capture --app ${live?.app ?? 'APP'}\`).`)
    ];
}
function whileTheyRun({ strategy }, { migrations }) {
    // In maintenance mode both phases run at once, and nobody is served meanwhile.
    const first = migrations.filter(({ phase }) => phase === 'pre' || strategy === 'maintenance');
    const later = migrations.filter(migration => !first.includes(migration));
    const taking = strategy === 'zero-downtime' ? first.filter(({ destructive }) => destructive.some(takesAway)) : [];
    const found = [];
    if (first.some(isLong)) {
        found.push(finding('long-before-release', `The release phase may take long: ${longOnes(first)}`, 'Deploy when few people are on the site; a release phase may take an hour. With a copy of the database (`heroku pg:copy`) it can be timed on another app.'));
    }
    if (taking.length > 0) {
        found.push(finding('destructive-before-release', `${migrations_count(taking, 'migration')} of the release phase ${taking.length === 1 ? 'takes' : 'take'} away what the code that still serves may ask for: ${list(taking, 'destructive')}`, 'Where errors of some minutes are worse than a page that says so, set `migrations: maintenance` for this deploy.'));
    }
    if (later.some(isLong)) {
        found.push(finding('long-after-release', `The post-deployment migrations may take long, while the new code serves: ${longOnes(later)}`, 'Leave the job its time (`timeout`); one that was killed is run again.'));
    }
    return found;
}
function afterwards(facts, pending) {
    const { live } = facts;
    const found = [];
    if (wayBack(facts, pending) === 'unsafe') {
        const because = pending.migrations.filter(({ destructive }) => destructive.length > 0);
        found.push(finding('no-way-back', `The code of now cannot run on the database after this upgrade, so a rollback will be refused: ${list(because, 'destructive')}`, `Make a backup before: \`heroku pg:backups:capture --app ${live?.app ?? 'APP'}\`. Afterwards mend what is wrong and deploy forward.`));
    }
    if (pending.unknown.length > 0) {
        const { unknown } = pending;
        found.push(finding('unknown-migrations', `The database has ${unknown.length} migrations that this tree does not have: ${unknown.slice(0, MOST_NAMED).join(', ')}${unknown.length > MOST_NAMED ? ' …' : ''}`, 'Nothing is to be done where a fork dropped them long ago, or squashed them. Else this may be the wrong commit.'));
    }
    return found;
}
function isLong({ long }) {
    return heaviest(long) !== undefined;
}
/** Those that walk over rows by name; those that only see to an index by their number. */
function longOnes(migrations) {
    const long = migrations.filter(isLong);
    const heavy = long.filter(({ long }) => long.some(({ why }) => ![OUTSIDE, INDEX].includes(why)));
    const indexes = long.length - heavy.length;
    return [
        ...(heavy.length > 0 ? [list(heavy, 'long')] : []),
        ...(indexes > 0
            ? [`${indexes} ${indexes === 1 ? 'builds or drops' : 'build or drop'} an index while writes go on`]
            : [])
    ].join('; ');
}
const MOST_NAMED = 4;
/** Names the first ones, each with the line that makes it so. */
function list(migrations, of) {
    const byWeight = [...migrations].sort((one, other) => weight(other) - weight(one));
    const named = byWeight.slice(0, MOST_NAMED).map(migration => {
        const marker = heaviest(migration[of]);
        const what = notable(migration) ?? marker?.why;
        return `${migration.version} ${migration.name}${what === undefined ? '' : ` ${what}`}${at(marker)}`;
    });
    const more = migrations.length - named.length;
    return `${named.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}
/** Known in words first, then what takes something away. */
function weight(migration) {
    return notable(migration) !== undefined ? 2 : migration.destructive.some(takesAway) ? 1 : 0;
}
function at(marker) {
    return marker === undefined ? '' : ` (line ${marker.line}: ${marker.text})`;
}
function migrations_count(list, what) {
    return `${list.length} ${what}${list.length === 1 ? '' : 's'}`;
}

;// CONCATENATED MODULE: ./lib/mastodon/upgrade/processes.js


/** A worker, and exactly one process that listens to the queue `scheduler` (mastodon/documentation: scaling). */
function checkProcesses({ tree, live }) {
    if (!live)
        return [];
    const types = Object.entries(tree.processTypes)
        .filter(([type, command]) => type !== 'release' && /\bsidekiq\b/.test(command))
        .map(([type, command]) => ({ type, quantity: quantityOf(live, type), listens: listensToScheduler(command) }));
    // A command that decides in the shell is not for us to judge.
    if (types.length === 0 || types.some(({ listens }) => listens === undefined))
        return [];
    const running = types.filter(({ quantity }) => quantity > 0);
    const [first] = types;
    if (running.length === 0) {
        return [
            finding('no-worker', `${live.app} runs no ${types.map(({ type }) => type).join(' or ')}: no post leaves the instance, no mail is sent, nothing is cleaned up`, `\`heroku ps:scale ${first.type}=1 --app ${live.app}\`${live.runs ? '' : ' after the first release; Heroku itself starts web alone'}.`)
        ];
    }
    if (!tree.hasScheduler)
        return [];
    const listeners = running.reduce((sum, { quantity, listens }) => sum + (listens ? quantity : 0), 0);
    if (listeners === 0) {
        return [
            finding('no-scheduler', 'No process that runs listens to the queue `scheduler`: nothing is cleaned up, no scheduled post is published', 'Add `-q scheduler` to exactly one process type of the Procfile, and scale it to 1.')
        ];
    }
    if (listeners === 1)
        return [];
    return [
        finding('many-schedulers', `${listeners} processes listen to the queue \`scheduler\`, and exactly one should`, 'Give one process type of the Procfile `-q scheduler` and scale it to 1; give the others all queues but that one.')
    ];
}
function quantityOf({ formation }, type) {
    return formation.find(process => process.type === type)?.quantity ?? 0;
}
/** Without `-q` Sidekiq takes all queues of config/sidekiq.yml. Undefined where the shell decides. */
function listensToScheduler(command) {
    if (/[;&|<>$`]|\bif\b/.test(command))
        return undefined;
    const queues = [...command.matchAll(/\s(?:-q|--queue)[\s=]*([\w-]+)/g)].map(([, queue]) => queue);
    return queues.length === 0 || queues.includes('scheduler');
}

;// CONCATENATED MODULE: ./lib/mastodon/upgrade/restart.js


/** Releases whose notes ask for a restart of the streaming server. */
const ASKED = ['4.2.0', '4.3.0', '4.6.0', '4.7.0'];
/** Whether the streaming server must be deployed anew. `unknown` without a tree to compare with. */
function streamingMustRestart({ tree, from }) {
    if (tree.streaming === undefined)
        return 'no';
    if (from === undefined)
        return 'unknown';
    if (tree.streaming !== from.streaming)
        return 'yes';
    const [before, after] = [from.version, tree.version];
    if (before === undefined || after === undefined)
        return 'no';
    return ASKED.some(version => compareVersions(before, version) < 0 && compareVersions(after, version) >= 0)
        ? 'yes'
        : 'no';
}

;// CONCATENATED MODULE: ./lib/mastodon/upgrade/runtime.js



/** Packages as in the Ubuntu below each stack (heroku/base-images: installed-packages-amd64.txt; packages.ubuntu.com). */
const STACKS = {
    'heroku-24': { libvips: '8.15.1', ffmpeg: '6.1.1' },
    'heroku-22': { libvips: '8.12.1', ffmpeg: '4.4.2', end: 'April 30, 2027' },
    'heroku-20': { libvips: '8.9.1', ffmpeg: '4.2.7', ended: true },
    'heroku-18': { ended: true },
    'heroku-16': { ended: true },
    'cedar-14': { ended: true }
};
/** From here on the stacks have OpenSSL 3, with which no Ruby before 3.1 can be built. */
const OPENSSL_3 = ['heroku-22', 'heroku-24', 'heroku-26'];
/** Releases without the holes that are known in November 2026 (Mastodon 4.7.6's release notes). Older series get no updates. */
const RUBY_FLOORS = { '4.0': '4.0.10', '3.4': '3.4.13', '3.3': '3.3.14' };
const OLDEST_SERIES = '3.3';
/** The stack, Ruby, Node, libvips and ffmpeg. */
function checkRuntime(facts) {
    return [...checkStack(facts), ...checkRuby(facts), ...checkNode(facts), ...checkLibraries(facts)];
}
function checkStack({ stack, live }) {
    const found = [];
    if (live && stack !== undefined && stack !== live.stack) {
        found.push(finding('stack', `The slug is for ${stack}, and ${live.app} is on ${live.stack}`, `Set \`stack: ${live.stack}\` in the config, or move the app: \`heroku stack:set ${stack} --app ${live.app}\`.`));
    }
    const { end, ended } = STACKS[stack ?? ''] ?? {};
    if (end !== undefined || ended) {
        found.push(finding('stack-end-of-life', ended
            ? `${stack} gets no updates any more, and Heroku builds nothing on it`
            : `${stack} gets updates until ${end} only`, `\`heroku stack:set heroku-24 --app ${live?.app ?? 'APP'}\`, and \`stack: heroku-24\` in the config; rehearse it first.`));
    }
    return found;
}
function checkRuby({ tree: { minimums }, stack }) {
    const { rubyPinned: pinned, ruby: atLeast, rubyBelow: below } = minimums;
    if (pinned === undefined)
        return [];
    const found = [];
    if (OPENSSL_3.includes(stack ?? '') && isOlder(pinned, '3.1')) {
        found.push(finding('ruby-on-stack', `Heroku has no Ruby ${pinned} for ${stack}: before 3.1 it cannot be built with the stack's OpenSSL 3`, 'Deploy a newer version of Mastodon, which brings a newer `.ruby-version`.'));
    }
    if (isOlder(pinned, atLeast) || (below !== undefined && compareVersions(pinned, below) >= 0)) {
        const range = [atLeast && `${atLeast} or newer`, below && `older than ${below}`].filter(Boolean).join(', ');
        found.push(finding('ruby-range', `.ruby-version names ${pinned}, and the Gemfile takes ${range}`, 'Change `.ruby-version` to one in the range.'));
    }
    const floor = RUBY_FLOORS[seriesOf(pinned)];
    if (isOlder(pinned, floor)) {
        found.push(finding('ruby-security', `Ruby ${pinned} has security holes that ${floor} mends`, `Change \`.ruby-version\` to ${floor}, or deploy the newest patch release of Mastodon.`));
    }
    else if (isOlder(seriesOf(pinned), OLDEST_SERIES)) {
        found.push(finding('ruby-security', `Ruby ${pinned} gets no security updates any more; ${OLDEST_SERIES} is the oldest series that does`, `Deploy a version of Mastodon that runs on Ruby ${OLDEST_SERIES} or newer.`));
    }
    return found;
}
function checkNode({ tree: { minimums, version }, from }) {
    const [allowed, wanted] = [minimums.node, minimums.nodeWanted];
    if (!isOlder(allowed, wanted) || version === undefined)
        return [];
    const before = from?.minimums.node;
    return [
        finding('node-range', `package.json allows Node ${allowed}, and Mastodon ${version} takes ${wanted} or newer${before === undefined || before === allowed ? '' : ` (${before} before)`}`, `Set \`"engines": { "node": ">=${wanted}" }\` in package.json.`)
    ];
}
function checkLibraries({ tree: { minimums, packages }, stack, live }) {
    const { libvips, ffmpeg } = STACKS[stack ?? ''] ?? {};
    const found = [];
    const wanted = minimums.libvips;
    const isUsed = wanted?.unless === undefined ||
        (live ? live.config.equals(wanted.unless.name, wanted.unless.value) === wanted.unless.not : !wanted.unless.not);
    if (wanted && isUsed && isOlder(libvips, wanted.version)) {
        const { unless } = wanted;
        const switchOff = unless && !unless.not ? `, or \`heroku config:set ${unless.name}=${unless.value}\`` : '';
        found.push(finding('libvips-version', `${stack} has libvips ${libvips}, and this version takes ${wanted.version} or newer: it would stop as it boots`, `\`heroku stack:set heroku-24 --app ${live?.app ?? 'APP'}\`, and \`stack: heroku-24\` in the config${switchOff}.`));
    }
    if (packages.some(name => /^ffmpeg\b/.test(name)) && isOlder(ffmpeg, minimums.ffmpeg)) {
        found.push(finding('ffmpeg-version', `The Aptfile brings ffmpeg ${ffmpeg} of ${stack}, and this version takes ${minimums.ffmpeg} or newer`, 'Take ffmpeg out of the Aptfile, and put https://github.com/heroku/heroku-buildpack-activestorage-preview in front of the buildpacks.'));
    }
    return found;
}

;// CONCATENATED MODULE: ./lib/mastodon/upgrade/services.js



const POSTGRES = 'heroku-postgresql';
const REDIS = 'heroku-redis';
/** Postgres and Redis: there, new enough, and reachable over TLS. */
function checkServices(facts) {
    const { live } = facts;
    if (!live)
        return [];
    const addons = { DATABASE_URL: POSTGRES, REDIS_URL: REDIS };
    return [
        ...Object.entries(addons).flatMap(([name, service]) => live.config.has(name)
            ? []
            : [
                finding('add-on', `${live.app} has no ${name}`, `Add what brings it: \`heroku addons:create ${service} --app ${live.app}\`, or set it.`)
            ]),
        ...versions(facts, live),
        ...services_redisTls(facts, live),
        ...postgresTls(live)
    ];
}
function versions({ tree: { minimums } }, live) {
    const found = [];
    const postgres = addonOf(live, POSTGRES);
    if (isTooOld(postgres?.version, minimums.postgres)) {
        found.push(finding('postgres-version', `Postgres of ${live.app} is ${postgres.version}, and this version takes ${minimums.postgres} or newer: its release phase would fail`, `\`heroku pg:upgrade --app ${live.app}\` (Heroku's docs: "Upgrading the Version of a Heroku Postgres Database"), after a backup.`));
    }
    const redis = addonOf(live, REDIS);
    if (isTooOld(redis?.version, minimums.redis)) {
        found.push(finding('redis-version', `Redis of ${live.app} is ${redis.version}, and this version takes ${minimums.redis} or newer: Sidekiq stops as it starts`, `\`heroku redis:upgrade --app ${live.app}\`.`));
    }
    return found;
}
function isTooOld(version, minimum) {
    return version !== undefined && minimum !== undefined && compareVersions(version, minimum) < 0;
}
function addonOf({ addons }, service) {
    return addons?.find(addon => addon.service === service);
}
function services_redisTls({ tree: { redis }, redisTls, hasStreamingApp }, live) {
    const { app, config } = live;
    const address = config.address('REDIS_URL');
    // The patch of `no-verify` brings the driver as well.
    if (address?.scheme !== 'rediss' || redisTls === 'no-verify')
        return [];
    const found = [];
    const isHiredis = redis.driver === 'hiredis' || (redis.driver === 'choice' && !config.equals('REDIS_DRIVER', 'ruby'));
    if (isHiredis && redis.hiredisLacksTls) {
        found.push(finding('redis-tls-driver', `REDIS_URL of ${app} is a rediss:// address, and this version talks to it with hiredis, which has no TLS`, redis.driver === 'choice'
            ? `\`heroku config:set REDIS_DRIVER=ruby --app ${app}\`.`
            : 'This version cannot choose another driver: use a Redis without TLS, or a version from 4.3 on.'));
    }
    const takes = redis.takesSelfSigned && (redis.streamingTakesSelfSigned || !hasStreamingApp);
    if (isHerokus(live, address) && !takes) {
        const what = redis.takesSelfSigned ? 'its streaming server (streaming/redis.js)' : 'this tree';
        found.push(finding('redis-tls-verify', `Redis of ${app} is Heroku's own, whose certificate nobody vouches for, and ${what} does not take such a one`, 'Set `redis-tls: no-verify` in the config, which makes the built tree take it; or add a Redis of another vendor.'));
    }
    return found;
}
function postgresTls({ app, config, streaming, addons }) {
    const found = [];
    if (config.value('PGSSLMODE') === 'no-verify') {
        found.push(finding('pgsslmode', `${app} has PGSSLMODE=no-verify: Ruby cannot connect to Postgres with it, only Node can`, `\`heroku config:unset PGSSLMODE --app ${app}\`; it belongs on the streaming app alone.`));
    }
    if (!streaming)
        return found;
    const address = streaming.config.address('DATABASE_URL');
    const mode = address?.sslmode ?? streaming.config.value('PGSSLMODE');
    const verifies = mode !== undefined && ['prefer', 'require', 'verify-ca', 'verify-full'].includes(mode);
    const isHeroku = addons?.some(({ service }) => service === POSTGRES) ?? isAmazon(address);
    if (verifies && isHeroku && !streaming.config.equals('NODE_TLS_REJECT_UNAUTHORIZED', '0')) {
        found.push(finding('streaming-postgres-tls', `${streaming.app} connects to Postgres with sslmode ${mode}, with which Node verifies a certificate that nobody vouches for`, `\`heroku config:set PGSSLMODE=no-verify --app ${streaming.app}\`, and DATABASE_URL without \`sslmode\`.`));
    }
    return found;
}
/** By the add-on, else by where it runs. */
function isHerokus({ addons }, address) {
    return (addons?.some(({ service }) => service === REDIS) ?? true) && isAmazon(address);
}
/** Heroku's data services have names like `ec2-1-2-3-4.compute-1.amazonaws.com`. */
function isAmazon(address) {
    return address?.host.endsWith('.amazonaws.com') ?? false;
}

;// CONCATENATED MODULE: ./lib/mastodon/upgrade/versions.js




/** The version of what runs now against that of the tree. */
function checkVersions({ tree, from, live }) {
    const found = [];
    if (tree.version === undefined) {
        found.push(finding('not-mastodon', 'The tree has no lib/mastodon/version.rb, so what is known by version is not looked at', 'None is needed where it is older than Mastodon 1.2, or no Mastodon.'));
    }
    if (!from && live?.runs) {
        const runs = live.commit === undefined
            ? 'Which commit runs now is not known'
            : `The commit that runs now, ${live.commit.slice(0, 8)}, is not in this checkout`;
        found.push(finding('base-unknown', `${runs}, so what is pending is not known, and this deploy could not be rolled back`, 'Check out with `fetch-depth: 0`.'));
    }
    const before = from && versionOf(from);
    if (before === undefined || tree.version === undefined)
        return found;
    return [...found, ...compared(before, tree.version, live?.app)];
}
function compared(before, after, app) {
    if (compareVersions(after, before) < 0) {
        return seriesOf(after) === seriesOf(before)
            ? [finding('older-patch', `${after} is older than ${before}, which runs now`, 'Look whether that is meant.')]
            : [
                finding('downgrade', `${after} is older than ${before}, which runs now: its code does not know the database`, `\`command: rollback\`${app === undefined ? '' : ` of ${app}`} looks whether going back is possible.`)
            ];
    }
    const skipped = seriesBetween(before, after);
    if (skipped.length === 0)
        return [];
    const which = skipped.length > 6 ? `${skipped[0]} to ${skipped.at(-1)} (${skipped.length} series)` : skipped.join(', ');
    return [
        finding('skipped-minor', `From ${shownVersion(before)} to ${after} the series ${which} ${skipped.length === 1 ? 'is' : 'are'} skipped; Mastodon wants at least one release of each to be deployed`, `Deploy the newest release of ${skipped.length > 6 ? 'each series' : skipped.join(', then of ')} first.`)
    ];
}
/** The first version that tells itself is 1.2 (mastodon/mastodon#2181). */
const BEFORE_1_2 = '1.1.0';
/** The version of a tree; one that is there and does not tell is taken for one before 1.2. */
function versionOf({ version, migrations }) {
    return version ?? (migrations.length > 0 ? BEFORE_1_2 : undefined);
}
function shownVersion(version) {
    return version === BEFORE_1_2 ? 'a version before 1.2' : version;
}

;// CONCATENATED MODULE: ./lib/mastodon/upgrade/steps.js



const hasSearch = ({ live }) => live === undefined || live.config.equals('ES_ENABLED', 'true');
/** From the release notes, oldest first; what a tree says itself is a finding. */
const steps_KNOWN = [
    {
        version: '1.4.3',
        when: 'before',
        text: 'Rows without an owner keep foreign keys from being added: take them away with the code of 1.4.3, before its migrations',
        command: 'bundle exec rake mastodon:maintenance:prepare_for_foreign_keys'
    },
    { version: '2.9.0', when: 'after', text: 'Clear the cache', command: 'bin/tootctl cache clear' },
    { version: '3.4.0', when: 'after', text: 'Clear the cache', command: 'bin/tootctl cache clear' },
    {
        version: '4.2.0',
        when: 'after',
        text: 'Where full-text search is used, fill its indexes: people and public posts are in them now',
        command: 'bin/tootctl search deploy',
        applies: hasSearch
    },
    {
        version: '4.3.0',
        when: 'before',
        text: 'Leave OTP_SECRET as it is until this is deployed: a migration reads every two-factor secret with it'
    },
    {
        version: '4.3.0',
        when: 'before',
        text: 'ffmpeg comes from the buildpack activestorage-preview now, no longer from the Aptfile: put it in front of `slug.buildpacks` in the config',
        applies: ({ buildpacks }) => !buildpacks.some(name => /activestorage-preview|ffmpeg/i.test(name))
    },
    {
        version: '4.4.0',
        when: 'before',
        text: 'Keys in Redis must be without a namespace: follow github.com/mastodon/redis_namespace_migration, then unset REDIS_NAMESPACE',
        command: 'heroku config:unset REDIS_NAMESPACE',
        applies: ({ live }) => live === undefined || live.config.isSet('REDIS_NAMESPACE')
    },
    {
        version: '4.4.0',
        when: 'after',
        text: 'Where full-text search is used, bring the settings of its indexes up to date',
        command: 'bin/tootctl search deploy --only-mapping',
        applies: hasSearch
    },
    {
        version: '4.4.0',
        when: 'after',
        text: 'OTP_SECRET is not read any more: unset it when no going back is planned',
        command: 'heroku config:unset OTP_SECRET',
        applies: ({ live }) => live === undefined || live.config.isSet('OTP_SECRET')
    },
    {
        version: '4.6.0',
        when: 'before',
        text: 'ImageMagick is gone: pictures are made with libvips alone, so MASTODON_USE_LIBVIPS has no effect any more',
        applies: ({ live }) => live === undefined || live.config.isSet('MASTODON_USE_LIBVIPS')
    }
];
/** What the versions after the old one, up to the new one, ask for. */
function upgradeSteps(facts) {
    const before = facts.from && versionOf(facts.from);
    const after = facts.tree.version;
    if (before === undefined || after === undefined)
        return [];
    return steps_KNOWN.filter(({ version, applies = () => true }) => compareVersions(before, version) < 0 && compareVersions(after, `${version}-alpha`) >= 0 && applies(facts)).map(({ version, when, text, command }) => ({ version, when, text, ...(command !== undefined && { command }) }));
}

;// CONCATENATED MODULE: ./lib/mastodon/upgrade/streaming.js



/** The streaming server: it runs in an app of its own, is reached, and is of the same commit. */
function checkStreaming(facts) {
    const { live, tree } = facts;
    if (!live || tree.streaming === undefined)
        return [];
    return [...reached(facts, live), ...setUp(live)];
}
function reached(facts, { app, config }) {
    const url = config.value('STREAMING_API_BASE_URL');
    if (url === undefined) {
        if (facts.hasStreamingApp && config.has('WEB_DOMAIN'))
            return [];
        return facts.hasStreamingApp
            ? [
                missing(app, `\`heroku config:set STREAMING_API_BASE_URL=wss://… --app ${app}\`, with the address of the streaming app.`)
            ]
            : [
                missing(app, 'Make a second app for it, and name it as `streaming-app:` in the config; docs/how-a-deploy-works.md tells how.')
            ];
    }
    const found = [];
    if (!/^wss:\/\//i.test(url)) {
        found.push(finding('streaming-url', `STREAMING_API_BASE_URL of ${app} is no wss:// address: browsers may not connect to it`, `\`heroku config:set STREAMING_API_BASE_URL=${wss(url)} --app ${app}\`.`));
    }
    if (!facts.hasStreamingApp &&
        streamingMustRestart(facts) !== 'no' &&
        !isOwn(url, config.value('WEB_DOMAIN') ?? config.value('LOCAL_DOMAIN'))) {
        found.push(finding('streaming-left-behind', `The streaming server of ${app} runs in another app, which this deploy does not know, and this upgrade changes it`, 'Name it as `streaming-app:` in the config: it is deployed with the same commit then. Else deploy it by hand right after this.'));
    }
    return found;
}
function missing(app, remedy) {
    return finding('streaming-missing', `${app} has no STREAMING_API_BASE_URL: its web dynos have no streaming server, so timelines do not move by themselves`, remedy);
}
function setUp({ streaming }) {
    if (!streaming || streaming.lacks.length === 0)
        return [];
    return [
        finding('streaming-not-set-up', `The streaming app ${streaming.app} is not set up: ${streaming.lacks.join(', ')}`, streaming.remedy)
    ];
}
function wss(url) {
    const host = url.replace(/^[a-z]+:\/\//i, '').replace(/[/\s].*$/, '');
    return /^[\w.:-]+$/.test(host) ? `wss://${host}` : 'wss://…';
}
function isOwn(url, domain) {
    return URL.canParse(url) && new URL(url).hostname === domain;
}

;// CONCATENATED MODULE: ./lib/mastodon/upgrade/plan.js
















/** All checks, by subject, in the order in which they are told. */
const CHECKS = [
    checkVersions,
    checkMigrations,
    checkConfig,
    checkDomains,
    checkServices,
    checkRuntime,
    checkBuildpacks,
    checkProcesses,
    checkStreaming
];
const ORDER = ['block', 'warn', 'note'];
/** Makes the plan of an upgrade. Pure: all that it knows is handed in. */
function planUpgrade(facts) {
    const { tree, from } = facts;
    const pending = pendingOf(facts);
    const before = from && versionOf(from);
    return {
        ...(before !== undefined && { from: shownVersion(before) }),
        ...(tree.version !== undefined && { to: tree.version }),
        basis: pending.basis,
        migrations: pending.basis === 'empty' ? [] : pending.migrations.map(planned),
        streaming: streamingMustRestart(facts),
        rollback: wayBack(facts, pending),
        steps: upgradeSteps(facts),
        findings: CHECKS.flatMap(check => check(facts))
            .map(finding => skipped(finding, facts.skip))
            .sort((one, other) => ORDER.indexOf(one.level) - ORDER.indexOf(other.level))
    };
}
function planned(migration) {
    const { version, name, phase, long, destructive } = migration;
    const does = notable(migration);
    const [slow, taking] = [heaviest(long), heaviest(destructive)];
    return {
        version,
        name,
        phase,
        ...(does !== undefined && { does }),
        ...(slow && { long: slow }),
        ...(taking && { destructive: taking })
    };
}
/** Somebody has looked at it and wants it told only. */
function skipped(finding, skip) {
    return finding.level !== 'note' && skip.includes(finding.name) ? { ...finding, level: 'note' } : finding;
}
/** One line: `27 migrations, 8 after deployment, one moves every account's keys`. */
function upgradeHeadline({ basis, migrations }) {
    if (basis === 'empty')
        return 'a first set-up: the schema is loaded and seeded';
    if (basis === 'unknown')
        return 'which migrations are pending is not known';
    if (migrations.length === 0)
        return 'no migrations';
    const after = migrations.filter(({ phase }) => phase === 'post').length;
    const told = migrations.flatMap(({ does }) => (does === undefined ? [] : [`one ${does}`]));
    return [
        `${migrations.length} migration${migrations.length === 1 ? '' : 's'}`,
        after > 0 ? `${after} after deployment` : 'none after deployment',
        ...told
    ].join(', ');
}

;// CONCATENATED MODULE: ./lib/mastodon/upgrade/index.js
/** Preflight and upgrade plan: what a tree wants, against what is there. */







;// CONCATENATED MODULE: ./lib/mastodon/tasks.js

const BY_WORKER = 'nothing, Mastodon’s worker does it by itself (sidekiq-scheduler, since 1.4)';
const BY_UPGRADE = 'nothing, it was a step of an upgrade long ago';
const NO_PUSH = 'nothing, PuSH subscriptions went with OStatus in 3.0';
/** Where the condition is met that the vacuum has. */
const RETENTION = '“Media cache retention period” in Administration → Server settings → Content retention';
/**
 * What took the place of the rake tasks of 2017 (mastodon/mastodon: lib/tasks/mastodon.rake of v1.0 to v2.4, its issues
 * 2473, 2799, 3180, 4336; lib/mastodon/cli). Documentation told Heroku's users to schedule some of them.
 */
const SUCCESSORS = [
    [/^daily$/, BY_WORKER],
    [/^media:clear$/, BY_WORKER],
    [/^media:remove_remote$/, `set ${RETENTION}, or run \`bin/tootctl media remove --days 7\``],
    [/^media:remove_silenced$/, `${RETENTION}, for all remote accounts`],
    [/^media:redownload_avatars$/, '`bin/tootctl accounts refresh`'],
    [/^push:(?:refresh|clear)$/, NO_PUSH],
    [/^feeds:clear$/, BY_WORKER],
    [/^feeds:clear_all$/, '`bin/tootctl feeds clear`'],
    [/^feeds:build$/, '`bin/tootctl feeds build --all`'],
    [/^emails:digest$/, 'nothing, the worker sent them from 2.2 on, and newer versions have no such mails'],
    [/^users:clear$/, BY_WORKER],
    [/^users:admins$/, 'Administration → Accounts'],
    [/^(?:make_admin|make_mod)$/, '`bin/tootctl accounts modify NAME --role Owner`'],
    [/^confirm_email$/, '`bin/tootctl accounts modify NAME --confirm`'],
    [/^settings:open_registrations$/, '`bin/tootctl settings registrations open`'],
    [/^settings:close_registrations$/, '`bin/tootctl settings registrations close`'],
    [/^(?:maintenance:|media:set_unknown)/, BY_UPGRADE]
];
/** Tasks that the worker does, by the class that does them in config/sidekiq.yml. */
const DONE_BY_WORKER = [
    {
        task: /^media remove(?![-\w]|.*--(?:prune-profiles|remove-headers))/,
        by: /^Scheduler::VacuumScheduler$/,
        when: RETENTION
    },
    { task: /^preview[_-]cards remove\b/, by: /^Scheduler::VacuumScheduler$/, when: RETENTION },
    { task: /^feeds vacuum\b/, by: /^Scheduler::(?:VacuumScheduler|FeedCleanupScheduler)$/ }
];
const tasks_RAKE = /\b(?:rake|rails)\s+(?:-\S+\s+)*mastodon:([a-z_:]+)/;
const TOOTCTL = /\btootctl\s+([a-z_-]+)\s+([a-z_-]+)([^;&|#]*)/;
/**
 * What a tree says of a scheduled command. Where the tree is not at hand, or says nothing, so does this.
 * @param root folder of the tree
 */
function adviseTask(root, command) {
    const rake = tasks_RAKE.exec(command)?.[1];
    if (rake !== undefined)
        return adviseRake(root, rake);
    const [, group = '', name = '', rest = ''] = TOOTCTL.exec(command) ?? [];
    return group === '' ? [] : adviseTootctl(root, group, name, rest);
}
function adviseRake(root, task) {
    const file = (0,lib_runtime/* readTreeFile */.xt)(root, 'lib/tasks/mastodon.rake');
    // Its last name is enough: there is one file, and no two tasks in it have the same.
    const last = task.split(':').at(-1);
    if (file !== undefined && new RegExp(`\\btask\\s+:?${last}\\b`).test(file))
        return [];
    const successor = SUCCESSORS.find(([names]) => names.test(task))?.[1];
    if (successor === undefined && file === undefined)
        return [];
    const text = `this version has no \`rake mastodon:${task}\`, so it ends with an error`;
    return [{ kind: 'dead', text: successor === undefined ? text : `${text}. Instead: ${successor}` }];
}
function adviseTootctl(root, group, name, rest) {
    const method = name.replaceAll('-', '_');
    const cli = cliOf(root, group);
    if (cli === undefined) {
        return hasCli(root) ? [{ kind: 'dead', text: `this version has no \`tootctl ${group}\`` }] : [];
    }
    if (!new RegExp(`^\\s+def ${method}\\b`, 'm').test(cli)) {
        return [{ kind: 'dead', text: `this version has no \`tootctl ${group} ${name}\`` }];
    }
    const options = [...rest.matchAll(/(?:^|\s)--(?:no-|skip-)?([a-z][a-z-]*)/g)].map(([, option]) => option);
    const unknown = options.filter(option => !new RegExp(`\\boption :${option.replaceAll('-', '_')}\\b`).test(cli));
    const dead = unknown.map((option) => ({
        kind: 'dead',
        text: `\`tootctl ${group} ${name}\` of this version has no \`--${option}\``
    }));
    const workers = schedulers(root);
    const needless = DONE_BY_WORKER.flatMap(({ task, by, when }) => {
        const worker = workers.find(({ className }) => by.test(className));
        if (!worker || !task.test(`${group} ${name}${rest}`))
            return [];
        const does = `Mastodon’s worker does it daily by itself (${worker.name} in config/sidekiq.yml)`;
        return [{ kind: 'needless', text: when === undefined ? does : `${does}, where a number of days is set as ${when}` }];
    });
    return dead.length > 0 ? dead : needless;
}
/** Since 4.2 in lib/mastodon/cli/, before in lib/mastodon/NAME_cli.rb. */
function cliOf(root, group) {
    const name = group.replaceAll('-', '_');
    return (0,lib_runtime/* readTreeFile */.xt)(root, `lib/mastodon/cli/${name}.rb`) ?? (0,lib_runtime/* readTreeFile */.xt)(root, `lib/mastodon/${name}_cli.rb`);
}
function hasCli(root) {
    return cliOf(root, 'media') !== undefined;
}
/** What sidekiq-scheduler runs by itself: the jobs of config/sidekiq.yml, which has Ruby in it and is read line by line. */
function schedulers(root) {
    const file = (0,lib_runtime/* readTreeFile */.xt)(root, 'config/sidekiq.yml') ?? '';
    return [...file.matchAll(/^ +(\w+):\n(?: +(?!class:)\S.*\n)*? +class: *['"]?(Scheduler::[\w:]+)/gm)].map(([, name, className]) => ({ name: name, className: className }));
}
const STARTERS = [
    {
        command: 'bin/tootctl media remove --prune-profiles --days 30',
        times: 'every: day, at: "03:30"',
        why: 'avatars and headers of remote accounts, which the worker keeps for ever'
    },
    {
        command: 'bin/tootctl media remove --days 7',
        times: 'every: day, at: "04:00"',
        why: 'remote media; this version’s worker does not remove it',
        unless: /^Scheduler::VacuumScheduler$/
    },
    {
        command: 'bin/tootctl preview_cards remove --days 180',
        times: 'every: day, at: "04:30"',
        why: 'images of link previews; this version’s worker does not remove them',
        unless: /^Scheduler::VacuumScheduler$/
    },
    {
        command: 'bin/tootctl accounts prune',
        times: 'cron: "0 5 1 * *"',
        why: 'remote accounts that nobody here ever had to do with; monthly, and not with heroku-scheduler'
    },
    {
        command: 'bundle exec rake mastodon:daily',
        times: 'every: day, at: "03:30"',
        why: 'what this version does not do by itself',
        unless: /./
    }
];
/** Tasks worth scheduling in this tree: those that it knows and does not do by itself. Empty where it is not Mastodon's. */
function starterTasks(root) {
    const workers = schedulers(root);
    const knows = (command) => {
        const known = command.includes('rake') ? (0,lib_runtime/* readTreeFile */.xt)(root, 'lib/tasks/mastodon.rake') !== undefined : hasCli(root);
        return known && adviseTask(root, command).every(({ kind }) => kind !== 'dead');
    };
    return STARTERS.filter(({ command, unless }) => knows(command) && !workers.some(({ className }) => unless?.test(className))).map(({ command, times, why }) => ({ command, times, why }));
}

;// CONCATENATED MODULE: ./lib/mastodon/index.js














// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
;// CONCATENATED MODULE: ./lib/source/git.js



const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
/** Settings of the repository itself that could start a program. */
const SAFE_SETTINGS = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null'];
/** The arguments with which git runs `args` and nothing else. */
function gitArguments(args) {
    return [...SAFE_SETTINGS, '--no-pager', ...args];
}
/**
 * The whole environment of git: none of the runner's variables, no configuration but the repository's own.
 * The repository is named with GIT_DIR, so git does not search for one, and does not refuse one of another user
 * (`safe.directory` guards the search alone: git docs, git-config, safe.directory; git/git: setup.c).
 */
function gitEnvironment(repository, searchPath) {
    return {
        PATH: searchPath ?? SYSTEM_FOLDERS.join(external_node_path_.delimiter),
        LC_ALL: 'C',
        GIT_DIR: repository.gitDir,
        // Nothing reads a work tree, and that of a submodule (core.worktree) may be gone.
        GIT_WORK_TREE: repository.gitDir,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_TERMINAL_PROMPT: '0',
        GIT_OPTIONAL_LOCKS: '0',
        GIT_NO_REPLACE_OBJECTS: '1',
        // An object that a partial clone left out is reported, not fetched with the checkout's credentials.
        GIT_NO_LAZY_FETCH: '1',
        GIT_ALLOW_PROTOCOL: 'none'
    };
}
/** Runs git to its end. Throws where there is no git and where the run was cancelled, not on an exit code. */
async function git(tools, repository, ...args) {
    const { run, signal, searchPath } = tools;
    const result = await run('git', gitArguments(args), {
        cwd: (0,external_node_path_.dirname)(repository.gitDir),
        env: gitEnvironment(repository, searchPath),
        signal
    });
    if (signal.aborted)
        throw new lib_runtime/* CancelledError */.cc('Reading the git checkout');
    if (result.code === 127)
        throw gitMissing();
    return result;
}
function gitMissing() {
    return new lib_runtime/* UserError */.yo('The program git was not found', 'Install git in the job before this step (in an image of Debian or Ubuntu: `apt-get install git`).');
}
/** The checkout in `path`: its top folder, not one below it. Throws a `UserError` where it is none. */
function openCheckout(path) {
    const workTree = (0,external_node_path_.resolve)(path);
    const gitDir = gitDirOf(workTree);
    if (gitDir !== undefined)
        return { workTree, gitDir };
    throw notACheckout(workTree, (0,external_node_fs_.statSync)(workTree, { throwIfNoEntry: false }) ? 'has no .git' : 'does not exist');
}
function notACheckout(path, reason) {
    return new lib_runtime/* UserError */.yo(`${path} is not a git checkout: it ${reason}`, 'Check the repository out before this step (actions/checkout), and let the input `path` name its top folder.');
}
/** The repository does not hold (any more) what it should. */
function unreadable(what, stderr) {
    return new lib_runtime/* UserError */.yo(`git cannot read the ${what} of this checkout: ${complaintOf(stderr) || 'an object is damaged'}`, 'Check the repository out again, whole: without `filter` and `sparse-checkout` of actions/checkout.');
}
/** The line of git's output that says why it ended. */
function complaintOf(stderr) {
    return /^(?:fatal|error): .*/m.exec(stderr)?.[0] ?? firstLine(stderr);
}
function firstLine(text) {
    return text.trim().split('\n', 1)[0] ?? '';
}
/** The git folder that belongs to a work tree, or undefined. Worktrees and submodules name theirs in a file. */
function gitDirOf(workTree) {
    const dotGit = (0,external_node_path_.resolve)(workTree, '.git');
    const stat = (0,external_node_fs_.statSync)(dotGit, { throwIfNoEntry: false });
    if (stat?.isDirectory())
        return dotGit;
    if (!stat?.isFile())
        return undefined;
    const pointer = /^gitdir: (.+?)\r?\n?$/.exec(readPointer(dotGit))?.[1];
    return pointer === undefined ? undefined : (0,external_node_path_.resolve)(workTree, pointer);
}
function readPointer(file) {
    try {
        return (0,external_node_fs_.readFileSync)(file, 'utf8');
    }
    catch (error) {
        if ((0,lib_runtime/* errorCode */.CA)(error) === 'EACCES')
            return '';
        throw error;
    }
}

;// CONCATENATED MODULE: ./lib/source/base.js

/**
 * What came before a commit, as far as the checkout has it: for a pull request where it left its branch; else the newest
 * tag among its ancestors, and where there is none, where it left the default branch. Undefined where none is another commit.
 */
async function baseOf(options) {
    const { pullRequest } = options;
    const ways = pullRequest ? [mergeBase, mergedInto] : [previousTag, mergeBase];
    for (const way of ways) {
        const base = await way(options);
        if (base)
            return base;
    }
    return undefined;
}
async function previousTag(options) {
    const { path, commit } = options;
    const ask = (...args) => answer(options, path, ...args);
    // The commit itself may be tagged: its own tag is none before it.
    const parent = await ask('rev-parse', '--verify', '--quiet', '--end-of-options', `${commit}^`);
    if (parent === undefined)
        return undefined;
    const name = await ask('describe', '--tags', '--abbrev=0', parent);
    if (name === undefined)
        return undefined;
    const tagged = await ask('rev-parse', '--verify', '--quiet', '--end-of-options', `refs/tags/${name}^{commit}`);
    return tagged === undefined ? undefined : { commit: tagged, kind: 'tag', name };
}
async function mergeBase(options) {
    const { path, commit, branch } = options;
    if (branch === undefined || !/^[\w./-]{1,200}$/.test(branch) || branch.startsWith('-'))
        return undefined;
    for (const ref of [`refs/remotes/origin/${branch}`, `refs/heads/${branch}`]) {
        const found = await answer(options, path, 'merge-base', commit, ref);
        if (found !== undefined && found !== commit)
            return { commit: found, kind: 'merge-base', name: branch };
    }
    return undefined;
}
/** GitHub builds a pull request's merge into its branch: the first of two parents is the branch. */
async function mergedInto(options) {
    const { path, commit, branch } = options;
    const parent = async (n) => answer(options, path, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${commit}^${n}`);
    const [first, second] = [await parent(1), await parent(2)];
    return first === undefined || second === undefined || branch === undefined
        ? undefined
        : { commit: first, kind: 'merge-base', name: branch };
}
async function answer(tools, path, ...args) {
    const { code, stdout } = await git(tools, openCheckout(path), ...args);
    const [line = ''] = stdout.toString('utf8').split('\n');
    return code === 0 && line !== '' ? line : undefined;
}

// EXTERNAL MODULE: external "node:child_process"
var external_node_child_process_ = __webpack_require__(1421);
;// CONCATENATED MODULE: ./lib/source/blobs.js



const SMALL = 65_536;
const NEWLINE = 0x0a;
/**
 * Streams many blobs out of one `git cat-file --batch` (git docs, git-cat-file, "batch output"). All are asked for at
 * once; memory holds one chunk of the pipe. Ends the child and rejects with whatever the sink throws.
 */
function streamBlobs(options) {
    const { repository, shas, sink, signal, searchPath } = options;
    if (shas.length === 0)
        return Promise.resolve();
    const child = (0,external_node_child_process_.spawn)('git', gitArguments(['cat-file', '--batch', '--buffer']), {
        cwd: repository.gitDir,
        env: gitEnvironment(repository, searchPath),
        stdio: 'pipe'
    });
    const parser = new BatchParser(shas, sink);
    return new Promise((resolve, reject) => {
        let failure;
        let stderr = '';
        const fail = (error) => {
            failure ??= error instanceof Error ? error : new Error(String(error));
            child.kill('SIGKILL');
        };
        const cancel = () => fail(new lib_runtime/* CancelledError */.cc('Reading the commit'));
        signal.addEventListener('abort', cancel);
        if (signal.aborted)
            cancel();
        child.on('error', error => fail((0,lib_runtime/* errorCode */.CA)(error) === 'ENOENT' ? gitMissing() : error));
        child.stderr.on('data', (chunk) => (stderr = (stderr + chunk.toString()).slice(-4000)));
        child.stdout.on('data', (chunk) => {
            if (failure !== undefined)
                return;
            try {
                parser.take(chunk);
            }
            catch (error) {
                fail(error);
            }
        });
        child.on('close', () => {
            signal.removeEventListener('abort', cancel);
            if (failure === undefined && !parser.done)
                failure = unreadable('objects', stderr);
            if (failure === undefined)
                resolve();
            else
                reject(failure);
        });
        ask(child, shas);
    });
}
function ask(child, shas) {
    // A child that ended early closes its input; `close` reports what it lacked.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(`${shas.join('\n')}\n`);
}
/** Reads `<sha> blob <size>\n<bytes>\n` again and again, in whatever pieces it comes. */
class BatchParser {
    shas;
    sink;
    next = 0;
    header = '';
    /** Bytes of the current blob that are still to come; undefined between blobs. */
    left;
    pieces = [];
    small = false;
    constructor(shas, sink) {
        this.shas = shas;
        this.sink = sink;
    }
    get done() {
        return this.next === this.shas.length && this.left === undefined && this.header === '';
    }
    take(chunk) {
        let at = 0;
        while (at < chunk.length)
            at = this.left === undefined ? this.takeHeader(chunk, at) : this.takeBody(chunk, at);
    }
    takeHeader(chunk, at) {
        const end = chunk.indexOf(NEWLINE, at);
        this.header += chunk.toString('latin1', at, end < 0 ? chunk.length : end);
        if (end < 0)
            return chunk.length;
        const [sha, kind, size] = this.header.split(' ');
        if (kind === 'missing')
            this.sink.missing();
        if (sha !== this.shas[this.next] || kind !== 'blob')
            throw unreadable('objects', `unexpected "${this.header}"`);
        this.header = '';
        this.next++;
        this.left = Number(size);
        this.small = this.left <= SMALL;
        this.sink.begin(this.left);
        return end + 1;
    }
    takeBody(chunk, at) {
        const left = this.left ?? 0;
        const bytes = chunk.subarray(at, at + left);
        if (bytes.length > 0)
            this.pass(bytes, left - bytes.length);
        this.left = left - bytes.length;
        const end = at + bytes.length;
        if (this.left > 0 || end === chunk.length)
            return end;
        this.left = undefined; // The newline after the bytes.
        this.sink.end();
        return end + 1;
    }
    pass(bytes, left) {
        if (!this.small || (left === 0 && this.pieces.length === 0))
            return this.sink.write(bytes);
        this.pieces.push(Buffer.from(bytes));
        if (left > 0)
            return;
        const whole = Buffer.concat(this.pieces);
        this.pieces = [];
        this.sink.write(whole);
    }
}

;// CONCATENATED MODULE: ./lib/source/write.js



const SYMLINK = '120000';
/** The longest target that Linux takes (PATH_MAX, with its end mark, is 4096). */
const LONGEST_TARGET = 4095;
/** First line of a pointer file: git-lfs/git-lfs docs/spec.md, which also keeps one below 1024 bytes. */
const LFS_LINE = Buffer.from('version https://git-lfs.github.com/spec/v1\n');
const LFS_SIZE = 1024;
/**
 * Writes the names of git trees below a folder, which must be empty at first. Folders come first, symlinks last: nothing
 * is ever written through a symlink of the tree, and a name that a broken tree holds twice is found by the file system.
 * Writing is synchronous: no chunk is read before the one before is on disk, so memory stays flat.
 */
class TreeWriter {
    root;
    folders = new Set(['']);
    links = [];
    waiting = [][Symbol.iterator]();
    link;
    file;
    files = 0;
    bytes = 0;
    lfsPointers = 0;
    constructor(root) {
        this.root = root;
    }
    /** Makes every folder that the entries need; an entry of the mode `asFolder` is one itself. */
    makeFolders(entries, asFolder) {
        for (const { mode, path } of entries)
            this.makeFolder(mode === asFolder ? path : parentOf(path));
    }
    /** The files and symlinks whose blobs come next, in order. */
    expect(entries) {
        this.waiting = entries[Symbol.iterator]();
    }
    begin(size) {
        const { mode, path } = this.next();
        this.files++;
        this.bytes += size;
        if (mode === SYMLINK) {
            refuseTarget(path, size);
            this.link = path;
            return;
        }
        const executable = (Number.parseInt(mode, 8) & 0o100) !== 0;
        this.file = created(path, () => (0,external_node_fs_.openSync)((0,lib_runtime/* below */.Gz)(this.root, path), 'wx'));
        (0,external_node_fs_.fchmodSync)(this.file, executable ? 0o755 : 0o644); // Whatever the umask.
    }
    write(bytes) {
        if (this.link !== undefined) {
            this.links.push({ path: this.link, target: Buffer.from(bytes) });
            return;
        }
        if (this.file === undefined)
            return;
        if (bytes.length < LFS_SIZE && bytes.indexOf(LFS_LINE) === 0)
            this.lfsPointers++;
        for (let done = 0; done < bytes.length;)
            done += (0,external_node_fs_.writeSync)(this.file, bytes, done);
    }
    end() {
        this.link = undefined;
        this.close();
    }
    missing() {
        throw unreadable(`file "${(0,lib_runtime/* displayPath */.Gt)(this.next().path)}"`, 'its content is missing');
    }
    /** Makes the symlinks. To be called once, after all blobs. */
    finish() {
        for (const { path, target } of this.links)
            created(path, () => (0,external_node_fs_.symlinkSync)(target, (0,lib_runtime/* below */.Gz)(this.root, path)));
        return { files: this.files, bytes: this.bytes, lfsPointers: this.lfsPointers };
    }
    /** Closes the file that is being written, if any. */
    close() {
        if (this.file !== undefined)
            (0,external_node_fs_.closeSync)(this.file);
        this.file = undefined;
    }
    next() {
        const next = this.waiting.next();
        if (next.done === true)
            throw new Error('a blob came that nobody asked for');
        return next.value;
    }
    makeFolder(folder) {
        if (this.folders.has(folder))
            return;
        this.makeFolder(parentOf(folder));
        this.folders.add(folder);
        const at = (0,lib_runtime/* below */.Gz)(this.root, folder);
        created(folder, () => (0,external_node_fs_.mkdirSync)(at));
        (0,external_node_fs_.chmodSync)(at, 0o755);
    }
}
function parentOf(path) {
    return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
function refuseTarget(path, size) {
    if (size > 0 && size <= LONGEST_TARGET)
        return;
    throw new lib_runtime/* UserError */.yo(`The symlink "${(0,lib_runtime/* displayPath */.Gt)(path)}" has a target of ${size} bytes, which no disk takes`, 'Correct it in the repository.');
}
/** Makes one name that must not be there yet. */
function created(path, make) {
    try {
        return make();
    }
    catch (error) {
        throw explain(path, error);
    }
}
function explain(path, error) {
    const code = (0,lib_runtime/* errorCode */.CA)(error);
    if (code === 'EEXIST') {
        return new lib_runtime/* UserError */.yo(`The commit holds "${(0,lib_runtime/* displayPath */.Gt)(path)}" twice`, 'Remove one of them. Where the disk ignores case, names that differ only in case do this too.', { cause: error });
    }
    if (code === 'ENAMETOOLONG') {
        return new lib_runtime/* UserError */.yo(`The path "${(0,lib_runtime/* displayPath */.Gt)(path).slice(0, 300)}…" is too long for this disk`, 'Shorten it in the repository: a name can have 255 bytes, a whole path 4,095.', { cause: error });
    }
    return error;
}

;// CONCATENATED MODULE: ./lib/source/export.js






const SUBMODULE = '160000';
/**
 * Writes a commit as a clean tree: names, contents, symlinks and executable bits exactly as git holds them. Nothing of
 * the work tree is read, and no attribute applies (no eol, filter, LFS or export-ignore). Files get 0644 or 0755.
 * Submodules come from their own checkouts below `path`, at the commit that the tree pins.
 * Throws a `UserError` for trees that git would not check out, submodules or objects that are not there, a full disk;
 * a `CancelledError` on the signal. Then nothing is left in `into`.
 */
async function exportTree(options) {
    const repository = openCheckout(options.path);
    const made = prepare(options.into);
    try {
        const parts = await readParts(options, repository);
        return await writeParts(options, parts);
    }
    catch (error) {
        empty(options.into);
        if (made !== undefined)
            (0,external_node_fs_.rmSync)(made, { recursive: true, force: true });
        throw (0,lib_runtime/* explainDiskFull */.GK)(error, 'the source tree');
    }
}
/** Makes `into`; tells the topmost folder that had to be made. */
function prepare(into) {
    const made = (0,external_node_fs_.mkdirSync)(into, { recursive: true });
    if ((0,external_node_fs_.readdirSync)(into).length === 0)
        return made;
    throw new lib_runtime/* UserError */.yo(`The folder ${into} for the source tree is not empty`, 'Remove what is in it, or name another.');
}
function empty(folder) {
    for (const name of (0,external_node_fs_.readdirSync)(folder, 'latin1')) {
        (0,external_node_fs_.rmSync)((0,lib_runtime/* below */.Gz)(folder, name), { recursive: true, force: true });
    }
}
/** Lists the commit, and each submodule's after it. */
async function readParts(options, repository) {
    const parts = [];
    const visit = async (source, commit, prefix) => {
        const tree = await listTree(options, source, commit);
        if (typeof tree === 'string')
            throw prefix === '' ? unreadable(`commit ${commit}`, tree) : noSubmodule(prefix);
        const entries = tree.map(entry => ({ ...entry, path: (0,lib_runtime/* joinBytes */.mE)(prefix, entry.path) }));
        const { only } = options;
        if (only) {
            parts.push({ repository: source, entries: entries.filter(({ mode, path }) => mode !== SUBMODULE && only(path)) });
            return;
        }
        parts.push({ repository: source, entries });
        for (const [index, { mode, sha, path }] of tree.entries()) {
            if (mode !== SUBMODULE)
                continue;
            const mounted = entries[index].path;
            await visit(openSubmodule(source, path, mounted), sha, mounted);
        }
    };
    await visit(repository, options.commit, '');
    return parts;
}
/** All names of a commit, or git's complaint. */
async function listTree(tools, repository, commit) {
    if (!/^[0-9a-f]{40,64}$/.test(commit))
        return 'not the hash of a commit';
    const { code, stdout, stderr } = await git(tools, repository, 'ls-tree', '-r', '-z', '--full-tree', commit);
    if (code !== 0)
        return stderr.trim() || `git ls-tree ended with ${code}`;
    const lines = stdout.toString('latin1').split('\0');
    lines.pop();
    return lines.map(readEntry);
}
function readEntry(line) {
    const tab = line.indexOf('\t');
    const [mode = '', , sha = ''] = line.slice(0, tab).split(' ');
    const path = line.slice(tab + 1);
    if (/(?:^|\/)(?:\.{0,2}|\.git)(?:\/|$)/i.test(path)) {
        throw new lib_runtime/* UserError */.yo(`The commit holds "${(0,lib_runtime/* displayPath */.Gt)(path)}", a name that git itself would not check out`, 'Remove it from the commit: such a tree was not made by git, and may be an attack.');
    }
    return { mode, sha, path };
}
/** The submodule's own repository, below the checkout or where git keeps it when its folder is not there. */
function openSubmodule(outer, path, mounted) {
    const text = Buffer.from(path, 'latin1').toString('utf8');
    const workTree = (0,external_node_path_.join)(outer.workTree, text);
    const kept = (0,external_node_path_.join)(outer.gitDir, 'modules', text);
    const gitDir = isInside(workTree, outer.workTree) ? gitDirOf(workTree) : undefined;
    if (gitDir !== undefined)
        return { workTree, gitDir };
    if (isInside(kept, outer.gitDir) && isFolder((0,external_node_path_.join)(kept, 'objects')))
        return { workTree, gitDir: kept };
    throw noSubmodule(mounted);
}
function noSubmodule(path) {
    return new lib_runtime/* UserError */.yo(`The commit of the submodule "${(0,lib_runtime/* displayPath */.Gt)(path)}" is not in the checkout`, 'Set `submodules: recursive` for actions/checkout, or run `git submodule update --init --recursive` before this step.');
}
/** Whether a folder exists and, symlinks followed, lies below another. */
function isInside(folder, outer) {
    return isFolder(folder) && (0,external_node_fs_.realpathSync)(folder).startsWith((0,external_node_fs_.realpathSync)(outer) + external_node_path_.sep);
}
function isFolder(path) {
    return (0,external_node_fs_.statSync)(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
async function writeParts(options, parts) {
    const writer = new TreeWriter((0,external_node_path_.resolve)(options.into));
    try {
        for (const { entries } of parts)
            writer.makeFolders(entries, SUBMODULE);
        for (const { repository, entries } of parts) {
            const blobs = entries.filter(({ mode }) => mode !== SUBMODULE);
            writer.expect(blobs);
            await streamBlobs({ ...options, repository, shas: blobs.map(({ sha }) => sha), sink: writer });
        }
        return { ...writer.finish(), submodules: parts.length - 1 };
    }
    finally {
        writer.close();
    }
}

;// CONCATENATED MODULE: ./lib/source/glob.js
/**
 * One part of a glob, between slashes, for names as bytes: `*`, `?`, `[a-z]`, `[!a-z]` or `[^a-z]`, `\` before a
 * character that stands for itself. Like a shell's, wildcards do not match a dot at the start of a name.
 * A match takes time in proportion to pattern × name at most, whatever both are.
 */
function nameMatcher(pattern) {
    const tokens = tokenize(charactersOf(pattern));
    const first = tokens[0];
    if (tokens.every(token => typeof token === 'string')) {
        const literal = tokens.join('');
        return name => name === literal;
    }
    return name => (name.startsWith('.') && first !== '.' ? false : matches(tokens, charactersOf(name)));
}
const ANY_RUN = Symbol('*');
/** Characters of UTF-8 as strings of their bytes, so that `?` takes one whole; a byte that is not UTF-8 is one too. */
function charactersOf(bytes) {
    return bytes.match(/[\xc2-\xf4][\x80-\xbf]{1,3}|[^]/g) ?? [];
}
function tokenize(pattern) {
    const tokens = [];
    for (let at = 0; at < pattern.length; at++) {
        const character = pattern[at] ?? '';
        const set = character === '[' ? readSet(pattern, at) : undefined;
        if (set !== undefined) {
            tokens.push(set.token);
            at = set.end;
        }
        else if (character === '\\' && at + 1 < pattern.length)
            tokens.push(pattern[++at] ?? '');
        else if (character === '*')
            tokens.push(ANY_RUN);
        else if (character === '?')
            tokens.push(() => true);
        else
            tokens.push(character);
    }
    return tokens;
}
/** The set that starts at `[`, or undefined where nothing closes it: then `[` is an ordinary character. */
function readSet(pattern, start) {
    const negated = pattern[start + 1] === '!' || pattern[start + 1] === '^';
    const first = start + (negated ? 2 : 1);
    const end = endOfSet(pattern, first);
    if (end === undefined)
        return undefined;
    const ranges = [];
    for (let at = first; at < end; at++) {
        if (pattern[at] === '\\' && at + 1 < end)
            at++;
        const from = pattern[at] ?? '';
        const isRange = pattern[at + 1] === '-' && at + 2 < end;
        if (isRange)
            at += 2;
        ranges.push([from, isRange ? (pattern[at] ?? '') : from]);
    }
    // UTF-8 keeps the order of code points, so ranges compare as bytes.
    return { token: character => ranges.some(([from, to]) => from <= character && character <= to) !== negated, end };
}
/** A `]` closes the set, but not as its first character, nor after a backslash. */
function endOfSet(pattern, first) {
    for (let at = first; at < pattern.length; at++) {
        if (pattern[at] === '\\')
            at++;
        else if (pattern[at] === ']' && at > first)
            return at;
    }
    return undefined;
}
/** On a mismatch only the last `*` takes one character more: earlier ones never need to (no backtracking). */
function matches(tokens, name) {
    let [token, at, lastRun, runAt] = [0, 0, -1, 0];
    while (at < name.length) {
        if (tokens[token] === ANY_RUN) {
            lastRun = token++;
            runAt = at;
        }
        else if (fits(tokens[token], name[at] ?? '')) {
            token++;
            at++;
        }
        else if (lastRun >= 0) {
            token = lastRun + 1;
            at = ++runAt;
        }
        else
            return false;
    }
    return tokens.slice(token).every(rest => rest === ANY_RUN);
}
function fits(token, character) {
    return typeof token === 'function' ? token(character) : token === character;
}

;// CONCATENATED MODULE: ./lib/source/names.js

/** Paths of the files below some folders of a commit; undefined where the checkout does not have that commit. */
async function namesAt(options) {
    const { path, commit, folders } = options;
    if (!/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(commit))
        return undefined;
    const names = ['ls-tree', '-r', '-z', '--name-only', commit, '--', ...folders.map(folder => `${folder}/`)];
    const { code, stdout } = await git(options, openCheckout(path), ...names);
    return code === 0 ? stdout.toString('utf8').split('\0').filter(Boolean) : undefined;
}
/** Text of one file of a commit; undefined where the checkout does not have that commit, or the commit no such file. */
async function textAt(options) {
    const { path, commit, file } = options;
    if (!/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(commit))
        return undefined;
    const { code, stdout } = await git(options, openCheckout(path), 'show', `${commit}:${file}`);
    return code === 0 ? stdout.toString('utf8') : undefined;
}

// EXTERNAL MODULE: ./node_modules/fastest-levenshtein/mod.js
var mod = __webpack_require__(1916);
;// CONCATENATED MODULE: ./lib/source/resolve.js



/**
 * Finds the commit that `ref` names in a checkout, which may be shallow. Annotated tags are peeled. A branch is also
 * found where a CI checkout keeps it (`refs/remotes/origin/…`, `refs/remotes/pull/N/merge`: actions/checkout
 * src/ref-helper.ts). Where a tag and a branch have one name, the tag is taken (git docs, gitrevisions).
 * Throws a `UserError` without git, outside a checkout, and where no commit is found. Changes nothing.
 */
async function resolveCommit(options) {
    const ref = options.ref || 'HEAD';
    refuseHostile(ref);
    const repository = openCheckout(options.path);
    const shallow = await isShallow(options, repository);
    const sha = await lookUp(options, repository, ref);
    if (sha === undefined)
        throw await explainMissing(options, repository, ref, shallow);
    return { sha, ref, ...(await readCommit(options, repository, sha)) };
}
/** Only names: no options, no `:path`, no `@{…}`, no ranges, no searches through messages. */
function refuseHostile(ref) {
    // eslint-disable-next-line no-control-regex
    if (ref.length <= 1000 && !/^[-^]|[\x00-\x20\x7f:?*[\\]|\.\.|@\{|\^[{!@-]/.test(ref))
        return;
    throw new lib_runtime/* UserError */.yo(`The ref "${forPeople(ref)}" is not the name of a commit`, 'Let the input `ref` name a tag, a branch or the SHA of a commit.');
}
async function isShallow(tools, repository) {
    const { code, stdout, stderr } = await git(tools, repository, 'rev-parse', '--is-shallow-repository');
    if (code !== 0)
        throw notACheckout(repository.workTree, `cannot be read (${firstLine(stderr)})`);
    return stdout.toString().trim() === 'true';
}
async function lookUp(tools, repository, ref) {
    for (const name of placesOf(ref)) {
        const sha = await parse(tools, repository, `${name}^{commit}`);
        if (sha !== undefined)
            return sha;
    }
    return undefined;
}
/** The name itself, then where a CI checkout keeps what it fetched. */
function placesOf(ref) {
    if (ref.startsWith('refs/heads/'))
        return [ref, ref.replace('refs/heads/', 'refs/remotes/origin/')];
    if (ref.startsWith('refs/'))
        return [ref, ref.replace('refs/', 'refs/remotes/')];
    return [ref, `refs/remotes/origin/${ref}`];
}
async function parse(tools, repository, name) {
    const { code, stdout } = await git(tools, repository, 'rev-parse', '--verify', '--quiet', '--end-of-options', name);
    const sha = stdout.toString('latin1').trim();
    return code === 0 && /^[0-9a-f]{40,64}$/.test(sha) ? sha : undefined;
}
async function readCommit(tools, repository, sha) {
    const { code, stdout, stderr } = await git(tools, repository, 'cat-file', 'commit', sha);
    const text = stdout.toString('utf8');
    const end = text.indexOf('\n\n');
    const seconds = /^committer .* (\d+) [+-]\d+$/m.exec(end < 0 ? text : text.slice(0, end))?.[1];
    if (code !== 0 || seconds === undefined)
        throw unreadable(`commit ${sha}`, stderr);
    const subject = end < 0 ? '' : firstLine(text.slice(end));
    return { subject: subject === '' ? undefined : subject, committedAt: Number(seconds) * 1000 };
}
async function explainMissing(tools, repository, ref, shallow) {
    const shown = forPeople(ref);
    const names = await refNames(tools, repository);
    if (ref === 'HEAD' && names.length === 0 && !shallow)
        return noCommit(repository);
    const where = `in the checkout ${repository.workTree}`;
    const alike = await sameStart(tools, repository, ref);
    if (alike.length > 1) {
        return new lib_runtime/* UserError */.yo(`The short SHA "${shown}" ${where} stands for ${alike.length} objects: ${alike.slice(0, 4).join(', ')}`, 'Give more of its digits.');
    }
    const kind = await otherKind(tools, repository, ref);
    if (kind !== undefined) {
        return new lib_runtime/* UserError */.yo(`"${shown}" ${where} is a ${kind}, not a commit`, 'Let the input `ref` name a commit.');
    }
    return new lib_runtime/* UserError */.yo(`There is no "${shown}" ${where}: no tag, no branch, no branch of origin and no commit has that name`, [shallow ? fetchMore(shown) : 'Check the spelling, and that the checkout has fetched it.', didYouMean(ref, names)]
        .filter(text => text !== '')
        .join(' '));
}
function noCommit(repository) {
    return new lib_runtime/* UserError */.yo(`The repository in ${repository.workTree} has no commit yet`, 'Commit the fork first; only what is committed is built.');
}
function fetchMore(ref) {
    return ('The checkout is shallow, it has only some commits: set `fetch-depth: 0` for actions/checkout, ' +
        `or run \`git fetch --depth 1 origin ${ref}\` before this step.`);
}
/** Short names of all tags and branches. */
async function refNames(tools, repository) {
    const { stdout } = await git(tools, repository, 'for-each-ref', '--format=%(refname)');
    const names = stdout.toString('utf8').split('\n').filter(Boolean);
    return [...new Set(names.map(name => name.replace(/^refs\/(?:heads|tags|remotes\/origin|remotes)\//, '')))];
}
/** Commits and other objects whose hash starts with what was given. */
async function sameStart(tools, repository, ref) {
    if (!/^[0-9a-f]{4,63}$/i.test(ref))
        return [];
    const { stdout } = await git(tools, repository, 'rev-parse', `--disambiguate=${ref}`);
    return stdout.toString('latin1').split('\n').filter(Boolean);
}
async function otherKind(tools, repository, ref) {
    const sha = await parse(tools, repository, `${ref}^{}`);
    if (sha === undefined)
        return undefined;
    const { code, stdout } = await git(tools, repository, 'cat-file', '-t', sha);
    return code === 0 ? stdout.toString('latin1').trim() : undefined;
}
function didYouMean(ref, names) {
    const wanted = ref.replace(/^refs\/(?:heads|tags)\//, '');
    const near = names
        .map(name => ({ name, far: (0,mod/* distance */.Io)(wanted, name) }))
        .filter(({ far }) => far <= Math.max(2, wanted.length / 4))
        .sort((a, b) => a.far - b.far)
        .slice(0, 3);
    return near.length === 0 ? '' : `Did you mean ${near.map(({ name }) => `"${forPeople(name)}"`).join(' or ')}?`;
}
function forPeople(text) {
    return (0,lib_runtime/* displayPath */.Gt)((0,lib_runtime/* bytePath */.OO)(text.length > 200 ? `${text.slice(0, 200)}…` : text));
}

;// CONCATENATED MODULE: ./lib/source/slugignore.js



const FILE = '.slugignore';
const LARGEST = 100_000;
/** Bytes of a path on Linux (PATH_MAX). */
const LONGEST_PATTERN = 4096;
/**
 * Removes what `.slugignore` in the top folder of a source tree names, as Heroku does before it runs buildpacks
 * (Dev Center, "Slug Compiler"). A tree without that file stays as it is; the file itself always stays. Symlinks are
 * removed as such, never followed; nothing outside the tree is touched. Throws a `UserError` for a file over 100 kB.
 */
function applySlugignore(root) {
    const stat = (0,external_node_fs_.lstatSync)((0,lib_runtime/* below */.Gz)(root, FILE), { throwIfNoEntry: false });
    if (stat === undefined)
        return { removed: [], warnings: [] };
    if (!stat.isFile())
        return { removed: [], warnings: [`${FILE} is not a file and has no effect`] };
    if (stat.size > LARGEST)
        throw new lib_runtime/* UserError */.yo(`${FILE} is larger than 100 kB`, 'Name folders instead of single files.');
    const { patterns, warnings } = parseSlugignore((0,external_node_fs_.readFileSync)((0,lib_runtime/* below */.Gz)(root, FILE)));
    return { removed: remove(root, '', new Set(patterns)), warnings };
}
/**
 * The patterns of a `.slugignore`, one a line. Blank lines and comments (`#` at the start of a line, or after a space)
 * are skipped. There is no negation: a line with `!` is ignored, with a warning (Dev Center, "Slug Compiler").
 *
 * What a pattern means is taken from the one compiler that Heroku published (heroku/slug-compiler:
 * lib/slug_compiler.rb, `prune_slugignore`), which hands it to Ruby's `Dir[]`:
 * - with a `/` anywhere it counts from the top folder, also where the `/` is its end (`docs/` is the top one alone);
 *   without, it matches a name in any folder;
 * - a `/` at its end restricts it to folders; `*` does not cross a `/`, `**` and a `/` cross any number of folders;
 * - wildcards match no leading dot, and no search goes into folders whose name starts with one.
 * Where that compiler and .gitignore differ, this removes less: a slug that is a little too large still builds.
 * Unlike in it, a name may hold spaces and `#`, and `{a,b}` is an ordinary name.
 */
function parseSlugignore(text) {
    const bytes = typeof text === 'string' ? (0,lib_runtime/* bytePath */.OO)(text) : text.toString('latin1');
    const patterns = [];
    const warnings = [];
    const lines = bytes.replace(/^\xef\xbb\xbf/, '').split('\n');
    for (const [index, line] of lines.entries()) {
        const pattern = trimBlanks(line.replace(/(?:^|[ \t])#.*/, ''));
        if (pattern === '')
            continue;
        const parsed = parsePattern(pattern);
        if (typeof parsed !== 'string')
            patterns.push(parsed);
        else
            warnings.push(`${FILE}:${index + 1}: ${quote(pattern)} is ignored: ${parsed}`);
    }
    return { patterns, warnings };
}
function quote(pattern) {
    return `"${(0,lib_runtime/* displayPath */.Gt)(pattern.slice(0, 200))}"`;
}
/** Not `trim`, which would take bytes of UTF-8 characters for spaces. */
function trimBlanks(line) {
    let [start, end] = [0, line.length];
    while (start < end && ' \t'.includes(line.charAt(start)))
        start++;
    while (end > start && ' \t\r'.includes(line.charAt(end - 1)))
        end--;
    return line.slice(start, end);
}
/** The pattern's first part, or why it has no effect. */
function parsePattern(pattern) {
    if (pattern.startsWith('!'))
        return 'Heroku knows no negation';
    if (pattern.length > LONGEST_PATTERN)
        return 'it is longer than any path';
    const names = pattern.split('/').filter(name => name !== '' && name !== '.');
    if (names.length === 0)
        return 'it names no file';
    if (names.includes('..'))
        return 'it could leave the source tree';
    if (!pattern.includes('/'))
        names.unshift('**');
    return chain(names, pattern.endsWith('/'));
}
function chain(names, foldersOnly) {
    return names.reduceRight((next, name) => {
        if (name !== '**' || next === undefined)
            return { matches: nameMatcher(name), next, foldersOnly };
        return next.matches === undefined ? next : { next, foldersOnly };
    }, undefined);
}
/** Removes below one folder what `parts` match there; they are all that can still match. */
function remove(root, folder, parts) {
    const entries = (0,external_node_fs_.readdirSync)((0,lib_runtime/* below */.Gz)(root, folder), { encoding: 'buffer', withFileTypes: true });
    const removed = [];
    const names = entries.map(entry => ({
        name: entry.name.toString('latin1'),
        isFolder: entry.isDirectory()
    }));
    for (const { name, isFolder } of names.sort((a, b) => (a.name < b.name ? -1 : 1))) {
        const path = (0,lib_runtime/* joinBytes */.mE)(folder, name);
        const { matched, deeper } = advance(parts, name, isFolder);
        if (matched && path !== FILE) {
            (0,external_node_fs_.rmSync)((0,lib_runtime/* below */.Gz)(root, path), { recursive: true, force: true });
            removed.push(path);
        }
        else if (isFolder && deeper.size > 0)
            for (const gone of remove(root, path, deeper))
                removed.push(gone);
    }
    return removed;
}
/** Whether a name is matched to the end, and what can match below it. Work: one look at each part. */
function advance(parts, name, isFolder) {
    const deeper = new Set();
    let matched = false;
    const tryPart = (part) => {
        if (part.matches === undefined) {
            if (!name.startsWith('.'))
                deeper.add(part);
            if (part.next !== undefined)
                tryPart(part.next);
        }
        else if (part.matches(name)) {
            if (part.next !== undefined)
                deeper.add(part.next);
            else if (isFolder || !part.foldersOnly)
                matched = true;
        }
    };
    parts.forEach(tryPart);
    return { matched, deeper };
}

;// CONCATENATED MODULE: ./lib/source/index.js
/** A commit becomes a clean tree to build. */







;// CONCATENATED MODULE: ./lib/commands/steps/source.js





/** This one may be absent. */
const DEFAULT_CONFIG = '.github/mastodon-on-heroku.yml';
/** The config file of the checkout, with the inputs over it. */
function readConfig({ inputs }) {
    const text = (0,lib_runtime/* readTreeFile */.xt)(inputs.path, inputs.config);
    if (text === undefined && inputs.config !== DEFAULT_CONFIG) {
        throw new lib_runtime/* UserError */.yo(`There is no config file ${inputs.config} in ${inputs.path}`, 'Correct the input `config`, or leave it out.');
    }
    return (0,lib_config/* mergeInputs */.sg)((0,lib_config/* loadConfig */.Z9)(text, inputs.config), inputs);
}
/** The commit that the inputs name, as a clean tree without what `.slugignore` names. */
async function takeSource({ inputs, runtime }) {
    const { log, run, signal, scratch } = runtime;
    const commit = await resolveCommit({ path: inputs.path, ref: inputs.ref, run, signal, searchPath: inputs.searchPath });
    const folder = external_node_path_.join(scratch, 'source');
    const tree = await exportTree({
        path: inputs.path,
        commit: commit.sha,
        into: folder,
        run,
        signal,
        searchPath: inputs.searchPath
    });
    const { removed, warnings } = applySlugignore(folder);
    const mastodon = readMastodon(folder);
    log.info(`Commit ${commit.sha} (${commit.ref}): ${tree.files} files, ${(0,lib_runtime/* megabytes */.ix)(tree.bytes)}; .slugignore took out ${removed.length} names`);
    log.info(mastodon.version
        ? `Mastodon ${mastodon.version}`
        : 'This tree has no lib/mastodon/version.rb; it is built all the same');
    const lfs = tree.lfsPointers > 0
        ? [
            `${tree.lfsPointers} files are pointers of Git LFS; a slug gets the pointers, not what they point to, as on Heroku`
        ]
        : [];
    return { commit, tree, folder, ignored: removed.length, mastodon, warnings: [...warnings, ...lfs] };
}
/** Copies the tree to where it is built; a tree may be built more than once. */
async function writeSource({ runtime }, { folder }, into) {
    const { code, stderr } = await runtime.run('cp', ['-a', '--', `${folder}/.`, into], {
        env: { PATH: '/usr/bin:/bin' }
    });
    if (code !== 0)
        throw new lib_runtime/* UserError */.yo(`The source tree could not be copied: ${stderr.trim().slice(0, 500)}`, 'Free disk space on the runner.');
}

;// CONCATENATED MODULE: ./lib/commands/steps/additions.js





const MIGRATION_FOLDERS = ['db/migrate', 'db/post_migrate'];
/**
 * Adds our own files to the tree before it is built: the release task, what accepts Heroku's Redis where the config wants
 * it (throws where that does not fit the tree), and what offers the source of this very commit to the instance's users.
 */
function addOwnFiles({ inputs, runtime }, config, { commit, folder }) {
    const add = (files) => {
        for (const [file, text] of Object.entries(files))
            (0,lib_runtime/* writeTreeFile */.aD)(folder, file, text);
    };
    if (config.migrations !== 'off')
        add(RELEASE_FILES);
    if (config.redisTls === 'no-verify') {
        requireRedisTlsFits(folder);
        add(REDIS_TLS_FILES);
        runtime.log.warning(REDIS_NOT_VERIFIED);
    }
    const { repository, ref } = inputs.github;
    if (repository === undefined || !/^[\w.-]{1,100}\/[\w.-]{1,100}$/.test(repository))
        return;
    const tag = /^refs\/tags\/(.+)$/.exec(inputs.ref === undefined ? (ref ?? '') : `refs/tags/${inputs.ref}`)?.[1];
    const { path, text } = sourceOffer({ repository, commit: commit.sha, tag });
    (0,lib_runtime/* writeTreeFile */.aD)(folder, path, text);
}
/** Versions of the migrations that a commit knows; undefined where the checkout does not have it. */
async function versionsAt({ inputs, runtime }, commit) {
    const { run, signal } = runtime;
    const { path, searchPath } = inputs;
    const names = await namesAt({ path, commit, folders: MIGRATION_FOLDERS, run, signal, searchPath });
    return names && new Set(readMigrations(names.map(path => ({ path, text: '' }))).map(({ version }) => version));
}

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(1455);
// EXTERNAL MODULE: external "node:stream/promises"
var external_node_stream_promises_ = __webpack_require__(6466);
;// CONCATENATED MODULE: ./lib/buildpacks/reference.js


const FORMS = 'Name it as in Heroku’s registry (heroku/ruby), as an https address of a .tgz or of a git repository (with #ref), or as a folder (./buildpacks/mine).';
/**
 * Reads what names a buildpack. A folder outside the commit's tree may be named by the config alone, since app.json is
 * in the hands of whoever opens a pull request. Throws a `UserError` for anything else.
 */
function parseBuildpack(text, origin) {
    // eslint-disable-next-line no-control-regex
    if (text.length > 2_000 || /[\x00-\x20\x7f]/.test(text))
        throw refuse(text, 'it has spaces or control characters');
    const name = text.replace(/^urn:buildpack:/, '');
    if (/^[a-z0-9][\w-]*\/[a-z0-9][\w.-]*$/i.test(name))
        return { kind: 'registry', text, name };
    if (/^(\.{1,2}\/|\/)/.test(text))
        return folderReference(text, origin);
    if (/^[a-z][a-z0-9+.-]*:/i.test(text))
        return urlReference(text);
    throw refuse(text, 'its form is not known');
}
function folderReference(text, origin) {
    const folder = external_node_path_.normalize(text).replace(/\/+$/, '');
    if (folder.split('/')[0] === '..')
        throw refuse(text, 'it leads out of the commit');
    if (origin === 'app.json' && external_node_path_.isAbsolute(folder))
        throw refuse(text, 'app.json may only name a folder of the commit itself');
    return { kind: 'folder', text, folder };
}
function urlReference(text) {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (!url)
        throw refuse(text, 'the address cannot be read');
    if (url.username !== '' || url.password !== '')
        throw refuse(text, 'an address with a password would be printed in logs and the report');
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && (0,lib_runtime/* isLoopback */.U9)(url.hostname)))
        throw refuse(text, 'only https addresses are fetched');
    const ref = decoded(url.hash.slice(1)) || undefined;
    url.hash = '';
    if (/\.(tgz|tar\.gz|tar)$/i.test(url.pathname))
        return { kind: 'tarball', text, url: url.href };
    if (ref !== undefined && !/^[\w][\w./-]*$/.test(ref))
        throw refuse(text, `"${ref}" is not a branch, tag or commit`);
    return { kind: 'git', text, url: url.href, ref };
}
function decoded(hash) {
    try {
        return decodeURIComponent(hash);
    }
    catch {
        return hash;
    }
}
/** What stands before an `@` may be a password, however the address is written. */
function refuse(text, why) {
    const shown = text.replace(/^([a-z][a-z0-9+.-]*:)[^]*@/i, '$1//…@').slice(0, 300);
    return new lib_runtime/* UserError */.yo(`The buildpack ${JSON.stringify(shown)} cannot be used: ${why}`, FORMS);
}

;// CONCATENATED MODULE: ./lib/buildpacks/choose.js


const MOST_BUILDPACKS = 30;
/** The buildpacks in order: the config's, else app.json's. Nothing is detected: throws a `UserError` where neither names any. */
function chooseBuildpacks(configured, appJson) {
    const chosen = configured?.length
        ? configured.map(({ buildpack, sha256 }) => ({ reference: parseBuildpack(buildpack, 'config'), sha256 }))
        : choose_buildpacksOf(appJson).map(url => ({ reference: parseBuildpack(url, 'app.json') }));
    if (chosen.length === 0) {
        throw new lib_runtime/* UserError */.yo('Nothing names the buildpacks: the config has no `slug.buildpacks`, and app.json has no `buildpacks`', 'List them in the config file, in order, as `heroku buildpacks` prints them: they are not guessed, and Heroku ignores a file .buildpacks.');
    }
    if (chosen.length > MOST_BUILDPACKS)
        throw new lib_runtime/* UserError */.yo(`${chosen.length} buildpacks are too many`, `Name at most ${MOST_BUILDPACKS}.`);
    return chosen;
}
/** app.json's `buildpacks: [{ "url": … }]` (Dev Center: app-json-schema). */
function choose_buildpacksOf(appJson) {
    if (appJson === undefined)
        return [];
    const next = 'Mend app.json, or list the buildpacks under `slug.buildpacks` in the config file.';
    let data;
    try {
        data = JSON.parse(appJson);
    }
    catch (error) {
        throw new lib_runtime/* UserError */.yo('app.json is not JSON', next, { cause: error });
    }
    const list = data?.buildpacks ?? [];
    if (!Array.isArray(list))
        throw new lib_runtime/* UserError */.yo('`buildpacks` in app.json is not a list', next);
    return list.map((item, i) => {
        const url = item?.url;
        if (typeof url !== 'string')
            throw new lib_runtime/* UserError */.yo(`Buildpack ${i + 1} in app.json has no "url"`, next);
        return url;
    });
}
/** `"stack"` of app.json; whether it is JSON at all is said where its buildpacks are read. */
function stackOf(appJson) {
    try {
        const { stack } = JSON.parse(appJson ?? '{}');
        return typeof stack === 'string' && stack !== '' ? stack : undefined;
    }
    catch {
        return undefined;
    }
}

// EXTERNAL MODULE: external "node:stream"
var external_node_stream_ = __webpack_require__(7075);
// EXTERNAL MODULE: external "node:zlib"
var external_node_zlib_ = __webpack_require__(8522);
// EXTERNAL MODULE: ./node_modules/tar-stream/index.js
var tar_stream = __webpack_require__(6118);
;// CONCATENATED MODULE: ./lib/buildpacks/archive.js








const LIMITS = { bytes: 2_000_000_000, entries: 100_000 };
const BLOCK = 512;
/** Bytes of headers, long names and padding that an entry may bring beside its content. */
const ENTRY_OVERHEAD = 8 * BLOCK;
/**
 * Unpacks a tar archive (gzip or plain) of a buildpack into the new folder `into`. It comes from the network: a name or
 * link that leads out of the folder, a device, a bomb or a cut-off archive is a `UserError`, and nothing is left behind.
 * Where all lies in one top folder, as in GitHub's archives, that folder becomes `into`.
 */
async function extractTarball(file, into, limits = LIMITS) {
    const part = `${into}.part`;
    await (0,promises_.rm)(part, { recursive: true, force: true });
    await (0,promises_.mkdir)(part, { recursive: true });
    try {
        const unpacker = new Unpacker(part, limits);
        await unpack(file, unpacker, limits);
        const top = await topFolder(part);
        unpacker.requireLinksInside(external_node_path_.relative(part, top));
        await (0,promises_.rename)(top, into);
    }
    catch (error) {
        throw archive_explain(error);
    }
    finally {
        await (0,promises_.rm)(part, { recursive: true, force: true });
    }
}
async function unpack(file, unpacker, limits) {
    const tar = (0,tar_stream.extract)();
    const source = (0,external_node_fs_.createReadStream)(file);
    const whole = requireWhole(limits);
    const feeding = (await isGzip(file)) ? (0,external_node_stream_promises_.pipeline)(source, (0,external_node_zlib_.createGunzip)(), whole, tar) : (0,external_node_stream_promises_.pipeline)(source, whole, tar);
    const reading = (async () => {
        let seen = 0;
        for await (const entry of tar) {
            await unpacker.take(entry.header, entry);
            seen++;
        }
        if (seen === 0)
            throw new Error('it holds no file');
    })();
    // Both, so that neither failure is left without a handler; the reader's own is the one that explains.
    const [read, fed] = await Promise.allSettled([
        reading.catch((error) => {
            tar.destroy(error);
            throw error;
        }),
        feeding
    ]);
    for (const result of [read, fed])
        if (result.status === 'rejected')
            throw result.reason;
}
/** Passes a tar on. Fails where it goes on without files, or ends without a block of zeros: cut off between two files. */
function requireWhole({ bytes, entries }) {
    const most = bytes + (entries + 1) * ENTRY_OVERHEAD;
    let size = 0;
    let tail = Buffer.alloc(0);
    return new external_node_stream_.Transform({
        transform(chunk, _encoding, done) {
            size += chunk.length;
            tail = Buffer.concat([tail, chunk.subarray(-BLOCK)]).subarray(-BLOCK);
            if (size > most)
                done(new Error(`it unpacks to more than ${bytes} bytes`));
            else
                done(null, chunk);
        },
        flush(done) {
            done(tail.length === BLOCK && tail.every(byte => byte === 0) ? null : new Error('it is cut off'));
        }
    });
}
async function isGzip(file) {
    const handle = await (0,promises_.open)(file);
    try {
        const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
        return buffer[0] === 0x1f && buffer[1] === 0x8b;
    }
    finally {
        await handle.close();
    }
}
async function topFolder(folder) {
    const names = await (0,promises_.readdir)(folder, { withFileTypes: true });
    const [only] = names;
    return names.length === 1 && only.isDirectory() && only.name !== 'bin' ? external_node_path_.join(folder, only.name) : folder;
}
function archive_explain(error) {
    const full = (0,lib_runtime/* explainDiskFull */.GK)(error, 'the buildpack');
    if (full instanceof lib_runtime/* UserError */.yo)
        return full;
    return new lib_runtime/* UserError */.yo(`The archive cannot be unpacked: ${(0,lib_runtime/* errorText */.kc)(error)}`, 'Check that the address gives a whole .tgz of a buildpack.', { cause: error });
}
class Unpacker {
    #root;
    #limits;
    /** Names that are no folder: nothing may be put below them. */
    #leaves = new Set();
    /** Targets of the links among them. */
    #links = new Map();
    #bytes = 0;
    #entries = 0;
    constructor(root, limits) {
        this.#root = root;
        this.#limits = limits;
    }
    async take(header, content) {
        this.#count(header);
        const name = this.#safeName(header.name);
        const at = external_node_path_.join(this.#root, name);
        if (header.type === 'directory') {
            if (this.#leaves.has(name))
                throw archive_refuse(header.name, 'is a folder and a file');
            await (0,promises_.mkdir)(at, { recursive: true });
            content.resume();
            return;
        }
        if (name === '.')
            throw archive_refuse(header.name, 'has no name');
        await (0,promises_.mkdir)(external_node_path_.dirname(at), { recursive: true });
        this.#leaves.add(name);
        this.#links.delete(name);
        await (0,promises_.rm)(at, { force: true });
        if (header.type === 'file' || header.type === 'contiguous-file') {
            await (0,promises_.writeFile)(at, content, { mode: (header.mode ?? 0) & 0o111 ? 0o755 : 0o644 });
        }
        else if (header.type === 'symlink') {
            this.#links.set(name, header.linkname ?? '');
            await (0,promises_.symlink)(header.linkname ?? '', at);
            content.resume();
        }
        else if (header.type === 'link') {
            const target = this.#safeName(header.linkname ?? '');
            // The same link at another depth leads elsewhere.
            if (this.#links.has(target))
                throw archive_refuse(header.name, 'is a hard link that goes through a link');
            await (0,promises_.link)(external_node_path_.join(this.#root, target), at);
            content.resume();
        }
        else
            throw archive_refuse(header.name, `is a ${header.type}, and a buildpack has none`);
    }
    #count({ size }) {
        this.#entries++;
        this.#bytes += size ?? 0;
        if (this.#entries > this.#limits.entries)
            throw new Error(`it holds more than ${this.#limits.entries} files`);
        if (this.#bytes > this.#limits.bytes)
            throw new Error(`it unpacks to more than ${this.#limits.bytes} bytes`);
    }
    /** A name that stays in the folder and goes through no link. */
    #safeName(name) {
        // eslint-disable-next-line no-control-regex
        if (name.startsWith('/') || name.split('/').includes('..') || /\x00/.test(name))
            throw archive_refuse(name, 'leads out of the archive');
        const clean = external_node_path_.posix.normalize(name).replace(/\/+$/, '') || '.';
        for (let above = external_node_path_.posix.dirname(clean); above !== '.'; above = external_node_path_.posix.dirname(above)) {
            if (this.#leaves.has(above))
                throw archive_refuse(name, 'goes through a link or a file');
        }
        return clean;
    }
    /**
     * Throws where a link leads out of `top`, the folder that is kept. A target may go up at its start alone: behind
     * another link, `..` is not where the names say.
     */
    requireLinksInside(top) {
        for (const [name, target] of this.#links) {
            const steps = target.split('/').filter(step => step !== '' && step !== '.');
            const down = steps.findIndex(step => step !== '..');
            const up = down === -1 ? steps.length : down;
            const depth = external_node_path_.posix.relative(top, name).split('/').length - 1;
            if (target === '' || target.startsWith('/') || up > depth)
                throw archive_refuse(name, 'is a link that leads out of the archive');
            if (steps.slice(up).includes('..'))
                throw archive_refuse(name, 'is a link with `..` inside its target');
        }
    }
}
function archive_refuse(name, why) {
    return new Error(`the name ${JSON.stringify(name.slice(0, 300))} ${why}`);
}

;// CONCATENATED MODULE: ./lib/buildpacks/digest.js




/** SHA-256 (hex) of a folder's names, contents, links and executable bits. Equal folders have equal digests; `.git` does not count. */
async function treeDigest(folder) {
    const hash = (0,external_node_crypto_.createHash)('sha256');
    for (const { path, kind, mode, size, target } of (0,lib_runtime/* walkTree */.Ir)(folder, path => path === '.git')) {
        const executable = kind === 'file' && (mode & 0o111) !== 0 ? 'x' : '';
        hash
            .update(`${kind}${executable} ${path.length} ${size} ${target?.length ?? 0}\n`)
            .update(path, 'latin1')
            .update(target ?? '', 'latin1');
        if (kind === 'file')
            await (0,external_node_stream_promises_.pipeline)((0,external_node_fs_.createReadStream)((0,lib_runtime/* below */.Gz)(folder, path)), async (chunks) => {
                for await (const chunk of chunks)
                    hash.update(chunk);
            });
    }
    return hash.digest('hex');
}

;// CONCATENATED MODULE: ./lib/buildpacks/fetch.js









const LARGEST_ARCHIVE = 1_000_000_000;
/** Brings a buildpack here. Throws a `UserError` that names it where that fails; then nothing is left in `into`. */
async function fetchBuildpack(reference, options) {
    const { into, sha256: pin } = options;
    const name = nameOf(reference);
    await (0,promises_.mkdir)(external_node_path_.dirname(into), { recursive: true });
    try {
        const { sha256, version } = await bring(reference, options);
        if (pin !== undefined && pin !== sha256) {
            throw new lib_runtime/* UserError */.yo(`Buildpack ${name} is not the one that the config pins: its sha256 is ${sha256}, expected ${pin}`, 'If the change is meant, put the new value into `slug.buildpacks`; if not, find out who changed it.');
        }
        await requireSteps(into, name);
        return { name, reference: reference.text, kind: reference.kind, sha256, version, folder: into };
    }
    catch (error) {
        await (0,promises_.rm)(into, { recursive: true, force: true });
        throw fetch_explain(error, name);
    }
}
/** `https://github.com/heroku/heroku-buildpack-apt` → `heroku/heroku-buildpack-apt`. */
function nameOf(reference) {
    if (reference.kind === 'registry')
        return reference.name;
    if (reference.kind === 'folder')
        return reference.text;
    const { hostname, pathname } = new URL(reference.url);
    const short = pathname.replace(/^\/|\.git$/g, '');
    const at = reference.kind === 'git' && reference.ref ? `#${reference.ref}` : '';
    return (hostname === 'github.com' ? short : `${hostname}/${short}`) + at;
}
async function bring(reference, options) {
    switch (reference.kind) {
        case 'registry':
            return bringTarball(() => archiveOf(reference.name, options), options);
        case 'tarball':
            return bringTarball(() => Promise.resolve(reference.url), options);
        case 'git':
            return bringGit(reference.url, reference.ref, options);
        case 'folder':
            return bringFolder(reference.folder, options);
    }
}
/** The archive's address, from Heroku's registry (npm @heroku/buildpack-registry: `blob_url` of `GET /buildpacks/NAME`). */
async function archiveOf(name, { http, registryUrl }) {
    const accept = 'application/vnd.heroku+json; version=3.buildpack-registry';
    const answer = (await http.getJson(`${registryUrl}/buildpacks/${encodeURIComponent(name)}`, { accept }));
    if (typeof answer?.blob_url !== 'string')
        throw new Error('the registry gives no address of an archive (blob_url)');
    return answer.blob_url;
}
async function bringTarball(address, { into, cacheFolder, sha256: pin, http }) {
    const kept = (sha256) => cacheFolder && external_node_path_.join(cacheFolder, `${sha256}.tgz`);
    const known = pin && kept(pin);
    if (pin && known && (await sha256Of(known)) === pin) {
        await extractTarball(known, into);
        return { sha256: pin };
    }
    const archive = `${into}.tgz`;
    try {
        const { sha256 } = await http.download(await address(), archive, LARGEST_ARCHIVE);
        // A wrong one is not even unpacked.
        if (pin === undefined || pin === sha256)
            await extractTarball(archive, into);
        const keep = kept(sha256);
        if (cacheFolder && keep && pin === sha256) {
            await (0,promises_.mkdir)(cacheFolder, { recursive: true });
            try {
                await (0,promises_.copyFile)(archive, `${keep}.part`);
                await (0,promises_.rename)(`${keep}.part`, keep);
            }
            finally {
                await (0,promises_.rm)(`${keep}.part`, { force: true });
            }
        }
        return { sha256 };
    }
    finally {
        await (0,promises_.rm)(archive, { force: true });
    }
}
async function sha256Of(file) {
    const hash = (0,external_node_crypto_.createHash)('sha256');
    try {
        await (0,external_node_stream_promises_.pipeline)((0,external_node_fs_.createReadStream)(file), hash);
    }
    catch (error) {
        if ((0,lib_runtime/* errorCode */.CA)(error) === 'ENOENT')
            return undefined;
        throw error;
    }
    return hash.digest('hex');
}
/** No configuration of the runner, no prompt, no hooks, and nothing but the protocols that a reference may name. */
function fetch_gitEnvironment({ searchPath, proxyEnvironment }, url) {
    return {
        ...proxyEnvironment,
        PATH: searchPath,
        LC_ALL: 'C',
        HOME: '/nonexistent',
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_TERMINAL_PROMPT: '0',
        // Also of redirects: never from https to http.
        GIT_ALLOW_PROTOCOL: url.startsWith('https:') ? 'https' : 'https:http',
        GIT_LFS_SKIP_SMUDGE: '1'
    };
}
const UNCHANGED = '* -text -eol -ident -filter -working-tree-encoding\n';
async function bringGit(url, ref, options) {
    const { into, run, signal } = options;
    const git = async (...args) => {
        const settings = ['-c', 'core.hooksPath=/dev/null', '-c', 'core.autocrlf=false'];
        const { code, stdout, stderr } = await run('git', [...settings, ...args], {
            env: fetch_gitEnvironment(options, url),
            signal
        });
        if (code === 127)
            throw new lib_runtime/* UserError */.yo('git is not installed', 'Install git on the runner, or name the buildpack by its registry name or as a .tgz.');
        if (code !== 0)
            throw new Error(stderr.trim().split('\n').at(-1) || `git ended with exit code ${code}`);
        return stdout.toString().trim();
    };
    await git('init', '--quiet', '--', into);
    await git('-C', into, 'fetch', '--quiet', '--depth=1', '--no-tags', '--end-of-options', url, ref ?? 'HEAD');
    // The repository's own attributes must not change a byte: a program with CRLF does not start.
    await (0,promises_.mkdir)(external_node_path_.join(into, '.git', 'info'), { recursive: true });
    await (0,promises_.writeFile)(external_node_path_.join(into, '.git', 'info', 'attributes'), UNCHANGED);
    await git('-C', into, 'checkout', '--quiet', '--detach', 'FETCH_HEAD');
    const version = await git('-C', into, 'rev-parse', 'HEAD');
    await (0,promises_.rm)(external_node_path_.join(into, '.git'), { recursive: true, force: true });
    return { sha256: await treeDigest(into), version };
}
async function bringFolder(folder, { into, sourceTree, run, searchPath, signal }) {
    const from = await (0,promises_.realpath)(external_node_path_.resolve(sourceTree, folder));
    // A link in the commit must not bring in a folder of the runner.
    if (!external_node_path_.isAbsolute(folder) && !from.startsWith((await (0,promises_.realpath)(sourceTree)) + external_node_path_.sep))
        throw new Error('it leads out of the commit');
    const { code, stderr } = await run('cp', ['-a', '--', from, into], { env: { PATH: searchPath }, signal });
    if (code !== 0)
        throw new Error(stderr.trim().slice(0, 300));
    await (0,promises_.rm)(external_node_path_.join(into, '.git'), { recursive: true, force: true });
    return { sha256: await treeDigest(into) };
}
async function requireSteps(folder, name) {
    const root = await (0,promises_.realpath)(folder);
    for (const step of ['detect', 'compile', 'release']) {
        const program = await (0,promises_.realpath)(external_node_path_.join(folder, 'bin', step)).catch(() => undefined);
        // Else a link could open a file of the runner to everyone.
        if (program !== undefined && !program.startsWith(root + external_node_path_.sep)) {
            throw new lib_runtime/* UserError */.yo(`${name} is no buildpack: its bin/${step} is a link that leads out of it`, 'Put the program itself into the buildpack, or name another source of it.');
        }
        if (program !== undefined && (await (0,promises_.stat)(program)).isFile())
            await (0,promises_.chmod)(program, 0o755);
        else if (step !== 'release') {
            throw new lib_runtime/* UserError */.yo(`${name} is no buildpack: it has no bin/${step}`, 'A buildpack has bin/detect, bin/compile and bin/release (Dev Center: buildpack-api). Check its name.');
        }
    }
}
function fetch_explain(error, name) {
    if (error instanceof lib_runtime/* CancelledError */.cc)
        return error;
    if (error instanceof lib_runtime/* HttpError */.j$ && error.status === 404) {
        return new lib_runtime/* UserError */.yo(`There is no buildpack ${name}: ${error.message}`, 'Check its name in Heroku’s registry (`heroku buildpacks:search`), or its address.', { cause: error });
    }
    if (error instanceof lib_runtime/* HttpError */.j$) {
        return new lib_runtime/* UserError */.yo(`Buildpack ${name} could not be fetched: ${error.message}`, 'Run the job again; if it stays, name another source of the buildpack under `slug.buildpacks`.', { cause: error });
    }
    if ((0,lib_runtime/* errorCode */.CA)(error) === 'ENOENT') {
        return new lib_runtime/* UserError */.yo(`There is no folder for the buildpack ${name}`, 'A relative folder is looked for in the commit that is built: commit it, or correct its name.');
    }
    if (error instanceof lib_runtime/* UserError */.yo)
        return error.message.includes(name)
            ? error
            : new lib_runtime/* UserError */.yo(`Buildpack ${name}: ${error.message}`, error.nextStep, { cause: error.cause });
    return new lib_runtime/* UserError */.yo(`Buildpack ${name} could not be fetched: ${(0,lib_runtime/* errorText */.kc)(error)}`, 'Check its name and #ref, and that the runner reaches the server.', { cause: error });
}

;// CONCATENATED MODULE: ./lib/buildpacks/gather.js




/** Brings all buildpacks here, in order. Throws what `fetchBuildpack` throws. */
async function fetchAll(chosen, options) {
    const fetched = [];
    for (const [i, { reference, sha256 }] of chosen.entries()) {
        const buildpack = await fetchBuildpack(reference, {
            ...options,
            sha256,
            into: external_node_path_.join(options.folder, `${i + 1}`)
        });
        const commit = buildpack.version ? `, commit ${buildpack.version}` : '';
        options.log.info(`${i + 1}. ${buildpack.name}, sha256 ${buildpack.sha256}${commit}`);
        fetched.push(buildpack);
    }
    return fetched;
}

;// CONCATENATED MODULE: ./lib/buildpacks/host.js





const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** Milliseconds between SIGTERM and SIGKILL. */
const GRACE = 2_000;
/** A variable that all processes of a step inherit, also those that leave its process group. */
const MARK = 'BUILD_STEP_ID';
/**
 * Buildpacks run on this machine, as another user: a process of our own uid could read the keys of this job in
 * `/proc/<pid>/environ`. Throws a `UserError` where there can be no other user and the job holds a key or token.
 */
function openHost(folders, { secretsHeld, identity = otherUser() }) {
    if (!identity && secretsHeld.length > 0) {
        throw new lib_runtime/* UserError */.yo(`The build cannot run on the host beside ${secretsHeld.join(', ')}: without root it would run as the same user, and could read them in /proc`, "Use `build-in: container`; or run the job’s container as root (`options: --user root`); or take them out of this job: a build needs none (github-token: '').");
    }
    if (identity)
        for (const folder of Object.values(folders))
            (0,lib_runtime/* giveTree */.Ce)(folder, identity);
    const running = new Set();
    return {
        kind: 'host',
        paths: folders,
        run: async (step) => {
            // Temporary files that a buildpack leaves go with its home.
            const current = new RunningStep({ ...step, env: { TMPDIR: folders.home, ...step.env } }, identity);
            running.add(current);
            try {
                return await current.result();
            }
            finally {
                running.delete(current);
            }
        },
        close: () => {
            for (const current of running)
                current.end();
            return Promise.resolve();
        }
    };
}
/** `heroku` where the machine is an image of Heroku's, else `nobody`; null where we are not root. */
function otherUser() {
    if (process.getuid?.() !== 0)
        return null;
    const users = (0,external_node_fs_.readFileSync)('/etc/passwd', 'utf8')
        .split('\n')
        .map(line => line.split(':'));
    const [, , uid, gid] = users.find(([name]) => name === 'heroku') ?? users.find(([name]) => name === 'nobody') ?? [];
    return { uid: Number(uid ?? 65534), gid: Number(gid ?? 65534) };
}
/** One program with all the processes that it starts. */
class RunningStep {
    #step;
    #mark = (0,external_node_crypto_.randomUUID)();
    #child;
    constructor(step, identity) {
        this.#step = step;
        const [program, ...args] = step.argv;
        this.#child = (0,external_node_child_process_.spawn)(program, args, {
            cwd: step.cwd,
            env: { PATH, ...step.env, [MARK]: this.#mark },
            stdio: ['ignore', 'pipe', 'pipe'],
            detached: true,
            ...identity
        });
        this.#child.stdout.on('data', step.output);
        this.#child.stderr.on('data', step.output);
    }
    /** Resolves when the program and all that it left behind have ended, and their output is read. */
    async result() {
        const { signal, timeout } = this.#step;
        let timedOut = false;
        const onTimeout = () => {
            timedOut = true;
            this.#terminate();
        };
        const onAbort = () => this.#terminate();
        const timer = setTimeout(onTimeout, Math.min(timeout, 2 ** 31 - 1));
        signal.addEventListener('abort', onAbort);
        if (signal.aborted)
            onAbort();
        try {
            const code = await this.#exit();
            this.end();
            await this.#drain();
            if (signal.aborted)
                throw new lib_runtime/* CancelledError */.cc('The build');
            return { code, timedOut };
        }
        finally {
            clearTimeout(timer);
            signal.removeEventListener('abort', onAbort);
        }
    }
    /** Ends every process of the step at once. */
    end() {
        this.#signalGroup('SIGKILL');
        // Again until none is found: one that is just being started carries the mark, too.
        for (let round = 0; round < 100; round++) {
            const left = this.#marked();
            if (left.length === 0)
                return;
            for (const pid of left)
                kill(pid, 'SIGKILL');
        }
    }
    #exit() {
        return new Promise(resolve => {
            this.#child.on('error', (error) => {
                this.#step.output(Buffer.from(`${error.message}\n`));
                resolve(error.code === 'ENOENT' ? 127 : 126);
            });
            this.#child.on('exit', (code, signal) => resolve(code ?? 128 + (signal ? (SIGNALS[signal] ?? 0) : 0)));
        });
    }
    /** Reads what is still in the pipes. A process that shed our mark may hold them open for ever: then they are let go. */
    async #drain() {
        const pipes = [this.#child.stdout, this.#child.stderr];
        const open = pipes.filter(pipe => !pipe.closed);
        const ended = Promise.all(open.map(pipe => new Promise(resolve => pipe.once('close', resolve))));
        let timer;
        await Promise.race([ended, new Promise(resolve => (timer = setTimeout(resolve, GRACE)))]);
        clearTimeout(timer);
        for (const pipe of pipes)
            pipe.destroy();
    }
    #terminate() {
        this.#signalGroup('SIGTERM');
        setTimeout(() => this.end(), GRACE).unref();
    }
    #signalGroup(signal) {
        if (this.#child.pid !== undefined)
            kill(-this.#child.pid, signal);
    }
    /** Processes with our mark in their environment that still run. */
    #marked() {
        const mark = `${MARK}=${this.#mark}\0`;
        return (0,external_node_fs_.readdirSync)('/proc')
            .filter(name => /^\d+$/.test(name))
            .map(Number)
            .filter(pid => readProc(pid, 'environ').includes(mark) && !/^State:\s+[ZX]/m.test(readProc(pid, 'status')));
    }
}
const SIGNALS = {
    SIGHUP: 1,
    SIGINT: 2,
    SIGABRT: 6,
    SIGKILL: 9,
    SIGSEGV: 11,
    SIGPIPE: 13,
    SIGTERM: 15
};
function readProc(pid, file) {
    try {
        return (0,external_node_fs_.readFileSync)(`/proc/${pid}/${file}`, 'latin1');
    }
    catch {
        return ''; // it ended, or is not ours to see
    }
}
function kill(pid, signal) {
    try {
        process.kill(pid, signal);
    }
    catch {
        // it has ended
    }
}

;// CONCATENATED MODULE: ./lib/buildpacks/images.js

/** The images of a stack: `heroku-24` → `heroku/heroku:24-build` and `heroku/heroku:24` (heroku/base-images: README). */
function imagesFor(stack) {
    const [, number] = /^heroku-(\d{2})$/.exec(stack) ?? [];
    if (number !== undefined)
        return { build: `heroku/heroku:${number}-build`, run: `heroku/heroku:${number}` };
    if (stack === 'container' || stack === 'cnb') {
        throw new lib_runtime/* UserError */.yo(`The stack "${stack}" has images, not slugs`, 'This works for Cedar apps with classic buildpacks: set `stack: heroku-24` on the app and in the config.');
    }
    throw new lib_runtime/* UserError */.yo(`"${stack.slice(0, 100)}" is not a stack`, 'Set `stack` in the config file, such as heroku-24 (the one of your app: `heroku stack`).');
}

// EXTERNAL MODULE: ./node_modules/yaml/dist/index.js
var yaml_dist = __webpack_require__(8815);
;// CONCATENATED MODULE: ./lib/buildpacks/procfile.js


const LONGEST_COMMAND = 10_000;
/**
 * The process types of a Procfile (Dev Center: procfile; names as the Platform API takes them: `^[-\w]{1,128}$`).
 * Throws a `UserError` with the line's number for one that is none.
 */
function parseProcfile(text) {
    const types = {};
    for (const [i, raw] of text
        .replace(/^\ufeff/, '')
        .split(/\r?\n/)
        .entries()) {
        const line = raw.trim();
        if (line === '' || line.startsWith('#'))
            continue;
        const [, name, command] = /^([-\w]{1,128}):\s*(.+)$/.exec(line) ?? [];
        if (name === undefined || command === undefined)
            throw wrong(i, `"${procfile_shown(line)}" is no process type`, 'Write `name: command`, such as `web: bin/heroku-web`.');
        if (Object.hasOwn(types, name))
            throw wrong(i, `the process type "${name}" is there twice`, 'Remove one of the two.');
        if (command.length > LONGEST_COMMAND)
            throw wrong(i, `the command of "${name}" is longer than ${LONGEST_COMMAND} characters`, 'Put it into a script.');
        procfile_define(types, name, command);
    }
    return types;
}
function wrong(line, problem, nextStep) {
    return new lib_runtime/* UserError */.yo(`Procfile:${line + 1}: ${problem}`, nextStep);
}
/** The Procfile's types over a buildpack's defaults. */
function mergeProcessTypes(defaults, procfile) {
    return { ...defaults, ...procfile };
}
/** `default_process_types` of what a buildpack's release step printed (Dev Center: buildpack-api, "bin/release"). */
function parseReleaseOutput(yaml, buildpack) {
    const next = 'Pin an earlier version of the buildpack under `slug.buildpacks` in the config file, or tell its maintainers.';
    const document = (0,yaml_dist/* parseDocument */.Tp)(yaml);
    let data;
    try {
        for (const error of document.errors)
            throw error;
        data = document.toJS({ maxAliasCount: 10 });
    }
    catch (error) {
        throw new lib_runtime/* UserError */.yo(`The release step of buildpack ${buildpack} did not print YAML`, next, { cause: error });
    }
    const declared = data?.default_process_types ?? {};
    if (typeof declared !== 'object' || Array.isArray(declared))
        throw new lib_runtime/* UserError */.yo(`The release step of buildpack ${buildpack} declares process types that are no mapping`, next);
    const types = {};
    for (const [name, command] of Object.entries(declared)) {
        if (!/^[-\w]{1,128}$/.test(name) || typeof command !== 'string' || command.length > LONGEST_COMMAND) {
            throw new lib_runtime/* UserError */.yo(`The release step of buildpack ${buildpack} declares the process type "${procfile_shown(name)}", which is none`, next);
        }
        procfile_define(types, name, command);
    }
    return types;
}
/** `__proto__` is a name like any other. */
function procfile_define(types, name, command) {
    Object.defineProperty(types, name, { value: command, enumerable: true, writable: true, configurable: true });
}
function procfile_shown(text) {
    return text.replace(/[^\P{Cc}]/gu, ' ').slice(0, 100);
}

// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __webpack_require__(7975);
;// CONCATENATED MODULE: ./lib/buildpacks/layers.js

/**
 * Keeps account of which step of a build wrote which name. Layer 0 is the source; each buildpack adds one.
 * A name belongs to the layer that wrote it last.
 */
class LayerLog {
    #root;
    #owner = new Map();
    #mixed = [];
    #entries = [];
    #stamps = new Map();
    #count = 0;
    constructor(root) {
        this.#root = root;
    }
    /** Closes a layer: looks at the tree and gives it all names that are new or changed. Returns its index. */
    close() {
        const layer = this.#count++;
        const before = this.#stamps;
        this.#entries = (0,lib_runtime/* walkTree */.Ir)(this.#root);
        this.#stamps = new Map(this.#entries.map(({ path, stamp }) => [path, stamp]));
        for (const { path, stamp, kind } of this.#entries) {
            const earlier = before.get(path);
            if (earlier === stamp)
                continue;
            if (earlier !== undefined)
                this.#mixed.push({ path, from: this.#owner.get(path), by: layer });
            if (earlier === undefined || kind !== 'directory')
                this.#owner.set(path, layer);
        }
        for (const path of before.keys()) {
            if (this.#stamps.has(path))
                continue;
            this.#mixed.push({ path, from: this.#owner.get(path), by: layer });
            this.#owner.delete(path);
        }
        return layer;
    }
    /** The tree as the last layer left it. */
    get entries() {
        return this.#entries;
    }
    ownerOf(path) {
        return this.#owner.get(path) ?? 0;
    }
    /** Names of one layer that a later one changed or removed. */
    get mixed() {
        return this.#mixed;
    }
}

;// CONCATENATED MODULE: ./lib/buildpacks/build.js








/**
 * Runs the buildpacks over the source tree as Heroku does (Dev Center: buildpack-api): for each detect, compile with the
 * `export` files of those before it, release. Throws a `UserError` that names the buildpack, its exit code and its last lines.
 */
async function buildApp(options) {
    const { folders, buildpacks, clock, log } = options;
    await writeVariables(folders.env, options.variables);
    const layerLog = new LayerLog(folders.app);
    layerLog.close();
    const layers = [{ name: 'source', detected: '', milliseconds: 0, processTypes: {} }];
    const deadline = clock.now() + options.timeout;
    for (const [i, buildpack] of buildpacks.entries()) {
        const started = clock.now();
        const layer = await log.group(`Buildpack ${i + 1} of ${buildpacks.length}: ${buildpack.name}`, async () => {
            const steps = new BuildpackSteps(options, buildpack, deadline);
            const detected = await steps.detect();
            await steps.compile(buildpacks.slice(0, i));
            const processTypes = await steps.release();
            const milliseconds = clock.now() - started;
            log.info(`${buildpack.name} took ${(milliseconds / 1000).toFixed(1)} s`);
            return { name: buildpack.name, detected, buildpack, milliseconds, processTypes };
        });
        layers.push(layer);
        layerLog.close();
    }
    return {
        root: folders.app,
        builtAt: options.place.paths.app,
        entries: layerLog.entries,
        layers,
        layerOf: path => layerLog.ownerOf(path),
        mixed: layerLog.mixed,
        processTypes: mergeProcessTypes(layers.at(-1).processTypes, parseProcfile((0,lib_runtime/* readTreeFile */.xt)(folders.app, 'Procfile') ?? ''))
    };
}
async function writeVariables(folder, variables) {
    await (0,promises_.mkdir)(folder, { recursive: true });
    for (const [name, value] of Object.entries(variables))
        await (0,promises_.writeFile)(external_node_path_.join(folder, name), value);
}
/** Sources the `export` files of earlier buildpacks, then becomes compile. Everything comes as an argument. */
const COMPILE = 'for file in "${@:5}"; do if [ -f "$file" ]; then . "$file"; fi; done; exec "$1" "$2" "$3" "$4"';
/** The YAML of release is on standard output alone; a buildpack may have no release step. */
const RELEASE = 'if [ -x "$1" ]; then exec "$1" "$2" 2>/dev/null; fi';
const LAST_LINES = 20;
const RELEASE_OUTPUT_LIMIT = 1_000_000;
class BuildpackSteps {
    #options;
    #buildpack;
    #deadline;
    constructor(options, buildpack, deadline) {
        this.#options = options;
        this.#buildpack = buildpack;
        this.#deadline = deadline;
    }
    async detect() {
        const { result, output } = await this.#capture([this.#program('detect'), this.#paths.app]);
        if (result.code !== 0) {
            throw new lib_runtime/* UserError */.yo(`The app is not compatible with buildpack ${this.#buildpack.name}: its detect step ended with exit code ${result.code}${build_quote(output)}`, 'Take the buildpack out of the list (`slug.buildpacks` in the config, `buildpacks` in app.json), or add the file that it looks for.');
        }
        return output.trim();
    }
    async compile(earlier) {
        const { app, cache, env } = this.#paths;
        const exports = earlier.map(buildpack => `${this.#folderOf(buildpack)}/export`);
        const argv = ['bash', '-c', COMPILE, 'compile', this.#program('compile'), app, cache, env, ...exports];
        const fence = this.#options.log.fence();
        const tail = new Tail(fence);
        let result;
        try {
            result = await this.#run(argv, chunk => tail.write(chunk));
        }
        finally {
            fence.close();
        }
        if (result.code === 0)
            return;
        throw new lib_runtime/* UserError */.yo(`Buildpack ${this.#buildpack.name} failed: its compile step ended with exit code ${result.code}${build_quote(tail.text())}`, tail.text().includes('No space left on device')
            ? 'The disk is full: free space before this step, or use a runner with a larger disk.'
            : 'The full output stands in the log group of this buildpack. If it misses a build-time variable, set it under `slug.env` in the config.');
    }
    async release() {
        const { result, output } = await this.#capture([
            'bash',
            '-c',
            RELEASE,
            'release',
            this.#program('release'),
            this.#paths.app
        ]);
        if (result.code !== 0) {
            throw new lib_runtime/* UserError */.yo(`Buildpack ${this.#buildpack.name} failed: its release step ended with exit code ${result.code}`, 'Run its bin/release by hand on the built tree, or pin an earlier version of the buildpack in `slug.buildpacks`.');
        }
        return parseReleaseOutput(output, this.#buildpack.name);
    }
    get #paths() {
        return this.#options.place.paths;
    }
    #folderOf(buildpack) {
        return `${this.#paths.buildpacks}/${external_node_path_.basename(buildpack.folder)}`;
    }
    #program(step) {
        return `${this.#folderOf(this.#buildpack)}/bin/${step}`;
    }
    async #capture(argv) {
        const chunks = [];
        let size = 0;
        const result = await this.#run(argv, chunk => {
            size += chunk.length;
            if (size <= RELEASE_OUTPUT_LIMIT)
                chunks.push(chunk);
        });
        return { result, output: Buffer.concat(chunks).toString('utf8') };
    }
    async #run(argv, output) {
        const { place, stack, commit, requestId, clock, signal } = this.#options;
        const result = await place.run({
            argv,
            cwd: this.#paths.app,
            env: {
                HOME: this.#paths.home,
                STACK: stack,
                SOURCE_VERSION: commit,
                REQUEST_ID: requestId,
                CURL_CONNECT_TIMEOUT: '30',
                CURL_TIMEOUT: '180',
                LANG: 'C.UTF-8'
            },
            output,
            signal,
            timeout: Math.max(1, this.#deadline - clock.now())
        });
        if (result.timedOut) {
            throw new lib_runtime/* UserError */.yo(`Buildpack ${this.#buildpack.name} was ended: the build took longer than ${Math.round(this.#options.timeout / 60_000)} minutes`, 'Look in its log group for what it waits for, or set a longer `build-timeout`.');
        }
        return result;
    }
}
/** Passes output on and keeps its end. */
class Tail {
    #to;
    #end = Buffer.alloc(0);
    constructor(to) {
        this.#to = to;
    }
    write(chunk) {
        this.#to.write(chunk);
        this.#end = Buffer.concat([this.#end, chunk]).subarray(-16_384);
    }
    text() {
        return this.#end.toString('utf8');
    }
}
/** The last lines of a program's output, for an error: control characters (colours, cursor moves) taken out. */
function build_quote(output) {
    const lines = (0,external_node_util_.stripVTControlCharacters)(output)
        .replace(/[^\P{Cc}\n\t]/gu, '')
        .trimEnd()
        .split('\n');
    const last = lines.slice(-LAST_LINES).map(line => `    ${line.slice(0, 500)}`);
    return last.join('').trim() === '' ? '' : `. Its last lines:\n${last.join('\n')}`;
}

;// CONCATENATED MODULE: ./lib/buildpacks/container.js




/** Where the folders lie in the container: the app as on a dyno. */
const PATHS = {
    app: '/app',
    cache: '/tmp/build-cache',
    env: '/tmp/build-env',
    buildpacks: '/tmp/buildpacks',
    home: '/tmp/build-home'
};
/** Common Runtime dynos are amd64 (heroku/base-images: README). */
const PLATFORM = 'linux/amd64';
/**
 * Buildpacks run in one container of `image` for the whole build, as an unprivileged user without capabilities: our own
 * uid, or 1000 where we are root. Throws a `UserError` where Docker, the image or the network is not to be had.
 */
async function openContainer(folders, options) {
    const user = buildUser();
    if (process.getuid?.() === 0)
        for (const folder of Object.values(folders))
            (0,lib_runtime/* giveTree */.Ce)(folder, user);
    const container = new Container(options, user);
    await container.start(folders);
    return container;
}
function buildUser() {
    const uid = process.getuid?.() ?? 0;
    return uid === 0 ? { uid: 1000, gid: 1000 } : { uid, gid: process.getgid?.() ?? uid };
}
class Container {
    kind = 'container';
    paths = PATHS;
    #options;
    #user;
    #name = `mastodon-on-heroku-${(0,external_node_crypto_.randomBytes)(6).toString('hex')}`;
    constructor(options, user) {
        this.#options = options;
        this.#user = user;
    }
    async start(folders) {
        const { image, network, readOnlyApp, signal, log } = this.#options;
        log.info(`Starting a container of ${image}; the image is pulled first where it is not here yet`);
        const mounts = Object.keys(PATHS).flatMap(name => mount(folders[name], PATHS[name], readOnlyApp && name === 'app'));
        const guards = [
            '--cap-drop',
            'ALL',
            '--security-opt',
            'no-new-privileges',
            '--network',
            network,
            '--platform',
            PLATFORM
        ];
        const args = ['run', '--detach', '--rm', '--name', this.#name, '--user', '0:0', ...guards, ...mounts];
        const { code, stderr } = await this.#docker([...args, '--entrypoint', 'sleep', image, 'infinity']);
        if (code !== 0) {
            await this.close();
            throw signal.aborted ? new lib_runtime/* CancelledError */.cc('Starting the container') : explainStart(code, stderr, this.#options);
        }
        await this.#nameUser();
    }
    async run(step) {
        const { uid, gid } = this.#user;
        const variables = Object.keys(step.env).flatMap(name => ['--env', name]);
        const args = ['exec', '--user', `${uid}:${gid}`, '--workdir', step.cwd, ...variables, this.#name, ...step.argv];
        // Values go through the client's environment, so that none stands in an argument list.
        const { dockerEnv } = this.#options;
        const config = dockerEnv['DOCKER_CONFIG'] ?? `${dockerEnv['HOME'] ?? ''}/.docker`;
        const child = (0,external_node_child_process_.spawn)('docker', args, {
            env: { ...dockerEnv, DOCKER_CONFIG: config, ...step.env },
            stdio: ['ignore', 'pipe', 'pipe']
        });
        child.stdout.on('data', step.output);
        child.stderr.on('data', step.output);
        let timedOut = false;
        const onAbort = () => void this.close();
        const timer = setTimeout(() => {
            timedOut = true;
            void this.close();
        }, Math.min(step.timeout, 2 ** 31 - 1));
        step.signal.addEventListener('abort', onAbort);
        if (step.signal.aborted)
            onAbort();
        try {
            const code = await new Promise((resolve, reject) => {
                child.on('error', reject);
                child.on('close', status => resolve(status ?? 137));
            });
            if (step.signal.aborted) {
                await this.close();
                throw new lib_runtime/* CancelledError */.cc('The build');
            }
            if (!timedOut)
                await this.#endRest();
            return { code, timedOut };
        }
        finally {
            clearTimeout(timer);
            step.signal.removeEventListener('abort', onAbort);
        }
    }
    async close() {
        await this.#docker(['rm', '--force', this.#name], false);
    }
    /** A step's daemons must not go on writing: as the build's user, everything that this user may end is ended. */
    async #endRest() {
        const { uid, gid } = this.#user;
        await this.#docker(['exec', '--user', `${uid}:${gid}`, this.#name, 'bash', '-c', 'kill -9 -1']);
    }
    /** Some programs (npm, ssh) do not run as a user without a name. */
    async #nameUser() {
        const { uid, gid } = this.#user;
        const script = 'grep -q "^[^:]*:[^:]*:$1:" /etc/passwd || echo "slug:x:$1:$2::$3:/bin/bash" >> /etc/passwd';
        await this.#docker([
            'exec',
            '--user',
            '0:0',
            this.#name,
            'bash',
            '-c',
            script,
            'name',
            `${uid}`,
            `${gid}`,
            PATHS.home
        ]);
    }
    /** `cancellable`: cleaning up goes on after the job was cancelled. */
    #docker(args, cancellable = true) {
        const { run, dockerEnv, signal } = this.#options;
        return run('docker', args, { env: { ...dockerEnv }, signal: cancellable ? signal : undefined });
    }
}
function mount(source, target, readOnly) {
    return [
        '--mount',
        `type=bind,"source=${source.replaceAll('"', '""')}",target=${target}${readOnly ? ',readonly' : ''}`
    ];
}
const ON_HOST = 'or run the job in an image of Heroku’s (`container: heroku/heroku:24-build`, `options: --user root`) and use `build-in: host`.';
function explainStart(code, stderr, { image, network }) {
    const said = stderr.trim().split('\n').at(-1)?.slice(0, 500) ?? '';
    if (code === 127)
        return new lib_runtime/* UserError */.yo('Docker is not installed on this runner', `Install it, use a runner that has it (ubuntu-latest), ${ON_HOST}`);
    if (/Cannot connect to the Docker daemon|permission denied .*docker/i.test(stderr)) {
        return new lib_runtime/* UserError */.yo(`Docker does not answer: ${said}`, `Start the Docker engine, give this user access to it, ${ON_HOST}`);
    }
    if (/No such image|pull access denied|manifest unknown|not found: manifest|failed to resolve|no matching manifest|Unable to find image/i.test(stderr)) {
        return new lib_runtime/* UserError */.yo(`The image ${image} cannot be had: ${said}`, 'Check `stack`, `build-image` and `run-image`, and that the runner reaches the registry; it must have a linux/amd64 variant.');
    }
    if (/network .* not found/i.test(stderr))
        return new lib_runtime/* UserError */.yo(`Docker has no network "${network}"`, 'Set `build-network` to bridge, host, none, or a network that exists.');
    return new lib_runtime/* UserError */.yo(`The build container of ${image} could not be started: ${said}`, `Mend what Docker says, ${ON_HOST}`);
}

;// CONCATENATED MODULE: ./lib/buildpacks/workshop.js









/** Builds source trees, each in folders and a place of its own, and clears all places away at the end. */
class Workshop {
    #options;
    #places = [];
    constructor(options) {
        this.#options = options;
    }
    /**
     * Runs the buildpacks over the tree that `fill` writes into an empty folder. `name` tells builds of one run apart, and
     * is that of their kept CACHE_DIR, which a build that fails leaves as it was.
     */
    async build(name, buildpacks, fill) {
        const { scratch, keptCache, stack, run } = this.#options;
        const folders = await makeFolders(external_node_path_.join(scratch, name));
        await fill(folders.app);
        const kept = keptCache && external_node_path_.join(keptCache, `${stack}-${name}`);
        if (kept)
            await copyInto(kept, folders.cache, run);
        const own = await Promise.all(buildpacks.map(buildpack => this.#copy(buildpack, folders.buildpacks)));
        const place = await this.#open(folders, false);
        const app = await buildApp({ ...this.#options, place, folders, buildpacks: own });
        await place.close();
        if (kept)
            await replace(kept, folders.cache, run);
        return app;
    }
    /** A place as a dyno is: the run image, the app, which cannot be written, and nothing else of the build. */
    async openDyno(app) {
        const folders = await makeFolders(external_node_path_.join(this.#options.scratch, 'dyno'));
        return this.#open({ ...folders, app: app.root }, true);
    }
    async close() {
        await Promise.all(this.#places.splice(0).map(place => place.close()));
    }
    /** Buildpacks write into their own folder, so each build gets them as they were fetched. */
    async #copy(buildpack, into) {
        const folder = external_node_path_.join(into, external_node_path_.basename(buildpack.folder));
        await succeed(this.#options.run, 'cp', ['-a', '--', buildpack.folder, folder]);
        return { ...buildpack, folder };
    }
    async #open(folders, asDyno) {
        const { kind, buildImage, runImage, network, secretsHeld, run, dockerEnv, log, signal } = this.#options;
        const place = kind === 'host'
            ? openHost(folders, { secretsHeld })
            : await openContainer(folders, {
                image: asDyno ? runImage : buildImage,
                network: asDyno ? 'none' : network,
                readOnlyApp: asDyno,
                run,
                dockerEnv,
                signal,
                log
            });
        this.#places.push(place);
        return place;
    }
}
async function makeFolders(root) {
    const below = (name) => external_node_path_.join(root, name);
    const folders = {
        app: below('app'),
        cache: below('cache'),
        env: below('env'),
        buildpacks: below('buildpacks'),
        home: below('home')
    };
    for (const folder of Object.values(folders))
        await (0,promises_.mkdir)(folder, { recursive: true });
    await (0,promises_.chmod)(root, 0o755);
    return folders;
}
/** A copy: a build that fails leaves what is kept as it was. */
async function copyInto(kept, folder, run) {
    if ((0,external_node_fs_.existsSync)(kept))
        await succeed(run, 'cp', ['-a', '--', `${kept}/.`, folder]);
}
/** Puts a folder in the place of the kept one, which may be on another disk. */
async function replace(kept, folder, run) {
    await (0,promises_.mkdir)(external_node_path_.dirname(kept), { recursive: true });
    await succeed(run, 'rm', ['-rf', '--', kept]);
    await succeed(run, 'mv', ['--', folder, kept]);
}
/** Names that are not UTF-8, links and owners: the system's own tools keep them all. */
async function succeed(run, program, args) {
    const { code, stderr } = await run(program, args, { env: { PATH: '/usr/local/bin:/usr/bin:/bin' } });
    if (code === 0)
        return;
    throw new lib_runtime/* UserError */.yo(`${program} failed: ${stderr.trim().slice(0, 500)}`, 'Free disk space on the runner, or set the input `cache: off`.');
}

;// CONCATENATED MODULE: ./lib/buildpacks/index.js









;// CONCATENATED MODULE: ./lib/report/upgrade.js


/**
 * The upgrade plan of a tree, as a report carries it. Every text is bounded, and none has a control character: it may come
 * from anybody's pull request.
 */
const upgrade_line = (most) => dist/* pipe */.FsL(dist/* string */.YjP(), dist/* maxLength */.Ru6(most), dist/* regex */.yGV(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u));
const version = dist/* pipe */.FsL(dist/* string */.YjP(), dist/* regex */.yGV(/^\d{1,3}\.\d{1,3}\.\d{1,3}(-[\w.]{1,20})?$|^a version before 1\.2$/));
const upgrade_list = (item, most) => dist/* pipe */.FsL(dist/* array */.YOg(item), dist/* maxLength */.Ru6(most));
const marker = dist/* strictObject */.rej({
    line: dist/* pipe */.FsL(dist/* number */.aig(), dist/* integer */.ndf(), dist/* minValue */.Wwf(1), dist/* maxValue */.cGV(1e7)),
    text: upgrade_line(200),
    why: upgrade_line(100)
});
const migration = dist/* strictObject */.rej({
    version: dist/* pipe */.FsL(dist/* string */.YjP(), dist/* regex */.yGV(/^\d{14}$/)),
    name: dist/* pipe */.FsL(dist/* string */.YjP(), dist/* regex */.yGV(/^[a-z0-9_]{1,200}$/)),
    phase: dist/* picklist */.KIO(['pre', 'post']),
    /** What it does, where that is known in words. */
    does: dist/* optional */.lqM(upgrade_line(100)),
    /** The line that takes longest, and the one that takes away or rewrites most. */
    long: dist/* optional */.lqM(marker),
    destructive: dist/* optional */.lqM(marker)
});
const MOST_MIGRATIONS = 3_000;
const MOST_FINDINGS = 100;
const LONGEST = 2_000;
const upgradeSchema = dist/* strictObject */.rej({
    /** What it was compared with: the commit that a pull request left its branch at, the tag before, what runs. */
    base: dist/* optional */.lqM(dist/* strictObject */.rej({
        kind: dist/* picklist */.KIO(['merge-base', 'tag', 'release']),
        commit: dist/* pipe */.FsL(dist/* string */.YjP(), dist/* regex */.yGV(/^[0-9a-f]{40}([0-9a-f]{24})?$/)),
        name: upgrade_line(300)
    })),
    from: dist/* optional */.lqM(version),
    to: dist/* optional */.lqM(version),
    basis: dist/* picklist */.KIO(['database', 'tree', 'empty', 'unknown']),
    migrations: upgrade_list(migration, MOST_MIGRATIONS),
    streaming: dist/* picklist */.KIO(['yes', 'no', 'unknown']),
    rollback: dist/* picklist */.KIO(['safe', 'unsafe', 'unknown']),
    steps: upgrade_list(dist/* strictObject */.rej({
        version,
        when: dist/* picklist */.KIO(['before', 'after']),
        text: upgrade_line(LONGEST),
        command: dist/* optional */.lqM(upgrade_line(LONGEST))
    }), MOST_FINDINGS),
    findings: upgrade_list(dist/* strictObject */.rej({
        name: dist/* picklist */.KIO(Object.keys(FINDINGS)),
        level: dist/* picklist */.KIO(['block', 'warn', 'note']),
        reason: upgrade_line(LONGEST),
        remedy: upgrade_line(LONGEST)
    }), MOST_FINDINGS)
});
/** A plan as it is written into a report: cut where a hostile tree made it too long. */
function makeUpgrade(plan, base) {
    const { from, to, basis, migrations, streaming, rollback, steps, findings } = plan;
    return {
        ...(base && { base: { ...base, name: plain(base.name, 300) } }),
        ...(dist.is(version, from) && { from }),
        ...(dist.is(version, to) && { to }),
        basis,
        migrations: migrations.slice(0, MOST_MIGRATIONS).map(({ name, long, destructive, ...rest }) => ({
            ...rest,
            name: name.slice(0, 200),
            ...(long && { long: { ...long, text: plain(long.text, 200) } }),
            ...(destructive && { destructive: { ...destructive, text: plain(destructive.text, 200) } })
        })),
        streaming,
        rollback,
        steps: steps.map(step => ({ ...step })),
        findings: findings.slice(0, MOST_FINDINGS).map(({ name, level, reason, remedy }) => ({
            name,
            level,
            reason: plain(reason, LONGEST),
            remedy: plain(remedy, LONGEST)
        }))
    };
}
function plain(text, most) {
    const one = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
    return one.length <= most ? one : `${one.slice(0, most - 1)}…`;
}

;// CONCATENATED MODULE: ./lib/report/data.js



/**
 * `report.json`: what a build found out. It is the only thing that crosses a trust boundary (a pull request's job writes
 * it, a job with write access reads it), so reading it is strict: nothing unknown, every number and text within bounds.
 * All sizes are bytes.
 */
const SCHEMA_VERSION = 1;
const data_text = (most) => dist/* pipe */.FsL(dist/* string */.YjP(), dist/* maxLength */.Ru6(most));
const bytes = dist/* pipe */.FsL(dist/* number */.aig(), dist/* integer */.ndf(), dist/* minValue */.Wwf(0), dist/* maxValue */.cGV(Number.MAX_SAFE_INTEGER));
const data_count = bytes;
const sha256 = dist/* pipe */.FsL(dist/* string */.YjP(), dist/* regex */.yGV(/^[0-9a-f]{64}$/));
/** A path for people: no control character, nothing that turns the line around, `\xNN` for what is not UTF-8. */
const shownPath = dist/* pipe */.FsL(data_text(20_000), dist/* regex */.yGV(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u));
const data_version = dist/* pipe */.FsL(dist/* string */.YjP(), dist/* regex */.yGV(/^[\w.+-]{1,100}$/));
const stack = dist/* pipe */.FsL(dist/* string */.YjP(), dist/* regex */.yGV(/^[\w-]{1,50}$/));
/** Name of a container image, with its tag or digest. */
const data_image = dist/* pipe */.FsL(dist/* string */.YjP(), dist/* regex */.yGV(/^[\w./:@-]{1,300}$/));
const commit = dist/* pipe */.FsL(dist/* string */.YjP(), dist/* regex */.yGV(/^[0-9a-f]{40}([0-9a-f]{24})?$/));
const time = dist/* pipe */.FsL(dist/* string */.YjP(), dist/* isoTimestamp */.yhX());
const variantName = dist/* picklist */.KIO(['with', 'without']);
/** The source, or how the config names a buildpack. */
const layerName = dist/* pipe */.FsL(shownPath, dist/* maxLength */.Ru6(300));
const data_list = (item, most) => dist/* pipe */.FsL(dist/* array */.YOg(item), dist/* maxLength */.Ru6(most));
const data_weight = { compressed: bytes, raw: bytes, files: data_count };
const variant = dist/* strictObject */.rej({
    name: variantName,
    ...data_weight,
    /** How it came about: the built tree as it is, files taken out, or a step run again. */
    derivation: dist/* picklist */.KIO(['built', 'subtracted', 'apt-again', 'built-again']),
    sha256: dist/* optional */.lqM(sha256),
    /** By layer, as in `layers`; the archive's own frame is under the name `archive`. The parts add up to the whole. */
    layers: data_list(dist/* strictObject */.rej({ name: layerName, ...data_weight }), 100)
});
const data_layer = dist/* strictObject */.rej({
    name: layerName,
    /** Missing for the source. */
    buildpack: dist/* optional */.lqM(dist/* strictObject */.rej({
        reference: data_text(2_000),
        kind: dist/* picklist */.KIO(['registry', 'tarball', 'git', 'folder']),
        sha256,
        /** The commit, where it came by git. */
        version: dist/* optional */.lqM(data_version)
    })),
    milliseconds: data_count
});
const ffmpegCheck = dist/* strictObject */.rej({
    works: dist/* boolean */.zMY(),
    version: dist/* optional */.lqM(data_text(500)),
    encoders: data_list(data_text(50), 50),
    /** Folders that had to be put on the library path before it started. */
    mended: data_list(shownPath, 100),
    problem: dist/* optional */.lqM(data_text(2_000))
});
const trimRule = dist/* strictObject */.rej({
    name: dist/* pipe */.FsL(shownPath, dist/* maxLength */.Ru6(100)),
    why: data_text(1_000),
    files: data_count,
    raw: bytes,
    /** Measured: the slug packed with and without them. */
    saves: dist/* pipe */.FsL(dist/* number */.aig(), dist/* integer */.ndf())
});
const MOST_ENTRIES = 300_000;
const index = dist/* pipe */.FsL(dist/* number */.aig(), dist/* integer */.ndf(), dist/* minValue */.Wwf(0), dist/* maxValue */.cGV(1_000_000));
const size = dist/* nullable */.mee(bytes);
/**
 * Index of the folder, name in it ('' for what the folder itself takes), index of the layer, unpacked bytes (with
 * ffmpeg, where the two differ), compressed bytes in the slug with ffmpeg and in the one without (null: it is not in
 * that one), and 1 where it lies in a compressed block with others and has its share by raw bytes.
 */
const entry = dist/* strictTuple */.CxQ([index, shownPath, index, bytes, size, size, dist/* picklist */.KIO([0, 1])]);
const dependencies = (names) => data_list(dist/* strictTuple */.CxQ([dist/* pipe */.FsL(dist/* string */.YjP(), dist/* regex */.yGV(names)), data_version]), 20_000);
const historyPoint = dist/* strictObject */.rej({
    commit,
    at: time,
    mastodonVersion: dist/* optional */.lqM(data_version),
    with: dist/* optional */.lqM(bytes),
    without: dist/* optional */.lqM(bytes),
    streaming: dist/* optional */.lqM(bytes),
    chosen: variantName
});
const reportWith = (entries) => dist/* strictObject */.rej({
    schema: dist/* literal */.euz(SCHEMA_VERSION),
    tool: dist/* strictObject */.rej({ name: dist/* literal */.euz('mastodon-on-heroku'), version: data_version }),
    createdAt: time,
    source: dist/* strictObject */.rej({
        commit,
        ref: data_text(1_000),
        committedAt: time,
        mastodonVersion: dist/* optional */.lqM(data_version),
        files: data_count,
        raw: bytes,
        /** Names that `.slugignore` took out before the buildpacks. */
        ignored: data_count
    }),
    stack,
    place: dist/* strictObject */.rej({
        kind: dist/* picklist */.KIO(['container', 'host']),
        buildImage: dist/* optional */.lqM(data_image),
        runImage: dist/* optional */.lqM(data_image)
    }),
    verdict: dist/* strictObject */.rej({
        chosen: variantName,
        compressed: bytes,
        limit: bytes,
        withinLimit: dist/* boolean */.zMY(),
        /** Why the slug is no good although its size may be: ffmpeg was asked for and does not start. */
        problem: dist/* optional */.lqM(data_text(2_000))
    }),
    heroku: dist/* strictObject */.rej({ warnsAt: bytes, stopsAt: bytes }),
    ffmpeg: dist/* strictObject */.rej({
        choice: dist/* picklist */.KIO(['with', 'without', 'auto']),
        /** The buildpacks that bring it, or the Aptfile. */
        providers: data_list(data_text(2_000), 20),
        /** `auto` had one and left it out, because of its size or because it does not start. */
        givenUp: dist/* boolean */.zMY(),
        check: dist/* optional */.lqM(ffmpegCheck)
    }),
    variants: data_list(variant, 2),
    /** The slug of the streaming app, where there is one. */
    streaming: dist/* optional */.lqM(dist/* strictObject */.rej({ ...data_weight, sha256: dist/* optional */.lqM(sha256) })),
    layers: data_list(data_layer, 100),
    /** Every name of the slugs, once for both variants: some 60,000, so a row is short. */
    files: dist/* strictObject */.rej({
        /** What `layer` of an entry counts. */
        layers: data_list(layerName, 100),
        /** Whole paths, a folder behind the one that it lies in; the first is the slug itself, ''. */
        folders: data_list(shownPath, 200_000),
        entries
    }),
    /** What Gemfile.lock and yarn.lock name. */
    dependencies: dist/* strictObject */.rej({
        gems: dependencies(/^[A-Za-z0-9][\w.-]{0,99}$/),
        packages: dependencies(/^(?:@[\w.~-]{1,100}\/)?[\w.~-]{1,200}$/)
    }),
    /** The slug takes any certificate from its Redis (`redis-tls`). */
    redisTls: dist/* optional */.lqM(dist/* literal */.euz('no-verify')),
    processTypes: dist/* record */.g1P(dist/* pipe */.FsL(dist/* string */.YjP(), dist/* regex */.yGV(/^[-\w]{1,128}$/)), data_text(10_000)),
    trim: dist/* strictObject */.rej({
        applied: dist/* boolean */.zMY(),
        rules: data_list(trimRule, 100),
        /** All rules together, on the chosen variant: its size before and after. */
        before: bytes,
        after: bytes
    }),
    /** What a deploy of this commit will bring, as far as the tree alone can tell. */
    upgrade: dist/* optional */.lqM(upgradeSchema),
    warnings: data_list(data_text(5_000), 200),
    /** Sizes of this commit's ancestors on the base branch, oldest first: each build hands on what it found. */
    history: data_list(historyPoint, 200)
});
const reportSchema = reportWith(data_list(entry, MOST_ENTRIES));
/** The same, for entries that are as they should be: it makes no copy of each and takes no note of what is wrong. */
const quickSchema = reportWith(dist/* custom */.IeY(rows => Array.isArray(rows) && rows.length <= MOST_ENTRIES && rows.every(isEntry)));
function isEntry(row) {
    if (!Array.isArray(row) || row.length !== 7)
        return false;
    const [folder, name, layer, raw, inWith, inWithout, shared] = row;
    return (isIndex(folder) &&
        dist.is(shownPath, name) &&
        isIndex(layer) &&
        isBytes(raw) &&
        (inWith === null || isBytes(inWith)) &&
        (inWithout === null || isBytes(inWithout)) &&
        (shared === 0 || shared === 1));
}
function isBytes(value) {
    return Number.isSafeInteger(value) && value >= 0;
}
function isIndex(value) {
    return isBytes(value) && value <= 1_000_000;
}
/** Largest `report.json` that is read, in bytes. */
const LARGEST_REPORT = 25_000_000;
/** The report in a `report.json`. Throws a `UserError` that names the first thing that is not as it must be. */
function parseReport(json) {
    const next = 'Use the report.json of a build by this version of mastodon-on-heroku, unchanged.';
    if (json.length > LARGEST_REPORT)
        throw new lib_runtime/* UserError */.yo(`The report is larger than ${LARGEST_REPORT / 1e6} MB`, next);
    let data;
    try {
        data = JSON.parse(json);
    }
    catch (error) {
        throw new lib_runtime/* UserError */.yo('The report is not JSON', next, { cause: error });
    }
    const version = data?.schema;
    if (typeof version === 'number' && version !== SCHEMA_VERSION) {
        throw new lib_runtime/* UserError */.yo(`The report has schema version ${version}; this version reads ${SCHEMA_VERSION}`, next);
    }
    const report = validated(data, next);
    const contradiction = findContradiction(report);
    if (contradiction !== undefined)
        throw new lib_runtime/* UserError */.yo(`The report contradicts itself: ${contradiction}`, next);
    return report;
}
function validated(data, next) {
    const quick = dist/* safeParse */.xLC(quickSchema, data, { abortEarly: true });
    if (quick.success)
        return quick.output;
    const result = dist/* safeParse */.xLC(reportSchema, data, { abortEarly: true });
    if (!result.success) {
        const [issue] = result.issues;
        throw new lib_runtime/* UserError */.yo(`The report is not valid at ${dist/* getDotPath */.BuJ(issue) ?? 'its top'}: ${issue.message.slice(0, 300)}`, next);
    }
    return result.output;
}
/** The same report, judged by other limits than its own; all are bytes. */
function judgedBy(report, { limit, ...heroku }) {
    const { verdict } = report;
    return { ...report, heroku, verdict: { ...verdict, limit, withinLimit: verdict.compressed <= limit } };
}
/** Whether all that would be shipped is within the limit: the chosen slug, and the streaming app's. */
function fitsLimit({ verdict, streaming }) {
    return verdict.withinLimit && (streaming === undefined || streaming.compressed <= verdict.limit);
}
/** Bytes of an archive that belong to no file: its header, its end. */
const LARGEST_FRAME = 10_000;
/** Each figure may be right by itself and wrong beside the others. */
function findContradiction({ verdict, variants, files }) {
    const names = variants.map(({ name }) => name);
    if (new Set(names).size < names.length)
        return 'a variant stands there twice';
    const chosen = variants.find(({ name }) => name === verdict.chosen);
    if (!chosen)
        return 'the chosen variant is not there';
    if (chosen.compressed !== verdict.compressed)
        return "the verdict's size is not that of the chosen variant";
    if (verdict.withinLimit !== verdict.compressed <= verdict.limit)
        return 'the verdict is not what the limit says';
    if (files.folders[0] !== '')
        return 'its first folder is not the slug';
    if (new Set(files.folders).size < files.folders.length)
        return 'a folder stands there twice';
    const sums = { with: 0, without: 0 };
    for (const [folder, , layer, , inWith, inWithout] of files.entries) {
        if (folder >= files.folders.length || layer >= files.layers.length)
            return 'a file is nowhere';
        sums.with += inWith ?? 0;
        sums.without += inWithout ?? 0;
    }
    for (const { name, compressed, layers: parts } of variants) {
        const sum = parts.reduce((all, part) => all + part.compressed, 0);
        if (sum !== compressed)
            return `the layers ${name} ffmpeg are not the whole of it`;
        const frame = compressed - sums[name];
        if (frame < 0 || frame > LARGEST_FRAME)
            return `the files ${name} ffmpeg are not the whole of it`;
    }
    return undefined;
}

;// CONCATENATED MODULE: ./lib/report/files.js


/** One name of a slug, folders included (what they take themselves). Sizes are bytes. */
class ReportFile {
    #row;
    /** The path of its folder, '' at the top. */
    folder;
    layer;
    constructor(row, { folders, layers }) {
        this.#row = row;
        this.folder = folders[row[0]] ?? '';
        this.layer = layers[row[2]] ?? '';
    }
    /** '' for the folder itself. */
    get name() {
        return this.#row[1];
    }
    /** The whole path. */
    get path() {
        if (this.name === '')
            return this.folder;
        return this.folder === '' ? this.name : `${this.folder}/${this.name}`;
    }
    /** Unpacked. */
    get raw() {
        return this.#row[3];
    }
    /** Compressed; undefined where it is not in that variant. */
    get with() {
        return this.#row[4] ?? undefined;
    }
    get without() {
        return this.#row[5] ?? undefined;
    }
    /** It lies in a compressed block with others. */
    get shared() {
        return this.#row[6] === 1;
    }
}
/** A slug of more names has its smallest ones put together, a row a folder. */
const MOST_NAMES = 250_000;
/** A path can be 100 kB long; nobody reads that. */
const files_LONGEST = 2_000;
/** All names of the variants, each once. */
function fileTable(slugs, layerNames, most = MOST_NAMES) {
    const folders = new Folders();
    const rows = new Map();
    for (const { name, measured } of slugs) {
        const column = name === 'with' ? 4 : 5;
        for (const { file, compressed, raw, shared } of measured.files) {
            const [folder, own] = placeOf(file);
            const key = `${folder}\n${own}`;
            const row = rows.get(key) ?? [folders.indexOf(folder), own, file.layer, raw, null, null, 0];
            row[column] = (row[column] ?? 0) + compressed;
            if (shared)
                row[6] = 1;
            rows.set(key, row);
        }
    }
    const entries = sharedOut([...rows.values()], most);
    return { layers: [...layerNames], folders: folders.paths, entries };
}
/** Folder and name for people; a folder's own row stands in itself, without a name. */
function placeOf({ path, kind }) {
    const end = path.lastIndexOf('/');
    if (kind === 'directory')
        return [files_shown(path), ''];
    return [end < 0 ? '' : files_shown(path.slice(0, end)), files_shown(path.slice(end + 1))];
}
function files_shown(path) {
    const text = (0,lib_runtime/* displayPath */.Gt)(path);
    return text.length > files_LONGEST ? `${text.slice(0, files_LONGEST)}…` : text;
}
class Folders {
    paths = [''];
    #indexes = new Map([['', 0]]);
    /** Adds it, and the folders above it, where it is new. */
    indexOf(path) {
        const known = this.#indexes.get(path);
        if (known !== undefined)
            return known;
        const end = path.lastIndexOf('/');
        this.indexOf(end < 0 ? '' : path.slice(0, end));
        this.#indexes.set(path, this.paths.length);
        return this.paths.push(path) - 1;
    }
}
function sharedOut(rows, most) {
    if (rows.length <= most)
        return rows;
    const size = (row) => Math.max(row[4] ?? 0, row[5] ?? 0);
    const least = rows.map(size).sort((a, b) => b - a)[most];
    const merged = new Map();
    const kept = [];
    for (const row of rows) {
        if (size(row) > least) {
            kept.push(row);
            continue;
        }
        const into = merged.get(row[0]) ?? [row[0], '(small files)', row[2], 0, null, null, 1];
        into[3] += row[3];
        if (row[4] !== null)
            into[4] = (into[4] ?? 0) + row[4];
        if (row[5] !== null)
            into[5] = (into[5] ?? 0) + row[5];
        merged.set(row[0], into);
    }
    return [...kept, ...merged.values()];
}
/** The names of a report, in the order of the slug. */
function filesOf({ files }) {
    return files.entries.map(row => new ReportFile(row, files));
}
/** The folders of a variant with all that is below them, largest first; the slug itself is not among them. */
function foldersOf({ files }, variant) {
    const column = variant === 'with' ? 4 : 5;
    const folders = files.folders.map(path => ({ path, compressed: 0, raw: 0, files: 0 }));
    for (const row of files.entries) {
        const compressed = row[column];
        if (compressed === null)
            continue;
        const own = folders[row[0]];
        own.compressed += compressed;
        own.raw += row[3];
        own.files += 1;
    }
    addUp(folders);
    return folders
        .filter(({ path, files }) => path !== '' && files > 0)
        .sort((a, b) => b.compressed - a.compressed || (a.path < b.path ? -1 : 1));
}
/** Each folder's figures go into the one above it, the deepest first. */
function addUp(folders) {
    const byPath = new Map(folders.map(folder => [folder.path, folder]));
    const depth = ({ path }) => path.split('/').length;
    for (const folder of folders.toSorted((a, b) => depth(b) - depth(a))) {
        if (folder.path === '')
            continue;
        const end = folder.path.lastIndexOf('/');
        const above = byPath.get(end < 0 ? '' : folder.path.slice(0, end));
        if (!above)
            continue;
        above.compressed += folder.compressed;
        above.raw += folder.raw;
        above.files += folder.files;
    }
}
/** The largest files of a variant. */
function largestFiles(report, variant, count) {
    return filesOf(report)
        .filter(file => file.name !== '' && (file[variant] ?? 0) > 0)
        .sort((a, b) => b[variant] - a[variant] || (a.path < b.path ? -1 : 1))
        .slice(0, count);
}

;// CONCATENATED MODULE: ./lib/report/compare/components.js
/**
 * Bundler's folder: `vendor/bundle/ruby/3.4.0/gems/rails-8.1.1`, `…/bundler/gems/webpush-9631ac63045c`,
 * `…/extensions/x86_64-linux/3.4.0/puma-7.1.0` (heroku/heroku-buildpack-ruby: BUNDLE_PATH).
 */
const components_GEM = /^vendor\/bundle\/ruby\/[^/]+\/(?:gems|bundler\/gems|cache|specifications|extensions\/[^/]+\/[^/]+)\/(.+?)-(?:\d[^/]*|[0-9a-f]{12})(?:\/|$)/;
/** The last one: a package may bring packages of its own. */
const components_PACKAGE = /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)/;
/** What the file at this path belongs to. Folders count to two levels, where much lies on one level to three. */
function componentOf(path) {
    const gem = components_GEM.exec(path)?.[1];
    if (gem !== undefined)
        return { kind: 'gem', name: gem };
    const packaged = components_PACKAGE.exec(path)?.[1];
    if (packaged !== undefined && packaged !== '.bin')
        return { kind: 'package', name: packaged };
    const parts = path.split('/');
    const depth = ['.apt', 'vendor', 'app'].includes(parts[0]) ? 3 : 2;
    const folder = parts.slice(0, Math.min(depth, Math.max(parts.length - 1, 1))).join('/');
    return { kind: 'folder', name: folder.replace(/\d+(?:\.\d+)+/g, '#') };
}

;// CONCATENATED MODULE: ./lib/report/compare/pairs.js

/** Smaller files of one name and size are too common to tell that one of them has moved. */
const LEAST_TO_MOVE = 256;
/**
 * Finds the files of two reports that are the same one: by path; then by path but for versions and hashes in it
 * (`gems/rails-8.1.1`, `application-D4f9aBcX.js`), which change with every update; then, as moved, by name and size.
 * Each file is in one pair.
 */
function pairFiles(head, base) {
    const pairs = [];
    let rest = matchPaths(head, base, pairs);
    rest = matchKeys(rest, pairs, 'renamed', ({ folder, name }) => `${timeless(folder)}\n${timeless(name)}`);
    rest = matchKeys(rest, pairs, 'moved', ({ name, raw }) => name === '' || raw < LEAST_TO_MOVE ? undefined : `${timeless(name)}\n${raw}`);
    for (const file of rest.head)
        pairs.push({ how: 'new', head: file });
    for (const file of rest.base)
        pairs.push({ how: 'gone', base: file });
    return pairs;
}
/** Nearly all files: two maps deep, so that no path has to be put together. */
function matchPaths(head, base, pairs) {
    const folders = new Map();
    const left = { head: [], base: [] };
    for (const file of base) {
        const names = folders.get(file.folder) ?? new Map();
        if (names.size === 0)
            folders.set(file.folder, names);
        if (names.has(file.name))
            left.base.push(file);
        else
            names.set(file.name, file);
    }
    for (const file of head) {
        const names = folders.get(file.folder);
        const other = names?.get(file.name);
        if (other)
            pairs.push({ how: 'same', head: file, base: other });
        else
            left.head.push(file);
        names?.delete(file.name);
    }
    for (const names of folders.values())
        left.base.push(...names.values());
    return left;
}
function matchKeys({ head, base }, pairs, how, keyOf) {
    const left = { head: [], base: [] };
    const waiting = new Map();
    // The last one first, so that the first one is taken first.
    for (const file of base.toReversed()) {
        const key = keyOf(file);
        if (key === undefined)
            left.base.push(file);
        else if (waiting.has(key))
            waiting.get(key).push(file);
        else
            waiting.set(key, [file]);
    }
    for (const file of head) {
        const key = keyOf(file);
        const other = key === undefined ? undefined : waiting.get(key)?.pop();
        if (other)
            pairs.push({ how, head: file, base: other });
        else
            left.head.push(file);
    }
    for (const files of waiting.values())
        left.base.push(...files);
    return left;
}
/**
 * A path without what changes with each version: the hash of a bundle or a git gem, and all numbers. Its time grows no
 * faster than the path, which may be a hostile one.
 */
function timeless(path) {
    return path
        .replace(/-(?:[\w-]{8}|[0-9a-f]{16,64})(?=\.[\w.]{1,30}$)/, '-*')
        .replace(/-[0-9a-f]{12}(?=\/|$)/, '-*')
        .replace(/\d+(?:\.\d+)*/g, '#');
}

;// CONCATENATED MODULE: ./lib/report/compare/index.js






/** Changes below are not named. */
const LEAST = 1_000;
/** What has changed between two reports, as far as their files tell. */
function compareReports(head, base) {
    const variant = head.verdict.chosen;
    const pairs = pairFiles(filesOf(head), filesOf(base));
    const [now, before] = [sizeOf(head, variant), sizeOf(base, variant)];
    const change = now === undefined || before === undefined ? undefined : now - before;
    const common = { variant, sizes: sizesOf(head, base), change, buildpacks: changedBuildpacks(head, base), pairs };
    if (change === undefined) {
        return {
            ...common,
            components: [],
            rest: { count: 0, change: 0 },
            shares: 0,
            files: [],
            layers: new Map(),
            moved: 0
        };
    }
    const all = changedComponents(pairs, variant);
    const shares = pairs.reduce((sum, pair) => sum + weightChange(pair, variant) - changeOf(pair, variant), 0);
    const named = all.filter(component => Math.abs(component.change) >= LEAST);
    return {
        ...common,
        components: withVersions(named, head, base),
        rest: { count: all.length - named.length, change: change - sum(named) - shares },
        shares,
        files: changedFiles(pairs, variant),
        layers: changedLayers(head, base, variant),
        moved: pairs.filter(({ how, head }) => how === 'moved' && head[variant] !== undefined).length
    };
}
function sizeOf({ variants }, name) {
    return variants.find(variant => variant.name === name)?.compressed;
}
function sizesOf(head, base) {
    return [
        ...head.variants.map(({ name, compressed }) => ({ name, head: compressed, base: sizeOf(base, name) })),
        ...(head.streaming
            ? [{ name: 'streaming', head: head.streaming.compressed, base: base.streaming?.compressed }]
            : [])
    ];
}
/**
 * How much of a pair's change is its own. A file that has moved, or is as large as before, has none: where it shares a
 * compressed block, it has another share as soon as its neighbours change.
 */
function changeOf(pair, variant) {
    const { how, head, base } = pair;
    const inBoth = head?.[variant] !== undefined && base?.[variant] !== undefined;
    const same = inBoth && (how === 'moved' || (head.raw === base.raw && (head.shared || base.shared)));
    return same ? 0 : weightChange(pair, variant);
}
function weightChange({ head, base }, variant) {
    return (head?.[variant] ?? 0) - (base?.[variant] ?? 0);
}
/** Each pair's change counts to what its file belongs to now. */
function changedComponents(pairs, variant) {
    const sums = new Map();
    for (const pair of pairs) {
        const component = componentOf((pair.head ?? pair.base).path);
        const key = `${component.kind} ${component.name}`;
        const known = sums.get(key) ?? { component, now: 0, change: 0 };
        known.now += pair.head?.[variant] ?? 0;
        known.change += changeOf(pair, variant);
        sums.set(key, known);
    }
    return [...sums.values()]
        .filter(({ change }) => change !== 0)
        .map(({ component, now, change }) => ({ ...component, how: kindOf(now, now - change), change }))
        .sort(largestFirst);
}
function kindOf(now, before) {
    if (before === 0)
        return 'new';
    if (now === 0)
        return 'gone';
    return now > before ? 'grown' : 'shrunk';
}
/** The lock files know better than the files whether something is new: a license of it may have been there before. */
function withVersions(components, head, base) {
    const [now, before] = [versionsIn(head), versionsIn(base)];
    return components.map(component => {
        const { kind, name, change } = component;
        const [from = [], to = []] = [before[kind]?.get(name), now[kind]?.get(name)];
        const added = from.length === 0 && to.length > 0 && change > 0;
        return { ...component, how: added ? 'new' : component.how, ...versionsToTell(from, to) };
    });
}
/** Versions of one name that are told; a lock file may have any number. */
const TOLD_VERSIONS = 4;
/** Of those that are there several times at once only what differs, where something does on both sides. */
function versionsToTell(from, to) {
    const [left, come] = [from.filter(version => !to.includes(version)), to.filter(version => !from.includes(version))];
    const both = left.length > 0 && come.length > 0;
    return { from: versionText(both ? left : from), to: versionText(both ? come : to) };
}
/** By name; several of one name together. */
function versionsIn({ dependencies }) {
    const [gem, packages] = [dependencies.gems, dependencies.packages].map(list => {
        const versions = new Map();
        for (const [name, version] of list) {
            const known = versions.get(name);
            if (known)
                known.push(version);
            else
                versions.set(name, [version]);
        }
        return versions;
    });
    return { gem, package: packages };
}
function versionText(versions) {
    if (versions.length === 0)
        return undefined;
    const more = versions.length - TOLD_VERSIONS;
    return versions.slice(0, TOLD_VERSIONS).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
function changedFiles(pairs, variant) {
    return pairs
        .flatMap(pair => {
        const file = pair.head ?? pair.base;
        const change = changeOf(pair, variant);
        if (Math.abs(change) < LEAST || file.name === '')
            return [];
        const size = pair.head?.[variant] ?? 0;
        return [{ path: file.path, how: kindOf(size, size - change), change, size }];
    })
        .sort(largestFirst);
}
function changedLayers(head, base, variant) {
    const weights = ({ variants }) => new Map(variants.find(({ name }) => name === variant)?.layers.map(layer => [layer.name, layer.compressed]));
    const [now, before] = [weights(head), weights(base)];
    const names = new Set([...now.keys(), ...before.keys()]);
    return new Map([...names].map(name => [name, (now.get(name) ?? 0) - (before.get(name) ?? 0)]));
}
function changedBuildpacks(head, base) {
    const versions = ({ layers }) => new Map(layers.flatMap(({ name, buildpack }) => (buildpack ? [[name, buildpack.version ?? buildpack.sha256]] : [])));
    const [now, before] = [versions(head), versions(base)];
    const names = [...new Set([...now.keys(), ...before.keys()])];
    return names.map(name => ({ name, from: before.get(name), to: now.get(name) })).filter(({ from, to }) => from !== to);
}
function largestFirst(a, b) {
    return Math.abs(b.change) - Math.abs(a.change);
}
function sum(list) {
    return list.reduce((all, { change }) => all + change, 0);
}

;// CONCATENATED MODULE: ./lib/report/growth.js

/** Whether a change, in either direction, is at least that much. */
function reaches(change, before, amount) {
    const size = Math.abs(change);
    return 'bytes' in amount ? size >= amount.bytes : size * 100 >= before * amount.percent;
}
/** Whether it has grown by more than that. */
function exceeds(change, before, most) {
    return 'bytes' in most ? change > most.bytes : change * 100 > before * most.percent;
}
/** What would be shipped and has grown by more than is accepted: the chosen slug, the streaming one. */
function grownTooMuch({ sizes, variant }, most) {
    return sizes
        .filter(({ name }) => name === variant || name === 'streaming')
        .filter(({ head, base }) => base !== undefined && exceeds(head - base, base, most))
        .map(({ name }) => name);
}
function amountText(amount) {
    return 'bytes' in amount ? `${amount.bytes / 1e6} MB` : `${amount.percent} %`;
}

;// CONCATENATED MODULE: ./lib/report/history.js

/** As many as a report hands on. */
const KEPT = 100;
/** A report as one point of its branch's history. */
function pointOf({ source, createdAt, variants, streaming, verdict }) {
    const size = (name) => variants.find(variant => variant.name === name)?.compressed;
    return {
        commit: source.commit,
        at: createdAt,
        mastodonVersion: source.mastodonVersion,
        with: size('with'),
        without: size('without'),
        streaming: streaming?.compressed,
        chosen: verdict.chosen
    };
}
/** Histories of several reports of one branch and their own points as one, oldest first, a point a commit. */
function mergeHistories(reports) {
    const points = new Map();
    for (const report of reports)
        for (const point of [...report.history, pointOf(report)]) {
            const known = points.get(point.commit);
            if (!known || known.at < point.at)
                points.set(point.commit, point);
        }
    return [...points.values()].sort((a, b) => (a.at < b.at ? -1 : 1)).slice(-KEPT);
}

;// CONCATENATED MODULE: ./lib/report/make.js




/** The report of a build. */
function makeReport(facts) {
    const { commit, place, weighed, check, choice, app } = facts;
    const { verdict, savings, before, after } = weighed;
    const hasWith = weighed.slugs.some(({ name }) => name === 'with');
    return {
        schema: SCHEMA_VERSION,
        tool: { name: 'mastodon-on-heroku', version: lib_runtime/* VERSION */.xv },
        createdAt: new Date(facts.createdAt).toISOString(),
        source: {
            commit: commit.sha,
            ref: commit.ref,
            committedAt: new Date(commit.committedAt).toISOString(),
            mastodonVersion: facts.mastodonVersion,
            ...facts.source
        },
        stack: facts.stack,
        place: place.kind === 'container' ? place : { kind: place.kind },
        verdict: {
            chosen: verdict.chosen,
            compressed: verdict.bytes,
            limit: verdict.limit,
            withinLimit: verdict.withinLimit,
            problem: verdict.chosen === 'with' && check && !check.works ? (check.problem ?? 'ffmpeg does not work') : undefined
        },
        heroku: facts.heroku,
        ffmpeg: {
            choice,
            providers: [...facts.providers],
            givenUp: choice === 'auto' && hasWith && verdict.chosen === 'without',
            check: check && { ...check, encoders: [...check.encoders], mended: [...check.mended] }
        },
        variants: weighed.slugs.map(slug => reportVariant(slug, facts.variants)),
        streaming: facts.streaming,
        layers: app.layers.map(({ name, buildpack, milliseconds }) => ({
            name,
            buildpack: buildpack && {
                reference: buildpack.reference,
                kind: buildpack.kind,
                sha256: buildpack.sha256,
                version: buildpack.version
            },
            milliseconds
        })),
        files: fileTable(weighed.slugs, facts.variants.layerNames),
        dependencies: {
            gems: facts.dependencies.gems.map(([name, version]) => [name, version]),
            packages: facts.dependencies.packages.map(([name, version]) => [name, version])
        },
        redisTls: facts.redisTls === 'no-verify' ? 'no-verify' : undefined,
        processTypes: { ...app.processTypes },
        trim: {
            applied: facts.trimmed,
            rules: savings.map(({ rule: { name, why }, files, raw, saves }) => ({ name, why, files, raw, saves })),
            before,
            after
        },
        ...(facts.upgrade && { upgrade: facts.upgrade }),
        warnings: [...facts.warnings],
        history: []
    };
}
function reportVariant({ name, sha256, measured }, { derivation, layerNames }) {
    const { total, layers } = measured;
    return {
        name,
        derivation: name === 'with' ? 'built' : derivation,
        sha256,
        ...total,
        layers: [...layers]
            .sort(([a], [b]) => (a < 0 ? 1 : b < 0 ? -1 : a - b))
            .map(([layer, weight]) => ({ name: layer < 0 ? 'archive' : (layerNames[layer] ?? 'unknown'), ...weight }))
    };
}
/** The report as it is written to `report.json`: a file a line, since there are some 60,000. */
function reportJson(report) {
    const { layers, folders, entries } = report.files;
    const rows = (list) => `[\n${list.map(row => JSON.stringify(row)).join(',\n')}\n]`;
    const files = `{"layers": ${JSON.stringify(layers)}, "folders": ${rows(folders)}, "entries": ${rows(entries)}}`;
    const parts = Object.entries(report)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => `"${name}": ${name === 'files' ? files : JSON.stringify(value, undefined, 1)}`);
    return `{\n${parts.join(',\n')}\n}\n`;
}

;// CONCATENATED MODULE: ./lib/report/page/parts.js

/** The page's script and style, which are bundled beside the action. */
async function pageParts(folder) {
    const [script, style] = await Promise.all(['page.js', 'page.css'].map(name => (0,promises_.readFile)(new URL(name, folder), 'utf8')));
    return { script: script, style: style };
}

;// CONCATENATED MODULE: ./lib/report/markdown/told.js




;// CONCATENATED MODULE: ./lib/report/page/from-report.js







/** What the page shows of a report. A file that was renamed with its version stands under the name that it has now. */
function pageData({ report, baseline, comparison, history, app }) {
    const base = baseline?.report;
    return {
        title: app ?? `Mastodon ${report.source.mastodonVersion ?? 'slug'}`,
        tool: `mastodon-on-heroku ${lib_runtime/* VERSION */.xv}`,
        stack: report.stack,
        head: commitOf(report),
        base: baseline && { ...commitOf(baseline.report), ref: baseline.branch ?? baseline.report.source.ref },
        limit: report.verdict.limit,
        warnsAt: report.heroku.warnsAt,
        stopsAt: report.heroku.stopsAt,
        chosen: report.verdict.chosen,
        variants: report.variants.map(({ name, compressed, raw, files }) => ({
            name,
            compressed,
            raw,
            files,
            base: base?.variants.find(other => other.name === name)?.compressed,
            problem: name === report.verdict.chosen ? report.verdict.problem : undefined
        })),
        streaming: report.streaming && {
            compressed: report.streaming.compressed,
            raw: report.streaming.raw,
            files: report.streaming.files,
            base: base?.streaming?.compressed
        },
        ...columns(comparison?.pairs ?? filesOf(report).map(file => ({ how: 'same', head: file, base: file }))),
        history: [...history.filter(({ commit }) => commit !== report.source.commit), pointOf(report)]
    };
}
/** A row for each file of the head or the base. */
function columns(pairs) {
    const [folders, layers] = [new Places(), new Places()];
    folders.at('');
    const files = {
        folder: [],
        name: [],
        layer: [],
        raw: [],
        with: [],
        without: [],
        changeWith: [],
        changeWithout: []
    };
    for (const pair of pairs) {
        const { head } = pair;
        const file = head ?? pair.base;
        files.folder.push(folders.folderAt(file.folder));
        files.name.push(file.name);
        files.layer.push(layers.at(file.layer));
        files.raw.push(file.raw);
        files.with.push(head?.with ?? null);
        files.without.push(head?.without ?? null);
        files.changeWith.push(changeOf(pair, 'with'));
        files.changeWithout.push(changeOf(pair, 'without'));
    }
    return { layers: layers.names, folders: folders.names, files };
}
/** Names, each once. */
class Places {
    names = [];
    #indexes = new Map();
    at(name) {
        const known = this.#indexes.get(name);
        if (known !== undefined)
            return known;
        this.#indexes.set(name, this.names.length);
        return this.names.push(name) - 1;
    }
    /** A folder stands behind the one that it lies in. */
    folderAt(path) {
        if (!this.#indexes.has(path))
            this.folderAt(path.slice(0, Math.max(path.lastIndexOf('/'), 0)));
        return this.at(path);
    }
}
function commitOf({ source, createdAt }) {
    const { commit, ref, mastodonVersion } = source;
    return { commit, ref, createdAt, mastodonVersion };
}

;// CONCATENATED MODULE: ./lib/report/markdown/text.js
/** Pieces of Markdown, as GitHub renders it. */
/**
 * Text of others inside Markdown, outside of attributes: nothing in it is markup, a mention, a link, or ends a table cell.
 * What is harmless where it stands is left as it is, since e-mails have this text as it is written.
 */
function text_escape(hostile) {
    return (hostile
        .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
        .replace(/[&<>`*~|\\[\]$]|:(?!\s)|_(?![a-z0-9])|(?<![a-z0-9])_/gi, entity)
        // A link without a scheme (github.github.com/gfm: "extended www autolink").
        .replace(/www\./gi, found => found.replace('.', entity))
        // GitHub looks for mentions and issue numbers after it has decoded entities; a space without width stops it.
        .replace(/[@#](?!\d+;)|\bGH-(?=\d)/gi, found => `${found}&#8203;`));
}
function entity(character) {
    return `&#${character.charCodeAt(0)};`;
}
/** Longest name that is shown, in characters. */
const text_LONGEST = 160;
/** Nothing in such a name could be more than text between backticks, also in a table. */
const PLAIN = /^[\w./@:+~#,=%^-]+$/;
/**
 * A name of others, cut to a length. A plain one stands between backticks, where GitHub sees no mention, link or emoji:
 * so it can be read in the text of an e-mail, too. Any other has each character that could act escaped.
 */
function code(hostile) {
    if (hostile.length <= text_LONGEST)
        return PLAIN.test(hostile) ? `\`${hostile}\`` : `<code>${text_escape(hostile)}</code>`;
    const characters = [...hostile];
    const [start, end] = [characters.slice(0, text_LONGEST / 2), characters.slice(-text_LONGEST / 2)];
    return `<code>${text_escape(`${start.join('')}…${end.join('')}`)}</code>`;
}
function details(summary, content, open = false) {
    return `<details${open ? ' open' : ''}><summary>${summary}</summary>\n\n${content}\n\n</details>`;
}
/** `align`: one character a column, `r` for numbers. */
function table(head, rows, align) {
    const rule = [...align].map(side => (side === 'r' ? '--:' : '---'));
    return [head, rule, ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n');
}
function percent(part, whole) {
    return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`;
}
function number(value) {
    return value.toLocaleString('en-US');
}
/** A change in size with its sign: bytes, kB or MB (10^6). None at all is told apart from a tiny one. */
function signed(bytes) {
    if (bytes === 0)
        return 'no change';
    const size = Math.abs(bytes);
    const text = size < 1e3 ? `${size} bytes` : size < 1e5 ? `${(size / 1e3).toFixed(1)} kB` : `${(size / 1e6).toFixed(1)} MB`;
    return `${bytes < 0 ? '−' : '+'}${text}`;
}
/** A size for people: bytes, kB or MB (10^6). */
function text_size(bytes) {
    if (bytes === 0)
        return '0 bytes';
    return bytes < 0 ? signed(bytes) : signed(bytes).slice(1);
}
/** A change in per cent of what it was, with its sign. */
function signedPercent(change, before) {
    if (before === 0 || change === 0)
        return '';
    const text = Math.abs((100 * change) / before).toFixed(1);
    return `${change < 0 ? '−' : '+'}${text === '0.0' ? '<0.1' : text} %`;
}

;// CONCATENATED MODULE: ./lib/report/page/words.js


/** Words and figures of the page, the same in its plain HTML and in its script. */

/** A name of others as it may be shown: what cannot be seen, or turns the line around, stands there as its number. */
function words_shown(name) {
    return name.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, character => `\\u{${character.codePointAt(0).toString(16)}}`);
}
function words_short(commit) {
    return commit.slice(0, 7);
}
function isGood({ limit }, { compressed, problem }) {
    return compressed <= limit && problem === undefined;
}
/** The variant's size against the limit and the base, in one sentence. */
function verdict({ limit, base }, { compressed, base: before, problem }) {
    const left = limit - compressed;
    const parts = [`${text_size(compressed)} of ${text_size(limit)} (${percent(compressed, limit)})`];
    if (base && before !== undefined) {
        parts.push(`${signed(compressed - before)} against ${words_shown(base.ref)} at ${words_short(base.commit)}`);
    }
    parts.push(left >= 0 ? `${text_size(left)} left` : `${text_size(-left)} too much`);
    const told = parts.join(', ');
    if (left < 0)
        return `Over the limit: ${told}`;
    return problem === undefined ? `Within the limit: ${told}` : `Not fit to ship: ${words_shown(problem)}. Size: ${told}`;
}

;// CONCATENATED MODULE: ./lib/report/page/render.js



/**
 * The report's page as one HTML file. Its policy lets nothing run but this script and this style, by their hashes, and
 * nothing be loaded at all. What needs no script stands in plain HTML; the script fills the rest from the data.
 */
function renderPage(data, parts) {
    if (/<\/(?:script|style)|<!--/i.test(parts.script + parts.style))
        throw new Error('The script would end its element');
    const policy = [
        "default-src 'none'",
        `script-src ${hashSource(parts.script)}`,
        `style-src ${hashSource(parts.style)}`,
        "base-uri 'none'",
        "form-action 'none'"
    ].join('; ');
    return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${render_escape(data.title)}: slug size</title>
<style>${parts.style}</style>
</head>
<body>
${header(data)}
<main>
${explorer(data)}
${sizes(data)}
${HISTORY}
</main>
<footer>
<p>Made by ${render_escape(data.tool)}. MB are 10<sup>6</sup> bytes. Sizes are compressed bytes of the slug; a file that shares a compressed block with others has its share of it by raw bytes, and no change while it is as large as before.</p>
</footer>
<script type="application/json" id="data">${json(data)}</script>
<script>${parts.script}</script>
</body>
</html>
`;
}
function hashSource(text) {
    return `'sha256-${(0,external_node_crypto_.createHash)('sha256').update(text).digest('base64')}'`;
}
/** JSON that ends no element, whatever its texts are. */
function json(data) {
    return JSON.stringify(data).replace(/[<>&\u2028\u2029]/g, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
/** Text of others inside HTML, in an element or in a quoted attribute. */
function render_escape(hostile) {
    return words_shown(hostile).replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`);
}
function header(data) {
    const { title, stack, head, base, variants } = data;
    return `<header>
<p class="kind">Slug size report</p>
<h1><bdi>${render_escape(title)}</bdi></h1>
${variants.map(variant => verdictOf(data, variant)).join('\n')}
<dl class="facts">
${render_commit('Measured', head)}
${base ? render_commit('Compared with', base) : '<div><dt>Compared with</dt><dd>nothing: there is no report of a base</dd></div>'}
<div><dt>Stack</dt><dd>${render_escape(stack)}</dd></div>
</dl>
</header>`;
}
/** One for each variant; the script shows the one that is looked at, without it that is the chosen one. */
function verdictOf(data, variant) {
    const { chosen, variants } = data;
    const { name } = variant;
    const told = `Slug ${name} ffmpeg${name === chosen ? ', the one that was chosen' : ''}`;
    return `<div class="verdict ${isGood(data, variant) ? 'within' : 'over'}" data-variant="${name}"${name === chosen ? '' : ' hidden'}>
${variants.length > 1 ? `<p class="of">${told}</p>\n` : ''}<p class="words">${render_escape(verdict(data, variant))}</p>
${bar(data, variant)}
</div>`;
}
/** The size beside the limit and Heroku's marks, those that are near. */
function bar({ limit, warnsAt, stopsAt }, { compressed, base }) {
    const end = Math.max(limit, compressed, warnsAt, base ?? 0) * 1.04;
    const at = (bytes) => `${((100 * bytes) / end).toFixed(2)}%`;
    const marks = [
        ...(limit === warnsAt ? [] : [{ bytes: limit, name: 'limit' }]),
        { bytes: warnsAt, name: limit === warnsAt ? 'limit, Heroku warns' : 'Heroku warns' },
        ...(stopsAt <= end && stopsAt !== limit ? [{ bytes: stopsAt, name: 'Heroku stops' }] : [])
    ];
    const was = `before ${text_size(base ?? 0)}`;
    // Names of marks that stand close together would lie on each other.
    const names = marks.map(({ bytes, name }) => `${name} ${text_size(bytes)}`);
    return `<svg class="bar" role="img" aria-label="${render_escape(`${text_size(compressed)} of ${names.join(', ')}${base === undefined ? '' : `; ${was}`}`)}" width="100%" height="${20 + 16 * marks.length}">
<rect class="track" width="100%" height="16" rx="3"/><rect class="fill" width="${at(compressed)}" height="16" rx="3"/>
${base === undefined ? '' : `<line class="before" x1="${at(base)}" x2="${at(base)}" y1="0" y2="16"><title>${was}</title></line>\n`}${marks
        .map(({ bytes }, index) => `<line class="mark" x1="${at(bytes)}" x2="${at(bytes)}" y1="0" y2="${22 + 16 * index}"/><text x="${at(bytes)}" y="${32 + 16 * index}" text-anchor="end">${render_escape(names[index])}</text>`)
        .join('\n')}
</svg>`;
}
function render_commit(name, { commit, ref, createdAt, mastodonVersion }) {
    const version = mastodonVersion === undefined ? '' : `, Mastodon ${render_escape(mastodonVersion)}`;
    const time = `<time datetime="${render_escape(createdAt)}">${render_escape(createdAt.slice(0, 16).replace('T', ' '))}</time>`;
    return `<div><dt>${name}</dt><dd><bdi>${render_escape(ref)}</bdi> at <code>${render_escape(words_short(commit))}</code>${version}, ${time}</dd></div>`;
}
function sizes(data) {
    const { variants, streaming, limit, chosen } = data;
    const compared = variants.some(({ base }) => base !== undefined);
    const slugs = variants.map(slug => ({
        ...slug,
        title: `${slug.name} ffmpeg${slug.name === chosen ? ' (chosen)' : ''}`
    }));
    const rows = [...slugs, ...(streaming ? [{ ...streaming, title: 'streaming app' }] : [])].map(({ title, compressed, raw, files, base }) => `<tr><th scope="row">${title}</th>${cells([
        text_size(compressed),
        percent(compressed, limit),
        ...(compared ? [base === undefined ? '–' : signed(compressed - base)] : []),
        compressed <= limit ? `${text_size(limit - compressed)} left` : `${text_size(compressed - limit)} too much`,
        text_size(raw),
        number(files)
    ])}</tr>`);
    return `<section aria-labelledby="sizes">
<h2 id="sizes">Sizes</h2>
<div class="wide" role="region" aria-labelledby="sizes" tabindex="0">
<table>
<thead><tr><th scope="col">Slug</th>${heads(['Compressed', 'Of the limit', ...(compared ? ['Change'] : []), 'Room', 'Unpacked', 'Files'])}</tr></thead>
<tbody>${rows.join('\n')}</tbody>
</table>
</div>
<h3 id="layers">Layers</h3>
<div class="wide" role="region" aria-labelledby="layers" tabindex="0">
<table>
<thead><tr><th scope="col">Layer</th>${heads(variants.flatMap(({ name }) => [`${name} ffmpeg`, 'Share']))}</tr></thead>
<tbody>${layerRows(data).join('\n')}</tbody>
</table>
</div>
</section>`;
}
function layerRows({ layers, variants, files }) {
    const sums = variants.map(({ name }) => layerSums(files.layer, files[name], layers.length));
    return layers
        .map((layer, index) => ({ layer, weights: sums.map(sum => sum[index]) }))
        .sort((a, b) => b.weights[0] - a.weights[0])
        .map(({ layer, weights }) => `<tr><th scope="row"><bdi>${render_escape(layer)}</bdi></th>${cells(weights.flatMap((weight, at) => [text_size(weight), percent(weight, variants[at].compressed)]))}</tr>`);
}
function layerSums(layer, sizes, count) {
    const sums = new Array(count).fill(0);
    sizes.forEach((size, row) => {
        sums[layer[row]] += size ?? 0;
    });
    return sums;
}
function heads(names) {
    return names.map(name => `<th scope="col" class="number">${name}</th>`).join('');
}
function cells(texts) {
    return texts.map(text => `<td class="number">${text}</td>`).join('');
}
/** The places that the script fills; without it they are not shown. */
function explorer({ variants, chosen }) {
    const variant = (name) => `<label><input type="radio" name="variant" value="${name}"${name === chosen ? ' checked' : ''}>${name}</label>`;
    return `<noscript><p>The map of the slug and its files need JavaScript.</p></noscript>
<section class="scripted" aria-labelledby="map-title" hidden>
<h2 id="map-title">What takes the room</h2>
<form class="tools" autocomplete="off">
${variants.length > 1 ? `<fieldset><legend>ffmpeg</legend>${variant('with')}${variant('without')}</fieldset>` : ''}
<fieldset><legend>Order</legend><label><input type="radio" name="by" value="layer" checked>by layer</label><label><input type="radio" name="by" value="directory">by directory</label></fieldset>
<label class="compare" id="compare" hidden><input type="checkbox" name="compare">Compare with base</label>
</form>
<nav aria-label="Folder"><ol id="way"></ol></nav>
<div id="map" role="group" aria-describedby="help"></div>
<p id="help" class="help">Arrow keys move, Enter walks in, Escape walks out.</p>
<ul id="legend" aria-label="Colours"></ul>
<div id="gone" hidden></div>
<p id="told" class="unseen" role="status"></p>
</section>
<section class="scripted" aria-labelledby="files-title" hidden>
<h2 id="files-title" tabindex="-1">Files</h2>
<search><label for="search">Search all files</label><input id="search" type="search" autocomplete="off" spellcheck="false" placeholder="part of a path"></search>
<p id="found" role="status"></p>
<div class="wide" role="region" aria-labelledby="files-title" tabindex="0"><table id="table"><thead></thead><tbody></tbody></table></div>
<button type="button" id="more" hidden></button>
</section>
<div id="tip" role="tooltip" hidden></div>`;
}
const HISTORY = `<section id="history" class="scripted" aria-labelledby="history-title" hidden>
<h2 id="history-title">History</h2>
<div id="chart"></div>
<details><summary>The same as a table</summary><div class="wide" role="region" aria-label="History as a table" tabindex="0"><table></table></div></details>
</section>`;

;// CONCATENATED MODULE: ./lib/report/markdown/changes.js




const SHOWN_COMPONENTS = 15;
const SHOWN_FILES = 12;
/** A reason is named where it brought at least this share of what was added, or of what went. */
const WORTH_NAMING = 0.1;
const MOST_REASONS = 4;
/** What has changed against the base, folded; open where it matters. */
function whatChanged({ comparison, baseline, report }, open) {
    if (!comparison || !baseline)
        return '';
    const { change, components, buildpacks } = comparison;
    if (change === undefined)
        return '';
    if (components.length === 0 && buildpacks.length === 0)
        return change === 0 ? 'Nothing in the slug has changed.' : '';
    const content = [reasons(comparison, report, baseline.report), componentTable(comparison), changes_fileTable(comparison)];
    return details(`What changed: ${signed(change)}`, content.filter(Boolean).join('\n\n'), open);
}
/** In one or two sentences: what brought most of it, and what was updated. */
function reasons({ change = 0, components, buildpacks }, head, base) {
    const updates = buildpacks.map(({ name, from, to }) => {
        if (from === undefined)
            return `buildpack ${code(name)} is new`;
        if (to === undefined)
            return `buildpack ${code(name)} is gone`;
        return `buildpack ${code(name)} ${text_escape(from.slice(0, 12))} → ${text_escape(to.slice(0, 12))}`;
    });
    const [before, now] = [base.source.mastodonVersion, head.source.mastodonVersion];
    if (before !== now)
        updates.unshift(`Mastodon ${text_escape(before ?? '?')} → ${text_escape(now ?? '?')}`);
    const grown = change >= 0;
    const same = components.filter(component => component.change > 0 === grown);
    const all = same.reduce((sum, component) => sum + Math.abs(component.change), 0);
    const main = same
        .filter(component => Math.abs(component.change) >= all * WORTH_NAMING)
        .slice(0, MOST_REASONS)
        .map(component => `${title(component)} (${component.how === 'new' ? 'new, ' : ''}${signed(component.change)})`);
    const lines = [];
    if (main.length > 0)
        lines.push(`${grown ? 'Most of what was added' : 'Most of what went'}: ${main.join('; ')}.`);
    if (updates.length > 0)
        lines.push(`Other versions: ${updates.join('; ')}.`);
    return lines.join('\n');
}
function title({ kind, name, how, from, to }) {
    const told = from === to || how === 'new' ? [to] : how === 'gone' ? [from] : [from, to];
    const versions = told.filter(version => version !== undefined).join(' → ');
    const version = versions === '' ? '' : ` ${text_escape(versions)}`;
    return kind === 'folder' ? code(name) : `${kind === 'gem' ? 'gem' : 'npm package'} ${code(name)}${version}`;
}
function componentTable({ components, rest, shares, moved }) {
    const shown = components.slice(0, SHOWN_COMPONENTS);
    const others = components.slice(SHOWN_COMPONENTS);
    const left = others.reduce((sum, { change }) => sum + change, rest.change);
    const count = others.length + rest.count;
    const rows = shown.map(component => [title(component), component.how, signed(component.change)]);
    if (count > 0 || left !== 0)
        rows.push([count > 0 ? `${number(count)} more, and the archive` : 'the archive itself', '', signed(left)]);
    if (shares !== 0)
        rows.push(['unchanged files in blocks shared with changed ones', '', signed(shares)]);
    const note = moved > 0
        ? `\n\n${number(moved)} files lie somewhere else than before, with the same name and size; they do not count.`
        : '';
    return rows.length === 0 ? '' : table(['Part of the slug', 'What', 'Change'], rows, '--r') + note;
}
function changes_fileTable({ files }) {
    const rows = files
        .slice(0, SHOWN_FILES)
        .map(({ path, how, change, size: now }) => [code(path), how, signed(change), how === 'gone' ? '' : text_size(now)]);
    const more = files.length > SHOWN_FILES ? `\n\n${number(files.length - SHOWN_FILES)} more files have changed.` : '';
    return rows.length === 0 ? '' : table(['File', 'What', 'Change', 'Size now'], rows, '--rr') + more;
}
/** The cell of a size's change. */
function changeCell(head, base) {
    if (base === undefined)
        return 'new';
    const share = signedPercent(head - base, base);
    return share === '' ? signed(head - base) : `${signed(head - base)} (${share})`;
}

;// CONCATENATED MODULE: ./lib/report/markdown/sections.js





/**
 * What an instance without ffmpeg cannot do (mastodon/mastodon: lib/paperclip/transcoder.rb, image_extractor.rb,
 * vips_lazy_thumbnail.rb, app/lib/video_metadata_extractor.rb; mastodon/mastodon#31641).
 */
const WITHOUT_FFMPEG = [
    'uploads of video, audio and animated GIFs fail with an error, although the app goes on offering them',
    'remote video, audio and animated GIFs are not cached; they show as links',
    'animated avatars, headers and custom emoji cannot be made smaller',
    'still pictures, posts, timelines, federation and streaming work as ever'
];
/** Where ffmpeg comes from, whether it works, how the slug without it was made. */
function ffmpegLines({ ffmpeg, variants }) {
    const lines = [];
    if (ffmpeg.providers.length === 0) {
        lines.push('Nothing in this build brings ffmpeg. Set `ffmpeg: with` to have it added.');
    }
    else
        lines.push(`It comes from ${ffmpeg.providers.map(code).join(', ')}.`);
    const { check } = ffmpeg;
    if (check) {
        if (check.works)
            lines.push(`It starts and made an mp4 of an animated GIF: ${code(check.version ?? 'ffmpeg')}.`);
        else
            lines.push(`**It does not work**: ${text_escape(check.problem ?? 'for an unknown reason')}.`);
        if (check.encoders.length > 0)
            lines.push(`Of the encoders that Mastodon asks for it has ${check.encoders.map(code).join(', ')}.`);
        if (check.mended.length > 0) {
            lines.push(`It did not start as it came: ${check.mended.map(code).join(', ')} had to be put on the library path, which a script in \`.profile.d\` now does.`);
        }
    }
    const without = variants.find(({ name }) => name === 'without');
    const how = without && DERIVATIONS[without.derivation];
    if (how && ffmpeg.providers.length > 0)
        lines.push(`The slug without it was ${how}.`);
    return lines.map(line => `- ${line}`).join('\n');
}
const DERIVATIONS = {
    built: undefined,
    subtracted: 'derived from the same build: the files of that step are left out',
    'apt-again': 'derived from the same build: only the apt step ran again, without ffmpeg in the Aptfile',
    'built-again': 'built a second time, since other steps wrote over the files of that one'
};
/** The cheapest first: what costs nothing at run time, then what costs a dyno, then what costs a feature. */
function waysBack(report) {
    const { verdict, trim, variants } = report;
    if (verdict.withinLimit)
        return '';
    const lines = [];
    const fits = (after) => after <= verdict.limit ? 'it fits then' : `still ${(0,lib_runtime/* megabytes */.ix)(after - verdict.limit)} over`;
    const saved = trim.before - trim.after;
    if (!trim.applied && saved > 0)
        lines.push(`\`slug.trim: safe\` saves ${(0,lib_runtime/* megabytes */.ix)(saved)}; ${fits(trim.after)}.`);
    const without = variants.find(({ name }) => name === 'without');
    if (verdict.chosen === 'with' && without) {
        lines.push(`\`ffmpeg: auto\` or \`without\` saves ${(0,lib_runtime/* megabytes */.ix)(verdict.compressed - without.compressed)}; ${fits(without.compressed)}. An instance without ffmpeg cannot take video, audio or animated GIFs.`);
    }
    const nodeModules = foldersOf(report, verdict.chosen).find(({ path }) => path === 'node_modules');
    if (nodeModules) {
        lines.push(`An app of its own for streaming (\`streaming-app\`) lets \`slug.trim: safe\` drop \`node_modules\` from this one: about ${(0,lib_runtime/* megabytes */.ix)(nodeModules.compressed)} (its share; an estimate).`);
    }
    lines.push(`A higher \`slug.limit\`: Heroku warns from 300 MB on, that booting may be slow, and stops at 1 GB.`);
    return lines.map((line, i) => `${i + 1}. ${line}`).join('\n');
}
/** The chosen slug by layer, each with its change where that is known. */
function layerTable({ report: { variants, verdict, layers }, comparison }) {
    const chosen = variants.find(({ name }) => name === verdict.chosen);
    const changes = comparison?.layers;
    const compared = changes !== undefined && changes.size > 0;
    const rows = chosen.layers.map(({ name, compressed, raw, files }) => {
        const layer = layers.find(other => other.name === name);
        const version = layer?.buildpack?.version?.slice(0, 12) ?? layer?.buildpack?.sha256.slice(0, 12);
        const seconds = layer?.buildpack ? `${(layer.milliseconds / 1_000).toFixed(1)} s` : '';
        return [
            code(name),
            text_size(compressed),
            ...(compared ? [signed(changes.get(name) ?? 0)] : []),
            text_size(raw),
            number(files),
            seconds,
            version ? code(version) : ''
        ];
    });
    const gone = [...(changes ?? [])].filter(([name, change]) => change < 0 && !chosen.layers.some(l => l.name === name));
    for (const [name, change] of gone)
        rows.push([code(name), 'gone', signed(change), '', '', '', '']);
    const head = ['Layer', 'Compressed', ...(compared ? ['Change'] : []), 'Unpacked', 'Files', 'Time', 'Version'];
    return table(head, rows, compared ? '-rrrrr-' : '-rrrr-');
}
const SHOWN_DIRECTORIES = 15;
const sections_SHOWN_FILES = 10;
function directoryTable(report) {
    const chosen = report.variants.find(({ name }) => name === report.verdict.chosen);
    const rows = foldersOf(report, chosen.name)
        .filter(({ path }) => path.split('/').length <= 2)
        .slice(0, SHOWN_DIRECTORIES)
        .map(({ path, compressed, raw, files }) => [
        code(path),
        text_size(compressed),
        percent(compressed, chosen.compressed),
        text_size(raw),
        number(files)
    ]);
    return rows.length === 0 ? '' : table(['Directory', 'Compressed', 'Of the slug', 'Unpacked', 'Files'], rows, '-rrrr');
}
function sections_fileTable(report) {
    const { chosen } = report.verdict;
    const rows = largestFiles(report, chosen, sections_SHOWN_FILES).map(file => [
        code(file.path),
        `${file.shared ? '≈ ' : ''}${text_size(file[chosen] ?? 0)}`,
        text_size(file.raw)
    ]);
    return rows.length === 0 ? '' : table(['File', 'Compressed', 'Unpacked'], rows, '-rr');
}
/** What trimming took off, or could. The reasons are texts of the report: left out where they may be anyone's. */
function trimTable({ trim }, withReasons) {
    const rules = trim.rules.filter(({ files }) => files > 0);
    if (rules.length === 0)
        return '';
    const saved = text_size(trim.before - trim.after);
    const lead = trim.applied
        ? `Trimming took ${saved} off this slug (${text_size(trim.before)} before; measured).`
        : `\`slug.trim: safe\` would take ${saved} off this slug (measured).`;
    const rows = rules.map(({ name, files, raw, saves, why }) => [
        code(name),
        number(files),
        text_size(raw),
        text_size(saves),
        ...(withReasons ? [text_escape(why)] : [])
    ]);
    const head = ['What', 'Files', 'Unpacked', 'Saves', ...(withReasons ? ['Why it may go'] : [])];
    return `${lead}\n\n${table(head, rows, withReasons ? '-rrr-' : '-rrr')}`;
}
const SHOWN_POINTS = 10;
/** The last sizes of the base branch, and this one behind them. */
function trendTable({ history, report, repositoryUrl }) {
    const { verdict } = report;
    const points = history.filter(({ commit }) => commit !== report.source.commit).slice(-SHOWN_POINTS);
    if (points.length === 0)
        return '';
    const sizes = [...points.map(point => point[verdict.chosen]), verdict.compressed];
    const rows = points.map((point, i) => {
        const [now, before] = [sizes[i], sizes[i - 1]];
        return [
            commitLink(point.commit, repositoryUrl),
            point.at.slice(0, 10),
            text_escape(point.mastodonVersion ?? ''),
            now === undefined ? '' : text_size(now),
            now === undefined || before === undefined ? '' : signed(now - before)
        ];
    });
    const last = sizes.at(-2);
    rows.push([
        'this one',
        report.createdAt.slice(0, 10),
        text_escape(report.source.mastodonVersion ?? ''),
        text_size(verdict.compressed),
        last === undefined ? '' : signed(verdict.compressed - last)
    ]);
    return table(['Commit', 'Date', 'Mastodon', `Size ${verdict.chosen} ffmpeg`, 'Change'], rows, '---rr');
}
function commitLink(commit, repositoryUrl) {
    const short = `\`${commit.slice(0, 8)}\``;
    return repositoryUrl === undefined ? short : `[${short}](${repositoryUrl}/commit/${commit})`;
}
function processTypes(report) {
    const types = Object.entries(report.processTypes);
    return types.map(([type, command]) => `- ${code(type)}: ${code(command)}`).join('\n');
}
const SHOWN_WARNINGS = 10;
const LONGEST_WARNING = 400;
/** The first ones, each to a length: the log has all of them. */
function warnings({ warnings }) {
    const lines = warnings.slice(0, SHOWN_WARNINGS).map(warning => {
        const text = [...warning].slice(0, LONGEST_WARNING).join('');
        return `- ${text_escape(text)}${text === warning ? '' : '…'}`;
    });
    if (warnings.length > SHOWN_WARNINGS)
        lines.push(`- ${warnings.length - SHOWN_WARNINGS} more stand in the log.`);
    return lines.join('\n');
}
/** Folded under its title; nothing where there is nothing. */
function folded(title, content, open = false) {
    return content === '' ? '' : details(title, content, open);
}

;// CONCATENATED MODULE: ./lib/report/markdown/upgrade.js



const LEVELS = { block: 'stops it', warn: 'warning', note: 'note' };
/**
 * The upgrade plan for people: `This upgrade: 27 migrations, 8 after deployment, one moves every account's keys`, what
 * stands against it, what is left to do by hand, and each migration with the lines that matter.
 * @param ours whether its sentences may be shown; of others only figures and names are
 */
function upgradeMarkdown(upgrade, ours) {
    return [
        `### This upgrade: ${head(upgrade, ours)}`,
        summary(upgrade, ours),
        ...(ours ? inWords(upgrade) : [upgrade_names(upgrade)])
    ]
        .filter(Boolean)
        .join('\n\n');
}
function head(upgrade, ours) {
    const migrations = ours ? upgrade.migrations : upgrade.migrations.map(({ phase }) => ({ phase }));
    return text_escape(upgradeHeadline({ basis: upgrade.basis, migrations }));
}
function summary({ base, from, to, basis, streaming, rollback }, ours) {
    const known = {
        database: 'The database was asked which migrations it has.',
        tree: 'Pending migrations are those that the commit before does not have; the database was not asked.',
        empty: '',
        unknown: 'There is nothing to compare with: check out with `fetch-depth: 0`.'
    }[basis];
    const versions = from === undefined || to === undefined
        ? ''
        : `From ${text_escape(from)} to ${text_escape(to)}${base ? `, compared with ${ours ? where(base) : `\`${base.commit.slice(0, 8)}\``}` : ''}.`;
    return [
        versions,
        known,
        streaming === 'yes' ? 'The streaming server changes: it must be deployed anew, of the same commit.' : '',
        { unsafe: 'Afterwards a rollback will be refused.', safe: 'Afterwards a rollback is possible.', unknown: '' }[rollback]
    ]
        .filter(Boolean)
        .join(' ');
}
function where({ kind, name, commit }) {
    const at = `\`${commit.slice(0, 8)}\``;
    if (kind === 'tag')
        return `the tag ${code(name)} (${at})`;
    if (kind === 'release')
        return `what ${code(name)} runs (${at})`;
    return `where it left ${code(name)} (${at})`;
}
function inWords(upgrade) {
    const { findings, steps, migrations } = upgrade;
    const rows = findings.map(({ level, name, reason, remedy }) => [
        level === 'block' ? `**${LEVELS[level]}**` : LEVELS[level],
        code(name),
        prose(reason),
        prose(remedy)
    ]);
    return [
        rows.length > 0 ? table(['', 'Finding', 'What is so', 'What to do'], rows, '----') : 'Nothing stands against it.',
        steps
            .map(({ when, version, text, command }) => `- By hand, ${when} it (${text_escape(version)}): ${prose(text)}${command === undefined ? '' : `: ${code(command)}`}`)
            .join('\n'),
        migrations.length > 0 ? details(`Migrations (${number(migrations.length)})`, migrationTable(migrations)) : ''
    ];
}
/** Names of findings are of our list, or are none: they are told, and what they say is not. */
function upgrade_names({ findings }) {
    return findings.length === 0
        ? ''
        : `Findings: ${findings.map(({ name, level }) => `${code(name)} (${LEVELS[level]})`).join(', ')}. docs/upgrading.md says what each means.`;
}
const SHOWN = 200;
function migrationTable(migrations) {
    const rows = migrations
        .slice(0, SHOWN)
        .map(({ version, name, phase, does, long, destructive }) => [
        `\`${version}\``,
        code(name),
        phase === 'pre' ? 'before' : 'after',
        [...new Set([does === undefined ? '' : text_escape(does), lineOf(destructive), lineOf(long)])]
            .filter(Boolean)
            .join('<br>')
    ]);
    const more = migrations.length - SHOWN;
    return (table(['Version', 'Migration', 'Phase', 'What it does'], rows, '----') +
        (more > 0 ? `\n\nAnd ${number(more)} more.` : ''));
}
function lineOf(marker) {
    return marker === undefined ? '' : `${text_escape(marker.why)}, line ${marker.line}: ${code(marker.text)}`;
}
/** Our own sentences, in which commands and settings stand between backticks; what others wrote is in them, too. */
function prose(text) {
    return text
        .split(/(`[^`]+`)/)
        .map(part => (/^`[^`]+`$/.test(part) ? `<code>${text_escape(part.slice(1, -1))}</code>` : text_escape(part)))
        .join('');
}

;// CONCATENATED MODULE: ./lib/report/markdown/index.js










/**
 * The report for people: the verdict with its figures first, then a table, then all else, folded. Everything that others
 * named is escaped.
 * @param longest characters; what does not fit is left out, the least important first, and named
 */
function renderMarkdown(told, longest = Infinity) {
    const blocks = blocksOf(told).filter(({ text }) => text !== '');
    const leftOut = [];
    for (;;) {
        const text = assemble(blocks, leftOut, told.runUrl);
        if (text.length <= longest)
            return text;
        const last = blocks.findLastIndex(({ name }) => name !== undefined);
        if (last < 0)
            throw new Error(`a report of ${text.length} characters cannot be made shorter`);
        leftOut.unshift(blocks.splice(last, 1)[0].name);
    }
}
function assemble(blocks, leftOut, runUrl) {
    const texts = blocks.map(({ text }) => text);
    if (leftOut.length > 0) {
        const where = runUrl === undefined ? 'the summary of the job' : `the [summary of the job](${runUrl})`;
        texts.splice(-1, 0, `Left out, since a comment is too short for it: ${leftOut.join(', ')}. It stands in ${where}.`);
    }
    return `${texts.join('\n\n')}\n`;
}
/** In the order in which they are read, which is that of their weight. */
function blocksOf(told) {
    const { report, measuredBy } = told;
    const ours = measuredBy === undefined;
    const tooMuch = grownBy(told).length > 0;
    const open = !fitsLimit(report) || tooMuch;
    return [
        { text: `## ${headline(told)}` },
        { text: origin(told) },
        { text: sizeTable(told) },
        { text: comparedWith(told) },
        { text: live(told) },
        { text: withoutFfmpeg(told) },
        { text: withoutRedisVerified(told) },
        { text: section('Ways back under the limit', waysBack(report)) },
        { text: ours ? section('Worth a look', warnings(report)) : '' },
        { text: report.upgrade ? upgradeMarkdown(report.upgrade, ours) : '', name: 'the upgrade plan' },
        { text: whatChanged(told, open), name: 'what changed' },
        { text: folded('Trend', trendTable(told)), name: 'the trend' },
        { text: folded('Layers', layerTable(told)), name: 'the layers' },
        { text: folded('What could go', trimTable(report, ours)), name: 'what could go' },
        { text: folded('Largest directories', directoryTable(report)), name: 'the largest directories' },
        { text: folded('Largest files', sections_fileTable(report)), name: 'the largest files' },
        { text: ours ? folded('ffmpeg', ffmpegLines(report)) : '', name: 'ffmpeg' },
        { text: ours ? folded('Process types', processTypes(report)) : '', name: 'the process types' },
        { text: footer(told) }
    ];
}
/** One line: the status in words, the size, the limit, the change, what is left. */
function headline(told) {
    const { verdict, streaming } = told.report;
    const { compressed, limit, withinLimit, problem } = verdict;
    const size = `${(0,lib_runtime/* megabytes */.ix)(compressed)} of ${(0,lib_runtime/* megabytes */.ix)(limit)} (${percent(compressed, limit)})`;
    const share = [size, changeAgainst(told)].filter(Boolean).join(', ');
    if (!withinLimit)
        return `Over the limit: ${share}, ${(0,lib_runtime/* megabytes */.ix)(compressed - limit)} too much`;
    const left = `${(0,lib_runtime/* megabytes */.ix)(limit - compressed)} left`;
    if (problem !== undefined)
        return `Not fit to ship: ${told.measuredBy === undefined ? text_escape(problem) : 'its ffmpeg does not work'}. Size: ${share}, ${left}`;
    if (streaming && streaming.compressed > limit) {
        const over = `${(0,lib_runtime/* megabytes */.ix)(streaming.compressed)} (${percent(streaming.compressed, limit)}), ${(0,lib_runtime/* megabytes */.ix)(streaming.compressed - limit)} too much`;
        return `Over the limit: the streaming app's slug, ${over}; the main one: ${share}, ${left}`;
    }
    if (grownBy(told).length > 0)
        return `Grown by more than ${amountText(told.maxGrowth)}: ${share}, ${left}`;
    return `Within the limit: ${share}, ${left}`;
}
function changeAgainst({ comparison, baseline }) {
    if (!baseline || comparison?.change === undefined)
        return '';
    const { report, branch } = baseline;
    const against = `${branch === undefined ? '' : `${text_escape(branch)} at `}${report.source.commit.slice(0, 8)}`;
    return `${signed(comparison.change)} against ${against}`;
}
function grownBy({ comparison, maxGrowth }) {
    return comparison && maxGrowth ? grownTooMuch(comparison, maxGrowth) : [];
}
/** Whose slug it is, and who measured it. */
function origin({ report, app, measuredBy }) {
    const of = app === undefined ? '' : ` of ${code(app)}`;
    const { chosen } = report.verdict;
    const { raw, files } = report.variants.find(({ name }) => name === chosen);
    const slug = `This is the slug **${chosen} ffmpeg**${of}: ${number(files)} files, ${(0,lib_runtime/* megabytes */.ix)(raw)} unpacked.`;
    return measuredBy === undefined
        ? slug
        : `${slug}\n\n> [!NOTE]\n> Pull request ${measuredBy}'s own build measured this: the figures and names are what that build says.`;
}
function withoutRedisVerified({ report: { redisTls } }) {
    return redisTls === undefined
        ? ''
        : '> [!WARNING]\n> Redis certificate not verified: this slug takes any certificate from its own Redis (`redis-tls: no-verify`). What it sends there is encrypted, but who answers is not proven.';
}
function withoutFfmpeg({ report: { verdict, ffmpeg, variants } }) {
    const withFfmpeg = variants.find(({ name }) => name === 'with');
    if (!ffmpeg.givenUp || !withFfmpeg)
        return '';
    const why = withFfmpeg.compressed > verdict.limit
        ? `with it the slug would be ${(0,lib_runtime/* megabytes */.ix)(withFfmpeg.compressed)}, ${(0,lib_runtime/* megabytes */.ix)(withFfmpeg.compressed - verdict.limit)} over the limit`
        : 'the one in this build does not start';
    return (`> [!WARNING]\n> \`ffmpeg: auto\` left ffmpeg out, since ${why}. An instance without ffmpeg:\n` +
        WITHOUT_FFMPEG.map(line => `> - ${line}`).join('\n'));
}
/** A row a slug, with what counts first; the one that breaks a rule is bold. */
function sizeTable(told) {
    const { report, comparison } = told;
    const { variants, verdict, heroku, streaming } = report;
    const tooMuch = grownBy(told);
    const row = (name, size) => {
        const before = comparison?.sizes.find(size => size.name === name)?.base;
        const fits = size.compressed <= verdict.limit;
        const status = [
            fits ? 'fits' : 'too large',
            tooMuch.includes(name) ? 'grown too much' : '',
            name === verdict.chosen ? 'chosen' : ''
        ];
        const cells = [
            name === 'streaming' ? 'streaming app' : `${name} ffmpeg`,
            status.filter(Boolean).join(', '),
            (0,lib_runtime/* megabytes */.ix)(size.compressed),
            ...(comparison ? [changeCell(size.compressed, before)] : []),
            (0,lib_runtime/* megabytes */.ix)(verdict.limit),
            percent(size.compressed, verdict.limit)
        ];
        return fits && !tooMuch.includes(name) ? cells : cells.map(cell => `**${cell}**`);
    };
    const rows = variants.map(variant => row(variant.name, variant));
    if (streaming)
        rows.push(row('streaming', streaming));
    const columns = ['Slug', 'Status', 'Compressed', ...(comparison ? ['Change'] : []), 'Limit', 'Of the limit'];
    return (table(columns, rows, `--${'r'.repeat(columns.length - 2)}`) +
        `\n\nHeroku itself warns from ${heroku.warnsAt / 1e6} MB on and stops at ${heroku.stopsAt / 1e9} GB.`);
}
/** The footer is never left out, so it must not grow without end. */
const markdown_MOST_BUILDPACKS = 10;
const STALE_AFTER_DAYS = 30;
const DAY = 86_400_000;
/** What it is compared with, how old that is, and what is to be said of it. */
function comparedWith({ report, baseline, comparison, noBaseline, repositoryUrl }) {
    if (!baseline)
        return noBaseline === undefined ? '' : `There is nothing to compare with: ${text_escape(noBaseline)}`;
    const { branch, wanted, behind, runUrl } = baseline;
    const base = baseline.report;
    const days = Math.round((Date.parse(report.createdAt) - Date.parse(base.createdAt)) / DAY);
    const age = days <= 0 ? 'the same day' : days === 1 ? 'a day before' : `${days} days before`;
    const built = runUrl === undefined ? 'built' : `[built](${runUrl})`;
    const commit = commitLink(base.source.commit, repositoryUrl);
    const lines = [
        `Compared with ${commit}${branch === undefined ? '' : ` of ${code(branch)}`}, ${built} on ${base.createdAt.slice(0, 10)}, ${age}.`
    ];
    if (behind > 0 && wanted !== undefined) {
        lines.push(`The base is ${commitLink(wanted, repositoryUrl)}, of which there is no report: this is the nearest ancestor with one, ${behind} ${behind === 1 ? 'commit' : 'commits'} back.`);
    }
    if (days > STALE_AFTER_DAYS)
        lines.push('**That is long ago**: buildpacks and packages may have changed of themselves since.');
    if (comparison?.change === undefined)
        lines.push(`It has no slug ${report.verdict.chosen} ffmpeg, so the change is not known.`);
    const chosen = base.verdict.chosen;
    if (chosen !== report.verdict.chosen)
        lines.push(`There the slug **${chosen} ffmpeg** was chosen; here it is the one ${report.verdict.chosen} ffmpeg.`);
    if (base.stack !== report.stack)
        lines.push(`Its stack was ${code(base.stack)}; this one's is ${code(report.stack)}.`);
    return lines.join(' ');
}
function live({ live, report }) {
    if (!live)
        return '';
    const change = report.verdict.compressed - live.bytes;
    const against = change === 0 ? 'This one is as large' : `This one would be ${signed(change)}`;
    const commit = live.commit === undefined ? '' : `, commit \`${live.commit.slice(0, 8)}\``;
    return `${code(live.app)} runs release v${live.version}${commit}, with a slug of ${(0,lib_runtime/* megabytes */.ix)(live.bytes)}. ${against}.`;
}
function footer({ report, measuredBy, runUrl, repositoryUrl }) {
    const { source, stack, place, tool, createdAt } = report;
    const version = source.mastodonVersion ? `Mastodon ${text_escape(source.mastodonVersion)}, ` : '';
    const where = place.kind === 'container' ? `in a container of ${code(place.buildImage ?? '')}` : 'on the runner itself';
    const ref = measuredBy === undefined ? ` (${code(source.ref)})` : '';
    const lines = [
        `${version}commit ${commitLink(source.commit, repositoryUrl)}${ref}, stack ${code(stack)}, built ${where} by ${tool.name} ${text_escape(tool.version)}, ${createdAt}.`,
        `Buildpacks: ${buildpacks(report)}.`,
        'MB = 10<sup>6</sup> bytes.',
        runUrl === undefined ? '' : `[The run](${runUrl}) keeps the whole report, with a page to look into it.`
    ];
    return `<sub>${lines.filter(Boolean).join(' ')}</sub>`;
}
/** Each with its commit, or the digest of what was fetched. */
function buildpacks({ layers }) {
    const names = layers.flatMap(({ name, buildpack }) => buildpack ? [`${code(name)} ${text_escape((buildpack.version ?? buildpack.sha256).slice(0, 8))}`] : []);
    return names.slice(0, markdown_MOST_BUILDPACKS).join(', ') || 'none';
}
function section(name, content) {
    return content === '' ? '' : `### ${name}\n\n${content}`;
}

;// CONCATENATED MODULE: ./lib/report/index.js













;// CONCATENATED MODULE: ./lib/slug/ffmpeg-check.js




/** The script that mends the library path; it belongs to the slug with ffmpeg. */
const MEND_FILE = '.profile.d/zz-mastodon-on-heroku-ffmpeg.sh';
/** Mastodon makes mp4 (h264, aac) of video and GIF, and mp3 of audio (lib/paperclip/transcoder.rb, type_corrector.rb). */
const ENCODERS = ['libx264', 'aac', 'libmp3lame', 'libopus', 'libvpx', 'libvpx-vp9', 'libwebp'];
/**
 * Runs ffmpeg and ffprobe from the built tree with `.profile.d` sourced. Where a library is not found but lies in the
 * tree, its folder is put on the library path by a script in `.profile.d` (packages from an Aptfile are unpacked, not
 * installed, so libraries in private folders are missing: facts, heroku-buildpack-apt).
 */
async function checkFfmpeg(options) {
    const mended = [];
    for (;;) {
        const outcome = await tryOnce(options);
        const folder = outcome.missing === undefined ? undefined : findFolder(options.entries, outcome.missing);
        if (folder === undefined || mended.includes(folder)) {
            return { ...outcome.check, mended: mended.map(lib_runtime/* displayPath */.Gt) };
        }
        mended.push(folder);
        await writeMend(options.root, mendScript(mended));
    }
}
/** Writes the script into the tree and nowhere else: the build is in the hands of others, and may have left links. */
async function writeMend(root, script) {
    const file = external_node_path_.join(root, MEND_FILE);
    const folder = external_node_path_.dirname(file);
    await (0,promises_.mkdir)(folder, { recursive: true });
    if (!(await (0,promises_.lstat)(folder)).isDirectory()) {
        throw new lib_runtime/* UserError */.yo('.profile.d of the built app is not a folder', 'Take it out of the commit: buildpacks write their start-up scripts there.');
    }
    await (0,promises_.rm)(file, { force: true });
    await (0,promises_.writeFile)(file, script, { flag: 'wx' });
}
/** A script for `.profile.d` that adds folders below the app to the library path. */
function mendScript(folders) {
    const quoted = folders.map(folder => `"$HOME"/'${folder.replaceAll("'", `'\\''`)}'`);
    const text = `# Written by mastodon-on-heroku: ffmpeg needs libraries that lie in folders of their own.
for folder in ${quoted.join(' ')}; do
  LD_LIBRARY_PATH="\${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$folder"
done
export LD_LIBRARY_PATH
unset folder
`;
    return Buffer.from(text, 'latin1');
}
const MISSING_LIBRARY = /error while loading shared libraries: ([^\s:/]+): cannot open shared object file/;
async function tryOnce(options) {
    const results = {
        ffmpeg: await run(options, ['ffmpeg', '-version']),
        ffprobe: await run(options, ['ffprobe', '-version'])
    };
    for (const [program, { code, output }] of Object.entries(results)) {
        if (code === 0)
            continue;
        const missing = MISSING_LIBRARY.exec(output)?.[1];
        const problem = missing
            ? `${program} does not start: the library ${missing} is missing`
            : `${program} does not start (exit code ${code}): ${lastLine(output)}`;
        return { check: { works: false, encoders: [], problem }, missing };
    }
    const version = lastLine(results.ffmpeg.output.split('\n')[0] ?? '');
    const listed = await run(options, ['ffmpeg', '-hide_banner', '-encoders']);
    const encoders = ENCODERS.filter(name => new RegExp(`^\\s*[A-Z.]{6}\\s+${name}\\s`, 'm').test(listed.output));
    const transcode = await run(options, ['bash', '-c', TRANSCODE, 'transcode', TWO_FRAMES]);
    if (transcode.code === 0)
        return { check: { works: true, version, encoders } };
    return {
        check: {
            works: false,
            version,
            encoders,
            problem: `ffmpeg could not make an mp4 of an animated GIF: ${lastLine(transcode.output)}`
        }
    };
}
/** What Mastodon does with an animated GIF: H.264 in mp4, then asks ffprobe what came out. */
const TRANSCODE = `set -e
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
printf %s "$1" | base64 -d > "$folder/in.gif"
ffmpeg -nostdin -v error -y -i "$folder/in.gif" -pix_fmt yuv420p -c:v h264 -movflags +faststart -an "$folder/out.mp4"
ffprobe -v error -show_entries stream=codec_name -of json "$folder/out.mp4" | grep -q h264`;
/** A GIF of 16 × 16 pixels with two frames. */
const TWO_FRAMES = 'R0lGODlhEAAQAIAAAP8AAAAA/yH/C05FVFNDQVBFMi4wAwEAAAAh+QQACgAAACwAAAAAEAAQAAACDoSPqcvtD6OctNqLsz4FACH5BAAKAAAALAAAAAAQABAAAAIOjI+py+0Po5y02ouzPgUAOw==';
/** Sources `.profile.d` and `.profile` as a dyno does at boot, then becomes the program (Dev Center: dynos, "startup"). */
const AS_DYNO = 'for file in .profile.d/*.sh; do if [ -f "$file" ]; then . "$file"; fi; done; if [ -f .profile ]; then . ./.profile; fi; exec "$@"';
const TIMEOUT = 60_000;
const MOST_OUTPUT = 1_000_000;
async function run({ place, stack, signal }, program) {
    const chunks = [];
    let size = 0;
    const { app } = place.paths;
    const { code, timedOut } = await place.run({
        argv: ['bash', '-c', AS_DYNO, 'dyno', ...program],
        cwd: app,
        env: { HOME: app, STACK: stack, LANG: 'C.UTF-8' },
        output: chunk => {
            size += chunk.length;
            if (size < MOST_OUTPUT)
                chunks.push(chunk);
        },
        signal,
        timeout: TIMEOUT
    });
    const output = Buffer.concat(chunks).toString('utf8');
    return { code, output: timedOut ? `${output}\nit was ended after ${TIMEOUT / 1000} s` : output };
}
/** The folder of a library in the tree; the first one in byte order where there are several. */
function findFolder(entries, library) {
    const name = `/${(0,lib_runtime/* bytePath */.OO)(library)}`;
    const found = entries.find(({ path, kind }) => kind !== 'directory' && path.endsWith(name));
    return found && found.path.slice(0, -name.length);
}
function lastLine(output) {
    const line = output.trim().split('\n').at(-1) ?? '';
    return line.replace(/[^\P{Cc}]/gu, '').slice(0, 300);
}

;// CONCATENATED MODULE: ./lib/slug/files.js

/** What a walk found, as files of a slug; sockets, pipes and devices cannot be in one and come back in `leftOut`. */
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
/** A slug's files in the order in which they are packed: that of a walk. */
function inPackOrder(files) {
    return files.toSorted((a, b) => (0,lib_runtime/* comparePaths */.cD)(a.path, b.path));
}

;// CONCATENATED MODULE: ./lib/slug/ffmpeg.js



/** Added where a slug with ffmpeg is asked for and nothing brings one: what Mastodon's app.json has since 4.3 (mastodon/mastodon#31135). */
const FFMPEG_BUILDPACK = 'https://github.com/heroku/heroku-buildpack-activestorage-preview';
/** Finds what brings ffmpeg, from the buildpacks as they are written in config or app.json, and the Aptfile. */
function findProvider(references, aptfile) {
    const placesOf = (pattern) => references.flatMap((reference, i) => (pattern.test(ffmpeg_lastName(reference)) ? [i] : []));
    const buildpacks = placesOf(/ffmpeg|activestorage-preview/i);
    const apt = aptfile !== undefined && aptfileWithoutFfmpeg(aptfile) !== aptfile ? placesOf(/\bapt\b/i)[0] : undefined;
    return buildpacks.length > 0 || apt !== undefined ? { buildpacks, apt } : undefined;
}
/** The part of a reference that names the buildpack: `owner/NAME/archive/refs/tags/v1.tar.gz`, `owner/NAME.git#ref`. */
function ffmpeg_lastName(reference) {
    const parts = reference
        .replace(/[#?].*$/, '')
        .split('/')
        .filter(Boolean);
    const archive = parts.indexOf('archive');
    return parts[archive > 0 ? archive - 1 : parts.length - 1] ?? '';
}
/**
 * Packages that stood in Mastodon's Aptfile for ffmpeg's sake alone: libraries that it needs at run time
 * (mastodon/mastodon#3276, #24866) or its extra codecs.
 */
const FFMPEG_PACKAGES = new Set([
    'ffmpeg',
    'libavcodec-extra',
    'libxdamage1',
    'libxfixes3',
    'libopenblas0-pthread',
    'libblas3',
    'liblapack3'
]);
/** The Aptfile with the lines taken out that are there for ffmpeg; the same text where it does not ask for ffmpeg. */
function aptfileWithoutFfmpeg(aptfile) {
    const lines = aptfile.split('\n');
    const asksForFfmpeg = lines.some(line => packageOf(line) === 'ffmpeg' || isFfmpegArchive(line));
    if (!asksForFfmpeg)
        return aptfile;
    return lines.filter(line => !FFMPEG_PACKAGES.has(packageOf(line)) && !isFfmpegArchive(line)).join('\n');
}
/** `ffmpeg=7:6.1-1 # why` → `ffmpeg`. */
function packageOf(line) {
    return line.trim().replace(/[=:/\s#].*$/, '');
}
function isFfmpegArchive(line) {
    return /^https?:\/\/\S*ffmpeg\S*\.deb\b/i.test(line.trim());
}
/**
 * Whether the tree without ffmpeg can be had by taking the provider's files out of the built one: only where no other
 * step wrote over its files and it wrote over nobody's. Returns why not.
 */
function whyNotSubtract(app, provider) {
    const isProvider = providerLayers(provider);
    const mix = app.mixed.find(({ from, by }) => isProvider.has(from) !== isProvider.has(by));
    if (!mix)
        return undefined;
    const [by, from] = [app.layers[mix.by]?.name, app.layers[mix.from]?.name];
    return `${by} wrote over a file of ${from}`;
}
/** Layer 0 is the source, so a buildpack's layer is its place in the list plus one. */
function providerLayers({ buildpacks, apt }) {
    return new Set([...buildpacks, ...(apt === undefined ? [] : [apt])].map(place => place + 1));
}
/** The slug's files without those that the provider brought. `aptAgain` is needed where the provider is the Aptfile. */
function withoutProvider(files, provider, aptAgain) {
    const isProvider = providerLayers(provider);
    const stays = (file) => !isProvider.has(file.layer) && !(aptAgain && file.path === 'Aptfile');
    const kept = new Set(files.filter(stays));
    const needed = ffmpeg_foldersOf(kept);
    // A folder that the provider made stays where others put something into it (`.profile.d`).
    const rest = files.flatMap(file => {
        if (kept.has(file))
            return [file];
        const layer = file.kind === 'directory' ? needed.get(file.path) : undefined;
        return layer === undefined ? [] : [{ ...file, layer }];
    });
    if (!aptAgain)
        return rest;
    const taken = new Set(rest.map(({ path }) => path));
    const layer = provider.apt + 1;
    const again = slugFiles(aptAgain.entries.filter(({ path }) => aptAgain.wrote(path) && !taken.has(path)), aptAgain.root, path => (path === 'Aptfile' ? 0 : layer));
    return inPackOrder([...rest, ...again.files]);
}
/** All folders above these files, each with the layer of the first file that needs it. */
function ffmpeg_foldersOf(files) {
    const folders = new Map();
    for (const { path, layer } of files) {
        for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
            const folder = path.slice(0, at);
            if (folders.has(folder))
                break;
            folders.set(folder, layer);
        }
    }
    return folders;
}

;// CONCATENATED MODULE: ./lib/slug/gate.js

/**
 * Heroku warns from 300 MB on and stopped at 500 MB until March 2026, when it announced 1 GB
 * (heroku/roadmap#196; heroku.com/blog/bigger-slugs-and-greater-build-timeout-flexibility). Whether it counts
 * uploaded slugs is undocumented, so this gate is the only one that can be relied on. Decimal is the stricter reading.
 */
const HEROKU_WARNS_AT = 300_000_000;
const HEROKU_STOPS_AT = 1_000_000_000;
/** Picks the variant and compares it with the limit (bytes; a slug of exactly the limit is within it). */
function gate(choice, sizes, limit) {
    const withFits = sizes.with !== undefined && sizes.with <= limit;
    const takesFfmpeg = sizes.with !== undefined && (choice === 'with' || (choice === 'auto' && withFits));
    const bytes = takesFfmpeg ? sizes.with : sizes.without;
    return {
        chosen: takesFfmpeg ? 'with' : 'without',
        bytes,
        limit,
        withinLimit: bytes <= limit,
        headroom: limit - bytes
    };
}
/** What Heroku would say of a slug of this size, and of such a limit. */
function sizeWarnings({ bytes, limit }) {
    const warnings = [];
    const [warnsAt, stopsAt] = [(0,lib_runtime/* megabytes */.ix)(HEROKU_WARNS_AT), (0,lib_runtime/* megabytes */.ix)(HEROKU_STOPS_AT)];
    if (bytes > HEROKU_STOPS_AT)
        warnings.push(`The slug is larger than ${stopsAt}, where Heroku stops`);
    else if (bytes > HEROKU_WARNS_AT)
        warnings.push(`Heroku warns of slugs over ${warnsAt}: dynos may take longer to boot`);
    if (limit > HEROKU_STOPS_AT)
        warnings.push(`The limit is above ${stopsAt}, where Heroku stops`);
    return warnings;
}

;// CONCATENATED MODULE: ./lib/slug/gzip.js
/**
 * One gzip member out of pieces that were compressed apart from each other (RFC 1951, 1952): each piece is raw deflate
 * that ends on a byte boundary and is not the last one, so they follow each other; the checksums are combined.
 */
/** No name, no time, "Unix": the same for every slug. */
const GZIP_HEADER = Buffer.from('1f8b0800000000000003', 'hex');
/** An empty last deflate block, the checksum and the length (mod 2^32) of everything uncompressed. */
function gzipTrailer(crc, rawBytes) {
    const trailer = Buffer.alloc(10);
    trailer[0] = 0x03;
    trailer.writeUInt32LE(crc >>> 0, 2);
    trailer.writeUInt32LE(rawBytes % 2 ** 32, 6);
    return trailer;
}
/**
 * The CRC-32 of `a` followed by `b`, from the CRC-32 of each and the length of `b` in bytes.
 * (Appending n zero bytes to `a` multiplies its CRC by x^(8n) in GF(2)[x] modulo the CRC's polynomial.)
 */
function combineCrc(a, b, bLength) {
    return (multiply(zeros(bLength), a) ^ b) >>> 0;
}
const POLYNOMIAL = 0xedb88320; // reflected: bit 31 is x^0
/** a × b modulo the polynomial. */
function multiply(a, b) {
    let product = 0;
    for (let bit = 0x80000000; bit !== 0; bit >>>= 1) {
        if (a & bit)
            product ^= b;
        b = b & 1 ? (b >>> 1) ^ POLYNOMIAL : b >>> 1;
    }
    return product >>> 0;
}
/** x^(8n): square and multiply. */
function zeros(bytes) {
    let power = 0x80000000; // x^0
    let square = 0x00800000; // x^8
    for (let n = bytes; n > 0; n = Math.floor(n / 2)) {
        if (n % 2 === 1)
            power = multiply(square, power);
        square = multiply(square, square);
    }
    return power;
}

;// CONCATENATED MODULE: ./lib/slug/tar.js


const tar_BLOCK = 512;
/** What every name in a slug starts with: Heroku unpacks `./app` and ignores the rest (Dev Center: platform-api-deploying-slugs). */
const SLUG_ROOT = './app/';
/** Two empty blocks end a tar archive. */
const TAR_END = 2 * tar_BLOCK;
/** Zero bytes that fill up the last 512-byte block of a file's content. */
function padding(size) {
    return (tar_BLOCK - (size % tar_BLOCK)) % tar_BLOCK;
}
/**
 * The header of one name in GNU tar's own format (root-owned; long names in `L` and `K` records, which hold any bytes).
 * `link` makes it a hard link to a name that came before. `time` is in seconds since 1970.
 */
function tarHeader(file, time, link) {
    const { name, target } = namesOf(file, link);
    const size = file.kind === 'file' && link === undefined ? file.size : 0;
    const type = link !== undefined ? '1' : file.kind === 'file' ? '0' : file.kind === 'symlink' ? '2' : '5';
    const records = [];
    if (target.length > SHORT)
        records.push(longRecord('K', target));
    if (name.length > SHORT)
        records.push(longRecord('L', name));
    records.push(record({ name, target, size, type, mode: file.mode, time }));
    return records.length === 1 ? records[0] : Buffer.concat(records);
}
/** How many bytes `tarHeader` makes. */
function headerBytes(file, link) {
    const { name, target } = namesOf(file, link);
    const long = (text) => (text.length > SHORT ? tar_BLOCK + text.length + 1 + padding(text.length + 1) : 0);
    return tar_BLOCK + long(name) + long(target);
}
/** Bytes of a name that a header's own field holds. */
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
    const header = Buffer.alloc(tar_BLOCK);
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
/** GNU's form for numbers that octal digits cannot hold (files of 8 GiB and more). */
function base256(header, offset, length, value) {
    header.writeUInt8(0x80, offset);
    header.writeBigUInt64BE(BigInt(value), offset + length - 8);
}

;// CONCATENATED MODULE: ./lib/slug/pack-protocol.js



;// CONCATENATED MODULE: ./lib/slug/plan.js




const plan_LEAST = 512 * 1024;
const MOST = 2 * 1024 * 1024;
/** A file of this size has blocks of its own, so that its compressed size is exact. */
const PIECE = 1024 * 1024;
/** The folder `./app/` itself: it belongs to no layer. */
const ROOT = { path: '', kind: 'directory', mode: 0o755, size: 0, root: '', layer: -1 };
/** The blocks of a slug with these files, which are in pack order. `publicTime` is that of files in `public/` (`timeOf`). */
function planBlocks(files, identityOf, publicTime) {
    const plan = new Plan(identityOf);
    const carriers = new Map();
    plan.addHeader(ROOT, FIXED_TIME, undefined, 0);
    for (const file of files) {
        const link = file.inode === undefined ? undefined : carriers.get(file.inode);
        if (file.inode !== undefined && link === undefined)
            carriers.set(file.inode, file.path);
        const size = link === undefined ? file.size : 0;
        const time = timeOf(file, publicTime);
        if (size >= PIECE)
            plan.addLarge(file, time, size);
        else {
            if (plan.bytes >= plan_LEAST && (isBoundary(file.path) || plan.bytes + size > MOST))
                plan.cut();
            plan.addHeader(file, time, link, size);
        }
    }
    return plan.end();
}
class Plan {
    #identityOf;
    #blocks = [];
    #parts = [];
    /** All that the bytes of the block depend on. */
    #content = '';
    bytes = 0;
    constructor(identityOf) {
        this.#identityOf = identityOf;
    }
    /** A name with its whole content. */
    addHeader(file, time, link, size) {
        this.#add({ file, header: headerBytes(file, link), time, link, from: 0, to: size, pad: padding(size) });
    }
    /** A file in blocks of its own. */
    addLarge(file, time, size) {
        this.cut();
        for (let from = 0; from < size; from += PIECE) {
            const to = Math.min(from + PIECE, size);
            const header = from === 0 ? headerBytes(file) : 0;
            this.#add({ file, header, time, link: undefined, from, to, pad: to === size ? padding(size) : 0 });
            this.cut();
        }
    }
    cut() {
        if (this.#parts.length === 0)
            return;
        const key = (0,external_node_crypto_.createHash)('sha256').update(this.#content, 'latin1').digest('hex');
        this.#blocks.push({ key, parts: this.#parts, rawBytes: this.bytes });
        this.#parts = [];
        this.#content = '';
        this.bytes = 0;
    }
    end() {
        this.#add({ file: ROOT, header: 0, time: 0, link: undefined, from: 0, to: 0, pad: TAR_END });
        this.cut();
        return this.#blocks;
    }
    #add(part) {
        const { file, header, time, link, from, to, pad } = part;
        this.#parts.push(part);
        this.bytes += partBytes(part);
        // Zero bytes separate what may hold any other byte; a header is made of nothing but these.
        if (header > 0)
            this.#content += `${file.path}\0${link ?? ''}\0${file.target ?? ''}\0${file.kind}\0${file.mode}\0${file.size}\0${time}\0`;
        this.#content += to > from ? `${this.#identityOf(file)}\0${from}\0${to}\0${pad}\n` : `${pad}\n`;
    }
}
/** Bytes of a part in the archive. */
function partBytes({ header, from, to, pad }) {
    return header + (to - from) + pad;
}
const FIXED_TIME = 1_000_000_000;
/**
 * A file's time in the slug, in seconds. The time of the build would be another one on each machine, so it is fixed.
 * Only files that Rails serves (`public/`) carry the time of the commit: browsers ask for those that keep their names
 * (the service worker, emoji) with If-Modified-Since, and would never get a new version whose time is not newer
 * (mastodon/mastodon: lib/mastodon/middleware/public_file_server.rb, which answers by Last-Modified alone).
 */
function timeOf({ path }, publicTime) {
    return path.startsWith('public/') ? publicTime : FIXED_TIME;
}
/** One name in 32 may begin a block; which ones depends on the name alone. */
function isBoundary(path) {
    let hash = 0x811c9dc5;
    for (let i = 0; i < path.length; i++)
        hash = Math.imul(hash ^ path.charCodeAt(i), 0x01000193);
    return ((hash ^ (hash >>> 15)) & 31) === 0;
}

// EXTERNAL MODULE: external "node:worker_threads"
var external_node_worker_threads_ = __webpack_require__(5919);
;// CONCATENATED MODULE: ./lib/slug/threads.js


/** A thread needs little; a small heap makes it collect its garbage early. */
const threads_LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8 };
/** A few threads that take tasks in order. */
class Threads {
    #workers;
    #idle;
    #busy = new Map();
    #queue = [];
    #failure;
    constructor(program, count) {
        this.#workers = Array.from({ length: count }, () => this.#open(program));
        this.#idle = [...this.#workers];
    }
    get count() {
        return this.#workers.length;
    }
    /** Resolves with the thread's answer; rejects with what was thrown in it, and where a thread has ended. */
    do(task) {
        return new Promise((resolve, reject) => {
            if (this.#failure)
                return reject(this.#failure);
            this.#queue.push({ task, resolve, reject });
            this.#next();
        });
    }
    /** Ends the threads; tasks that wait or run are rejected. */
    async close() {
        this.#fail(new Error('packing was ended'));
        await Promise.all(this.#workers.map(worker => worker.terminate()));
    }
    #open(program) {
        const worker = new external_node_worker_threads_.Worker(program, { env: {}, execArgv: [], resourceLimits: threads_LIMITS });
        worker.on('message', (answer) => this.#answered(worker, answer));
        worker.on('error', error => this.#fail(error instanceof Error ? error : new Error(String(error))));
        worker.on('exit', code => this.#fail(new Error(`a packing thread ended (exit code ${code})`)));
        worker.unref();
        return worker;
    }
    #next() {
        while (this.#idle.length > 0 && this.#queue.length > 0) {
            const [worker, waiting] = [this.#idle.pop(), this.#queue.shift()];
            this.#busy.set(worker, waiting);
            worker.ref();
            worker.postMessage(waiting.task);
        }
    }
    #answered(worker, answer) {
        const waiting = this.#busy.get(worker);
        this.#busy.delete(worker);
        this.#idle.push(worker);
        worker.unref();
        if ('error' in answer)
            waiting?.reject(answer.error);
        else
            waiting?.resolve(answer);
        this.#next();
    }
    /** One thread less is no pool: all that waits or runs fails with the first reason. */
    #fail(error) {
        this.#failure ??= error;
        for (const { reject } of [...this.#busy.values(), ...this.#queue.splice(0)])
            reject(this.#failure);
        this.#busy.clear();
    }
}

;// CONCATENATED MODULE: ./lib/slug/pack.js










/** Level 6, gzip's own default. */
const LEVEL = 6;
const HASH_BATCH_FILES = 200;
const HASH_BATCH_BYTES = 8 * 1024 * 1024;
/**
 * Packs slugs as Heroku's Slug API takes them: one gzip member around a GNU tar archive of `./app/…`
 * (Dev Center: platform-api-deploying-slugs). The same files give the same bytes, whatever the number of threads.
 */
class Packer {
    #threads;
    #options;
    #identities = new Map();
    #known = new Map();
    /** No packing has failed: then the blocks that are known are all that is needed. */
    #complete = false;
    constructor(options) {
        this.#options = options;
        this.#threads = new Threads(options.worker, options.threads);
        options.signal.addEventListener('abort', this.#abort, { once: true });
        if (options.blockStore)
            (0,external_node_fs_.mkdirSync)(options.blockStore, { recursive: true });
    }
    /**
     * Packs all jobs in one pass: each file is read once, a block that several slugs share is compressed once.
     * Rejects with a `UserError` on a full disk; an output that did not become whole is removed.
     */
    async pack(jobs) {
        const slugs = [];
        try {
            if (this.#options.signal.aborted)
                throw new lib_runtime/* CancelledError */.cc('Packing the slug');
            if (this.#options.blockStore)
                await this.#hash(jobs);
            slugs.push(...jobs.map(job => new Slug(planBlocks(job.files, this.#identityOf, seconds(this.#options.commitTime)), job.output)));
            for (const slug of slugs)
                await slug.open();
            await this.#packBlocks(slugs);
            const packed = await Promise.all(slugs.map(slug => slug.finish()));
            this.#complete = true;
            return packed;
        }
        catch (error) {
            this.#complete = false;
            await Promise.all(slugs.map(slug => slug.discard()));
            throw this.#options.signal.aborted ? new lib_runtime/* CancelledError */.cc('Packing the slug') : error;
        }
    }
    /** Ends the threads; where all was packed, drops every stored block that no slug of this packer used. */
    async close() {
        this.#options.signal.removeEventListener('abort', this.#abort);
        await this.#threads.close();
        const { blockStore } = this.#options;
        if (!blockStore || !this.#complete)
            return;
        const needed = new Set([...this.#known.keys()].map(nameInStore));
        for (const name of (0,external_node_fs_.readdirSync)(blockStore)) {
            if (!needed.has(name))
                (0,external_node_fs_.rmSync)(external_node_path_.join(blockStore, name), { force: true });
        }
    }
    #abort = () => void this.#threads.close();
    /** The digest of its content; where no block is kept beyond this packer, a number does: a file is equal to itself. */
    #identityOf = (file) => {
        const key = file.inode ?? file;
        const known = this.#identities.get(key);
        if (known !== undefined)
            return known;
        const identity = `${this.#identities.size}`;
        this.#identities.set(key, identity);
        return identity;
    };
    async #hash(jobs) {
        const batches = [[]];
        let bytes = 0;
        const seen = new Set();
        for (const job of jobs) {
            for (const file of job.files) {
                const key = file.inode ?? file;
                if (file.kind !== 'file' || seen.has(key) || this.#identities.has(key))
                    continue;
                seen.add(key);
                if (batches.at(-1).length >= HASH_BATCH_FILES || bytes > HASH_BATCH_BYTES) {
                    batches.push([]);
                    bytes = 0;
                }
                batches.at(-1).push(file);
                bytes += file.size;
            }
        }
        await inOrder(batches, this.#threads.count * 2, async (batch) => {
            const files = batch.map(file => ({ path: absolute(file), size: file.size }));
            const { digests } = await this.#threads.do({ kind: 'hash', files });
            batch.forEach((file, i) => this.#identities.set(file.inode ?? file, digests[i]));
        });
    }
    /** The blocks of all slugs, each once, in an order in which every slug meets its own. */
    async #packBlocks(slugs) {
        const written = new Set(slugs.flatMap(slug => (slug.output === undefined ? [] : slug.blocks.map(({ key }) => key))));
        await inOrder(mergeOrders(slugs.map(slug => slug.blocks)), this.#threads.count * 3, async (block) => {
            const onlyMeasured = this.#known.has(block.key) && !written.has(block.key);
            return onlyMeasured
                ? undefined
                : ((await this.#fromStore(block)) ?? (await this.#threads.do(this.#task(block))));
        }, async (block, answer) => {
            const known = answer ? { bytes: answer.bytes.length, crc: answer.crc } : this.#known.get(block.key);
            this.#known.set(block.key, known);
            for (const slug of slugs)
                if (slug.wants(block.key))
                    await slug.take(known, answer?.bytes);
        });
    }
    /** The block as an earlier build packed it. */
    async #fromStore({ key, rawBytes }) {
        const store = this.#placeOf(key);
        if (store === undefined || !(0,external_node_fs_.existsSync)(store))
            return undefined;
        return (await this.#threads.do({ kind: 'stored', rawBytes, store })).block;
    }
    #placeOf(key) {
        return this.#options.blockStore && external_node_path_.join(this.#options.blockStore, nameInStore(key));
    }
    #task(block) {
        return {
            kind: 'block',
            rawBytes: block.rawBytes,
            level: LEVEL,
            store: this.#placeOf(block.key),
            parts: block.parts.map(toTask)
        };
    }
}
/** Other ways of packing give other bytes for the same block: they must not meet. */
const FORMAT = `1-${LEVEL}-${process.versions.zlib}`;
function nameInStore(key) {
    return (0,external_node_crypto_.createHash)('sha256').update(`${FORMAT} ${key}`).digest('hex');
}
/** Seconds since 1970 as a tar header holds them; a commit may claim any time. */
function seconds(milliseconds) {
    return Math.min(Math.max(Math.floor(milliseconds / 1000), 0), 8 ** 11 - 1);
}
/** A slug while it is packed. */
class Slug {
    blocks;
    output;
    #taken = [];
    #sha256 = (0,external_node_crypto_.createHash)('sha256');
    #file;
    #bytes = 0;
    #rawBytes = 0;
    #crc = 0;
    constructor(blocks, output) {
        this.blocks = blocks;
        this.output = output;
    }
    async open() {
        if (this.output) {
            this.#file = await (0,promises_.open)(this.#part, 'w').catch((error) => {
                throw (0,lib_runtime/* explainDiskFull */.GK)(error, this.output);
            });
        }
        await this.#write(GZIP_HEADER);
    }
    /** Whether this block is the next one. */
    wants(key) {
        return this.blocks[this.#taken.length]?.key === key;
    }
    async take({ bytes, crc }, compressed) {
        const block = this.blocks[this.#taken.length];
        this.#taken.push({ block, bytes });
        this.#crc = combineCrc(this.#crc, crc, block.rawBytes);
        this.#rawBytes += block.rawBytes;
        if (compressed)
            await this.#write(compressed);
        else
            this.#bytes += bytes;
    }
    async finish() {
        if (this.#taken.length !== this.blocks.length)
            throw new Error('a block of the slug was not packed');
        await this.#write(gzipTrailer(this.#crc, this.#rawBytes));
        const packed = { bytes: this.#bytes, rawBytes: this.#rawBytes, blocks: this.#taken };
        if (!this.output)
            return packed;
        await this.#file?.close();
        this.#file = undefined;
        await (0,promises_.rename)(this.#part, this.output);
        return { ...packed, sha256: this.#sha256.digest('hex') };
    }
    async discard() {
        await this.#file?.close().catch(() => { }); // it goes anyway
        if (this.output)
            await (0,promises_.rm)(this.#part, { force: true });
    }
    get #part() {
        return `${this.output}.part`;
    }
    async #write(bytes) {
        this.#bytes += bytes.length;
        if (!this.#file)
            return;
        this.#sha256.update(bytes);
        try {
            for (let done = 0; done < bytes.length;)
                done += (await this.#file.write(bytes, done)).bytesWritten;
        }
        catch (error) {
            throw (0,lib_runtime/* explainDiskFull */.GK)(error, this.output);
        }
    }
}
/**
 * One list in which each list's blocks keep their order and a block of several lists stands once where that is possible
 * (the lists come from one tree, so shared blocks come in the same order).
 */
function mergeOrders(lists) {
    const next = lists.map(() => 0);
    const remaining = lists.map(list => countKeys(list));
    const merged = [];
    for (;;) {
        const heads = lists.map((list, i) => list[next[i]]);
        if (heads.every(head => head === undefined))
            return merged;
        // A head that another list still needs later waits, unless every head waits.
        const free = heads.find((head, i) => head &&
            !lists.some((list, j) => j !== i && heads[j]?.key !== head.key && (remaining[j].get(head.key) ?? 0) > 0));
        const block = free ?? heads.find(head => head !== undefined);
        merged.push(block);
        heads.forEach((head, i) => {
            if (head?.key !== block.key)
                return;
            next[i]++;
            remaining[i].set(block.key, remaining[i].get(block.key) - 1);
        });
    }
}
function countKeys(blocks) {
    const counts = new Map();
    for (const { key } of blocks)
        counts.set(key, (counts.get(key) ?? 0) + 1);
    return counts;
}
/**
 * Runs `work` on every item, at most `width` ahead, and hands the results to `take` in the order of the items.
 * The first failure ends it.
 */
async function inOrder(items, width, work, take = async () => { }) {
    const running = [];
    let started = 0;
    try {
        for (const item of items) {
            while (started < items.length && running.length < width)
                running.push(work(items[started++]));
            await take(item, await running.shift());
        }
    }
    finally {
        await Promise.allSettled(running);
    }
}
/** A part as a thread takes it. */
function toTask({ file, header, time, link, from, to, pad }) {
    const { path, kind, mode, size, target } = file;
    return {
        path: to > from ? absolute(file) : '',
        header: header > 0 ? { file: { path, kind, mode, size, target }, time, link } : undefined,
        from,
        to,
        pad
    };
}
function absolute(file) {
    return (0,lib_runtime/* joinBytes */.mE)((0,lib_runtime/* bytePath */.OO)(file.root), file.path);
}

;// CONCATENATED MODULE: ./lib/slug/measure.js




/**
 * Shares the compressed bytes of a slug out to its files, so that the parts add up to the whole: a file owns the bytes
 * of the blocks that it fills; a block that several share is split by their raw bytes (design, rule 6).
 */
function measure({ blocks, bytes, rawBytes }) {
    const weights = new Map();
    for (const { block, bytes: compressed } of blocks) {
        const shared = new Set(block.parts.map(({ file }) => file)).size > 1;
        let raw = 0;
        for (const part of block.parts) {
            const before = Math.round((compressed * raw) / block.rawBytes);
            raw += partBytes(part);
            const own = Math.round((compressed * raw) / block.rawBytes) - before;
            const weight = weights.get(part.file) ?? { compressed: 0, raw: 0, shared: false };
            weight.compressed += own;
            weight.raw += partBytes(part);
            weight.shared ||= shared;
            weights.set(part.file, weight);
        }
    }
    const frame = weights.get(ROOT) ?? { compressed: 0, raw: 0, shared: true };
    weights.delete(ROOT);
    const layers = new Map();
    add(layers, -1, {
        compressed: frame.compressed + GZIP_HEADER.length + gzipTrailer(0, 0).length,
        raw: frame.raw,
        files: 0
    });
    const files = [...weights].map(([file, weight]) => ({ file, ...weight }));
    for (const { file, compressed, raw } of files)
        add(layers, file.layer, { compressed, raw, files: 1 });
    return { total: { compressed: bytes, raw: rawBytes, files: files.length }, layers, files };
}
function add(sums, key, { compressed, raw, files }) {
    const sum = sums.get(key);
    if (sum) {
        sum.compressed += compressed;
        sum.raw += raw;
        sum.files += files;
    }
    else
        sums.set(key, { compressed, raw, files });
}

;// CONCATENATED MODULE: ./lib/slug/streaming.js



/** What the streaming server is started with (mastodon/mastodon: Procfile, bin/heroku-web with RUN_STREAMING=true). */
const STREAMING_PROCESS_TYPES = { web: 'bin/heroku-web' };
const STARTS = 'streaming';
/** Until 4.2 the server had no package.json of its own (mastodon/mastodon: package.json). */
const streaming_ROOT = '.';
/** Beside the server itself: what starts it, what describes it, what is loaded before it, and Node. */
const NEEDED = [
    /^bin\/heroku-web$/,
    /^(package\.json|yarn\.lock|package-lock\.json|\.yarnrc\.yml|\.nvmrc|Procfile)$/,
    /^\.profile\.d\/[^/]+$/,
    /^\.mastodon-on-heroku\/[^/]+\.cjs$/,
    /^\.profile$/,
    /^\.heroku\/node\/bin\/node$/,
    /^streaming\/(?!node_modules\/)/
];
/** A package's name as npm has it: nothing in it leads out of a folder. */
const PACKAGE_NAME = /^(?:@[a-z\d~-][\w.~-]*\/)?[a-z\d~-][\w.~-]*$/i;
/**
 * The streaming role of a slug: of a built tree's files those that the streaming server needs. Its packages are what
 * streaming/package.json depends on, found as Node finds them, and what those depend on. Throws a `UserError` where one
 * is not there.
 */
function streamingFiles(files) {
    const tree = new Tree(files);
    for (const file of ['bin/heroku-web', 'streaming/index.js', '.heroku/node/bin/node'])
        tree.require(file);
    const packages = streaming_packagesOf(tree);
    // A workspace lies elsewhere in the tree, without a node_modules in its path.
    const linked = [...packages].filter(folder => folder !== STARTS && folder !== streaming_ROOT && !folder.includes('node_modules/'));
    const wanted = new Set();
    const take = (file) => {
        for (let at = file.path; at !== '.' && !wanted.has(at); at = external_node_path_.posix.dirname(at))
            wanted.add(at);
    };
    for (const file of files) {
        const ofPackage = packages.has(tree.packageOf(file.path)) || linked.some(folder => file.path.startsWith(`${folder}/`));
        if (file.kind !== 'directory' && (NEEDED.some(pattern => pattern.test(file.path)) || ofPackage))
            take(file);
    }
    // Links by which Node reaches a package that lies elsewhere (workspaces).
    for (const link of tree.followed)
        take(link);
    return files.filter(({ path }) => wanted.has(path));
}
/** Folders of the packages that are needed, the server's own first. */
function streaming_packagesOf(tree) {
    const found = new Set();
    const visit = (folder) => {
        if (found.has(folder))
            return;
        found.add(folder);
        const manifest = tree.manifest(folder);
        for (const name of namesIn(manifest['dependencies'])) {
            const at = tree.resolve(folder, name);
            if (at !== undefined)
                visit(at);
            else if (!namesIn(manifest['optionalDependencies']).includes(name))
                throw streaming_missing(folder, name);
        }
        for (const name of [...namesIn(manifest['optionalDependencies']), ...namesIn(manifest['peerDependencies'])]) {
            const at = tree.resolve(folder, name);
            if (at !== undefined)
                visit(at);
        }
    };
    visit(tree.has(`${STARTS}/package.json`) ? STARTS : streaming_ROOT);
    return found;
}
function namesIn(dependencies) {
    if (typeof dependencies !== 'object' || dependencies === null)
        return [];
    return Object.keys(dependencies).filter(name => PACKAGE_NAME.test(name));
}
function streaming_missing(folder, name) {
    return new lib_runtime/* UserError */.yo(`The streaming server needs the package ${name} (${folder}/package.json), and the built tree has no node_modules with it`, 'Let a buildpack install it: heroku/nodejs must be in the list, and must not prune it.');
}
/** Where packages are in a list of files. */
class Tree {
    followed = new Set();
    #files;
    constructor(files) {
        this.#files = new Map(files.map(file => [file.path, file]));
    }
    has(file) {
        return this.#files.has(file);
    }
    /** Throws a `UserError` where the built tree lacks what the server cannot do without. */
    require(file) {
        if (this.has(file))
            return;
        throw new lib_runtime/* UserError */.yo(`The streaming slug needs ${file}, and the built tree has none`, 'Build the fork with heroku/nodejs in its buildpacks, or take `streaming-app` out of the config.');
    }
    /** The folder of the package that a file belongs to: the nearest below a `node_modules`. */
    packageOf(file) {
        return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0] ?? '';
    }
    /** As Node looks for it: in the folder's own node_modules, then upwards (nodejs.org: "Loading from node_modules folders"). */
    resolve(folder, name) {
        for (let at = folder;; at = external_node_path_.posix.dirname(at)) {
            const place = at === '.' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
            const real = external_node_path_.posix.basename(at) === 'node_modules' ? undefined : this.#real(place);
            if (real !== undefined && this.#files.has(`${real}/package.json`))
                return real;
            if (at === '.')
                return undefined;
        }
    }
    manifest(folder) {
        const file = this.#files.get(folder === streaming_ROOT ? 'package.json' : `${folder}/package.json`);
        const text = file && (0,lib_runtime/* readTreeFile */.xt)(file.root, file.path);
        try {
            const manifest = JSON.parse(text ?? '{}');
            return typeof manifest === 'object' && manifest !== null ? manifest : {};
        }
        catch (cause) {
            throw new lib_runtime/* UserError */.yo(`${folder}/package.json is not JSON`, 'Correct it in the commit, or pin another version.', {
                cause
            });
        }
    }
    /** The folder itself, or where a link to it leads within the tree. */
    #real(place) {
        const file = this.#files.get(place);
        if (file?.kind === 'directory')
            return place;
        if (file?.kind !== 'symlink' || file.target === undefined)
            return undefined;
        const target = external_node_path_.posix.join(external_node_path_.posix.dirname(place), file.target).replace(/\/$/, '');
        if (target.startsWith('..') || external_node_path_.posix.isAbsolute(file.target) || this.#files.get(target)?.kind !== 'directory')
            return undefined;
        if (this.has(`${target}/package.json`))
            this.followed.add(file);
        return target;
    }
}

// EXTERNAL MODULE: ./node_modules/picomatch/index.js
var picomatch = __webpack_require__(4006);
;// CONCATENATED MODULE: ./lib/slug/trim.js



/** What may go from a slug of this kind. Each rule leaves what runs as it is; `why` says how we know. */
function safeRules(facts) {
    const rules = [
        rule('source-maps', 'Only the developer tools of a browser read source maps; Node reads them only with --enable-source-maps.', /^public\/(packs|packs-test|assets)\/.*\.(js|mjs|css)\.map(\.gz|\.br)?$/, /^public\/[^/]+\.js\.map$/, // links to the former
        /^(.*\/)?node_modules\/.*\.(js|mjs|cjs|css|ts|mts|cts)\.map$/),
        rule('asset-caches', 'Caches of the asset build; the next build has its own copy, and a dyno builds no assets.', /^tmp\/cache\/(vite|assets|webpacker|shakapacker|babel-loader)\//, /^node_modules\/(\.cache|\.vite|\.vite-temp)\//, /^\.cache\//, /^tmp\/local_secret\.txt$/ // what SECRET_KEY_BASE_DUMMY stood for
        ),
        rule('yarn-leftovers', 'The archives that yarn unpacked into node_modules, and its notes for the next install.', /^\.yarn\/(cache\/|install-state\.gz$|build-state\.yml$)/),
        rule('node-leftovers', 'Headers for compiling native modules, and manual pages.', /^\.heroku\/node\/(include|share\/(doc|man|systemtap))\//, /^\.heroku\/node\/lib\/node_modules\/(npm|corepack)\/(docs|man)\//),
        rule('ruby-leftovers', 'Downloaded gem archives, object files and logs of native extensions, and Ruby’s documentation.', /^vendor\/bundle\/ruby\/[^/]+\/cache\/[^/]+\.gem$/, /^vendor\/bundle\/ruby\/[^/]+\/(gems|bundler\/gems)\/[^/]+\/ext\/.*\.o$/, /^vendor\/bundle\/ruby\/[^/]+\/extensions\/.*\/(gem_make\.out|mkmf\.log)$/, /^vendor\/ruby-[^/]+\/share\/(ri|man|doc)\//),
        rule('apt-leftovers', 'Manuals, headers and static libraries of Debian packages.', /^\.apt\/usr\/share\/(doc|doc-base|man|info|lintian|bug)\//, /^\.apt\/usr\/include\//, /^\.apt\/.*\.(a|la)$/, /^\.apt\/usr\/(lib\/[^/]+|lib|share)\/pkgconfig\//)
    ];
    if (facts.builtAt !== '/app') {
        rules.push(rule('bootsnap-cache', 'Its entries are named after the folder in which the app was built; at run time the app lies in /app and cannot find them.', /^tmp\/cache\/bootsnap\//));
    }
    if (facts.streaming === 'no' && facts.bundler === 'vite') {
        rules.push(rule('node-modules', 'The streaming server runs in an app of its own; Rails serves the assets that are already built.', /^node_modules\//, /^streaming\/node_modules\//));
        if (!facts.rubyNeedsNode) {
            rules.push(rule('node', 'The streaming server runs in an app of its own, and no gem of this Gemfile.lock calls Node.', /^\.heroku\/(node|npm|yarn|corepack)\//));
        }
    }
    return rules;
}
/** The globs of the config, as one rule. `**` crosses folders; a leading dot needs no mention. */
function globRule(globs) {
    const matches = picomatch([...globs], { dot: true, nonegate: true });
    const isMatch = (path) => matches(Buffer.from(path, 'latin1').toString('utf8'));
    return { name: 'slug.trim', why: 'The config says so.', matches: isMatch };
}
function rule(name, why, ...patterns) {
    return { name, why, matches: path => patterns.some(pattern => pattern.test(path)) };
}
/** Takes away what the rules match, and folders that are empty only because of that. */
function trim(files, rules) {
    const isGone = (file) => file.kind !== 'directory' && rules.some(({ matches }) => matches(file.path));
    const gone = new Set(files.filter(isGone));
    if (gone.size === 0)
        return { kept: files, gone: [] };
    const emptied = emptiedFolders(files, gone);
    const kept = files.filter(file => !gone.has(file) && !emptied.has(file.path));
    return { kept, gone: files.filter(file => gone.has(file) || emptied.has(file.path)) };
}
/** Folders from which something went and in which nothing stays. */
function emptiedFolders(files, gone) {
    const lost = new Set();
    const alive = new Set();
    // In pack order a folder comes before what is in it; from the end it comes after.
    for (const file of files.toReversed()) {
        const isEmptied = file.kind === 'directory' && lost.has(file.path) && !alive.has(file.path);
        const parent = file.path.slice(0, Math.max(0, file.path.lastIndexOf('/')));
        if (gone.has(file) || isEmptied)
            lost.add(parent);
        else
            alive.add(parent);
    }
    return new Set([...lost].filter(folder => !alive.has(folder)));
}

;// CONCATENATED MODULE: ./lib/slug/variants.js





/** Both variants of a built app; the one without ffmpeg is derived from it where that gives the same files. */
async function makeVariants(app, provider, other) {
    const layerNames = [...app.layers.map(({ name }) => name), 'mastodon-on-heroku'];
    const own = layerNames.length - 1;
    // The tree is walked again: the library path may have been mended since it was built.
    const { files, leftOut } = slugFiles((0,lib_runtime/* walkTree */.Ir)(app.root), app.root, path => path === MEND_FILE ? own : app.layerOf(path));
    if (!provider)
        return { without: files, derivation: 'built', layerNames, leftOut };
    const built = { with: files, layerNames, leftOut };
    const unmended = files.filter(({ layer }) => layer !== own);
    const reason = whyNotSubtract(app, provider);
    if (reason !== undefined) {
        const again = await other.buildAgain(reason);
        const layerOf = (path) => layerNames.indexOf(again.layers[again.layerOf(path)].name);
        return { ...built, without: slugFiles(again.entries, again.root, layerOf).files, derivation: 'built-again' };
    }
    if (provider.apt === undefined)
        return { ...built, without: withoutProvider(unmended, provider), derivation: 'subtracted' };
    const { root, entries, layerOf } = await other.aptAgain();
    const wrote = (path) => path === 'Aptfile' || layerOf(path) > 0;
    return { ...built, without: withoutProvider(unmended, provider, { root, entries, wrote }), derivation: 'apt-again' };
}

;// CONCATENATED MODULE: ./lib/slug/weigh.js








/** Trims and packs both variants, measures them, picks one and writes it; then measures what trimming saves on it. */
async function weigh(options) {
    const { variants, packer, choice, limit, ffmpegBroken, applied, output } = options;
    const folder = external_node_path_.dirname(output);
    const made = ['with', 'without'].flatMap(name => {
        const files = variants[name];
        return files ? [{ name, files: inPackOrder(files), output: external_node_path_.join(folder, `.slug-${name}.tgz`) }] : [];
    });
    try {
        const packed = await packer.pack(made.map(({ files, output }) => ({ files: trim(files, applied).kept, output })));
        const slugs = packed.map((slug, i) => ({ name: made[i].name, sha256: slug.sha256, measured: measure(slug) }));
        const sizeOf = (name) => slugs.find(slug => slug.name === name)?.measured.total.compressed;
        const fitForAuto = choice === 'auto' && ffmpegBroken ? undefined : sizeOf('with');
        const verdict = gate(choice, { with: fitForAuto, without: sizeOf('without') }, limit);
        const chosen = made.find(({ name }) => name === verdict.chosen);
        await (0,promises_.rename)(chosen.output, output);
        return { slugs, verdict, ...(await measureSavings(options, chosen.files, verdict.bytes)) };
    }
    finally {
        for (const { output } of made)
            await (0,promises_.rm)(output, { force: true });
    }
}
/** A saving is packed, not summed: what two rules save together is not what each saves. */
async function measureSavings({ packer, applied, offered }, files, bytes) {
    const rules = applied.length > 0 ? applied : offered;
    const matching = rules.map(rule => ({ rule, ...trim(files, [rule]) })).filter(({ gone }) => gone.length > 0);
    const jobs = [files, trim(files, rules).kept, ...matching.map(({ kept }) => kept)];
    const packed = await packer.pack(jobs.map(files => ({ files })));
    const [before, after, ...each] = packed.map(({ bytes }) => bytes);
    if ((applied.length > 0 ? after : before) !== bytes)
        throw new Error('packing the same files twice gave two sizes');
    const savings = matching.map(({ rule, gone }, i) => ({
        rule,
        files: gone.length,
        raw: gone.reduce((sum, { size }) => sum + size, 0),
        saves: before - each[i]
    }));
    return { savings, before, after };
}

;// CONCATENATED MODULE: ./lib/slug/index.js
/** From a built app to slugs: variants, trimming, packing, measuring, the gate. */











;// CONCATENATED MODULE: ./lib/commands/steps/recipe.js








/** Decides how the tree is built, and brings the buildpacks here. */
async function makeRecipe(context, config, source) {
    const { inputs, runtime } = context;
    const appJson = (0,lib_runtime/* readTreeFile */.xt)(source.folder, 'app.json');
    const kind = inputs.buildIn ?? (inputs.hostStack ? 'host' : 'container');
    const stack = config.stack ?? stackOf(appJson) ?? (kind === 'host' ? inputs.hostStack : undefined);
    if (stack === undefined) {
        throw new lib_runtime/* UserError */.yo('Nothing says which stack the slug is for', 'Set `stack: heroku-24` (the one of your app: `heroku stack`) in the config file.');
    }
    if (kind === 'host' && inputs.buildNetwork !== undefined && inputs.buildNetwork !== 'bridge') {
        throw new lib_runtime/* UserError */.yo(`build-network: ${inputs.buildNetwork} has no effect on the host`, 'Use `build-in: container`, or leave it out.');
    }
    const images = imagesFor(stack);
    const aptfile = (0,lib_runtime/* readTreeFile */.xt)(source.folder, 'Aptfile');
    const chosen = chooseBuildpacks(config.slug.buildpacks && [...config.slug.buildpacks], appJson);
    const written = chosen.map(({ reference }) => reference.text);
    const lacksFfmpeg = config.ffmpeg === 'with' && !findProvider(written, aptfile);
    const all = lacksFfmpeg
        ? [{ reference: parseBuildpack(FFMPEG_BUILDPACK, 'config'), sha256: undefined }, ...chosen]
        : chosen;
    if (lacksFfmpeg)
        runtime.log.info(`No buildpack brings ffmpeg, so ${FFMPEG_BUILDPACK} is added in front`);
    const buildpacks = await fetchAll(all, {
        folder: external_node_path_.join(runtime.scratch, 'buildpacks'),
        cacheFolder: below(inputs.cache, 'buildpacks'),
        registryUrl: inputs.buildpackRegistryUrl,
        sourceTree: source.folder,
        searchPath: inputs.searchPath,
        proxyEnvironment: inputs.proxyEnvironment,
        ...runtime
    });
    return {
        stack,
        place: { kind, buildImage: inputs.buildImage ?? images.build, runImage: inputs.runImage ?? images.run },
        buildpacks,
        provider: findProvider(all.map(({ reference }) => reference.text), aptfile),
        aptfile,
        warnings: hostWarnings(kind, stack, inputs.hostStack)
    };
}
function hostWarnings(kind, stack, hostStack) {
    if (kind === 'container' || hostStack === stack)
        return [];
    const here = hostStack ? `the image of ${hostStack}` : 'no image of Heroku’s';
    return [`This was built in ${here}, for ${stack}: what the buildpacks compiled may not run on Heroku`];
}
/** Where the tree is built. */
function openWorkshop({ inputs, runtime }, config, { commit, folder }, { stack, place }) {
    return new Workshop({
        ...place,
        network: inputs.buildNetwork ?? 'bridge',
        secretsHeld: inputs.secretsHeld,
        stack,
        commit: commit.sha,
        variables: { ...buildVariables(folder), ...config.slug.env },
        timeout: inputs.buildTimeout,
        scratch: runtime.scratch,
        keptCache: below(inputs.cache, 'build'),
        requestId: (0,external_node_crypto_.randomUUID)(),
        dockerEnv: inputs.dockerEnvironment,
        run: runtime.run,
        log: runtime.log,
        clock: runtime.clock,
        signal: runtime.signal
    });
}
/** What brings ffmpeg, for people. */
function providerNames({ provider, buildpacks }) {
    if (!provider)
        return [];
    const names = provider.buildpacks.map(i => buildpacks[i].name);
    return provider.apt === undefined ? names : [...names, 'Aptfile'];
}
/** A folder in the cache, where there is one. */
function below(folder, name) {
    return folder === undefined ? undefined : external_node_path_.join(folder, name);
}

// EXTERNAL MODULE: ./node_modules/@actions/github/lib/github.js + 22 modules
var github = __webpack_require__(2413);
;// CONCATENATED MODULE: ./lib/github/client.js


/** Milliseconds for one answer. */
const PATIENCE = 15_000;
/** Milliseconds before a read is sent again. */
const READ_AGAIN = [1_000, 3_000];
/** Longest wait that a rate limit may ask for, in milliseconds. */
const LONGEST_WAIT = 60_000;
const COMMENTING = 'pull-requests: write';
/** docs.github.com: "Events that trigger workflows", on pull requests in forked repositories. */
const FROM_FORKS = "In a fork's pull request the token may only read, whatever the job asks for: comment from a `workflow_run` workflow. ";
/** The log is the action's own. */
const QUIET = { debug: () => { }, info: () => { }, warn: () => { }, error: () => { } };
/**
 * GitHub's REST API for one repository, as a job's token reaches it. A read is sent again where its answer is lost, is
 * not whole, or asks to wait; a write is sent once. What is rejected with, `explain` turns into words.
 */
class Github {
    octokit;
    repository;
    #options;
    constructor(options) {
        const [owner = '', repo = ''] = options.repository.split('/');
        this.#options = options;
        this.repository = { owner, repo };
        // Without `request`, which would replace the fetch that honours the proxy.
        this.octokit = (0,github/* getOctokit */.Q)(options.token, { baseUrl: options.apiUrl.replace(/\/+$/, ''), log: QUIET });
    }
    get clock() {
        return this.#options.clock;
    }
    /** Sends a read, until it is answered or refused. Resolves with the answer's data. */
    async read(call, signal = this.#options.signal) {
        return (await this.ask(call, signal)).data;
    }
    /** The same, with the whole answer. */
    async ask(call, signal = this.#options.signal) {
        for (const wait of READ_AGAIN) {
            try {
                return await this.#once(call, signal);
            }
            catch (error) {
                const asked = waitAsked(error);
                if (isRefused(error) && asked === undefined)
                    throw error;
                await this.clock.sleep(Math.min(asked ?? wait, LONGEST_WAIT), signal);
            }
        }
        return this.#once(call, signal);
    }
    /** All pages of a list, one after the other. */
    async *pages(call) {
        for (let page = 1;; page++) {
            const items = await this.read(request => call(page, request));
            yield items;
            if (items.length < PER_PAGE)
                return;
        }
    }
    /** Sends a write, once. It is sent also after the job was cancelled, to say so. */
    async write(call) {
        return (await this.#once(call, undefined)).data;
    }
    /**
     * What went wrong and what to do, on one line and without the token.
     * @param permission as a workflow writes it: `pull-requests: write`
     * @param consequence what happens all the same
     */
    explain(error, permission, consequence) {
        const status = refusal(error);
        const said = (0,lib_runtime/* errorText */.kc)(error).replaceAll(this.#options.token, '***').replace(/\s+/g, ' ').slice(0, 300);
        const reason = status === undefined ? said : `${status}, ${said}`;
        const next = lacksPermission(error)
            ? `Give the job "permissions: ${permission}". ${permission === COMMENTING ? FROM_FORKS : ''}`
            : '';
        return `GitHub did not do it (${reason}). ${next}${consequence}`;
    }
    async #once(call, signal) {
        const late = new AbortController();
        const answered = this.clock.after(PATIENCE, () => late.abort(new Error(`GitHub did not answer within ${PATIENCE / 1000} seconds`)));
        try {
            const answer = await call({ signal: signal ? AbortSignal.any([late.signal, signal]) : late.signal });
            // Octokit hands on what it cannot parse as text, also an answer that was cut off.
            if (typeof answer.data !== 'object' && isJson(answer))
                throw new Error("GitHub's answer is not whole");
            return answer;
        }
        finally {
            answered();
        }
    }
}
/** As many as GitHub gives at once. */
const PER_PAGE = 100;
/** Only what Octokit parses: a raw file's type has a `json` in it, too, and a redirection may have none. */
function isJson(answer) {
    const { headers } = answer;
    return /^application\/json\b/.test(headers?.['content-type'] ?? '');
}
/** GitHub answered, and did not do it. Any other failure may have come after it did. */
function isRefused(error) {
    return refusal(error) !== undefined;
}
/** The status with which GitHub refused; undefined where it may have done what was asked. */
function refusal(error) {
    const status = response(error)?.status;
    return status !== undefined && status < 500 ? status : undefined;
}
/** What is found; undefined where GitHub says that there is no such thing. */
async function unlessUnknown(find) {
    try {
        return await find();
    }
    catch (error) {
        if (refusal(error) === 404 || refusal(error) === 422)
            return undefined;
        throw error;
    }
}
/** Whether more rights would help. */
function lacksPermission(error) {
    const status = refusal(error);
    return (status === 401 || status === 403 || status === 404) && !isRateLimit(error) && !isLocked(error);
}
/** GitHub answers 403 to these too (docs.github.com: "Rate limits for the REST API"). */
function isRateLimit(error) {
    const headers = response(error)?.headers ?? {};
    return (headers['x-ratelimit-remaining'] === '0' ||
        headers['retry-after'] !== undefined ||
        /rate limit/i.test((0,lib_runtime/* errorText */.kc)(error)));
}
/** A conversation that was closed to all: 403 as well. */
function isLocked(error) {
    return /\blocked\b/i.test((0,lib_runtime/* errorText */.kc)(error));
}
/** Milliseconds that GitHub wants to be left alone. */
function waitAsked(error) {
    const seconds = Number(response(error)?.headers['retry-after'] ?? NaN);
    return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined;
}
/** Absent where none came: Octokit then makes up a status of 500. What GraphQL refuses comes as a 200 with errors. */
function response(error) {
    const { response, headers, errors } = (error ?? {});
    if (Array.isArray(errors) && headers !== undefined)
        return { status: 200, headers: { ...headers } };
    return response;
}

// EXTERNAL MODULE: ./node_modules/yauzl/index.js
var yauzl = __webpack_require__(663);
;// CONCATENATED MODULE: ./lib/github/zip.js



const zip_MOST_ENTRIES = 10_000;
const NEXT = 'Upload the files that the build wrote, as they are, with actions/upload-artifact.';
/** Unix file types, in the upper half of an entry's external attributes. */
const FILE_TYPE = 0o170000;
const REGULAR = 0o100000;
const ENCRYPTED = 1;
/**
 * The text of one file at the top of a zip archive, which is removed afterwards. Nothing of it is written to the disk:
 * names that lead out of it are refused all the same, as is an archive that has the file twice or not at all, as a link,
 * encrypted, larger than `maxBytes`, of another size than it says, or not as UTF-8. Rejects with a `UserError`.
 */
async function readFromZip(archive, file, maxBytes) {
    try {
        const bytes = await zip_readEntry(archive, file, maxBytes);
        return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    }
    catch (error) {
        if (error instanceof lib_runtime/* UserError */.yo)
            throw error;
        throw zip_refused((0,lib_runtime/* errorText */.kc)(error), error);
    }
    finally {
        await (0,promises_.rm)(archive, { force: true });
    }
}
async function zip_readEntry(archive, wanted, maxBytes) {
    // `strictFileNames` and the default validation refuse absolute names, `..` and backslashes.
    const zip = await yauzl.openPromise(archive, { strictFileNames: true, validateEntrySizes: true, autoClose: false });
    try {
        if (zip.entryCount > zip_MOST_ENTRIES)
            throw zip_refused(`it has ${zip.entryCount} entries`);
        const found = [];
        for await (const entry of zip.eachEntry())
            if (entry.fileName === wanted)
                found.push(entry);
        const [entry, second] = found;
        if (!entry)
            throw zip_refused(`it has no ${wanted}`);
        if (second)
            throw zip_refused(`it has ${wanted} twice`);
        requirePlain(entry, maxBytes);
        const chunks = [];
        let size = 0;
        for await (const chunk of await zip.openReadStreamPromise(entry)) {
            size += chunk.length;
            if (size > maxBytes)
                throw zip_refused(`${wanted} is larger than ${maxBytes} bytes`);
            chunks.push(chunk);
        }
        return Buffer.concat(chunks);
    }
    finally {
        zip.close();
    }
}
function requirePlain({ fileName, generalPurposeBitFlag, externalFileAttributes, uncompressedSize }, maxBytes) {
    if ((generalPurposeBitFlag & ENCRYPTED) !== 0)
        throw zip_refused(`${fileName} is encrypted`);
    const type = (externalFileAttributes >>> 16) & FILE_TYPE;
    if (type !== 0 && type !== REGULAR)
        throw zip_refused(`${fileName} is no plain file`);
    if (uncompressedSize > maxBytes)
        throw zip_refused(`${fileName} is larger than ${maxBytes} bytes`);
}
/** The reason may quote a name of the archive: nothing in it can start a line of the log. */
function zip_refused(why, cause) {
    const plain = why.replace(/[^\x20-\x7e]/g, '?').slice(0, 300);
    return new lib_runtime/* UserError */.yo(`The artifact is not one of a report: ${plain}`, NEXT, { cause });
}

;// CONCATENATED MODULE: ./lib/github/artifacts.js




/** The artifacts of a run with that name that have not expired, the newest first. */
async function artifactsOfRun(github, runId, name) {
    const { octokit, repository } = github;
    const { artifacts } = await github.read(request => octokit.rest.actions.listWorkflowRunArtifacts({ ...repository, run_id: runId, name, per_page: PER_PAGE, request }));
    return known(artifacts, name).filter(artifact => artifact.runId === runId);
}
/** The repository's artifacts with that name, a page at a time. Their order is not relied on. */
async function* artifactsNamed(github, name, mostPages) {
    const { octokit, repository } = github;
    for (let page = 1; page <= mostPages; page++) {
        const { artifacts } = await github.read(request => octokit.rest.actions.listArtifactsForRepo({ ...repository, name, per_page: PER_PAGE, page, request }));
        yield known(artifacts, name);
        if (artifacts.length < PER_PAGE)
            return;
    }
}
function known(artifacts, wanted) {
    return artifacts
        .flatMap(({ id, name, size_in_bytes: bytes, expired, workflow_run: run }) => expired || name !== wanted || run?.id === undefined
        ? []
        : {
            id,
            bytes,
            runId: run.id,
            headSha: run.head_sha,
            headBranch: run.head_branch ?? undefined,
            ownCode: run.repository_id !== undefined && run.repository_id === run.head_repository_id
        })
        .sort((a, b) => b.id - a.id);
}
async function runOf(github, id) {
    const { octokit, repository } = github;
    const run = await github.read(request => octokit.rest.actions.getWorkflowRun({ ...repository, run_id: id, request }));
    return { event: run.event, headSha: run.head_sha, url: run.html_url };
}
/**
 * The text of one file of an artifact. GitHub answers with an address on another host, which needs no token and gets
 * none (docs.github.com: "Download an artifact"). The archive is hostile: see `readFromZip`.
 */
async function downloadFile(github, artifact, options) {
    const { file, maxBytes, maxZip, into } = options;
    if (artifact.bytes > maxZip) {
        throw new lib_runtime/* UserError */.yo(`The artifact ${artifact.id} has ${artifact.bytes} bytes, and a report's has ${maxZip} at most`, 'Upload report.json, report.md and report.html alone, without the slug.');
    }
    const archive = external_node_path_.join(into, `artifact-${artifact.id}.zip`);
    await download(await addressOf(github, artifact), archive, options);
    return readFromZip(archive, file, maxBytes);
}
async function addressOf(github, { id }) {
    const { octokit, repository } = github;
    const { headers } = await github.ask(request => octokit.rest.actions.downloadArtifact({
        ...repository,
        artifact_id: id,
        archive_format: 'zip',
        request: { ...request, redirect: 'manual' }
    }));
    const { location } = headers;
    if (location === undefined)
        throw new Error(`GitHub gave no address for the artifact ${id}`);
    return location;
}
/** Whoever has the address may download for a while, so no message shows it. */
async function download(address, archive, { maxZip, http }) {
    try {
        await http.download(address, archive, maxZip);
    }
    catch (error) {
        if (error instanceof lib_runtime/* CancelledError */.cc)
            throw error;
        const said = (0,lib_runtime/* errorText */.kc)(error).replace(/https?:\/\/\S+/g, 'its address');
        throw new lib_runtime/* UserError */.yo(`The artifact could not be downloaded: ${said}`, 'Run the job again.');
    }
}

;// CONCATENATED MODULE: ./lib/github/baseline.js


/** Pages of artifacts that are looked through, 100 each. */
const MOST_PAGES = 10;
/** As many as are of use: the nearest to compare with, the others for what its history lacks. */
const MOST_FOUND = 6;
/** Runs that are asked what started them. */
const MOST_ASKED = 20;
/** What builds a branch as it is. A pull request's run carries the SHA of its head, and has built something else. */
const EVENTS = new Set(['push', 'schedule', 'workflow_dispatch']);
/**
 * The artifacts of a commit and its ancestors, the nearest first: made by a build of its branch, in this repository.
 * They are found by the commits' SHAs, never by their order in a list, which GitHub does not promise. That the report
 * inside is of that commit is for the caller to see.
 */
async function findBaselines(github, wanted) {
    const found = new Map();
    for (const { artifact, commit, behind } of (await candidates(github, wanted)).slice(0, MOST_ASKED)) {
        if (found.size === MOST_FOUND)
            break;
        if (found.has(commit))
            continue;
        const run = await unlessUnknown(() => runOf(github, artifact.runId));
        if (run && EVENTS.has(run.event))
            found.set(commit, { artifact, commit, behind, runUrl: run.url });
    }
    return [...found.values()];
}
/** All artifacts of a commit's own runs, the oldest first: the nearest to when it was deployed. */
async function artifactsOfCommit(github, name, commit) {
    const found = [];
    for await (const page of artifactsNamed(github, name, MOST_PAGES)) {
        found.push(...page.filter(({ headSha, ownCode }) => ownCode && headSha === commit));
    }
    return found.sort((a, b) => a.id - b.id);
}
/** The nearest first; of one commit the newest. */
async function candidates(github, { name, commit: base, branch }) {
    const distance = await ancestors(github, base);
    const candidates = [];
    for await (const page of artifactsNamed(github, name, MOST_PAGES)) {
        for (const artifact of page) {
            const { headSha: commit, headBranch, ownCode } = artifact;
            const behind = commit === undefined ? undefined : distance.get(commit);
            if (!ownCode || headBranch !== branch || commit === undefined || behind === undefined)
                continue;
            candidates.push({ artifact, commit, behind });
        }
        if (candidates.some(({ behind }) => behind === 0))
            break;
    }
    return candidates.sort((a, b) => a.behind - b.behind || b.artifact.id - a.artifact.id);
}
/** A commit and those before it, each with its place in that order. */
async function ancestors(github, commit) {
    const { octokit, repository } = github;
    const commits = await unlessUnknown(() => github.read(request => octokit.rest.repos.listCommits({ ...repository, sha: commit, per_page: PER_PAGE, request })));
    return new Map(commits?.map(({ sha }, i) => [sha, i]));
}

;// CONCATENATED MODULE: ./lib/github/branch-file.js


/** Milliseconds before a change is made anew that somebody else's overtook. */
const AGAIN = [500, 1_500, 4_000, 10_000];
const WRITING = 'contents: write';
/**
 * A small text file on a branch of its own, that several jobs may change at the same time. Each change is a commit that
 * names the version it was made from, so that GitHub refuses the one that comes too late (docs.github.com: "Create or
 * update file contents", `sha`); it is then made anew from what is there by now. The branch begins without a parent.
 */
class BranchFile {
    #github;
    #options;
    constructor(github, options) {
        this.#github = github;
        this.#options = options;
    }
    /** Undefined where neither branch nor file is there. Needs `contents: read`. */
    async read() {
        try {
            return (await this.#version()).text;
        }
        catch (error) {
            throw this.#failed(error, 'be read', 'contents: read', 'Run the job again.');
        }
    }
    /**
     * Changes the file. `change` is handed its text and returns the new one; it may be called again with another text, and
     * where it returns the same text nothing is written. Rejects with a `UserError` where it cannot be known that the new
     * text is there. It is written also after the job was cancelled. Needs `contents: write`.
     * @param otherwise what it means that it is not written
     */
    async update(change, otherwise) {
        for (let attempt = 0;; attempt++) {
            try {
                const { text, sha } = await this.#version();
                const changed = change(text);
                if (changed === text || (await this.#written(changed, sha)))
                    return;
            }
            catch (error) {
                throw error instanceof lib_runtime/* UserError */.yo ? error : this.#failed(error, 'be written', WRITING, otherwise);
            }
            const pause = AGAIN[attempt];
            if (pause === undefined) {
                throw this.#failed(new Error('others change it all the time'), 'be written', WRITING, otherwise);
            }
            await this.#github.clock.sleep(pause * (1 + Math.random() / 2));
        }
    }
    async #version() {
        const { octokit, repository } = this.#github;
        const { branch, path } = this.#options;
        // Not under the job's signal: how a task ended is told after a cancellation, too.
        const found = await unlessUnknown(() => this.#github.read(request => octokit.rest.repos.getContent({ ...repository, path, ref: branch, request }), new AbortController().signal));
        if (found === undefined)
            return { text: undefined, sha: undefined };
        if (Array.isArray(found) || found.type !== 'file' || !('content' in found))
            throw new Error(`${path} on ${branch} is no file`);
        return { text: Buffer.from(found.content, 'base64').toString('utf8'), sha: found.sha };
    }
    /** False where somebody else was first, or where nobody knows: then the file is read again. */
    async #written(text, sha) {
        const { octokit, repository } = this.#github;
        const { branch, path, message } = this.#options;
        const content = Buffer.from(text).toString('base64');
        try {
            await this.#github.write(request => octokit.rest.repos.createOrUpdateFileContents({ ...repository, path, branch, message, content, sha, request }));
            return true;
        }
        catch (error) {
            if (!isRefused(error))
                return (await this.#version()).text === text;
            // 409: another version. 422: it was made meanwhile.
            if (refusal(error) === 409 || refusal(error) === 422)
                return false;
            if (refusal(error) === 404 && sha === undefined)
                return this.#begun(text);
            throw error;
        }
    }
    /** The branch with its first commit; false where somebody else was first. */
    async #begun(text) {
        const { octokit, repository } = this.#github;
        const { branch, path, message } = this.#options;
        const tree = await this.#github.write(request => octokit.rest.git.createTree({
            ...repository,
            tree: [{ path, mode: '100644', type: 'blob', content: text }],
            request
        }));
        const commit = await this.#github.write(request => octokit.rest.git.createCommit({ ...repository, message, tree: tree.sha, parents: [], request }));
        try {
            await this.#github.write(request => octokit.rest.git.createRef({ ...repository, ref: `refs/heads/${branch}`, sha: commit.sha, request }));
            return true;
        }
        catch (error) {
            if (isRefused(error) && refusal(error) !== 422)
                throw error;
            return (await this.#version()).text === text;
        }
    }
    #failed(error, what, permission, otherwise) {
        const { branch, path } = this.#options;
        return new lib_runtime/* UserError */.yo(`${path} on the branch ${branch} could not ${what}`, this.#github.explain(error, permission, otherwise), { cause: error });
    }
}

;// CONCATENATED MODULE: ./lib/github/author.js

/** The author of what a job's own token writes. */
const ACTIONS = 'github-actions[bot]';
/**
 * Who the token is: GitHub's own, an app's, or a person's. GraphQL tells all of them (PSModule/GitHub#154;
 * marocchino/sticky-pull-request-comment: src/comment.ts), REST a person only. Refused by both, it is a job's own token.
 */
async function ownLogin(github) {
    const { octokit } = github;
    try {
        const { viewer } = await github.read(async (request) => ({
            data: await octokit.graphql('{ viewer { login } }', { request })
        }));
        return viewer.login;
    }
    catch (error) {
        if (!isRefused(error))
            throw error;
    }
    try {
        return (await github.read(request => octokit.rest.users.getAuthenticated({ request }))).login;
    }
    catch (error) {
        if (!isRefused(error))
            throw error;
        return ACTIONS;
    }
}
/** REST writes `name[bot]` for an app, where GraphQL may leave the end out. A person called `name` is another. */
function isSame({ login, type }, me) {
    return login === me || (type === 'Bot' && login === `${me}[bot]`);
}
/** For a hidden marker: nothing in it can end the HTML comment. */
function encoded(key) {
    return encodeURIComponent(key).replaceAll('-', '%2D');
}

;// CONCATENATED MODULE: ./lib/github/comments.js



/** Characters that GitHub takes (actions/dependency-review-action: src/comment-pr.ts). */
const LONGEST_COMMENT = 65_536;
/** Characters left for a text beside the marker, whose key has 100 at most, three each as it is written. */
const LONGEST_BODY = LONGEST_COMMENT - 400;
/** Milliseconds until we look whether a comment was made whose answer was lost. */
const LOOK_AFTER = 2_000;
/**
 * Makes the comment, or changes the one that is there, which is found by its hidden marker and its author over all
 * pages. One of a later run is left alone. Rejects where GitHub refuses; whoever calls it says so (`Github.explain`).
 */
async function upsertComment(github, comment) {
    const text = `${comment.body.trimEnd()}\n\n${comments_marker(comment)}`;
    if (text.length > LONGEST_COMMENT)
        throw new Error(`a comment of ${text.length} characters is too long for GitHub`);
    const there = await newestOwn(github, comment);
    if (there)
        return update(github, comment, there, text);
    return comment.createIf ? create(github, comment, text) : { outcome: 'below the threshold' };
}
async function update(github, { run }, there, body) {
    const { octokit, repository } = github;
    const url = there.html_url;
    if (isNewer(markerIn(there.body), run))
        return { outcome: 'a newer one is there', url };
    // With the marker: the same text of a later run is written for its number, which keeps a run in between out.
    if (there.body?.replaceAll('\r\n', '\n') === body)
        return { outcome: 'unchanged', url };
    // Twice the same is the same: sent again like a read.
    await github.read(request => octokit.rest.issues.updateComment({ ...repository, comment_id: there.id, body, request }));
    return { outcome: 'updated', url };
}
/** Sent once; where the answer is lost, it is looked for, and sent again only if nothing is there. */
async function create(github, comment, body) {
    const { octokit, repository } = github;
    const post = async () => {
        const made = await github.write(request => octokit.rest.issues.createComment({ ...repository, issue_number: comment.pullRequest, body, request }));
        return { outcome: 'created', url: made.html_url };
    };
    try {
        return await post();
    }
    catch (error) {
        if (isRefused(error))
            throw error;
        await github.clock.sleep(LOOK_AFTER);
        const there = await newestOwn(github, comment);
        if (!there)
            return post();
        const { outcome, url } = await update(github, comment, there, body);
        return { outcome: outcome === 'unchanged' ? 'created' : outcome, url };
    }
}
/** The newest comment of this key that this token's user has written. */
async function newestOwn(github, { pullRequest, key, log }) {
    const { octokit, repository } = github;
    const marked = [];
    const pages = github.pages((page, request) => octokit.rest.issues.listComments({ ...repository, issue_number: pullRequest, per_page: PER_PAGE, page, request }));
    for await (const page of pages)
        marked.push(...page.filter(({ body }) => markerIn(body)?.key === encoded(key)));
    if (marked.length === 0)
        return undefined;
    const me = await ownLogin(github);
    const own = marked.filter(({ user }) => user !== null && isSame(user, me)).sort((a, b) => a.id - b.id);
    if (own.length > 1)
        log.info(`There are ${own.length} comments of this kind; the newest counts.`);
    return own.at(-1);
}
const MARKER = /<!-- mastodon-on-heroku:slug-size key=(\S{1,300}) run=(\d{1,16}) attempt=(\d{1,9}) -->\s*$/;
function comments_marker({ key, run }) {
    return `<!-- mastodon-on-heroku:slug-size key=${encoded(key)} run=${run.id} attempt=${run.attempt} -->`;
}
/** A text without its end is no comment of ours: the marker stands last. */
function markerIn(body) {
    const [, key, id, attempt] = MARKER.exec(body ?? '') ?? [];
    return key === undefined ? undefined : { key, id: Number(id), attempt: Number(attempt) };
}
function isNewer(there, { id, attempt }) {
    return there.id > id || (there.id === id && there.attempt > attempt);
}

;// CONCATENATED MODULE: ./lib/github/deployments.js
/**
 * A deployment with its statuses on GitHub: what the repository's page shows under "Deployments".
 * It is only told there. Whatever GitHub answers, a deploy never fails because of it.
 */


/** In the payload of our deployments: who made them. */
const MAKER = 'mastodon-on-heroku';
/** docs.github.com: REST API, "Create a deployment status". */
const LONGEST_DESCRIPTION = 140;
/** Milliseconds until we look whether a write happened whose answer was lost. */
const deployments_LOOK_AFTER = 2_000;
/** How many deployments made by others we look into for this run: each is one request. */
const LOOKED_INTO = 10;
const ENDED = new Set(['success', 'failure', 'error', 'inactive']);
const PERMISSION = 'deployments: write';
const ALL_THE_SAME = 'The deploy goes on without telling GitHub.';
/** What ends an update is the answer alone: a cancelled deploy is told, too. */
const NEVER = new AbortController().signal;
/** Where there is nothing to tell, or nobody to tell it to. */
const silent = { update: () => Promise.resolve() };
/**
 * Opens the deployment of this run: one that an earlier attempt of the run left as the newest, else a new one.
 *
 * Where the job has an `environment:`, GitHub itself has made a deployment, and nothing is added to it: GitHub ends it
 * as the job ends, with a status that takes its link from `environment.url` alone, so a link of ours would be gone
 * within the minute; and a `success` of ours would make the older deployments inactive before the job is known to
 * succeed (docs.github.com: "Deploying with GitHub Actions"; hephaestus-build/Hephaestus#1828 tried it).
 *
 * Never rejects. Without a token, or where it is refused: one warning, and nothing is done from then on.
 */
async function openDeployment(options) {
    const { log, signal } = options;
    const token = options.token?.trim();
    if (!token) {
        log.warning(`GitHub is not told about this deploy: there is no token. Give the job "permissions: ${PERMISSION}" and the action a github-token.`);
        return silent;
    }
    const github = new Deployments(options, token);
    try {
        const deployments = await github.deployments(signal);
        const earlier = github.ofEarlierAttempt(deployments);
        if (earlier)
            return new OwnDeployment(github, earlier.id, log);
        if (await github.jobHasOne(deployments, signal)) {
            log.info(`GitHub's own deployment of this job's environment "${options.environment}" shows this deploy.`);
            return silent;
        }
        return new OwnDeployment(github, await github.create(), log);
    }
    catch (error) {
        if (!signal.aborted)
            log.warning(github.explain(error));
        return silent;
    }
}
class OwnDeployment {
    #github;
    #id;
    #log;
    #refused = false;
    constructor(github, id, log) {
        this.#github = github;
        this.#id = id;
        this.#log = log;
    }
    async update(state, description, environmentUrl) {
        if (this.#refused)
            return;
        try {
            await this.#github.addStatus(this.#id, state, shortened(description), environmentUrl);
        }
        catch (error) {
            this.#refused = lacksPermission(error);
            this.#log.warning(this.#github.explain(error));
        }
    }
}
/** GitHub's deployments of one repository and environment, as this run needs them. */
class Deployments {
    #options;
    #github;
    constructor(options, token) {
        this.#options = options;
        this.#github = new Github({ ...options, token, repository: `${options.owner}/${options.repo}` });
    }
    /**
     * Those of the environment, the newest first. Not narrowed to the deployed commit: the job's own deployment is of the
     * commit that the workflow runs on, and `ref` may name another.
     */
    async deployments(signal) {
        const { environment } = this.#options;
        const { octokit, repository } = this.#github;
        const list = await this.#github.read(request => octokit.rest.repos.listDeployments({ ...repository, environment, per_page: 30, request }), signal ?? NEVER);
        return newestFirst(list);
    }
    /**
     * Ours of the same run and commit, which a killed or failed attempt left. Only as the newest of its environment:
     * GitHub shows what was made last, so an older one would hide this deploy behind another.
     */
    ofEarlierAttempt([newest]) {
        const { sha, runId } = this.#options;
        return newest && newest.sha === sha && ourRun(newest) === runId ? newest : undefined;
    }
    /**
     * Whether GitHub made one for the job: a deployment that has not ended and whose statuses link to this run
     * (`…/actions/runs/<run>/job/<job>`). One that has ended is another job's, such as an approval before this one.
     */
    async jobHasOne(deployments, signal) {
        const run = `/actions/runs/${this.#options.runId}/`;
        for (const { id } of deployments.filter(deployment => ourRun(deployment) === undefined).slice(0, LOOKED_INTO)) {
            const statuses = await this.#statuses(id, signal);
            const linked = statuses.some(({ log_url, target_url }) => `${log_url}/ ${target_url}/`.includes(run));
            if (linked && !ENDED.has(statuses[0].state))
                return true;
        }
        return false;
    }
    /** Makes one; its id. Sent once: where the answer is lost, it is looked for. */
    async create() {
        try {
            const made = await this.#github.write(request => this.#github.octokit.rest.repos.createDeployment(this.#newDeployment(request)));
            if ('id' in made)
                return made.id;
            throw new Error(made.message ?? 'GitHub made no deployment');
        }
        catch (error) {
            if (isRefused(error))
                throw error;
            await this.#options.clock.sleep(deployments_LOOK_AFTER);
            const made = this.ofEarlierAttempt(await this.deployments());
            if (!made)
                throw error;
            return made.id;
        }
    }
    /** Where the answer is lost, sends it again only if it is not the newest status. */
    async addStatus(id, state, description, environmentUrl) {
        const { octokit, repository } = this.#github;
        const post = (request) => octokit.rest.repos.createDeploymentStatus({
            ...repository,
            deployment_id: id,
            state,
            description,
            log_url: this.#options.runUrl,
            ...(environmentUrl !== undefined && { environment_url: environmentUrl }),
            request
        });
        try {
            await this.#github.write(post);
        }
        catch (error) {
            if (isRefused(error))
                throw error;
            await this.#options.clock.sleep(deployments_LOOK_AFTER);
            const [newest] = await this.#statuses(id);
            if (newest?.state !== state || newest.description !== description)
                await this.#github.write(post);
        }
    }
    explain(error) {
        return this.#github.explain(error, PERMISSION, ALL_THE_SAME);
    }
    #newDeployment(request) {
        const { sha, ref, environment, runId } = this.#options;
        return {
            ...this.#github.repository,
            // The commit: a branch could have moved on since.
            ref: sha,
            environment,
            task: 'deploy',
            description: 'Deploy to Heroku',
            auto_merge: false,
            // None: what was deployed is told, not asked for.
            required_contexts: [],
            payload: { by: MAKER, run_id: runId, ref },
            request
        };
    }
    async #statuses(id, signal = NEVER) {
        const { octokit, repository } = this.#github;
        const list = await this.#github.read(request => octokit.rest.repos.listDeploymentStatuses({ ...repository, deployment_id: id, per_page: 100, request }), signal);
        return newestFirst(list);
    }
}
/** The run that made a deployment of ours; undefined for one that others made. */
function ourRun({ payload }) {
    const { by, run_id: run } = payloadFields(payload);
    return by === MAKER ? String(run) : undefined;
}
/** GitHub hands a payload back as an object or as the JSON text of one. */
function payloadFields(payload) {
    try {
        const value = typeof payload === 'string' ? JSON.parse(payload) : payload;
        return typeof value === 'object' && value !== null ? value : {};
    }
    catch {
        return {};
    }
}
function newestFirst(list) {
    return list.toSorted((one, other) => other.id - one.id);
}
function shortened(description) {
    const characters = [...description];
    return characters.length <= LONGEST_DESCRIPTION
        ? description
        : `${characters.slice(0, LONGEST_DESCRIPTION - 1).join('')}…`;
}

;// CONCATENATED MODULE: ./lib/github/repository.js

const WHY = new Map([
    ['disabled_inactivity', 'inactivity'],
    ['disabled_fork', 'fork']
]);
/** Needs `contents: read` and `actions: read`. */
async function repositoryState(github) {
    const { octokit, repository } = github;
    const [about, { workflows }] = await Promise.all([
        github.read(request => octokit.rest.repos.get({ ...repository, request })),
        github.read(request => octokit.rest.actions.listRepoWorkflows({ ...repository, per_page: 100, request }))
    ]);
    const pushed = Date.parse(about.pushed_at ?? '');
    return {
        isPrivate: about.private,
        pushedAt: Number.isNaN(pushed) ? undefined : pushed,
        off: workflows.flatMap(({ name, path, state }) => {
            const why = WHY.get(state);
            return why === undefined ? [] : [{ name, path, why }];
        })
    };
}
/** Names of the jobs of a run that have failed. Needs `actions: read`. */
async function failedJobs(github, runId) {
    const { octokit, repository } = github;
    const { jobs } = await github.read(request => octokit.rest.actions.listJobsForWorkflowRun({ ...repository, run_id: runId, per_page: 100, request }));
    return jobs.filter(({ conclusion }) => conclusion === 'failure').map(({ name }) => name);
}
/** The newest release of any public repository; undefined where it has none. */
async function newestRelease(github, name) {
    const { octokit } = github;
    const [owner = '', repo = ''] = name.split('/');
    const found = await unlessUnknown(() => github.read(request => octokit.rest.repos.getLatestRelease({ owner, repo, request })));
    const publishedAt = Date.parse(found?.published_at ?? '');
    return found && !Number.isNaN(publishedAt) ? { tag: found.tag_name, publishedAt } : undefined;
}

;// CONCATENATED MODULE: ./lib/github/issues.js


/** Characters that GitHub takes. */
const issues_LONGEST = 65_536;
/** Characters of a note, which is read once. */
const LONGEST_NOTE = 10_000;
/** Characters that the marker may take. */
const LONGEST_MEMO = 12_000;
/** For a text beside the marker, with room for what it and the key take. */
const LONGEST_ISSUE = issues_LONGEST - 2 * LONGEST_MEMO;
/** Milliseconds until we look whether an issue was made whose answer was lost. */
const issues_LOOK_AFTER = 2_000;
/** Closed issues are looked through from the latest change on; ours is among the first. */
const CLOSED_PAGES = 3;
/**
 * The issue of this key that this token's user wrote, found by its hidden marker: the newest open one, else the newest
 * closed one. Rejects where GitHub refuses (`explainIssues`).
 */
async function findIssue(github, key) {
    const { octokit, repository } = github;
    let me;
    for (const [state, most] of [['open', Infinity], ['closed', CLOSED_PAGES]]) {
        const marked = [];
        let pages = 0;
        const lists = github.pages((page, request) => octokit.rest.issues.listForRepo({ ...repository, state, sort: 'updated', per_page: PER_PAGE, page, request }));
        for await (const page of lists) {
            marked.push(...page.filter(({ body, pull_request }) => !pull_request && issues_markerIn(body)?.key === encoded(key)));
            if (++pages >= most)
                break;
        }
        if (marked.length === 0)
            continue;
        me ??= await ownLogin(github);
        const login = me;
        const own = marked.filter(({ user }) => user !== null && isSame(user, login)).sort((a, b) => b.number - a.number);
        if (own[0])
            return ours(own[0]);
    }
    return undefined;
}
/** Opens an issue. Sent once; where the answer is lost, it is looked for, and sent again only if nothing is there. */
async function openIssue(github, key, issue) {
    const { octokit, repository } = github;
    const post = async () => ours(await github.write(request => octokit.rest.issues.create({ ...repository, title: issue.title, body: bodyOf(key, issue), request })));
    try {
        return await post();
    }
    catch (error) {
        if (isRefused(error))
            throw error;
        await github.clock.sleep(issues_LOOK_AFTER);
        const there = await findIssue(github, key);
        return there?.open ? there : post();
    }
}
/** Changes an issue in place, and opens or closes it. Twice the same is the same, so it is sent again like a read. */
async function changeIssue(github, { number }, key, issue, open) {
    const { octokit, repository } = github;
    const state = open ? 'open' : 'closed';
    const body = bodyOf(key, issue);
    await github.read(request => octokit.rest.issues.update({ ...repository, issue_number: number, title: issue.title, body, state, request }));
}
/** Adds a comment, of which GitHub tells those who follow the issue: a change of its text goes unnoticed. Sent once. */
async function noteOnIssue(github, { number }, text) {
    const { octokit, repository } = github;
    const body = text.slice(0, LONGEST_NOTE);
    await github.write(request => octokit.rest.issues.createComment({ ...repository, issue_number: number, body, request }));
}
/** What to do where GitHub refused issues. */
function explainIssues(github, error, consequence) {
    // GitHub switches issues off in a new fork, and answers 410 then (docs.github.com: disabling issues).
    if (refusal(error) === 410) {
        return `Issues are switched off in this repository, as GitHub does in a fork. Switch them on under Settings, General, Features. ${consequence}`;
    }
    return github.explain(error, 'issues: write', consequence);
}
const issues_MARKER = /\n*<!-- mastodon-on-heroku:checks key=(\S{1,300}) memo=([A-Za-z0-9+/=]{0,12000}) -->/;
function bodyOf(key, { text, memo }) {
    const packed = Buffer.from(memo).toString('base64');
    if (packed.length > LONGEST_MEMO)
        throw new Error(`${packed.length} characters are too many for an issue's marker`);
    return `${text.trimEnd()}\n\n<!-- mastodon-on-heroku:checks key=${encoded(key)} memo=${packed} -->`;
}
/** What somebody wrote below is not ours, and goes with the next change. */
function issues_markerIn(body) {
    const match = issues_MARKER.exec(body ?? '');
    if (!match)
        return undefined;
    const [, key = '', packed = ''] = match;
    return { key, memo: Buffer.from(packed, 'base64').toString('utf8'), text: body.slice(0, match.index) };
}
function ours({ number, state, closed_at, title, body, html_url: url }) {
    const marker = issues_markerIn(body);
    return {
        number,
        open: state === 'open',
        closedAt: closed_at ? Date.parse(closed_at) : undefined,
        title,
        url,
        memo: marker?.memo,
        text: (marker?.text ?? '').replaceAll('\r\n', '\n')
    };
}

;// CONCATENATED MODULE: ./lib/github/pulls.js

/**
 * The open pull requests of this repository whose newest commit, repository and branch are those: all three, since a
 * commit may be in many forks, and a branch name in each.
 */
async function findPullRequests(github, { headSha, headRepository, headBranch }) {
    const { octokit, repository } = github;
    const [owner = ''] = headRepository.split('/');
    const pulls = await github.read(request => octokit.rest.pulls.list({ ...repository, state: 'open', head: `${owner}:${headBranch}`, per_page: 100, request }));
    const sameName = (name) => name?.toLowerCase() === headRepository.toLowerCase();
    return pulls
        .filter(({ state, head }) => state === 'open' &&
        head.sha === headSha &&
        head.ref === headBranch &&
        sameName(head.repo?.full_name))
        .map(({ number, base }) => ({ number, headSha, baseSha: base.sha, baseBranch: base.ref }));
}
/** The commit where two branched off from each other; undefined where GitHub does not know them. */
function pulls_mergeBase(github, base, head) {
    const { octokit, repository } = github;
    return unlessUnknown(async () => {
        const basehead = `${base}...${head}`;
        const { merge_base_commit: commit } = await github.read(request => octokit.rest.repos.compareCommitsWithBasehead({ ...repository, basehead, per_page: 1, request }));
        return commit.sha;
    });
}
/** The parents of a commit, in their order; undefined where GitHub does not know it. */
function parentsOf(github, commit) {
    const { octokit, repository } = github;
    return unlessUnknown(async () => {
        const { parents } = await github.read(request => octokit.rest.git.getCommit({ ...repository, commit_sha: commit, request }));
        return parents.map(({ sha }) => sha);
    });
}
/** A text file of the repository at a commit or branch; undefined where it is not there. */
function readFileAt(github, path, ref) {
    const { octokit, repository } = github;
    return unlessUnknown(async () => {
        const data = await github.read(request => octokit.rest.repos.getContent({ ...repository, path, ref, mediaType: { format: 'raw' }, request }));
        if (typeof data === 'string')
            return data;
        if (data instanceof ArrayBuffer)
            return new TextDecoder('utf-8', { fatal: true }).decode(data);
        throw new Error(`${path} is not a file`);
    });
}
async function defaultBranch(github) {
    const { octokit, repository } = github;
    const { default_branch: branch } = await github.read(request => octokit.rest.repos.get({ ...repository, request }));
    return branch;
}

;// CONCATENATED MODULE: ./lib/github/index.js
/** What the action asks GitHub and tells it beyond its own job: deployments, comments, artifacts, pull requests. */










;// CONCATENATED MODULE: ./lib/commands/steps/results.js





const results_FILES = ['slug.tgz', 'slug-streaming.tgz', 'report.json', 'report.md', 'report.html'];
/** Files of an earlier run must not be taken for this one's. */
async function clearOutput(folder) {
    await (0,promises_.mkdir)(folder, { recursive: true });
    for (const file of results_FILES)
        await (0,promises_.rm)(external_node_path_.join(folder, file), { force: true });
}
/** Writes every file and output, the summary, and annotations. */
async function tell({ inputs, runtime, results }, told) {
    const { report } = told;
    const at = (file) => external_node_path_.join(inputs.outputDir, file);
    const markdown = renderMarkdown(told);
    await (0,promises_.writeFile)(at('report.json'), reportJson(report));
    await (0,promises_.writeFile)(at('report.md'), markdown);
    await (0,promises_.writeFile)(at('report.html'), renderPage(pageData(told), await pageParts(runtime.page)));
    const { verdict, variants, streaming } = report;
    const sizeOf = (name) => variants.find(variant => variant.name === name)?.compressed;
    results.output('slug-path', at('slug.tgz'));
    results.output('slug-sha256', variants.find(({ name }) => name === verdict.chosen).sha256);
    results.output('slug-size', verdict.compressed);
    results.output('slug-size-with-ffmpeg', sizeOf('with') ?? '');
    results.output('slug-size-without-ffmpeg', sizeOf('without') ?? '');
    if (streaming)
        results.output('slug-size-streaming', streaming.compressed);
    results.output('slug-limit', verdict.limit);
    results.output('within-limit', verdict.withinLimit);
    results.output('ffmpeg', verdict.chosen);
    results.output('report-path', at('report.json'));
    results.output('report-page-path', at('report.html'));
    results.output('comment-body', renderMarkdown(told, LONGEST_BODY));
    await results.summary(markdown);
    for (const warning of report.warnings)
        runtime.log.warning(warning);
    for (const { name, compressed } of variants)
        runtime.log.info(`${name} ffmpeg: ${(0,lib_runtime/* megabytes */.ix)(compressed)} (${compressed} bytes)`);
    if (streaming)
        runtime.log.info(`streaming: ${(0,lib_runtime/* megabytes */.ix)(streaming.compressed)} (${streaming.compressed} bytes)`);
    if (report.ffmpeg.givenUp)
        runtime.log.warning('This slug has no ffmpeg: uploads of video, audio and animated GIFs will fail on this instance');
    if (told.noBaseline !== undefined)
        runtime.log.info(`There is nothing to compare with: ${told.noBaseline}`);
    runtime.log.info(headline(told));
    const { size } = await (0,promises_.stat)(at('slug.tgz'));
    if (size !== verdict.compressed)
        throw new Error(`slug.tgz has ${size} bytes, and ${verdict.compressed} were measured`);
}
/** Fails where the slug must not be shipped, or must not be merged. */
function judge({ inputs, runtime }, told) {
    const { verdict, streaming } = told.report;
    if (verdict.problem !== undefined) {
        throw new lib_runtime/* UserError */.yo(`The slug is not fit to ship: ${verdict.problem}`, 'Read the log group "ffmpeg", or set `ffmpeg: auto` to go without.');
    }
    if (inputs.failOn === 'never')
        return;
    if (!verdict.withinLimit) {
        throw new lib_runtime/* UserError */.yo(`The slug is over its limit: ${(0,lib_runtime/* megabytes */.ix)(verdict.compressed)} of ${(0,lib_runtime/* megabytes */.ix)(verdict.limit)}`, 'The report lists the ways back under it, the cheapest first.');
    }
    if (streaming && streaming.compressed > verdict.limit) {
        throw new lib_runtime/* UserError */.yo(`The streaming slug is over its limit: ${(0,lib_runtime/* megabytes */.ix)(streaming.compressed)} of ${(0,lib_runtime/* megabytes */.ix)(verdict.limit)}`, 'Look at what streaming/package.json depends on.');
    }
    if (inputs.failOn !== 'growth' || !inputs.github.event.name?.startsWith('pull_request'))
        return;
    if (told.comparison?.change === undefined)
        runtime.log.warning('Whether the slug has grown too much is not known: there is nothing to compare it with');
    else
        judgeGrowth(told.comparison, inputs.maxGrowth);
}
/** Only for pull requests: elsewhere a failure would keep the base's own report from being recorded, for ever. */
function judgeGrowth(comparison, maxGrowth) {
    const [name] = maxGrowth ? grownTooMuch(comparison, maxGrowth) : [];
    if (name === undefined)
        return;
    const { head, base = 0 } = comparison.sizes.find(size => size.name === name);
    throw new lib_runtime/* UserError */.yo(`The slug ${name === 'streaming' ? 'of the streaming app' : `${name} ffmpeg`} has grown by ${(0,lib_runtime/* megabytes */.ix)(head - base)}, from ${(0,lib_runtime/* megabytes */.ix)(base)}: more than ${amountText(maxGrowth)}`, 'The report says what brought it, under "What changed". Raise `max-growth` where it is worth it.');
}

// EXTERNAL MODULE: ./node_modules/@actions/http-client/lib/index.js + 1 modules
var lib = __webpack_require__(4942);
// EXTERNAL MODULE: ./node_modules/heroku-client/lib/index.js
var heroku_client_lib = __webpack_require__(6188);
// EXTERNAL MODULE: ./node_modules/heroku-client/lib/request.js
var request = __webpack_require__(3633);
;// CONCATENATED MODULE: ./lib/heroku/errors.js

/** A request to the Platform API (or to a scheduler's) that failed, with what a person needs to go on. */
class HerokuError extends lib_runtime/* UserError */.yo {
    details;
    constructor(details, options) {
        super(sentence(details), hint(details), options);
        this.name = 'HerokuError';
        this.details = details;
    }
    get status() {
        return this.details.status;
    }
    get outcome() {
        return this.details.outcome;
    }
}
/** Whether the request may have been carried out although it failed. */
function mayHaveHappened(error) {
    return error instanceof HerokuError && error.outcome === 'unknown';
}
function isNotFound(error) {
    return error instanceof HerokuError && error.status === 404;
}
function sentence(details) {
    const { method, path, status, id, reason, requestId, outcome, service = 'Heroku' } = details;
    const known = [status, id].filter(part => part !== undefined).join(' ');
    const asked = `${method} ${path}`;
    const trace = requestId ? ` (request id ${requestId})` : '';
    if (status !== undefined)
        return `${service} answered ${asked} with ${known}: ${reason}${trace}`;
    return outcome === 'unknown'
        ? `${service}'s answer to ${asked} was lost: ${reason}${trace}`
        : `${service} could not be asked ${asked}: ${reason}`;
}
/** Ids and statuses: Dev Center, platform-api-reference#errors. */
function hint({ method, path, status, id, outcome, service, hint }) {
    if (hint !== undefined)
        return hint;
    const unsure = 'Whether it was carried out is not known. Run the job again: it looks first, and goes on from there.';
    if (service !== undefined)
        return outcome === 'unknown' && method !== 'GET'
            ? unsure
            : `Look whether ${service} is down, then run the job again.`;
    if (id === 'two_factor')
        return 'This key needs a second factor here, which a job cannot give. Make one that does not: `heroku authorizations:create --scope global --description "GitHub deploy"`.';
    if (id === 'delinquent' || status === 402)
        return 'The account that owns the app has an unpaid bill. Settle it in Heroku’s dashboard under Billing.';
    if (id === 'suspended')
        return 'The account is suspended. Write to Heroku’s support.';
    switch (status) {
        case 401:
            return 'The key is wrong, expired or revoked. Make a new one with `heroku authorizations:create --scope global` and store it as the secret that `heroku-api-key` takes.';
        case 403:
            return 'The key works, but may not do this. Check that its account is a collaborator of the app with the right to deploy, and that its scope is global or write.';
        case 404:
            return /^\/apps\/[^/]+$/.test(path)
                ? 'Check the name of the app (`heroku apps`), and that the key’s account is a collaborator of it.'
                : 'It may have been removed meanwhile. Run the job again.';
        case 409:
            return 'Something else is changing this app. Wait until it is done, then run the job again.';
        case 422:
            return 'Heroku does not accept this request. Its message says why; where it is no mistake of the app’s settings, report it to mastodon-on-heroku with the request id.';
        case 429:
            return 'The account’s rate limit (4,500 requests an hour) is used up. Look for another job that asks without pause, wait some minutes, then run this one again.';
    }
    if (outcome === 'unknown' && method !== 'GET')
        return unsure;
    return 'Look at https://status.heroku.com, then run the job again.';
}

;// CONCATENATED MODULE: ./lib/heroku/client.js






const client_TIMEOUT = 30_000;
const READ_ATTEMPTS = 6;
const WRITE_ATTEMPTS = 5;
const FIRST_WAIT = 1_000;
const client_LONGEST_WAIT = 60_000;
function createClient(options) {
    const { url, key, clock, timeout = client_TIMEOUT, random = Math.random } = options;
    // HTTPS_PROXY and NO_PROXY as the runner's own library reads them; heroku-client knows only variables of its own.
    // Only reads share connections: a kept one may be closed just when a write goes out, and its fate would be unknown.
    const reads = new lib/* HttpClient */.Qq(undefined, undefined, { keepAlive: true }).getAgent(url);
    const writes = new lib/* HttpClient */.Qq().getAgent(url);
    const usage = { requests: 0, remaining: undefined };
    const heroku = new GuardedHeroku({
        host: url,
        token: key,
        userAgent: `mastodon-on-heroku/${lib_runtime/* VERSION */.xv}`,
        guard: { reads, writes, clock, timeout, usage, service: options.service }
    });
    const patiently = async (method, path, request) => {
        const { signal = options.signal } = request;
        const attempts = method === 'GET' ? READ_ATTEMPTS : WRITE_ATTEMPTS;
        for (let attempt = 1;; attempt++) {
            if (signal.aborted)
                throw new lib_runtime/* CancelledError */.cc(`${method} ${path}`);
            try {
                return await heroku.ask(method, path, { ...request, signal });
            }
            catch (error) {
                if (attempt === attempts || !(error instanceof HerokuError) || !mayAskAgain(method, error))
                    throw error;
                const wanted = error.details.retryAfter ?? FIRST_WAIT * 2 ** (attempt - 1);
                await clock.sleep(Math.min(wanted, client_LONGEST_WAIT) * (1 + random() / 4), signal);
            }
        }
    };
    const shaped = async (method, path, shape, request = {}) => {
        const answer = await patiently(method, path, request);
        const result = dist/* safeParse */.xLC(shape, answer);
        if (result.success)
            return result.output;
        const where = dist/* getDotPath */.BuJ(result.issues[0]) ?? 'its top';
        // A write was carried out, whatever its answer looks like.
        const outcome = method === 'GET' ? 'refused' : 'unknown';
        const reason = `the answer is not as ${options.service ? 'expected' : 'documented'} at ${where}`;
        throw new HerokuError({ method, path, outcome, reason, service: options.service?.name });
    };
    return {
        usage,
        get: (path, shape, request) => shaped('GET', path, shape, request),
        write: (method, path, shape, request) => shaped(method, path, shape, request)
    };
}
function mayAskAgain(method, error) {
    const { status = 0, outcome } = error.details;
    if (outcome === 'not-sent')
        return true;
    if (method !== 'GET')
        return status === 409 || status === 429;
    return mayHaveHappened(error) || status === 429 || status >= 500;
}
/** heroku-client with the guarded request in place of its own. */
class GuardedHeroku extends heroku_client_lib {
    #options;
    constructor(options) {
        super({});
        this.#options = options;
    }
    async ask(method, path, { body, range, accept, signal }) {
        const headers = {
            ...this.#options.guard.service?.headers,
            ...(accept === undefined ? {} : { Accept: accept }),
            ...(range === undefined ? {} : { Range: range })
        };
        const request = new GuardedRequest({ ...this.#options, method, path, body, headers, partial: range !== undefined }, this.#options.guard);
        const cancel = () => request.fail(new lib_runtime/* CancelledError */.cc(`${method} ${path}`));
        signal.addEventListener('abort', cancel, { once: true });
        try {
            return await request.request();
        }
        finally {
            signal.removeEventListener('abort', cancel);
            request.settle();
        }
    }
}
/**
 * heroku-client 3.1.4's request without its faults: it sends every request again after a lost connection, also a write
 * and also after its time limit; it hangs for ever on an answer that is cut off; it breaks letters at the edges of
 * chunks; its errors say neither what was asked nor the request id (heroku/node-heroku-client: lib/request.js).
 */
class GuardedRequest extends request {
    #guard;
    #method;
    #path;
    #sent;
    #stopTimer = () => { };
    constructor(options, guard) {
        // Its url.parse() prints a deprecation warning from a bundle; the warning is about its code, not the user's.
        const { noDeprecation } = process;
        process.noDeprecation = true;
        super(options);
        process.noDeprecation = noDeprecation;
        this.#guard = guard;
        this.#method = String(options['method']);
        this.#path = String(options['path']);
        this.agent = this.#method === 'GET' ? guard.reads : guard.writes;
        this.middleware = (response, next) => this.#receive(response, next);
    }
    /** Gives the request up. Nothing is sent again. */
    fail(error) {
        this.settle();
        this.reject(this.#explain(error));
        this.#sent?.destroy();
    }
    settle() {
        this.#stopTimer();
    }
    /** heroku-client calls this for each request it sends, a list's further pages included. */
    setRequestTimeout(request) {
        const { clock, timeout, usage, service } = this.#guard;
        // heroku-client sends a list's range with every request; only the Platform API knows it.
        if (service && !request.headersSent)
            request.removeHeader('range');
        this.settle();
        usage.requests++;
        this.#sent = request;
        this.#stopTimer = clock.after(timeout, () => this.fail(new Error(`no answer within ${timeout / 1000} s`)));
    }
    /** Sending again is decided above, not here. Its caller rejects with the error it is given. */
    isRetryAllowed(error) {
        this.fail(error);
        return false;
    }
    #receive(response, next) {
        response.setEncoding('utf8');
        response.on('error', error => this.fail(error));
        response.on('close', () => {
            if (!response.complete)
                this.fail(new Error('the answer was cut off'));
        });
        const remaining = Number(response.headers['ratelimit-remaining']);
        if (Number.isFinite(remaining))
            this.#guard.usage.remaining = remaining;
        // A 304 would crash heroku-client; nothing here asks for one.
        if (response.statusCode === 304)
            this.fail(new Error('an answer without content (304)'));
        else
            next();
    }
    handleSuccess(response, body) {
        try {
            super.handleSuccess(response, body);
        }
        catch (cause) {
            const details = this.#details(response, 'unknown');
            this.fail(new HerokuError({ ...details, reason: 'the answer is not JSON' }, { cause }));
        }
    }
    handleFailure(response, body) {
        const status = response.statusCode ?? 0;
        const outcome = status >= 400 && status < 500 && status !== 408 ? 'refused' : 'unknown';
        const { id, message } = errorBody(body);
        const hint = this.#guard.service?.hint(status);
        const seconds = Number(response.headers['retry-after']);
        this.fail(new HerokuError({
            ...this.#details(response, outcome),
            status,
            id,
            hint,
            reason: message ?? response.statusMessage ?? 'no reason given',
            retryAfter: seconds > 0 ? seconds * 1_000 : undefined
        }));
    }
    #details(response, outcome) {
        const requestId = response.headers['request-id'];
        return {
            method: this.#method,
            path: this.#path,
            outcome,
            service: this.#guard.service?.name,
            requestId: typeof requestId === 'string' ? requestId.slice(0, 200) : undefined
        };
    }
    #explain(error) {
        if (error instanceof HerokuError || error instanceof lib_runtime/* CancelledError */.cc)
            return error;
        const neverConnected = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes((0,lib_runtime/* errorCode */.CA)(error) ?? '');
        const outcome = neverConnected ? 'not-sent' : 'unknown';
        // The error of a proxy or a socket names hosts, never the key: that is in a header.
        const [method, path, service] = [this.#method, this.#path, this.#guard.service?.name];
        return new HerokuError({ method, path, outcome, service, reason: (0,lib_runtime/* errorText */.kc)(error) }, { cause: error });
    }
}
const client_text = dist/* fallback */.NpB(dist/* optional */.lqM(dist/* string */.YjP()), undefined);
const client_refusal = dist/* union */.KCZ([
    dist/* object */.Ikc({ errors: dist/* tuple */.PVZ([dist/* looseObject */._H3({ title: dist/* string */.YjP(), detail: client_text })]) }),
    dist/* object */.Ikc({ id: client_text, message: client_text })
]);
/**
 * Heroku's shape of an error: `{"id","message","url"}` (Dev Center: platform-api-reference#error-response), or that of
 * JSON:API, of which the first is taken (jsonapi.org: error objects).
 */
function errorBody(body) {
    const { success, output } = dist/* safeParse */.xLC(dist/* pipe */.FsL(dist/* string */.YjP(), dist/* parseJson */.qFJ(), client_refusal), body);
    if (!success)
        return {};
    if (!('errors' in output))
        return { id: output.id?.slice(0, 100), message: output.message?.slice(0, 2_000) };
    const [{ title, detail = title }] = output.errors;
    return { message: (detail === title ? title : `${title} (${detail})`).slice(0, 2_000) };
}

;// CONCATENATED MODULE: ./lib/heroku/shapes.js
/** The parts of Heroku's answers that are used here (Schema: heroku/platform-api:schema.json). More may be in them. */

const named = dist/* looseObject */._H3({ name: dist/* string */.YjP() });
const identified = dist/* looseObject */._H3({ id: dist/* string */.YjP() });
const anything = dist/* unknown */.L5J();
const account = dist/* looseObject */._H3({ email: dist/* string */.YjP() });
const authorizations = dist/* array */.YOg(dist/* looseObject */._H3({
    access_token: dist/* nullish */.cl6(dist/* looseObject */._H3({ token: dist/* nullish */.cl6(dist/* string */.YjP()), expires_in: dist/* nullish */.cl6(dist/* number */.aig()) }))
}));
const app = dist/* looseObject */._H3({
    id: dist/* string */.YjP(),
    name: dist/* string */.YjP(),
    web_url: dist/* nullish */.cl6(dist/* string */.YjP()),
    maintenance: dist/* optional */.lqM(dist/* boolean */.zMY(), false),
    stack: named,
    build_stack: dist/* nullish */.cl6(named),
    /** Only with `version=3.sdk`. */
    generation: dist/* nullish */.cl6(dist/* union */.KCZ([dist/* string */.YjP(), named]))
});
const configVars = dist/* record */.g1P(dist/* string */.YjP(), dist/* nullable */.mee(dist/* string */.YjP()));
const shapes_slug = dist/* looseObject */._H3({
    id: dist/* string */.YjP(),
    blob: dist/* looseObject */._H3({ method: dist/* string */.YjP(), url: dist/* string */.YjP() }),
    checksum: dist/* nullish */.cl6(dist/* string */.YjP()),
    commit: dist/* nullish */.cl6(dist/* string */.YjP()),
    commit_description: dist/* nullish */.cl6(dist/* string */.YjP()),
    process_types: dist/* nullish */.cl6(dist/* record */.g1P(dist/* string */.YjP(), dist/* string */.YjP())),
    size: dist/* nullish */.cl6(dist/* number */.aig()),
    deleted_at: dist/* nullish */.cl6(dist/* string */.YjP()),
    stack: dist/* nullish */.cl6(named)
});
const release = dist/* looseObject */._H3({
    id: dist/* string */.YjP(),
    version: dist/* number */.aig(),
    status: dist/* picklist */.KIO(['pending', 'succeeded', 'failed', 'expired']),
    current: dist/* optional */.lqM(dist/* boolean */.zMY(), false),
    description: dist/* optional */.lqM(dist/* string */.YjP(), ''),
    output_stream_url: dist/* nullish */.cl6(dist/* string */.YjP()),
    eligible_for_rollback: dist/* optional */.lqM(dist/* boolean */.zMY(), true),
    slug: dist/* nullish */.cl6(identified),
    user: dist/* nullish */.cl6(dist/* looseObject */._H3({ email: dist/* optional */.lqM(dist/* string */.YjP()) })),
    created_at: dist/* optional */.lqM(dist/* string */.YjP(), '')
});
const dyno = dist/* looseObject */._H3({
    id: dist/* string */.YjP(),
    name: dist/* string */.YjP(),
    type: dist/* string */.YjP(),
    state: dist/* string */.YjP(),
    command: dist/* optional */.lqM(dist/* string */.YjP(), ''),
    attach_url: dist/* nullish */.cl6(dist/* string */.YjP()),
    release: dist/* nullish */.cl6(dist/* looseObject */._H3({ version: dist/* number */.aig() }))
});
const formation = dist/* looseObject */._H3({ type: dist/* string */.YjP(), quantity: dist/* number */.aig(), size: dist/* nullish */.cl6(dist/* string */.YjP()) });
const addon = dist/* looseObject */._H3({
    id: dist/* string */.YjP(),
    name: dist/* string */.YjP(),
    addon_service: named,
    plan: dist/* nullish */.cl6(named),
    state: dist/* optional */.lqM(dist/* string */.YjP(), 'provisioned'),
    config_vars: dist/* optional */.lqM(dist/* array */.YOg(dist/* string */.YjP()), [])
});
const attachment = dist/* looseObject */._H3({ name: dist/* string */.YjP(), addon: named, app: dist/* nullish */.cl6(named) });
/** Schema: domain; `acm_status` with its reason as heroku/cli reads them (certs:auto; the words are Heroku's own). */
const domain = dist/* looseObject */._H3({
    hostname: dist/* string */.YjP(),
    kind: dist/* optional */.lqM(dist/* string */.YjP(), 'custom'),
    /** Where the name's CNAME, ALIAS or ANAME must lead. */
    cname: dist/* nullish */.cl6(dist/* string */.YjP()),
    status: dist/* nullish */.cl6(dist/* string */.YjP()),
    /** `cert issued`, `failing`, `failed` …; null where Heroku does not manage the certificate. */
    acm_status: dist/* nullish */.cl6(dist/* string */.YjP()),
    acm_status_reason: dist/* nullish */.cl6(dist/* string */.YjP())
});
const feature = dist/* looseObject */._H3({ name: dist/* string */.YjP(), enabled: dist/* boolean */.zMY() });
const logSession = dist/* looseObject */._H3({ logplex_url: dist/* string */.YjP() });
const sources = dist/* looseObject */._H3({ source_blob: dist/* looseObject */._H3({ get_url: dist/* string */.YjP(), put_url: dist/* string */.YjP() }) });
const build = dist/* looseObject */._H3({
    id: dist/* string */.YjP(),
    status: dist/* picklist */.KIO(['pending', 'succeeded', 'failed']),
    output_stream_url: dist/* nullish */.cl6(dist/* string */.YjP()),
    slug: dist/* nullish */.cl6(identified),
    release: dist/* nullish */.cl6(identified),
    source_blob: dist/* nullish */.cl6(dist/* looseObject */._H3({ version_description: dist/* nullish */.cl6(dist/* string */.YjP()) })),
    user: dist/* nullish */.cl6(dist/* looseObject */._H3({ email: dist/* optional */.lqM(dist/* string */.YjP()) })),
    created_at: dist/* optional */.lqM(dist/* string */.YjP(), '')
});

;// CONCATENATED MODULE: ./lib/heroku/app.js






const SDK = 'application/vnd.heroku+json; version=3.sdk';
/** Milliseconds between looks for a write whose answer was lost: it may still be on its way. */
const LOOKS = [0, 2_000, 5_000, 10_000];
/** One app on Heroku. Each method is one request unless it says so; all reject with a `HerokuError`. */
class HerokuApp {
    name;
    #client;
    #clock;
    #signal;
    #path;
    constructor(client, name, clock, signal) {
        this.name = name;
        this.#client = client;
        this.#clock = clock;
        this.#signal = signal;
        this.#path = `/apps/${encodeURIComponent(name)}`;
    }
    /** The same app, asked under another signal: for clearing away after the job was cancelled. */
    under(signal) {
        const client = {
            usage: this.#client.usage,
            get: (path, shape, options) => this.#client.get(path, shape, { ...options, signal }),
            write: (method, path, shape, options) => this.#client.write(method, path, shape, { ...options, signal })
        };
        return new HerokuApp(client, this.name, this.#clock, signal);
    }
    /** With `version=3.sdk`, which adds the generation (Cedar or Fir). */
    info() {
        return this.#client.get(this.#path, app, { accept: SDK });
    }
    /** All config vars with their values: secrets. */
    async configVars() {
        const vars = await this.#client.get(`${this.#path}/config-vars`, configVars);
        return Object.fromEntries(Object.entries(vars).flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
    }
    /** Sets config vars, all in one release. Where the answer is lost, reads whether they are set. */
    async setConfigVars(vars) {
        try {
            await this.#client.write('PATCH', `${this.#path}/config-vars`, configVars, { body: vars });
        }
        catch (error) {
            if (!mayHaveHappened(error))
                throw error;
            await this.#look(error, async () => {
                const now = await this.configVars();
                return Object.entries(vars).every(([name, value]) => now[name] === value) || undefined;
            });
        }
    }
    /** The newest first. */
    releases(most) {
        const range = `version ..; order=desc, max=${most}`;
        return this.#client.get(`${this.#path}/releases`, dist/* array */.YOg(release), { range });
    }
    release(idOrVersion) {
        return this.#client.get(`${this.#path}/releases/${idOrVersion}`, release);
    }
    /** A slug that may still be downloaded, or undefined where Heroku has dropped it. */
    async slug(id) {
        try {
            const slug = await this.#client.get(`${this.#path}/slugs/${id}`, shapes_slug);
            return slug.deleted_at ? undefined : slug;
        }
        catch (error) {
            if (isNotFound(error))
                return undefined;
            throw error;
        }
    }
    /** A new slug to upload to. One that is never released is dropped by Heroku, so nobody looks for a lost one. */
    createSlug({ processTypes, sha256, commit, description, stack }) {
        const body = {
            process_types: processTypes,
            checksum: `SHA256:${sha256}`,
            commit,
            commit_description: description,
            stack
        };
        return this.#client.write('POST', `${this.#path}/slugs`, shapes_slug, { body });
    }
    /**
     * Releases a slug. Where the answer is lost, the release is looked for by its slug among those newer than `after`.
     * @param after version of the newest release before
     */
    async createRelease(slugId, description, after) {
        try {
            const body = { slug: slugId, description };
            return await this.#client.write('POST', `${this.#path}/releases`, release, { body });
        }
        catch (error) {
            if (!mayHaveHappened(error))
                throw error;
            return this.#look(error, async () => (await this.releases(10)).find(({ version, slug }) => version > after && slug?.id === slugId));
        }
    }
    formation() {
        return this.#client.get(`${this.#path}/formation`, dist/* array */.YOg(formation));
    }
    dynos() {
        return this.#client.get(`${this.#path}/dynos`, dist/* array */.YOg(dyno));
    }
    /** The dyno, or undefined where it has ended (then it is no longer known). */
    async dyno(idOrName) {
        try {
            return await this.#client.get(`${this.#path}/dynos/${idOrName}`, dyno);
        }
        catch (error) {
            if (isNotFound(error))
                return undefined;
            throw error;
        }
    }
    /**
     * Starts a one-off dyno. Where the answer is lost, it is looked for by its marker: undocumented, that Heroku gives a
     * dyno's command back as it was sent.
     */
    async createDyno({ command, attach, size, timeToLive, marker }) {
        const body = { command, attach, force_no_tty: true, type: 'run', size, time_to_live: timeToLive };
        try {
            return await this.#client.write('POST', `${this.#path}/dynos`, dyno, { body });
        }
        catch (error) {
            if (!mayHaveHappened(error))
                throw error;
            return this.#look(error, async () => (await this.dynos()).find(({ command }) => command.includes(marker)));
        }
    }
    /** Stops a dyno; one that is gone is fine. */
    async stopDyno(idOrName) {
        try {
            await this.#client.write('POST', `${this.#path}/dynos/${idOrName}/actions/stop`, anything);
        }
        catch (error) {
            // Asked for once; whoever waits for the dyno sees whether it went.
            if (!isNotFound(error) && !mayHaveHappened(error))
                throw error;
        }
    }
    addons() {
        return this.#client.get(`${this.#path}/addons`, dist/* array */.YOg(addon));
    }
    attachments() {
        return this.#client.get(`${this.#path}/addon-attachments`, dist/* array */.YOg(attachment));
    }
    /** Attaches another app's add-on under a name. Where the answer is lost, reads whether it is attached. */
    async attach(addon, name) {
        const body = { addon, app: this.name, name, confirm: this.name };
        try {
            await this.#client.write('POST', '/addon-attachments', attachment, { body });
        }
        catch (error) {
            if (!mayHaveHappened(error))
                throw error;
            await this.#look(error, async () => (await this.attachments()).find(attached => attached.name === name));
        }
    }
    async hasFeature(name) {
        try {
            return (await this.#client.get(`${this.#path}/features/${name}`, feature)).enabled;
        }
        catch (error) {
            if (isNotFound(error))
                return false;
            throw error;
        }
    }
    /** Maintenance mode. Setting it twice is the same as once, so a lost answer is looked into by reading the app. */
    async setMaintenance(on) {
        try {
            await this.#client.write('PATCH', this.#path, app, { body: { maintenance: on } });
        }
        catch (error) {
            if (!mayHaveHappened(error))
                throw error;
            await this.#look(error, async () => (await this.info()).maintenance === on || undefined);
        }
    }
    /** The newest first. */
    builds(most) {
        const range = `created_at ..; order=desc, max=${most}`;
        return this.#client.get(`${this.#path}/builds`, dist/* array */.YOg(build), { range });
    }
    build(id) {
        return this.#client.get(`${this.#path}/builds/${id}`, build);
    }
    /**
     * Builds from a source tarball on Heroku. Where the answer is lost, the build is looked for by its source's
     * description among those that were not there before.
     */
    async createBuild(source, buildpacks) {
        const { url, version, description, sha256 } = source;
        const body = {
            source_blob: { url, version, version_description: description, checksum: `SHA256:${sha256}` },
            buildpacks: buildpacks.map(nameOrUrl)
        };
        const known = new Set((await this.builds(10)).map(({ id }) => id));
        try {
            return await this.#client.write('POST', `${this.#path}/builds`, build, { body });
        }
        catch (error) {
            if (!mayHaveHappened(error))
                throw error;
            return this.#look(error, async () => (await this.builds(10)).find(({ id, source_blob }) => !known.has(id) && source_blob?.version_description === description));
        }
    }
    /** Ends a build; one that is over is fine (heroku/heroku-builds: builds:cancel). */
    async cancelBuild(id) {
        try {
            await this.#client.write('DELETE', `${this.#path}/builds/${id}`, anything);
        }
        catch (error) {
            if (!isNotFound(error) && !mayHaveHappened(error))
                throw error;
        }
    }
    /** Where a source tarball is put and fetched again (Schema: source; the one below `/apps` is deprecated). */
    createSource() {
        return this.#client.write('POST', '/sources', sources);
    }
    /** Where the last log lines can be read: all, or those of one source (`heroku`). */
    async logUrl(lines, source) {
        const body = { lines, tail: false, ...(source === undefined ? {} : { source }) };
        return (await this.#client.write('POST', `${this.#path}/log-sessions`, logSession, { body })).logplex_url;
    }
    /** Looks, some times, whether a write happened whose answer was lost. Rejects with `error` where nothing is found. */
    async #look(error, find) {
        for (const wait of LOOKS) {
            await this.#clock.sleep(wait, this.#signal);
            const found = await find();
            if (found !== undefined)
                return found;
        }
        throw error;
    }
}
function nameOrUrl(buildpack) {
    return buildpack.includes('://') ? { url: buildpack } : { name: buildpack };
}
/** Whose key it is; works with any key. */
async function whoAmI(client) {
    return (await client.get('/account', account)).email;
}
/**
 * Seconds until the key expires, or undefined where it does not or may not say (only a key of scope `global` may list
 * authorizations; heroku/cli: auth:token reads the same).
 */
async function keyExpiresIn(client, key) {
    try {
        const all = await client.get('/oauth/authorizations', authorizations);
        return all.find(({ access_token }) => access_token?.token === key)?.access_token?.expires_in ?? undefined;
    }
    catch {
        return undefined;
    }
}

;// CONCATENATED MODULE: ./lib/heroku/domains.js



/** All names under which the app is reached, `herokuapp.com` among them. */
function domainsOf(client, app) {
    return client.get(`/apps/${encodeURIComponent(app)}/domains`, dist/* array */.YOg(domain));
}

;// CONCATENATED MODULE: ./lib/heroku/data.js


const amount = dist/* optional */.lqM(dist/* nullable */.mee(dist/* pipe */.FsL(dist/* number */.aig(), dist/* minValue */.Wwf(0))));
const heroku_data_text = dist/* pipe */.FsL(dist/* string */.YjP(), dist/* maxLength */.Ru6(300));
const lines = dist/* array */.YOg(dist/* looseObject */._H3({ name: heroku_data_text, values: dist/* array */.YOg(dist/* union */.KCZ([heroku_data_text, dist/* number */.aig()])) }));
const classic = dist/* looseObject */._H3({
    plan: dist/* nullish */.cl6(dist/* looseObject */._H3({ name: heroku_data_text })),
    num_bytes: amount,
    info: dist/* optional */.lqM(lines, [])
});
const advanced = dist/* looseObject */._H3({
    status: dist/* optional */.lqM(heroku_data_text),
    tier: dist/* nullish */.cl6(heroku_data_text),
    plan_limits: dist/* optional */.lqM(dist/* array */.YOg(dist/* looseObject */._H3({ name: heroku_data_text, current: dist/* nullish */.cl6(dist/* number */.aig()), limit: dist/* nullish */.cl6(dist/* number */.aig()) })), []),
    pools: dist/* optional */.lqM(dist/* array */.YOg(dist/* looseObject */._H3({ connections_used: dist/* nullish */.cl6(dist/* number */.aig()), expected_connection_limit: dist/* nullish */.cl6(dist/* number */.aig()) })), [])
});
const redisConfig = dist/* looseObject */._H3({ maxmemory_policy: dist/* looseObject */._H3({ value: heroku_data_text }) });
/**
 * Figures of a Heroku Postgres, of Essential to Premium or of the Advanced tier, which has an address of its own.
 * @param client of the data API
 * @param plan as the Platform API names it: `heroku-postgresql:essential-0`
 */
async function postgresFigures(client, id, plan) {
    if (/^heroku-postgresql:(advanced|performance)/.test(plan))
        return advancedFigures(client, id);
    const { num_bytes: bytes, plan: named, info } = await client.get(`/client/v11/databases/${encodeURIComponent(id)}`, classic);
    const said = (name) => String(info.find(line => line.name === name)?.values[0] ?? '');
    return {
        plan: named?.name,
        status: said('Status') || undefined,
        bytes: bytes ?? undefined,
        size: shareOf(said('Data Size')),
        connections: shareOf(said('Connections')),
        tables: shareOf(said('Tables'))
    };
}
/** Redis's eviction policy, of a Heroku Key-Value Store. */
async function redisPolicy(client, name) {
    return (await client.get(`/redis/v0/databases/${encodeURIComponent(name)}/config`, redisConfig)).maxmemory_policy
        .value;
}
async function advancedFigures(client, id) {
    const { status, tier, plan_limits, pools } = await client.get(`/data/postgres/v1/${encodeURIComponent(id)}/info`, advanced);
    const limit = (name) => {
        const found = plan_limits.find(one => one.name === name);
        return share(found?.current, found?.limit);
    };
    const size = limit('storage-limit-in-gb');
    const [pool] = pools;
    return {
        plan: tier ?? undefined,
        status,
        bytes: size && Math.round(size.part * 1e9),
        size,
        connections: share(pool?.connections_used, pool?.expected_connection_limit),
        tables: limit('table-limit')
    };
}
const UNITS = { '': 1, bytes: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };
/** `19/20`, `900.0 MB / 1.00 GB (90.00%) (In compliance)`. */
function shareOf(text) {
    const [, part, partUnit = '', whole, wholeUnit = ''] = /^\s*([\d.,]+)\s*(bytes|[KMGT]B|)\s*\/\s*([\d.,]+)\s*(bytes|[KMGT]B|)(?:\s|\(|$)/.exec(text) ?? [];
    const number = (digits, unit) => Number(digits?.replaceAll(',', '') ?? NaN) * (UNITS[unit] ?? NaN);
    return share(number(part, partUnit), number(whole, wholeUnit));
}
function share(part, whole) {
    return Number.isFinite(part) && Number.isFinite(whole) && whole > 0 ? { part: part, whole: whole } : undefined;
}

// EXTERNAL MODULE: external "node:http"
var external_node_http_ = __webpack_require__(7067);
// EXTERNAL MODULE: external "node:https"
var external_node_https_ = __webpack_require__(4708);
;// CONCATENATED MODULE: ./lib/heroku/transfer.js




/**
 * One request to an address that Heroku handed out (blob, output stream, logs): such an address carries its own
 * permission, so no key goes with it. Resolves with the answer's head; rejects on a lost connection.
 * @param options.patience starts when the body has been sent
 */
function transfer(url, options) {
    const { method = 'GET', headers = {}, send, clock, signal, patience } = options;
    (0,lib_runtime/* requireSafeUrl */.GX)(url);
    const agent = new lib/* HttpClient */.Qq().getAgent(url);
    return new Promise((resolve, reject) => {
        const { request: open } = url.startsWith('https:') ? external_node_https_ : external_node_http_;
        const request = open(url, { method, headers, agent });
        let stopTimer = () => { };
        let over = false;
        const finish = () => {
            over = true;
            stopTimer();
            signal.removeEventListener('abort', cancel);
        };
        const cancel = () => void request.destroy(new lib_runtime/* CancelledError */.cc(`${method} ${new URL(url).host}`));
        request.on('finish', () => {
            // An answer may come before the body has been sent.
            if (!over)
                stopTimer = clock.after(patience, () => request.destroy(new Error(`no answer within ${patience / 1000} s`)));
        });
        request.on('error', error => {
            finish();
            reject(error);
        });
        request.on('response', response => {
            finish();
            resolve(response);
        });
        if (signal.aborted)
            return cancel();
        signal.addEventListener('abort', cancel, { once: true });
        if (send)
            send(request);
        else
            request.end();
    });
}
/**
 * Hands an answer's body over piece by piece. Resolves at its end; rejects where it is cut off, where nothing comes for
 * `patience` milliseconds, and where the signal is aborted.
 */
async function receive(response, take, { clock, signal, patience }) {
    let stopTimer = () => { };
    const watch = () => {
        stopTimer();
        stopTimer = clock.after(patience, () => response.destroy(new Error(`nothing came for ${patience / 1000} s`)));
    };
    const cancel = () => void response.destroy(new lib_runtime/* CancelledError */.cc('A transfer'));
    if (signal.aborted)
        cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
        watch();
        for await (const chunk of response) {
            take(chunk);
            watch();
        }
    }
    finally {
        stopTimer();
        signal.removeEventListener('abort', cancel);
    }
}
/** The whole of a small answer as text. Rejects past `most` bytes. */
async function receiveText(response, most, options) {
    const chunks = [];
    let size = 0;
    const take = (chunk) => {
        size += chunk.length;
        if (size > most)
            response.destroy(new Error(`the answer is larger than ${most} bytes`));
        else
            chunks.push(chunk);
    };
    await receive(response, take, { ...options, patience: 30_000 });
    return Buffer.concat(chunks).toString('utf8');
}
const LARGEST_PAGE = 5_000_000;
/** GET of a page of the app itself; redirects are not followed. `host`: a Host header in place of the address's. */
async function fetchPage(url, { host }, { clock, signal }) {
    const headers = { 'user-agent': `mastodon-on-heroku/${lib_runtime/* VERSION */.xv}`, ...(host === undefined ? {} : { host }) };
    const response = await transfer(url, { headers, patience: 30_000, clock, signal });
    return { status: response.statusCode ?? 0, body: await receiveText(response, LARGEST_PAGE, { clock, signal }) };
}

;// CONCATENATED MODULE: ./lib/heroku/logs.js


/** As many lines as Heroku keeps (Dev Center: limits). */
const LOG_KEPT = 1_500;
const LARGEST_LOG = 20_000_000;
/**
 * The last log lines that Heroku itself wrote (`heroku[web.1]: Error R10 …`), oldest first. Hostile text. Empty where
 * they cannot be read: they explain a failure, and must not be one.
 */
async function herokuLog(app, lines, options) {
    try {
        return await readLog(app, lines, 'heroku', options);
    }
    catch {
        return [];
    }
}
/**
 * All lines that Heroku still has, oldest first: its own, or its own and the app's. Rejects where they cannot be read.
 * Lines of another form are left out.
 */
async function logLines(app, source, options) {
    const lines = await readLog(app, LOG_KEPT, source === 'heroku' ? 'heroku' : undefined, options);
    return lines.flatMap(line => {
        const [, time = '', source = '', dyno = '', text = ''] = /^(\S+) (\w+)\[([\w.-]+)\]: ?(.*)$/.exec(line) ?? [];
        const at = Date.parse(time);
        return Number.isNaN(at) ? [] : [{ time: at, source, dyno, text }];
    });
}
async function readLog(app, lines, source, options) {
    const response = await transfer(await app.logUrl(lines, source), { patience: 15_000, ...options });
    if (response.statusCode !== 200) {
        response.resume();
        throw new Error(`the log was answered with ${response.statusCode ?? 0}`);
    }
    const text = await receiveText(response, LARGEST_LOG, options);
    // An event stream carries each line behind `data: `.
    return text.split(/\r?\n/).flatMap(line => {
        const plain = line.replace(/^data: ?/, '');
        return plain === '' || /^(id|event|retry|:)/.test(line) ? [] : [plain];
    });
}
/** Heroku's error codes in log lines: R10, R14, H10 … (Dev Center: error-codes), each once, in order. */
function errorCodes(lines) {
    return [...new Set(lines.flatMap(codesIn))];
}
/** `Error R14 (Memory quota exceeded)` of a dyno, `at=error code=H12 desc=…` of the router. */
function codesIn(line) {
    return [...line.matchAll(/(?:Error |code=)([RHL]\d{2})\b/g)].map(([, code]) => code);
}

// EXTERNAL MODULE: external "node:tls"
var external_node_tls_ = __webpack_require__(1692);
;// CONCATENATED MODULE: ./lib/heroku/rendezvous.js


/** The dyno waits about 30 s for its client (R13, Dev Center: error-codes). */
const CONNECT_PATIENCE = 10_000;
const CONNECT_ATTEMPTS = 3;
const BANNER = /^[^\n]*\n/;
/** Milliseconds without output after which the connection counts as lost; a keep-alive finds a dead peer sooner. */
const SILENCE = 60 * 60_000;
/**
 * Attaches to a one-off dyno: TLS, the secret and a line end, a banner of one line, then its output until it closes
 * (heroku/cli: src/lib/run/dyno.ts; heroku/rendezvous.rb). Resolves when the connection ends, however it ends: only
 * the output can tell how the command did. Rejects where the dyno was never reached.
 */
async function attach(options) {
    const { url, clock, signal } = options;
    const { protocol, hostname, port, pathname, search } = new URL(url);
    if (protocol !== 'rendezvous:') {
        throw new lib_runtime/* UserError */.yo(`One-off dynos of this app are reached by ${protocol.slice(0, 20)} and not by rendezvous, as in Private Spaces`, 'Private Spaces are not supported yet. Run the command by hand with `heroku run`.');
    }
    const secret = `${pathname.slice(1)}${search}`;
    for (let attempt = 1;; attempt++) {
        const connection = await connect(hostname, Number(port || 5000), options);
        if (typeof connection !== 'string')
            return converse(connection, secret, options);
        if (attempt === CONNECT_ATTEMPTS) {
            throw new lib_runtime/* UserError */.yo(`The one-off dyno could not be reached at ${hostname}:${port || 5000}: ${connection}`, 'The runner must be allowed to connect to rendezvous.runtime.heroku.com, port 5000.');
        }
        await clock.sleep(1_000, signal);
    }
}
/** A connection, or why there is none. */
function connect(host, port, { ca, clock, signal }) {
    return new Promise((resolve, reject) => {
        const bundle = ca === undefined ? {} : { ca: [...external_node_tls_.rootCertificates, ca] };
        const socket = external_node_tls_.connect({ host, port, servername: /^[\d.]+$/.test(host) ? undefined : host, ...bundle });
        const finish = (result) => {
            stopTimer();
            signal.removeEventListener('abort', cancel);
            if (typeof result === 'string')
                socket.destroy();
            resolve(result);
        };
        const stopTimer = clock.after(CONNECT_PATIENCE, () => finish(`no answer within ${CONNECT_PATIENCE / 1000} s`));
        const cancel = () => {
            stopTimer();
            socket.destroy();
            reject(new lib_runtime/* CancelledError */.cc('Attaching to a dyno'));
        };
        socket.once('error', error => finish((0,lib_runtime/* errorText */.kc)(error)));
        socket.once('secureConnect', () => finish(socket));
        if (signal.aborted)
            cancel();
        signal.addEventListener('abort', cancel, { once: true });
    });
}
function converse(socket, secret, { write, clock, signal }) {
    return new Promise((resolve, reject) => {
        let banner = Buffer.alloc(0);
        let stopTimer = () => { };
        const watch = () => {
            stopTimer();
            stopTimer = clock.after(SILENCE, () => socket.destroy());
        };
        const cancel = () => void socket.destroy();
        socket.setKeepAlive(true, 15_000);
        socket.on('data', (chunk) => {
            watch();
            if (banner === undefined)
                return write(chunk);
            banner = Buffer.concat([banner, chunk]);
            const line = BANNER.exec(banner.toString('latin1'))?.[0];
            if (line === undefined)
                return;
            const rest = banner.subarray(line.length);
            banner = undefined;
            if (rest.length > 0)
                write(rest);
        });
        // A lost connection ends it like any other end: what is known is what was read.
        socket.on('error', () => { });
        socket.on('close', () => {
            stopTimer();
            signal.removeEventListener('abort', cancel);
            if (signal.aborted)
                reject(new lib_runtime/* CancelledError */.cc('The command'));
            else
                resolve();
        });
        watch();
        signal.addEventListener('abort', cancel, { once: true });
        socket.write(`${secret}\r\n`);
        // No input: a command that asks gets an end of file instead of waiting (the CLI sends the same without a terminal).
        socket.write('\x04');
    });
}

;// CONCATENATED MODULE: ./lib/heroku/one-off.js




const one_off_MARK = 'mastodon-on-heroku';
/** Milliseconds. Heroku sends SIGHUP when the client is gone, and SIGKILL after 30 s (Dev Center: one-off-dynos). */
const GONE_WITHIN = 120_000;
const STOPPED_WITHIN = 60_000;
const CLEARING_AWAY = 6_000;
/**
 * Runs a command in a one-off dyno and hands its output over while it runs. The Platform API has no exit status, so the
 * shell prints it on a line of its own, under a name that no one could know before. Where the job is cancelled the dyno
 * is stopped; where the connection is lost, it is waited for, and how it ended is not known.
 */
async function runOneOff(app, oneOff, options) {
    const marker = `${one_off_MARK}:${oneOff.purpose}:${(0,external_node_crypto_.randomBytes)(8).toString('hex')}`;
    const exitLine = new ExitLine(`${one_off_MARK}-exit:${(0,external_node_crypto_.randomBytes)(16).toString('hex')}`, oneOff.write);
    let dyno;
    try {
        const { id, name, attach_url: url } = await app.createDyno({
            command: wrap(oneOff.command, marker, exitLine.name),
            attach: true,
            size: oneOff.size,
            timeToLive: Math.min(86_400, Math.max(1, Math.ceil(oneOff.timeout / 1000))),
            marker
        });
        dyno = id;
        if (url)
            await attach({ url, write: chunk => exitLine.take(chunk), ...options });
        const exitCode = exitLine.end();
        if (exitCode === undefined)
            await waitUntilGone(app, id, options);
        return { dyno: name, exitCode };
    }
    catch (error) {
        exitLine.end();
        await stopQuietly(app, dyno, marker);
        throw options.signal.aborted ? new lib_runtime/* CancelledError */.cc('The command in the one-off dyno') : error;
    }
}
/** Stops what an earlier job, killed meanwhile, may have left running for the same purpose. Returns their names. */
async function endLeftovers(app, purpose, options) {
    const left = (await app.dynos()).filter(({ command }) => command.includes(`${one_off_MARK}:${purpose}:`));
    for (const { id } of left) {
        await app.stopDyno(id);
        await waitUntilGone(app, id, options);
    }
    return left.map(({ name }) => name);
}
/**
 * The command in a shell of its own, so that `exit` or `exec` in it cannot skip the line. The first word must be no
 * process type, or Heroku runs that type's command instead.
 */
function wrap(command, marker, exitName) {
    return `bash -c ${one_off_quote(command)} ${marker}; printf '\\n%s %s\\n' ${exitName} "$?"`;
}
function one_off_quote(text) {
    return `'${text.replaceAll("'", "'\\''")}'`;
}
/** Waits for its end, and asks for it where it does not come. Rejects where it goes on all the same. */
async function waitUntilGone(app, id, { clock, signal }) {
    for (const patience of [GONE_WITHIN, STOPPED_WITHIN]) {
        const until = clock.now() + patience;
        for (let pause = 1_000; clock.now() < until; pause = Math.min(pause * 2, 10_000)) {
            if ((await app.dyno(id)) === undefined)
                return;
            await clock.sleep(pause, signal);
        }
        await app.stopDyno(id);
    }
    const name = (await app.dyno(id))?.name;
    if (name === undefined)
        return;
    throw new lib_runtime/* UserError */.yo(`The one-off dyno ${name} of ${app.name} goes on though it was stopped`, `End it (\`heroku ps:stop ${name} --app ${app.name}\`), then run the job again.`);
}
/** The job is going down: what can be done in the seconds that are left. Fails silently; `time_to_live` is the net below. */
async function stopQuietly(app, id, marker) {
    const late = app.under(AbortSignal.timeout(CLEARING_AWAY));
    try {
        const dyno = id ?? (await late.dynos()).find(({ command }) => command.includes(marker))?.id;
        if (dyno !== undefined)
            await late.stopDyno(dyno);
    }
    catch {
        // Nothing more can be done.
    }
}
/** Passes output on and takes the exit line out of it, wherever the packets are cut. The last one counts. */
class ExitLine {
    name;
    #write;
    #held = '';
    #blank = '';
    #passed = '';
    #exitCode;
    constructor(name, write) {
        this.name = name;
        this.#write = write;
    }
    take(chunk) {
        // latin1 keeps every byte, also half a letter at the edge of a packet.
        const text = this.#held + chunk.toString('latin1');
        const end = text.lastIndexOf('\n') + 1;
        this.#held = text.slice(end);
        for (const line of text.slice(0, end).match(/[^\n]*\n/g) ?? [])
            this.#line(line);
        this.#flush();
    }
    /** Hands over what is held back. Returns the exit code, or undefined where none came. */
    end() {
        if (this.#held !== '')
            this.#line(this.#held);
        this.#held = '';
        this.#passed += this.#blank;
        this.#blank = '';
        this.#flush();
        return this.#exitCode;
    }
    #line(line) {
        const at = line.indexOf(this.name);
        const code = at < 0 ? undefined : /^ (\d+)\r?\n$/.exec(line.slice(at + this.name.length))?.[1];
        if (code !== undefined) {
            this.#exitCode = Number(code);
            // The empty line before it is ours, too: it parts the exit line from output without a line end.
            this.#blank = '';
            if (at > 0)
                this.#passed += `${line.slice(0, at)}\n`;
            return;
        }
        this.#passed += this.#blank;
        this.#blank = '';
        if (/^\r?\n$/.test(line))
            this.#blank = line;
        else
            this.#passed += line;
    }
    #flush() {
        if (this.#passed !== '')
            this.#write(Buffer.from(this.#passed.replaceAll('\r\n', '\n'), 'latin1'));
        this.#passed = '';
    }
}

;// CONCATENATED MODULE: ./lib/heroku/output.js


/** Milliseconds. */
const output_PATIENCE = 30_000;
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 10_000;
/** Times that an output which is over may still not be readable to its end. */
const LAST_TRIES = 5;
/**
 * Follows the output of a release phase or a build, whole and in order, through lost connections (`Range`; Schema:
 * release.output_stream_url). Undocumented: it answers 404 until the dyno starts (heroku/cli: releases), and takes
 * `Range`; one that does not is read again and skipped. Its end says nothing of success: `isOver` is asked between the
 * connections. Resolves with the bytes read when the work is over and its output has been read.
 */
async function followOutput(options) {
    const { clock, signal, isOver } = options;
    let bytes = 0;
    let pause = FIRST_PAUSE;
    let failures = 0;
    for (;;) {
        // Asked before reading: what is read after the end is all there is.
        const over = await isOver();
        const piece = await readFrom(options, bytes);
        bytes += piece.bytes;
        if (over && piece.ended)
            return { bytes, whole: true };
        if (over && ++failures === LAST_TRIES)
            return { bytes, whole: false };
        pause = piece.bytes > 0 ? FIRST_PAUSE : Math.min(pause * 1.5, LONGEST_PAUSE);
        await clock.sleep(pause, signal);
    }
}
/** Reads on from a byte. `ended`: the server had no more at that time. */
async function readFrom({ url, write, clock, signal }, from) {
    let bytes = 0;
    try {
        const response = await transfer(url, {
            headers: { accept: 'text/plain', ...(from > 0 ? { range: `bytes=${from}-` } : {}) },
            patience: output_PATIENCE,
            clock,
            signal
        });
        const { statusCode = 0 } = response;
        if (statusCode !== 200 && statusCode !== 206) {
            response.resume();
            // 404 at the start: it has not begun, or there never was any. 416: nothing beyond what is here.
            return { bytes, ended: (statusCode === 404 && from === 0) || statusCode === 416 };
        }
        // A server that ignores `Range` sends all again; what is here already is left out.
        let known = statusCode === 200 ? from : 0;
        await receive(response, chunk => {
            const news = chunk.subarray(Math.min(known, chunk.length));
            known -= chunk.length - news.length;
            bytes += news.length;
            if (news.length > 0)
                write(news);
        }, { clock, signal, patience: output_PATIENCE });
        return { bytes, ended: true };
    }
    catch {
        if (signal.aborted)
            throw new lib_runtime/* CancelledError */.cc('Following the output');
        return { bytes, ended: false };
    }
}

;// CONCATENATED MODULE: ./lib/heroku/upload.js






class UploadError extends lib_runtime/* UserError */.yo {
    constructor(reason, options) {
        super(`The upload failed: ${reason}`, 'Run the job again. Where it fails each time, look at https://status.heroku.com.', options);
        this.name = 'UploadError';
    }
}
/** Milliseconds without any movement after which an upload is given up. */
const upload_PATIENCE = 60_000;
/**
 * Streams a file to a presigned address: with its length, and an empty Content-Type, which the signature wants
 * (undocumented; heroku/heroku-docker: commands/release.js). Rejects with an `UploadError` unless the store answered with success and,
 * where its ETag is an MD5 (a plain S3 PUT), with the MD5 of what was sent.
 * @returns whether the ETag proved that every byte arrived
 */
async function upload(options) {
    const { file, url, method, progress, clock, signal } = options;
    const { size } = await (0,promises_.stat)(file);
    const md5 = (0,external_node_crypto_.createHash)('md5');
    let response;
    let text;
    try {
        response = await transfer(url, {
            method: method.toUpperCase(),
            headers: { 'content-type': '', 'content-length': size },
            send: request => void send(request, options, size, chunk => md5.update(chunk), progress),
            clock,
            signal,
            patience: upload_PATIENCE
        });
        text = await receiveText(response, 100_000, { clock, signal });
    }
    catch (cause) {
        if (cause instanceof lib_runtime/* CancelledError */.cc || signal.aborted)
            throw new lib_runtime/* CancelledError */.cc('The upload');
        throw new UploadError((0,lib_runtime/* errorText */.kc)(cause), { cause });
    }
    const { statusCode = 0, headers } = response;
    if (statusCode < 200 || statusCode > 299) {
        const code = /<Code>([\w.]{1,100})<\/Code>/.exec(text)?.[1];
        throw new UploadError(`the store answered ${statusCode}${code ? ` ${code}` : ''}`);
    }
    const etag = /^"?([0-9a-f]{32})"?$/.exec(headers.etag ?? '')?.[1];
    const sent = md5.digest('hex');
    if (etag !== undefined && etag !== sent)
        throw new UploadError(`the store has other bytes than were sent (ETag ${etag}, not ${sent})`);
    return { bytes: size, proven: etag !== undefined };
}
async function send(request, { file, clock }, size, look, progress) {
    let sent = 0;
    let told = 0;
    const stalled = () => void request.destroy(new Error(`nothing could be sent for ${upload_PATIENCE / 1000} s`));
    let stopTimer = clock.after(upload_PATIENCE, stalled);
    const tell = (chunk) => {
        stopTimer();
        stopTimer = clock.after(upload_PATIENCE, stalled);
        look(chunk);
        sent += chunk.length;
        if (sent - told < size / 10 && sent < size)
            return;
        told = sent;
        progress(sent, size);
    };
    try {
        await (0,external_node_stream_promises_.pipeline)((0,external_node_fs_.createReadStream)(file, { highWaterMark: 1 << 18 }), async function* (source) {
            for await (const chunk of source) {
                tell(chunk);
                yield chunk;
            }
        }, request);
    }
    catch (error) {
        // The request reports its own errors; one of the file must reach it.
        request.destroy(error);
    }
    finally {
        stopTimer();
    }
}
/** How many bytes the store has under a presigned GET address: asks for the first alone. */
async function storedSize(url, options) {
    const response = await transfer(url, { headers: { range: 'bytes=0-0' }, patience: 30_000, ...options });
    response.destroy();
    const total = /\/(\d+)$/.exec(response.headers['content-range'] ?? '')?.[1];
    if (response.statusCode === 206 && total !== undefined)
        return Number(total);
    const whole = Number(response.headers['content-length']);
    return response.statusCode === 200 && Number.isFinite(whole) ? whole : undefined;
}

;// CONCATENATED MODULE: ./lib/heroku/secrets.js
/** Names whose values are secrets. A name too many does no harm: its value is only masked. */
const SECRET_NAMES = /KEY|SECRET|TOKEN|PASS|SALT|PRIVATE|CREDENTIAL|DSN|AUTH|LOGIN|_URL$|^DATABASE|COOKIE|SIGNATURE/i;
/** Names that look like one, and whose values are shown all over the place. */
const PUBLIC_NAMES = /^(STREAMING_API_BASE_URL|SOURCE_BASE_URL|VAPID_PUBLIC_KEY|CDN_HOST|S3_ALIAS_HOST)$/;
const SHORTEST = 8;
/**
 * Values among an app's config vars that must not be seen in a log: those under secret names, of 8 characters or more,
 * line by line, and the password of each address, whatever its name. (The runner masks what it is told, and a mask of few letters would
 * make the log unreadable.)
 */
function secretValues(config) {
    const values = Object.entries(config).flatMap(([name, value]) => SECRET_NAMES.test(name) && !PUBLIC_NAMES.test(name)
        ? [value, ...value.split(/\r?\n/), ...passwordOf(value)]
        : passwordOf(value));
    return [...new Set(values)].filter(value => value.length >= SHORTEST);
}
function passwordOf(value) {
    if (!URL.canParse(value))
        return [];
    const { password } = new URL(value);
    return password === '' ? [] : [password, secrets_decoded(password)];
}
function secrets_decoded(text) {
    try {
        return decodeURIComponent(text);
    }
    catch {
        return text;
    }
}

;// CONCATENATED MODULE: ./lib/heroku/server-version.js



const postgres = dist/* looseObject */._H3({ postgres_version: dist/* nullish */.cl6(dist/* string */.YjP()) });
const redis = dist/* looseObject */._H3({ version: dist/* nullish */.cl6(dist/* string */.YjP()) });
/**
 * Version of the server behind an add-on of Heroku's Postgres (`16.4`) or Redis (`7.2`); undefined for any other add-on,
 * and where the answer does not say. One request to Heroku's API for data, which is undocumented (heroku/cli: pg:info,
 * redis:info). Rejects with a `HerokuError`.
 */
async function serverVersion(data, { id, name, addon_service: { name: service } }) {
    const found = service === 'heroku-postgresql'
        ? (await data.get(`/client/v11/databases/${encodeURIComponent(id)}`, postgres)).postgres_version
        : service === 'heroku-redis'
            ? (await data.get(`/redis/v0/databases/${encodeURIComponent(name)}`, redis)).version
            : undefined;
    return /\d+(?:\.\d+)*/.exec(found ?? '')?.[0];
}

;// CONCATENATED MODULE: ./lib/heroku/schedulers/task.js

/** Seconds that a task may take where the config does not say, and its scheduler has a limit: an hour. */
const USUAL_LIMIT = 3_600;
/** Stands in every task that this action makes, wherever a scheduler has room for it. */
const task_MARK = 'mastodon-on-heroku';
/** Whether a scheduler's task is what is wanted, in all that the scheduler has. */
function task_isSame(task, there) {
    return differences(task, there).length === 0;
}
/** What a task with the same command has to change, for people. */
function differences(task, there) {
    const limit = task.limit ?? USUAL_LIMIT;
    return [
        ...(task.cron === there.cron ? [] : [`it ran ${there.when}`]),
        ...(task.size === there.size ? [] : [`on ${there.size}`]),
        ...(there.limit === undefined || there.limit === limit ? [] : [`for ${minutes(there.limit)} at most`]),
        ...(there.enabled ? [] : ['it was paused'])
    ];
}
function minutes(seconds) {
    return `${Math.round(seconds / 6) / 10} min`;
}

// EXTERNAL MODULE: ./node_modules/croner/dist/croner.js
var croner = __webpack_require__(5814);
;// CONCATENATED MODULE: ./lib/heroku/schedulers/times.js


const EVERY_10_MINUTES = '*/10 * * * *';
/** The five fields of cron that a task's `every` and `at` stand for, or its own, in normal form. */
function cronOf({ every, at = '', cron }) {
    const [hour = '', minute = ''] = at.split(':');
    switch (every) {
        case '10 minutes':
            return EVERY_10_MINUTES;
        case 'hour':
            return `${Number(minute)} * * * *`;
        case 'day':
            return `${Number(minute)} ${Number(hour)} * * *`;
        default:
            return normalCron(cron ?? '');
    }
}
/** One spelling for one meaning, as far as that is simple: single spaces, no leading zeros, names in capitals. */
function normalCron(cron) {
    return cron
        .trim()
        .toUpperCase()
        .replace(/\s+/g, ' ')
        .replace(/\b0+(?=\d)/g, '');
}
function plainTimes(cron) {
    if (cron === EVERY_10_MINUTES)
        return { every: 10, at: 0 };
    const [, minute, hour] = /^(\d+) (\d+|\*) \* \* \*$/.exec(cron) ?? [];
    if (minute === undefined)
        return undefined;
    return hour === '*' ? { every: 60, at: Number(minute) } : { every: 1440, at: Number(hour) * 60 + Number(minute) };
}
function cronOfPlain({ every, at }) {
    if (every === 10)
        return EVERY_10_MINUTES;
    return every === 60 ? `${at} * * * *` : `${at % 60} ${Math.floor(at / 60)} * * *`;
}
/** `every day at 03:30`, `every hour at :20`, `every 10 minutes`, else `by cron: 0 4 * * 1`. All UTC. */
function describeCron(cron) {
    const times = plainTimes(cron);
    if (!times)
        return `by cron: ${cron}`;
    const { every, at } = times;
    if (every === 10)
        return 'every 10 minutes';
    return every === 60 ? `every hour at ${clockTime(at).slice(2)}` : `every day at ${clockTime(at)}`;
}
/** `03:30` of minutes after midnight. */
function clockTime(at) {
    return [Math.floor(at / 60), at % 60].map(part => String(part).padStart(2, '0')).join(':');
}
/** The first time after a moment, in milliseconds since 1970; undefined where it never comes. */
function nextTime(cron, after) {
    return parsed(cron).nextRun(new Date(after))?.getTime();
}
/** More are not counted. */
const MOST_TIMES = 1_000;
/** The newest time in (after, until], and how many there are in it, 1,000 at most; undefined where there is none. */
function timesBetween(cron, after, until) {
    const times = parsed(cron);
    const newest = times.previousRuns(1, new Date(until + 1))[0]?.getTime();
    if (newest === undefined || newest <= after)
        return undefined;
    let count = 0;
    for (let at = new Date(after); at && count < MOST_TIMES; count++) {
        at = times.nextRun(at);
        if (!at || at.getTime() > until)
            break;
    }
    return { newest, count };
}
/** Minutes between two runs in the mean of a hundred; `Infinity` where there are fewer than two. */
function meanGap(cron) {
    const monday = new Date(Date.UTC(2026, 0, 5));
    const runs = parsed(cron)
        .nextRuns(100, monday)
        .map(run => run.getTime());
    const [first, last] = [runs[0], runs.at(-1)];
    return first === undefined || last === undefined || runs.length < 2
        ? Infinity
        : (last - first) / (runs.length - 1) / 60_000;
}
function parsed(cron) {
    return new croner/* Cron */.l4(cron, { timezone: 'UTC', mode: '5-part', paused: true });
}

;// CONCATENATED MODULE: ./lib/heroku/schedulers/advanced-scheduler.js




const TOKEN = 'ADVANCED_SCHEDULER_API_TOKEN';
const advanced_scheduler_LONGEST_COMMAND = 1_000;
const LONGEST_NAME = 149;
/**
 * Advanced Scheduler (Dev Center: advanced-scheduler, "Service API"; oavanruiten/advanced-scheduler: src/commands, which
 * also has its limits).
 */
const advancedScheduler = {
    name: 'Advanced Scheduler',
    vars: [TOKEN],
    setUp: app => `heroku addons:create advanced-scheduler --app ${app}\`, then make an API token in its dashboard, which sets ${TOKEN}: \`heroku addons:open advanced-scheduler --app ${app}`,
    problem: ({ command, size, limit = USUAL_LIMIT }) => {
        if (command.length > advanced_scheduler_LONGEST_COMMAND)
            return `it takes a command of ${advanced_scheduler_LONGEST_COMMAND} characters at most, and this has ${command.length}; put it into a script in \`bin/\``;
        if (/^(private|shield)/i.test(size) && limit < 240)
            return 'it gives a task in a Private Space 4 minutes at least; write `timeout: 4`';
        return undefined;
    },
    open: ({ app, vars, url, clock, signal }) => {
        const client = createClient({
            url: url ?? 'https://api.advancedscheduler.io',
            key: vars[TOKEN],
            clock,
            signal,
            service: {
                name: 'Advanced Scheduler',
                headers: { authorization: `Bearer ${vars[TOKEN]}`, accept: 'application/json' },
                hint: status => status === 401
                    ? `The config var ${TOKEN} is not accepted: make a new token in its dashboard (\`heroku addons:open advanced-scheduler --app ${app.name}\`).`
                    : status === 403 || status === 402
                        ? 'The plan may have no room for another trigger: its dashboard shows it.'
                        : undefined
            }
        });
        return new AdvancedScheduler(client);
    }
};
const trigger = dist/* looseObject */._H3({
    uuid: dist/* string */.YjP(),
    name: dist/* nullish */.cl6(dist/* string */.YjP()),
    value: dist/* string */.YjP(),
    /** `recurring` or `one-off`. */
    frequencyType: dist/* string */.YjP(),
    schedule: dist/* string */.YjP(),
    timezone: dist/* nullish */.cl6(dist/* string */.YjP()),
    /** `active`, `inactive` or `completed`. */
    state: dist/* string */.YjP(),
    dyno: dist/* nullish */.cl6(dist/* string */.YjP()),
    timeout: dist/* nullish */.cl6(dist/* number */.aig())
});
const triggers = dist/* looseObject */._H3({ triggers: dist/* array */.YOg(trigger) });
const oneTrigger = dist/* looseObject */._H3({ trigger });
class AdvancedScheduler {
    #client;
    constructor(client) {
        this.#client = client;
    }
    async list() {
        return (await this.#client.get('/triggers', triggers)).triggers.map(scheduledTask);
    }
    async create(task) {
        await this.#client.write('POST', '/triggers', dist/* unknown */.L5J(), { body: fieldsOf(task) });
    }
    /** A PUT takes the whole trigger, also what is not known here. */
    async change({ id }, task) {
        const path = `/triggers/${encodeURIComponent(id)}`;
        const { trigger } = await this.#client.get(path, oneTrigger);
        await this.#client.write('PUT', path, dist/* unknown */.L5J(), { body: { ...trigger, ...fieldsOf(task) } });
    }
    async remove({ id }) {
        await this.#client.write('DELETE', `/triggers/${encodeURIComponent(id)}`, dist/* unknown */.L5J());
    }
}
function scheduledTask(trigger) {
    const { schedule, timezone: zone, frequencyType } = trigger;
    const inUtc = zone === null || zone === undefined || zone === 'UTC';
    const cron = frequencyType === 'recurring' && inUtc ? normalCron(schedule) : undefined;
    return {
        id: trigger.uuid,
        command: trigger.value.trim(),
        own: (trigger.name ?? '').startsWith(task_MARK),
        cron,
        when: cron === undefined ? `${schedule}${inUtc ? '' : ` (${zone})`}` : describeCron(cron),
        size: trigger.dyno ?? '',
        limit: trigger.timeout ?? undefined,
        enabled: trigger.state === 'active'
    };
}
function fieldsOf({ command, cron, size, limit = USUAL_LIMIT }) {
    return {
        name: `${task_MARK}: ${command}`.slice(0, LONGEST_NAME),
        frequencyType: 'recurring',
        schedule: cron,
        value: command,
        timezone: 'UTC',
        state: 'active',
        dyno: size,
        timeout: limit
    };
}

;// CONCATENATED MODULE: ./lib/heroku/schedulers/cron-to-go.js




const ORGANIZATION = 'CRONTOGO_ORGANIZATION_ID';
const KEY = 'CRONTOGO_API_KEY';
/**
 * Cron To Go (crontogo.com/blog/api-reference; crazyantlabs/heroku-cli-plugin-cron: src/lib/schema.ts, and its limits in
 * src/lib/validation-service.ts). Its CLI has 10 requests under way at most; here it is one.
 */
const cronToGo = {
    name: 'Cron To Go',
    vars: [ORGANIZATION, KEY],
    setUp: app => `heroku addons:create crontogo --app ${app}`,
    problem: () => undefined,
    open: ({ app, vars, url, clock, signal }) => {
        const client = createClient({
            url: url ?? 'https://api.crontogo.com',
            key: vars[KEY],
            clock,
            signal,
            service: {
                name: 'Cron To Go',
                headers: { authorization: `Bearer ${vars[KEY]}`, accept: 'application/json' },
                hint: status => status === 401 || status === 403 || status === 404
                    ? `Look whether the config vars ${ORGANIZATION} and ${KEY} are those of the add-on (\`heroku addons --app ${app.name}\`), and whether it is active.`
                    : status === 402 || status === 422
                        ? 'The plan may have no room for another job: `heroku addons:open crontogo` shows it.'
                        : undefined
            }
        });
        return new CronToGo(client, vars[ORGANIZATION]);
    }
};
const job = dist/* looseObject */._H3({
    Id: dist/* string */.YjP(),
    Alias: dist/* nullish */.cl6(dist/* string */.YjP()),
    State: dist/* string */.YjP(),
    ScheduleExpression: dist/* string */.YjP(),
    ScheduleType: dist/* string */.YjP(),
    Timezone: dist/* nullish */.cl6(dist/* string */.YjP()),
    Target: dist/* looseObject */._H3({
        Type: dist/* nullish */.cl6(dist/* string */.YjP()),
        Size: dist/* nullish */.cl6(dist/* string */.YjP()),
        Command: dist/* nullish */.cl6(dist/* string */.YjP()),
        TimeToLive: dist/* nullish */.cl6(dist/* number */.aig())
    }),
    /** `pending`, `running`, `succeeded`, `failed`; milliseconds since 1970. */
    LastAttempt: dist/* nullish */.cl6(dist/* looseObject */._H3({ State: dist/* nullish */.cl6(dist/* string */.YjP()), CreatedAt: dist/* nullish */.cl6(dist/* number */.aig()) }))
});
class CronToGo {
    #client;
    #path;
    constructor(client, organization) {
        this.#client = client;
        this.#path = `/organizations/${encodeURIComponent(organization)}/jobs`;
    }
    async list() {
        return (await this.#client.get(this.#path, dist/* array */.YOg(job))).map(cron_to_go_scheduledTask);
    }
    async create(task) {
        await this.#client.write('POST', this.#path, dist/* unknown */.L5J(), { body: cron_to_go_bodyOf(task) });
    }
    async change({ id }, task) {
        await this.#client.write('PATCH', `${this.#path}/${encodeURIComponent(id)}`, dist/* unknown */.L5J(), { body: cron_to_go_bodyOf(task) });
    }
    async remove({ id }) {
        await this.#client.write('DELETE', `${this.#path}/${encodeURIComponent(id)}`, dist/* unknown */.L5J());
    }
}
function cron_to_go_scheduledTask(job) {
    const { ScheduleExpression: expression, ScheduleType: type, Timezone: zone, Target: target, LastAttempt: last } = job;
    const inUtc = zone === null || zone === undefined || zone === 'UTC';
    const cron = type === 'cron' && inUtc ? normalCron(expression) : undefined;
    return {
        id: job.Id,
        command: (target.Command ?? '').trim(),
        own: (job.Alias ?? '').startsWith(task_MARK),
        cron,
        when: cron === undefined ? `${expression}${inUtc ? '' : ` (${zone})`}` : describeCron(cron),
        size: target.Size ?? '',
        limit: target.TimeToLive ?? undefined,
        enabled: job.State === 'enabled',
        lastRun: last?.CreatedAt ? { at: last.CreatedAt, outcome: outcomeOf(last.State) } : undefined
    };
}
function outcomeOf(state) {
    if (state === 'succeeded' || state === 'failed')
        return state;
    return state === 'running' || state === 'pending' ? 'running' : 'unknown';
}
/** `Retries: 0`: a task that failed is not run a second time by itself. */
function cron_to_go_bodyOf({ command, cron, size, limit = USUAL_LIMIT }) {
    return {
        Alias: `${task_MARK}: ${command}`.slice(0, 200),
        ScheduleExpression: cron,
        ScheduleType: 'cron',
        Timezone: 'UTC',
        Target: { Type: 'dyno', Size: size, Command: command, TimeToLive: limit },
        Retries: 0,
        Jitter: 0,
        State: 'enabled'
    };
}

;// CONCATENATED MODULE: ./lib/heroku/schedulers/github-actions.js


/** GitHub starts a scheduled workflow every 5 minutes at most (docs.github.com: events that trigger workflows). */
const SHORTEST_MINUTES = 5;
/** A workflow with `schedule:` runs the tasks that are due, each in a one-off dyno: `command: run`. */
const githubActions = {
    name: 'GitHub Actions',
    vars: [],
    setUp: () => 'a workflow with `schedule:` that runs `command: run`',
    problem: ({ cron }) => meanGap(cron) < SHORTEST_MINUTES
        ? `it cannot run ${describeCron(cron)}; the nearest is \`cron: "*/5 * * * *"\``
        : undefined
};

;// CONCATENATED MODULE: ./lib/heroku/schedulers/heroku-scheduler.js





/**
 * Heroku Scheduler's own API (particleboard.heroku.com). Heroku documents none of it. Paths, fields and what they may
 * hold are those that a Terraform provider has used since 2020 (davidji99/terraform-provider-herokux:
 * api/scheduler/job.go, docs/resources/scheduler_job.md), and the host is the one that Heroku's CLI knows
 * (heroku/heroku-cli-command: src/vars.ts). So every answer has to look as expected, to the value.
 */
const herokuScheduler = {
    name: 'Heroku Scheduler',
    vars: [],
    setUp: app => `heroku addons:create scheduler:standard --app ${app}`,
    problem: ({ command, cron, limit }) => {
        if (limit !== undefined)
            return 'it has no time limit; write `timeout 2h` before the command instead of `timeout`';
        // The mark is a comment behind it, and a backslash would take the space before that comment.
        if (command.endsWith('\\'))
            return 'a command may not end in a backslash; leave it out, it does nothing';
        const times = plainTimes(cron);
        return times && AT[times.every](times.at)
            ? undefined
            : `it cannot run ${describeCron(cron)}; the nearest is ${nearest(cron, times)}`;
    },
    open: ({ app, herokuKey, url, clock, signal }) => {
        const client = createClient({
            url: url ?? 'https://particleboard.heroku.com',
            key: herokuKey,
            clock,
            signal,
            service: {
                name: 'Heroku Scheduler',
                headers: { authorization: `Bearer ${herokuKey}`, accept: JSON_API, 'content-type': JSON_API },
                hint: status => status === 404
                    ? `Look whether the app has the add-on: \`${herokuScheduler.setUp(app.name)}\`.`
                    : status === 401 || status === 403
                        ? 'Look whether the key’s account is a collaborator of the app.'
                        : undefined
            }
        });
        return new HerokuScheduler(client, app.id);
    }
};
const JSON_API = 'application/vnd.api+json';
/** What `at` may be, in minutes: after the hour, or after 00:00 UTC. */
const AT = {
    10: at => at === 0,
    60: at => at % 10 === 0 && at < 60,
    1440: at => at % 30 === 0 && at < 1_440
};
const heroku_scheduler_job = dist/* pipe */.FsL(dist/* looseObject */._H3({
    type: dist/* literal */.euz('jobs'),
    id: dist/* pipe */.FsL(dist/* string */.YjP(), dist/* nonEmpty */.hq()),
    attributes: dist/* looseObject */._H3({
        command: dist/* string */.YjP(),
        every: dist/* picklist */.KIO([10, 60, 1440]),
        at: dist/* pipe */.FsL(dist/* number */.aig(), dist/* integer */.ndf()),
        'dyno-size': dist/* pipe */.FsL(dist/* string */.YjP(), dist/* nonEmpty */.hq()),
        'ran-at': dist/* nullish */.cl6(dist/* pipe */.FsL(dist/* string */.YjP(), dist/* isoTimestamp */.yhX()))
    })
}), dist/* check */.z6Y(({ attributes: { every, at } }) => at >= 0 && AT[every](at), 'at does not go with every'));
const jobs = dist/* looseObject */._H3({ data: dist/* array */.YOg(heroku_scheduler_job) });
const oneJob = dist/* looseObject */._H3({ data: heroku_scheduler_job });
class HerokuScheduler {
    #client;
    #appId;
    #path;
    constructor(client, appId) {
        this.#client = client;
        this.#appId = appId;
        this.#path = `/apps/${appId}/jobs`;
    }
    async list() {
        return (await this.#client.get(this.#path, jobs)).data.map(({ id, attributes }) => {
            const cron = cronOfPlain(attributes);
            const ranAt = attributes['ran-at'];
            return {
                id,
                ...unmarked(attributes.command),
                cron,
                when: describeCron(cron),
                size: attributes['dyno-size'],
                enabled: true,
                lastRun: ranAt ? { at: Date.parse(ranAt), outcome: 'unknown' } : undefined
            };
        });
    }
    async create(task) {
        const body = { data: { type: 'jobs', attributes: attributesOf(task) } };
        await this.#client.write('POST', this.#path, oneJob, { body });
    }
    /** JSON:API wants the job's id in the body; the one client that is known sends the app's (its issue 253). */
    async change({ id }, task) {
        const patch = async (named) => {
            const body = { data: { type: 'jobs', id: named, attributes: attributesOf(task) } };
            await this.#client.write('PATCH', `${this.#path}/${encodeURIComponent(id)}`, oneJob, { body });
        };
        try {
            await patch(id);
        }
        catch (error) {
            if (!(error instanceof HerokuError) || ![400, 409, 422].includes(error.status ?? 0))
                throw error;
            await patch(this.#appId);
        }
    }
    async remove({ id }) {
        await this.#client.write('DELETE', `${this.#path}/${encodeURIComponent(id)}`, dist/* unknown */.L5J());
    }
}
function attributesOf(task) {
    return { command: marked(task.command), 'dyno-size': task.size, ...plainTimes(task.cron) };
}
/**
 * A job has no place for a mark but its command. A comment behind it changes nothing for the shell that runs it, goes in
 * the same write, and is seen in the dashboard.
 */
function marked(command) {
    return `${command} # ${task_MARK}`;
}
function unmarked(command) {
    const own = new RegExp(`\\s#\\s*${task_MARK}\\s*$`).exec(command);
    return { command: (own ? command.slice(0, own.index) : command).trim(), own: own !== null };
}
/** Where a person types them in. */
function dashboardOf(app) {
    return `https://dashboard.heroku.com/apps/${app}/scheduler`;
}
/** As its dashboard words it. */
function dashboardTimes(cron) {
    const { every, at } = plainTimes(cron);
    if (every === 10)
        return 'Every 10 minutes';
    if (every === 60)
        return `Every hour at :${String(at).padStart(2, '0')}`;
    const hour = Math.floor(at / 60);
    return `Every day at ${hour % 12 || 12}:${clockTime(at).slice(3)} ${hour < 12 ? 'AM' : 'PM'} UTC`;
}
/** The times nearest to those of a cron, as the config would say them. */
function nearest(cron, times) {
    if (times?.every === 60)
        return wish({ every: 60, at: (Math.round(times.at / 10) * 10) % 60 });
    if (times?.every === 1440)
        return wish({ every: 1440, at: (Math.round(times.at / 30) * 30) % 1440 });
    const gap = meanGap(cron);
    const first = new Date(nextTime(cron, -1) ?? 0);
    // In the middle between two of them, as one counts steps of times: 10 × 2.4 × 2.4 is 60.
    if (gap < Math.sqrt(10 * 60))
        return wish({ every: 10, at: 0 });
    if (gap < Math.sqrt(60 * 1440))
        return wish({ every: 60, at: (Math.round(first.getUTCMinutes() / 10) * 10) % 60 });
    const at = first.getUTCHours() * 60 + first.getUTCMinutes();
    const often = gap > 2 * 1440 ? ', which is more often' : '';
    return `${wish({ every: 1440, at: (Math.round(at / 30) * 30) % 1440 })}${often}`;
}
function wish({ every, at }) {
    if (every === 10)
        return '`every: 10 minutes`';
    return every === 60
        ? `\`every: hour\` with \`at: ":${String(at).padStart(2, '0')}"\``
        : `\`every: day\` with \`at: "${clockTime(at)}"\``;
}

;// CONCATENATED MODULE: ./lib/heroku/schedulers/reconcile.js

/**
 * What makes a scheduler's tasks equal to the wanted ones. A task that is there already as it is wanted is kept, whoever
 * made it. One with the same command and other times or size is changed, and is this action's from then on: run beside a
 * new one its work would be done twice. Of several, those that this action made come first. The rest is removed where
 * this action made it, or with `prune`.
 */
function reconcile(wanted, there, { prune = false } = {}) {
    const left = [...there].sort((a, b) => Number(b.own) - Number(a.own));
    const take = (fits) => {
        const index = left.findIndex(fits);
        return index < 0 ? undefined : left.splice(index, 1)[0];
    };
    const found = new Map();
    // From the best fit to the worst, so that of two tasks with one command neither takes the other's place.
    const fits = [
        task_isSame,
        (task, there) => task.cron === there.cron,
        (task, there) => task.size === there.size,
        () => true
    ];
    for (const fit of fits) {
        for (const task of wanted) {
            if (found.has(task))
                continue;
            const match = take(other => other.command === task.command && fit(task, other));
            if (match)
                found.set(task, match);
        }
    }
    const steps = wanted.map((task) => {
        const match = found.get(task);
        if (!match)
            return { kind: 'create', task };
        return { kind: task_isSame(task, match) ? 'keep' : 'change', task, there: match };
    });
    return [...steps, ...left.map((there) => ({ kind: there.own || prune ? 'remove' : 'leave', there }))];
}
/** Whether there is nothing to write. */
function isSettled(steps) {
    return steps.every(({ kind }) => kind === 'keep' || kind === 'leave');
}
function showStep(step, describe) {
    const { kind } = step;
    if (kind === 'remove' || kind === 'leave') {
        const { command, when, size, own } = step.there;
        const why = own ? 'not in the config any more' : 'not made by this action';
        return { action: kind, command, when, size, why: kind === 'leave' ? `${why}; \`prune\` would remove it` : why };
    }
    const { command, cron, size } = step.task;
    return { action: kind, command, when: describe(cron), size, why: reason(step) };
}
function reason(step) {
    if (step.kind === 'change') {
        const { task, there } = step;
        return [...differences(task, there), ...(there.own ? [] : ['until now not this action’s'])].join(', ');
    }
    return step.kind === 'keep' && !step.there.own ? 'not made by this action' : '';
}

;// CONCATENATED MODULE: ./lib/heroku/schedulers/apply.js




/** Milliseconds between looks for a write whose answer was lost. */
const apply_LOOKS = [0, 2_000, 5_000];
/**
 * Carries steps out: changes, then new tasks, then removals, one request after the other, each write once. Where an
 * answer is lost the tasks are read again to see whether it happened. What is refused does not keep the others from
 * being done; a new task that was refused is sent again when others have made room for it in the plan. At the end the
 * tasks are read again, and have to be what is wanted.
 *
 * Rejects with a `UserError` that names what is not done. Run again, it goes on from there.
 */
async function applySteps(scheduler, steps, { wanted, prune, clock, signal }) {
    const failures = new Map();
    const known = new Set(steps.flatMap(step => ('there' in step ? step.there.id : [])));
    const carryOut = async (step) => {
        try {
            await once(scheduler, step, known, { clock, signal });
            failures.delete(step);
        }
        catch (error) {
            if (error instanceof lib_runtime/* CancelledError */.cc || !apply_isRefused(error))
                throw error;
            failures.set(step, error);
        }
    };
    const ofKind = (kind) => steps.filter(step => step.kind === kind);
    for (const kind of ['change', 'create', 'remove']) {
        for (const step of ofKind(kind))
            await carryOut(step);
    }
    const refused = ofKind('create').filter(step => failures.has(step));
    if (ofKind('remove').length > 0)
        for (const step of refused)
            await carryOut(step);
    if (failures.size > 0)
        throw notDone(failures);
    if (!isSettled(reconcile(wanted, await scheduler.list(), { prune }))) {
        throw new lib_runtime/* UserError */.yo('The scheduler took what was written, and shows its tasks otherwise than they were written', 'Something else may change them at the same time. Run `command: schedule` again with `plan: true`, and compare with what its dashboard shows.');
    }
}
/** One write; where its answer is lost, a look whether it happened. */
async function once(scheduler, step, known, { clock, signal }) {
    try {
        await write(scheduler, step);
    }
    catch (error) {
        if (step.kind === 'remove' && isNotFound(error))
            return;
        if (!mayHaveHappened(error))
            throw error;
        for (const wait of apply_LOOKS) {
            await clock.sleep(wait, signal);
            if (happened(step, await scheduler.list(), known))
                return;
        }
        throw error;
    }
}
async function write(scheduler, step) {
    if (step.kind === 'create')
        await scheduler.create(step.task);
    else if (step.kind === 'change')
        await scheduler.change(step.there, step.task);
    else if (step.kind === 'remove')
        await scheduler.remove(step.there);
}
/** @param known the tasks that were there before anything was written */
function happened(step, now, known) {
    switch (step.kind) {
        case 'create':
            return now.some(there => !known.has(there.id) && there.command === step.task.command && task_isSame(step.task, there));
        case 'change':
            return now.some(there => there.id === step.there.id && task_isSame(step.task, there));
        case 'remove':
            return !now.some(({ id }) => id === step.there.id);
        default:
            return true;
    }
}
function apply_isRefused(error) {
    return error instanceof HerokuError && error.outcome === 'refused' && error.status !== undefined;
}
function notDone(failures) {
    const lines = [...failures].map(([step, error]) => {
        const command = 'task' in step ? step.task.command : step.there.command;
        return `To ${step.kind} "${command}": ${(0,lib_runtime/* errorText */.kc)(error)}`;
    });
    const [first] = failures.values();
    const next = first instanceof lib_runtime/* UserError */.yo ? first.nextStep : 'Look at the scheduler’s dashboard.';
    return new lib_runtime/* UserError */.yo(lines.join('\n'), `${next} What else was to be done is done; run the job again.`, {
        cause: first
    });
}

;// CONCATENATED MODULE: ./lib/heroku/schedulers/drift.js



const KINDS = { create: 'missing', change: 'changed', remove: 'left over', leave: 'unknown' };
/** What the scheduler has otherwise than the config wants it. A task that nobody asked for is `unknown`, and no fault. */
function scheduleDrift(wanted, there) {
    return reconcile(wanted, there).flatMap((step) => {
        if (step.kind === 'keep')
            return [];
        const { command, when, why } = showStep(step, describeCron);
        const texts = {
            create: `is not scheduled; it is to run ${when}`,
            change: `is to run ${when}; ${why}`,
            remove: `is still scheduled (${when}), and not in the config any more`,
            leave: `is scheduled (${when}), and the config does not know it`
        };
        return [{ kind: KINDS[step.kind], command, text: texts[step.kind] }];
    });
}
/** Milliseconds after its time until a task counts as late: schedulers are not punctual. */
const drift_GRACE = 60 * 60_000;
/**
 * Tasks whose last run is known, and failed; or whose last run is so long ago that one was missed since. A task that
 * never ran is not judged: nobody knows since when it is there.
 */
function lateTasks(there, now) {
    return there.flatMap(({ command, cron, enabled, lastRun }) => {
        if (!enabled || !lastRun)
            return [];
        const at = new Date(lastRun.at)
            .toISOString()
            .replace(/:\d\d\.\d{3}Z$/, ' UTC')
            .replace('T', ' ');
        if (lastRun.outcome === 'failed')
            return [{ command, text: `failed at ${at}` }];
        const next = cron === undefined ? undefined : nextTime(cron, lastRun.at);
        return next !== undefined && next + drift_GRACE < now
            ? [
                {
                    command,
                    text: `ran last at ${at}, and was to run again at ${new Date(next).toISOString().slice(0, 16).replace('T', ' ')} UTC`
                }
            ]
            : [];
    });
}

;// CONCATENATED MODULE: ./lib/heroku/schedulers/ledger.js




const ledger_time = dist/* pipe */.FsL(dist/* string */.YjP(), dist/* isoTimestamp */.yhX(), dist/* transform */.pdi(text => Date.parse(text)));
const ended = dist/* object */.Ikc({
    due: ledger_time,
    started: ledger_time,
    /** Seconds. */
    took: dist/* optional */.lqM(dist/* number */.aig()),
    outcome: dist/* picklist */.KIO(['succeeded', 'failed', 'lost']),
    exitCode: dist/* optional */.lqM(dist/* number */.aig()),
    run: dist/* string */.YjP()
});
const claim = dist/* object */.Ikc({ due: ledger_time, since: ledger_time, until: ledger_time, run: dist/* string */.YjP() });
const ledger_entry = dist/* object */.Ikc({
    command: dist/* string */.YjP(),
    cron: dist/* string */.YjP(),
    /** Its times up to this one are dealt with. */
    handled: ledger_time,
    running: dist/* optional */.lqM(claim),
    last: dist/* optional */.lqM(ended)
});
const ledgerFile = dist/* object */.Ikc({ version: dist/* literal */.euz(1), app: dist/* string */.YjP(), tasks: dist/* array */.YOg(ledger_entry) });
/** Milliseconds beyond a task's limit after which a run that has not said how it ended is given up. */
const MARGIN = 10 * 60_000;
const ledger_DAY = 24 * 3_600_000;
/**
 * The next task that is due, taken by this run: at most one, the one that waits longest. Pure, and the same again for
 * the same run, so that it may be asked anew where a write was overtaken or its answer lost.
 */
function takeDue({ app, tasks }, wanted, { run, until, now }) {
    const lost = [];
    const busy = [];
    const begun = [];
    const entryOf = (task) => {
        const known = tasks.find(({ command, cron }) => command === task.command && cron === task.cron);
        if (known === undefined)
            begun.push(task);
        // A clock that was ahead must not keep a task from ever running again; a run that began later may be ahead by a bit.
        const handled = known !== undefined && known.handled < now + ledger_DAY ? known.handled : until;
        const { running } = known ?? {};
        const entry = { ...known, command: task.command, cron: task.cron, handled };
        if (!running || running.run === run)
            return entry;
        if (!isOver(running, run, now)) {
            busy.push({ command: task.command, run: running.run });
            return entry;
        }
        lost.push({ command: task.command, run: running.run });
        const { due, since: started } = running;
        return { ...entry, running: undefined, last: { due, started, outcome: 'lost', run: running.run } };
    };
    const entries = wanted.map(entryOf);
    const waiting = wanted.flatMap((task, index) => {
        const { running, handled, cron } = entries[index];
        if (running)
            return running.run === run ? [{ task, due: running.due, missed: 0, index, since: 0 }] : [];
        const times = timesBetween(cron, handled, until);
        return times ? [{ task, due: times.newest, missed: times.count - 1, index, since: handled }] : [];
    });
    const next = waiting.sort((a, b) => a.since - b.since)[0];
    if (next) {
        const { task, due, index } = next;
        const limit = (task.limit ?? USUAL_LIMIT) * 1_000;
        const running = entries[index].running ?? { due, since: now, until: now + limit + MARGIN, run };
        entries[index] = { ...entries[index], handled: due, running };
    }
    // What is not wanted any more is forgotten, unless a run is at it.
    const others = tasks.filter(({ command, cron, running }) => running && !isOver(running, run, now) && !wanted.some(task => task.command === command && task.cron === cron));
    const taken = next && { task: next.task, due: next.due, missed: next.missed };
    return { ledger: { app, tasks: [...entries, ...others] }, taken, lost, begun, busy };
}
/** A run is over when its time is, or when it was started anew. */
function isOver(claim, run, now) {
    const [id, attempt] = claim.run.split('/');
    const [ownId, ownAttempt] = run.split('/');
    return now > claim.until || (id === ownId && Number(attempt) < Number(ownAttempt));
}
/** The ledger when a task that this run had taken has ended. */
function markEnded({ app, tasks }, { task }, run, ending) {
    const { outcome, exitCode, took } = ending;
    return {
        app,
        tasks: tasks.map(entry => {
            const { running } = entry;
            if (entry.command !== task.command || entry.cron !== task.cron || running?.run !== run)
                return entry;
            const last = { due: running.due, started: running.since, took: took / 1_000, outcome, exitCode, run };
            return { ...entry, running: undefined, last };
        })
    };
}
/** Throws a `UserError` for a text that is no ledger; none at all is an empty one. */
function parseLedger(text, app, where) {
    if (text === undefined)
        return { app, tasks: [] };
    const { success, output, issues } = dist/* safeParse */.xLC(dist/* pipe */.FsL(dist/* string */.YjP(), dist/* parseJson */.qFJ(), ledgerFile), text);
    if (success && output.app === app)
        return output;
    const why = success
        ? `it is of the app ${output.app}`
        : `${issues[0].message} at ${dist/* getDotPath */.BuJ(issues[0]) ?? 'its top'}`;
    throw new lib_runtime/* UserError */.yo(`${where} is not a record of the tasks of ${app}: ${why}`, 'Bring an earlier version of it back (its history has them), or delete it: then every task’s times count from its next run.');
}
/** As it is written: JSON for people, times as ISO 8601. */
function ledgerText({ app, tasks }) {
    const iso = (key, value) => ['due', 'started', 'since', 'until', 'handled'].includes(key) ? new Date(value).toISOString() : value;
    return `${JSON.stringify({ version: 1, app, tasks }, iso, 2)}\n`;
}
/** The tasks of a ledger as any scheduler's. */
function ledgerTasks(ledger, wanted) {
    return wanted.map(({ command, cron, size, limit }) => {
        const entry = ledger.tasks.find(other => other.command === command && other.cron === cron);
        const { running, last } = entry ?? {};
        return {
            id: `${command} ${cron}`,
            command,
            own: true,
            cron,
            when: describeCron(cron),
            size,
            limit,
            enabled: true,
            lastRun: running
                ? { at: running.since, outcome: 'running' }
                : last && { at: last.started, outcome: last.outcome === 'lost' ? 'failed' : last.outcome }
        };
    });
}

;// CONCATENATED MODULE: ./lib/heroku/schedulers/index.js
/**
 * Scheduled tasks: four ways to run them behind one interface, what is to change to have those that are wanted, and what
 * is not as it should be.
 */













const schedulers_SCHEDULERS = {
    'heroku-scheduler': herokuScheduler,
    'cron-to-go': cronToGo,
    'advanced-scheduler': advancedScheduler,
    'github-actions': githubActions
};
/**
 * The tasks that are wanted, as this scheduler is to have them.
 * @param defaultSize dyno size of those that name none
 * @param file the config file's name, for messages
 * Throws one `UserError` that lists all that it cannot run, each with the nearest that it can.
 */
function plannedTasks({ with: name, tasks }, defaultSize, file) {
    const kind = schedulers_SCHEDULERS[name];
    const planned = tasks.map((wish) => ({
        command: wish.command.trim(),
        cron: cronOf(wish),
        size: wish.size ?? defaultSize,
        limit: wish.timeout === undefined ? undefined : Math.round(wish.timeout * 60),
        line: wish.line
    }));
    const problems = planned.flatMap((task, index) => {
        const where = task.line === undefined ? '' : `${file}:${task.line}: `;
        const twin = planned.findIndex(({ command, cron }) => command === task.command && cron === task.cron);
        const problem = kind.problem(task);
        return [
            ...(problem === undefined ? [] : [`${where}${kind.name} cannot have this task: ${problem}`]),
            ...(twin === index ? [] : [`${where}this task stands there twice: ${describeCron(task.cron)}, the same command`])
        ];
    });
    if (problems.length === 0)
        return planned;
    const next = 'Correct `schedule:` in the config, or choose another scheduler with `with:`.';
    throw new lib_runtime/* UserError */.yo(problems.join('\n'), next);
}
/**
 * The app's tasks on a scheduler. Throws a `UserError` where the app has not what it needs, or where the scheduler keeps
 * no tasks outside this repository.
 */
function openScheduler(name, access) {
    const { name: shown, vars, open, setUp } = schedulers_SCHEDULERS[name];
    if (!open)
        throw new Error(`${shown} keeps no tasks of its own`);
    const missing = vars.filter(variable => !access.vars[variable]);
    if (missing.length === 0)
        return open(access);
    throw new lib_runtime/* UserError */.yo(`${access.app.name} lacks the config var${missing.length > 1 ? 's' : ''} ${missing.join(' and ')}, with which ${shown} is asked`, `Add it to the app: \`${setUp(access.app.name)}\`.`);
}
/** What to type into Heroku Scheduler's dashboard, and where, when its API cannot be relied on: one line a task. */
function typedByHand(tasks, app) {
    const lines = tasks.map(({ command, cron, size }) => `${dashboardTimes(cron)}, dyno size ${size}: ${marked(command)}`);
    return { lines, url: dashboardOf(app) };
}
/**
 * Size of a one-off dyno where none is named, by those of the app's formation: apps on Eco or Basic dynos use the same,
 * those in Private Spaces the smallest there, all others Standard-1X (Dev Center: one-off-dynos, dyno-sizes).
 */
function usualSize(formation) {
    const sizes = formation.map(({ size }) => (size ?? '').toLowerCase());
    const has = (start) => sizes.some(size => size.startsWith(start));
    if (has('private'))
        return 'Private-S';
    if (has('shield'))
        return 'Shield-S';
    if (has('standard') || has('performance'))
        return 'Standard-1X';
    return has('eco') ? 'Eco' : 'Basic';
}

;// CONCATENATED MODULE: ./lib/heroku/index.js
/** Heroku: the Platform API behind one guarded client, uploads, output streams, one-off dynos. */














// EXTERNAL MODULE: external "node:string_decoder"
var external_node_string_decoder_ = __webpack_require__(6193);
;// CONCATENATED MODULE: ./lib/deploy/story.js

/** What a deploy did, step by step: told in the log while it happens, and in the summary afterwards. */
class Story {
    log;
    #clock;
    #started;
    #steps = [];
    #notes = [];
    constructor(log, clock) {
        this.log = log;
        this.#clock = clock;
        this.#started = clock.now();
    }
    get steps() {
        return this.#steps;
    }
    /** Milliseconds since the start. */
    get elapsed() {
        return this.#clock.now() - this.#started;
    }
    /** Does a step under its own title in the log. */
    step(name, work) {
        return this.span(name, () => this.log.group(name, work));
    }
    /** A step that has titles of its own in the log. */
    async span(name, work) {
        const at = this.elapsed;
        this.#notes = [];
        const finish = (failed) => {
            this.#steps.push({ name, at, took: this.elapsed - at, failed, notes: this.#notes });
            this.#notes = [];
        };
        try {
            const result = await work();
            finish(false);
            return result;
        }
        catch (error) {
            this.#notes.push((0,lib_runtime/* errorText */.kc)(error));
            finish(true);
            throw error;
        }
    }
    /** A line for the log and the summary. */
    note(text) {
        this.log.info(text);
        this.#notes.push(text);
    }
    /** For the summary alone: what the log has already. */
    quote(text) {
        this.#notes.push(text);
    }
    warn(text) {
        this.log.warning(text);
        this.#notes.push(text);
    }
}

;// CONCATENATED MODULE: ./lib/deploy/tools.js




/**
 * Asks until there is an answer, with pauses that grow. Rejects with a `UserError` when it takes too long.
 * Pauses of 2 to 10 s are what Heroku asks for (heroku/cli: ps:wait polls every 10 s).
 */
async function poll({ clock, signal }, { what, next, first, longest, timeout, fail = (...of) => new lib_runtime/* UserError */.yo(...of) }, ask) {
    const until = clock.now() + timeout;
    for (let pause = first;; pause = Math.min(pause * 1.5, longest)) {
        const answer = await ask();
        if (answer !== undefined)
            return answer;
        if (clock.now() + pause > until)
            throw fail(`Waited ${Math.round(timeout / 60_000)} minutes for ${what}`, next);
        await clock.sleep(pause, signal);
    }
}
/** Keeps the last lines of output, for the error that follows. */
class tools_Tail {
    #most;
    #lines = [];
    #rest = '';
    #decoder = new external_node_string_decoder_.StringDecoder('utf8');
    constructor(most = 20) {
        this.#most = most;
    }
    add(chunk) {
        const lines = (this.#rest + this.#decoder.write(chunk)).split('\n');
        this.#rest = (lines.pop() ?? '').slice(-2_000);
        this.#lines = [...this.#lines, ...lines].slice(-this.#most);
    }
    /** Behind a message; empty where there was no output. */
    quote() {
        const lines = [...this.#lines, this.#rest].map(tools_plain).filter(line => line.trim() !== '');
        return lines.length > 0 ? `. Its last lines:\n${lines.map(line => `  ${line}`).join('\n')}` : '';
    }
}
/** A line without colours and cursor movements. */
function tools_plain(line) {
    // eslint-disable-next-line no-control-regex
    return line.replace(/\x1b\[[\d;?]*[A-Za-z]|\p{Cc}/gu, '').slice(0, 500);
}

;// CONCATENATED MODULE: ./lib/deploy/follow.js



const KEPT_OUTPUT = 200_000;
/**
 * Follows a release or a build to its end: its output goes to the log, and it is read again until it is no longer
 * pending. Rejects with a `UserError` where that takes longer than the tools' timeout.
 * @param what for people: `Release v12`
 */
async function followToEnd(first, read, { what, next }, tools) {
    const { story, log, clock, signal, timeout } = tools;
    const tail = new tools_Tail();
    let output = '';
    let latest = first;
    const until = clock.now() + timeout;
    const isOver = async () => {
        if (latest.status === 'pending')
            latest = await read();
        if (latest.status === 'pending' && clock.now() > until)
            throw new lib_runtime/* UserError */.yo(`${what} is still pending after ${Math.round(timeout / 60_000)} minutes`, next);
        return latest.status !== 'pending';
    };
    if (first.output_stream_url) {
        const fence = log.fence();
        const write = (chunk) => {
            fence.write(chunk);
            tail.add(chunk);
            output = (output + chunk.toString('utf8')).slice(-KEPT_OUTPUT);
        };
        try {
            const { whole } = await followOutput({ url: first.output_stream_url, write, isOver, clock, signal });
            if (!whole)
                story.warn(`${what}: its output could not be read to its end`);
        }
        finally {
            fence.close();
        }
    }
    await poll(tools, { what, next, first: 2_000, longest: 10_000, timeout }, async () => (await isOver()) ? true : undefined);
    return { latest, tail, output };
}

;// CONCATENATED MODULE: ./lib/deploy/streaming.js



/**
 * Config vars of the streaming app (mastodon/mastodon: Procfile, streaming/config.js). PGSSLMODE: node-postgres reads it
 * where DATABASE_URL names no mode, and Heroku's certificate is self-signed (mastodon/mastodon#31774).
 */
const WANTED = {
    RUN_STREAMING: 'true',
    NODE_ENV: 'production',
    PGSSLMODE: 'no-verify'
};
/** Add-ons of the main app that the streaming server shares. */
const SHARED = ['DATABASE', 'REDIS'];
/**
 * Makes sure that the streaming app has the config and the attachments it needs; sets them where that is allowed, else
 * says how. Returns the app as it is then.
 */
async function prepareStreaming(main, target, { allowed }, readAgain, { story }) {
    const { app, config } = target;
    if (target.stack !== main.stack) {
        throw new lib_runtime/* UserError */.yo(`${app.name} is on ${target.stack}, and ${main.app.name} on ${main.stack}`, `Put both on one stack: \`heroku stack:set ${main.stack} --app ${app.name}\`.`);
    }
    const { lacks, remedy } = streamingLacks(main, target);
    if (lacks.length === 0)
        return target;
    if (!allowed)
        throw new lib_runtime/* UserError */.yo(`The streaming app ${app.name} is not set up: ${lacks.join(', ')}`, remedy);
    const vars = missingVars(config);
    const attachments = missingAttachments(config);
    const shared = await main.app.attachments();
    for (const name of attachments) {
        const addon = shared.find(attachment => attachment.name === name)?.addon.name;
        if (addon) {
            await app.attach(addon, name);
            story.note(`${app.name}: ${addon} is attached as ${name}`);
        }
        else {
            const url = main.config[`${name}_URL`];
            if (!url)
                throw new lib_runtime/* UserError */.yo(`${main.app.name} has no ${name}_URL`, 'Add Postgres and Redis to the main app first.');
            vars[`${name}_URL`] = url;
        }
    }
    if (Object.keys(vars).length > 0)
        await app.setConfigVars(vars);
    story.note(`${app.name}: set ${Object.keys(vars).join(', ') || 'nothing more'}`);
    return readAgain();
}
/** Config vars that the streaming app needs and does not have, and how to set them. */
function streamingLacks(main, { app, config }) {
    const vars = missingVars(config);
    const attachments = missingAttachments(config);
    return {
        lacks: [...Object.keys(vars), ...attachments.map(name => `${name}_URL`)],
        remedy: howTo(main.app.name, app.name, vars, attachments)
    };
}
function missingAttachments(config) {
    return SHARED.filter(name => !config[`${name}_URL`]);
}
/** Throws a `UserError` where the streaming app runs another commit than the main one, or one that it cannot tell. */
function requireSameCommit(main, streaming) {
    const [wanted, runs] = [main.currentSlug?.commit, streaming.currentSlug?.commit];
    if (wanted && wanted === runs)
        return;
    throw new lib_runtime/* UserError */.yo(`${streaming.app.name} runs ${runs?.slice(0, 8) ?? 'an unknown commit'}, and ${main.app.name} ${wanted?.slice(0, 8) ?? 'an unknown one'}: post-deployment migrations may take away what the streaming server still needs`, 'Deploy (`command: deploy`) brings both to one commit, and then migrates. `phase: pre` is possible before.');
}
function missingVars(config) {
    const hasMode = config['DATABASE_URL']?.includes('sslmode=') ?? false;
    return Object.fromEntries(Object.entries(WANTED).filter(([name, value]) => name === 'RUN_STREAMING'
        ? config[name] !== value
        : config[name] === undefined && !(name === 'PGSSLMODE' && hasMode)));
}
function howTo(main, app, vars, attachments) {
    const settings = Object.entries(vars).map(([name, value]) => `${name}=${value}`);
    const commands = [
        ...attachments.map(name => `heroku addons:attach ${main}::${name} --app ${app}`),
        ...(settings.length > 0 ? [`heroku config:set ${settings.join(' ')} --app ${app}`] : [])
    ];
    return `Set \`streaming-setup: true\` to have it done, or: ${commands.map(command => `\`${command}\``).join(', ')}.`;
}

;// CONCATENATED MODULE: ./lib/deploy/preflight.js





/** Newest releases that are looked at: a slug to reuse and one to go back to are among them (Heroku keeps 20). */
const RELEASES = 25;
/** Reads what a deploy must know of an app, and waits while someone else's release or build is under way. */
async function readTarget(app, mask, tools) {
    const info = await app.info();
    const generation = typeof info.generation === 'string' ? info.generation : info.generation?.name;
    if ((generation ?? 'cedar') !== 'cedar' || ['cnb', 'container'].includes(info.stack.name)) {
        throw new lib_runtime/* UserError */.yo(`The app ${app.name} runs images (${generation ?? ''} ${info.stack.name}), and slugs are for apps of the Cedar generation`, 'Make a Cedar app for this instance: `heroku create --stack heroku-24`.');
    }
    const config = await app.configVars();
    mask(config);
    await waitForBuild(app, tools);
    const releases = await settledReleases(app, tools);
    const current = releases.find(({ current }) => current) ?? releases.find(({ status }) => status === 'succeeded');
    return {
        app,
        info,
        stack: (info.build_stack ?? info.stack).name,
        config,
        releases,
        current,
        currentSlug: current?.slug ? await app.slug(current.slug.id) : undefined,
        formation: await app.formation(),
        preboot: await app.hasFeature('preboot')
    };
}
async function waitForBuild(app, tools) {
    let told = false;
    await poll(tools, waiting('a build to finish', tools), async () => {
        const pending = (await app.builds(1)).find(({ status }) => status === 'pending');
        if (!pending)
            return true;
        if (!told)
            tools.story.note(`Waiting for a build that ${pending.user?.email ?? 'somebody'} started at ${pending.created_at}`);
        told = true;
        return undefined;
    });
}
/** Releases, none of them pending. */
async function settledReleases(app, tools) {
    let told = false;
    return poll(tools, waiting('a release to finish', tools), async () => {
        const releases = await app.releases(RELEASES);
        const pending = releases.find(({ status }) => status === 'pending');
        if (!pending)
            return releases;
        if (!told) {
            const { version, description, user } = pending;
            tools.story.note(`Waiting for release v${version} (${description}) of ${user?.email ?? 'somebody'}`);
        }
        told = true;
        return undefined;
    });
}
function waiting(what, { timeout }) {
    const next = 'Look at `heroku releases` and `heroku builds`; cancel what hangs, then run the job again.';
    return { what, next, first: 2_000, longest: 10_000, timeout };
}
/**
 * What an upgrade plan may know of the app: names of config vars, the few values that checks ask for, and what runs.
 * @param streaming the streaming app, where there is one
 * @param addons absent where they could not be read
 */
function liveFacts(target, streaming, addons) {
    const { app, stack, config, formation, current, currentSlug } = target;
    return {
        app: app.name,
        stack,
        config: new ConfigView(config),
        addons,
        formation,
        runs: Boolean(current?.slug),
        commit: currentSlug?.commit || undefined,
        streaming: streaming && {
            app: streaming.app.name,
            config: new ConfigView(streaming.config),
            ...streamingLacks(target, streaming)
        }
    };
}
/** Tells a plan, and throws all together what stands against it. */
function preflight_judge(plan, { story }) {
    const { from, to, findings, steps } = plan;
    const versions = from !== undefined && to !== undefined && from !== to ? ` from ${from} to ${to}` : '';
    story.note(`This upgrade${versions}: ${upgradeHeadline(plan)}`);
    for (const { when, version, text, command } of steps) {
        story.note(`By hand ${when} it, since ${version}: ${text}${command === undefined ? '' : `: \`${command}\``}`);
    }
    for (const finding of findings) {
        if (finding.level === 'warn')
            story.warn(preflight_sentence(finding));
        if (finding.level === 'note')
            story.note(preflight_sentence(finding));
    }
    preflight_refuse(findings);
}
/** Throws what blocks, if anything does. */
function preflight_refuse(findings) {
    const blocking = findings.filter(({ level }) => level === 'block');
    if (blocking.length === 0)
        return;
    throw new lib_runtime/* UserError */.yo(blocking.map(({ reason, name }) => `${reason} (${name})`).join('; '), [...new Set(blocking.map(({ remedy }) => remedy))].join(' '));
}
function preflight_sentence({ reason, remedy, name }) {
    return `${reason}. ${remedy} (${name})`;
}

;// CONCATENATED MODULE: ./lib/deploy/slugs.js




/** Times that an upload is tried. */
const UPLOADS = 3;
/** Slugs of a list of releases that are looked at for one to reuse. */
const LOOK_AT = 5;
/** Kept in the slug's `commit_description`, by which it is found again. */
function slugDescription({ role, fingerprint, variant }) {
    return `mastodon-on-heroku ${fingerprint} ${role}, ${variant}`;
}
/** Says what is deployed, and shortens the search for the slug to one look in most cases. */
function releaseDescription(commit, role, fingerprint) {
    return `Deploy ${commit.slice(0, 8)} (${tag(role, fingerprint)})`;
}
function tag(role, fingerprint) {
    return `mastodon-on-heroku ${role} ${fingerprint.slice(0, 12)}`;
}
/** A slug of the same fingerprint that a release of this app holds and Heroku still has. */
async function findShipped({ app, releases, currentSlug }, role, fingerprint) {
    const tagged = releases.filter(({ description }) => description.includes(tag(role, fingerprint)));
    const ids = [...tagged, ...releases].flatMap(({ slug, status }) => (slug && status !== 'expired' ? [slug.id] : []));
    for (const id of [...new Set(ids)].slice(0, LOOK_AT)) {
        const slug = currentSlug?.id === id ? currentSlug : await app.slug(id);
        const prefix = `mastodon-on-heroku ${fingerprint} ${role}, `;
        if (slug?.commit_description?.startsWith(prefix)) {
            return {
                id,
                commit: slug.commit ?? '',
                size: slug.size ?? undefined,
                variant: slug.commit_description.slice(prefix.length),
                processTypes: slug.process_types ?? {}
            };
        }
    }
    return undefined;
}
/**
 * Makes a slug on Heroku and uploads it. On any failure a new slug is made: a half-uploaded one is never released. What
 * the store has is checked by its ETag, else by its size.
 */
async function shipSlug(app, artifact, tools) {
    const { story, log, clock, signal } = tools;
    const { file, sha256, processTypes, commit, stack, variant } = artifact;
    const description = slugDescription(artifact);
    for (let attempt = 1;; attempt++) {
        try {
            const slug = await newSlug(app, { processTypes, sha256, commit, description, stack });
            const { bytes, proven } = await upload({
                file,
                url: slug.blob.url,
                method: slug.blob.method,
                progress: (sent, total) => log.progress(sent, total),
                clock,
                signal
            });
            if (!proven)
                await compareSize(app, slug.id, bytes, tools);
            story.note(`Uploaded ${(0,lib_runtime/* megabytes */.ix)(bytes)} to ${app.name} and checked what arrived`);
            return { id: slug.id, commit, size: bytes, variant, processTypes };
        }
        catch (error) {
            if (!(error instanceof UploadError) || attempt === UPLOADS)
                throw error;
            story.warn(`${error.message}. A new slug is made and uploaded`);
            await clock.sleep(2_000 * attempt, signal);
        }
    }
}
/** A slug whose making had no answer is not looked for, as slugs cannot be listed: a new one is made. */
async function newSlug(app, slug) {
    try {
        return await app.createSlug(slug);
    }
    catch (error) {
        if (mayHaveHappened(error))
            throw new UploadError(error.message, { cause: error });
        throw error;
    }
}
async function compareSize(app, id, bytes, tools) {
    const slug = await app.slug(id);
    if (!slug)
        throw new UploadError('Heroku does not know the slug any more');
    let stored;
    try {
        stored = await storedSize(slug.blob.url, tools);
    }
    catch (error) {
        if (error instanceof lib_runtime/* CancelledError */.cc)
            throw error;
    }
    if (stored === undefined) {
        throw new lib_runtime/* UserError */.yo('What arrived at the store could not be checked', 'Run the job again; the release is not made of a slug that may be broken.');
    }
    if (stored !== bytes)
        throw new UploadError(`the store has ${stored} of ${bytes} bytes`);
}

;// CONCATENATED MODULE: ./lib/deploy/builds.js





/** Newest builds that are looked at for one of the same. */
const builds_LOOK_AT = 10;
/** The slug of an earlier build of the same, where Heroku still has it. Its fingerprint is in the source's description. */
async function findBuilt(app, recipe, tools) {
    const description = slugDescription(recipe);
    const build = (await app.builds(builds_LOOK_AT)).find(({ status, source_blob }) => status === 'succeeded' && source_blob?.version_description === description);
    return build && slugOf(app, build, recipe, tools);
}
/**
 * Builds on Heroku: the source goes up, the build's output comes into the log. The build makes a release of its own, so
 * this is for a staging app where the slug is to be judged before production has it. When the job is cancelled, so is the
 * build.
 */
async function buildOn(app, recipe, tools) {
    const { story } = tools;
    const { commit, buildpacks } = recipe;
    const { url, sha256 } = await shipSource(app, recipe, tools);
    const source = { url, version: commit, description: slugDescription(recipe), sha256 };
    const build = await app.createBuild(source, buildpacks);
    story.note(`Heroku builds ${commit.slice(0, 8)}, ${recipe.variant}, on ${app.name}`);
    const { latest: finished, tail } = await follow(app, build, tools);
    if (finished.status !== 'succeeded') {
        throw new lib_runtime/* UserError */.yo(`Heroku's build on ${app.name} failed${tail.quote()}`, 'Mend what the lines above name. Where the slug is too large, `builder: runner` shows what makes it so.');
    }
    const slug = await slugOf(app, finished, recipe, tools);
    if (slug)
        return slug;
    throw new lib_runtime/* UserError */.yo(`Heroku's build on ${app.name} succeeded, and its slug cannot be found`, `Look at \`heroku builds --app ${app.name}\`, and run the job again.`);
}
/** Puts the source where Heroku fetches it. A failed upload starts again with a new place. */
async function shipSource(app, recipe, { story, log, clock, signal }) {
    const { file, sha256 } = await recipe.pack();
    for (let attempt = 1;; attempt++) {
        try {
            const { source_blob } = await newSource(app);
            const { bytes } = await upload({
                file,
                url: source_blob.put_url,
                method: 'PUT',
                progress: (sent, total) => log.progress(sent, total),
                clock,
                signal
            });
            story.note(`Uploaded ${(0,lib_runtime/* megabytes */.ix)(bytes)} of source; Heroku checks its SHA-256`);
            return { url: source_blob.get_url, sha256 };
        }
        catch (error) {
            if (!(error instanceof UploadError) || attempt === UPLOADS)
                throw error;
            story.warn(`${error.message}. It is uploaded again, to a new place`);
            await clock.sleep(2_000 * attempt, signal);
        }
    }
}
/** A place whose making had no answer is not looked for: it belongs to nothing. */
async function newSource(app) {
    try {
        return await app.createSource();
    }
    catch (error) {
        if (mayHaveHappened(error))
            throw new UploadError(error.message, { cause: error });
        throw error;
    }
}
/** Follows a build to its end; ends it with the job, else it would release what nobody waits for. */
async function follow(app, build, tools) {
    const about = {
        what: `Heroku's build on ${app.name}`,
        next: `Look at \`heroku builds --app ${app.name}\`. A longer wait: input \`timeout\`.`
    };
    try {
        return await followToEnd(build, () => app.build(build.id), about, tools);
    }
    catch (error) {
        if (error instanceof lib_runtime/* CancelledError */.cc)
            await app.under(AbortSignal.timeout(8_000)).cancelBuild(build.id);
        throw error;
    }
}
async function slugOf(app, { slug: built, release }, { commit, variant }, tools) {
    const slug = built ? await app.slug(built.id) : undefined;
    if (!slug || !release)
        return undefined;
    const size = slug.size ?? (await storedSize(slug.blob.url, tools));
    if (size === undefined) {
        throw new lib_runtime/* UserError */.yo(`Heroku does not say how large the slug of ${app.name} is, so it cannot be held against the limit`, 'Run the job again.');
    }
    const processTypes = slug.process_types ?? {};
    return { id: slug.id, commit: slug.commit ?? commit, size, variant, processTypes, releaseId: release.id };
}

;// CONCATENATED MODULE: ./lib/deploy/health.js





/** The app does not answer as it should. `serves`: it answers at its own address, so only the way to it is wrong. */
class HealthError extends lib_runtime/* UserError */.yo {
    serves;
    constructor(message, next, serves) {
        super(message, next);
        this.serves = serves;
    }
}
/** Milliseconds: how long one probe may stay wrong, and between two tries. */
const health_PATIENCE = 120_000;
const PAUSE = 3_000;
const MOST_ASSETS = 20;
/** Of the streaming server (mastodon/mastodon: streaming/index.js). */
const STREAMING_HEALTH = '/api/v1/streaming/health';
/**
 * The app's own address: the only one that asks nothing of names (mastodon: only /health is exempt from the host check).
 * Throws a `UserError` where it has none.
 */
function ownHealth({ app, info }, path = '/health') {
    if (!info.web_url) {
        throw new lib_runtime/* UserError */.yo(`${app.name} has no web address`, 'Look at the app in Heroku’s dashboard, under Settings, Domains.');
    }
    return {
        name: path,
        url: new URL(path, info.web_url).href,
        wrong: ({ status, body }) => (status === 200 && body.trim() === 'OK' ? undefined : `answered ${status}`),
        next: 'Look at `heroku logs`: the web process does not answer.'
    };
}
/**
 * The whole health of the web app: its own address, then the instance as its users reach it, then the assets.
 * @param commit that the instance must say it runs; undefined where its slug cannot tell
 */
async function webHealth(target, commit, tools) {
    const own = await checkHealth([ownHealth(target)], tools);
    const instance = instanceProbe(target, commit);
    if (!instance) {
        tools.story.warn('LOCAL_DOMAIN is not set, so the instance was not asked by its name');
        return own;
    }
    try {
        return [...own, ...(await checkHealth([instance, ...(await assetProbes(target, tools))], tools))];
    }
    catch (error) {
        // It serves: what is wrong from here on is the way to it, or a file.
        if (error instanceof HealthError)
            throw new HealthError(error.message, error.nextStep, true);
        throw error;
    }
}
/** The instance as its users reach it, and the commit that it must say it runs. */
function instanceProbe(target, commit) {
    const place = instancePlace(target.config, target.info.web_url);
    if (!place)
        return undefined;
    const own = target.config['MASTODON_VERSION_METADATA'];
    const metadata = own !== undefined && own !== '' ? own : (commit?.slice(0, 7) ?? '');
    return {
        name: '/api/v2/instance',
        url: new URL('/api/v2/instance', place.url).href,
        host: place.host,
        wrong: ({ status, body }) => {
            if (status !== 200)
                return `answered ${status}`;
            const version = health_versionOf(body);
            if (version === undefined)
                return 'did not answer as Mastodon does';
            // Before 4.3 a version has no metadata part, and some forks put their own there.
            return !version.includes('+') || version.includes(metadata) ? undefined : `runs ${version}, not +${metadata}`;
        },
        next: `Check that ${place.host ?? new URL(place.url).hostname} leads to this app (\`heroku domains\`), and what is in front of it.`
    };
}
/** The front page's own styles and scripts. */
async function assetProbes(target, tools) {
    const place = instancePlace(target.config, target.info.web_url);
    if (!place)
        return [];
    const { status, body } = await fetchPage(place.url, { host: place.host }, tools);
    if (status !== 200)
        return [];
    const paths = [...body.matchAll(/(?:href|src)="(\/packs\/[^"?#\s]{1,300})"/g)].map(([, path]) => path);
    return [...new Set(paths)].slice(0, MOST_ASSETS).map(path => ({
        name: path,
        url: new URL(path, place.url).href,
        host: place.host,
        wrong: page => (page.status === 200 ? undefined : `answered ${page.status}`),
        next: 'The front page names files that the app does not serve: set the config var RAILS_SERVE_STATIC_FILES to true.'
    }));
}
/** Asks until each probe is right. Rejects with a `HealthError` when one stays wrong. */
async function checkHealth(probes, tools) {
    const results = [];
    for (const probe of probes)
        results.push(await patiently(probe, results.length > 0, tools));
    return results;
}
async function patiently({ name, url, host, wrong, next }, serves, tools) {
    const { clock, signal, story } = tools;
    const until = clock.now() + Math.min(health_PATIENCE, tools.timeout);
    for (;;) {
        const started = clock.now();
        const problem = await fetchPage(url, { host }, tools).then(wrong, (error) => {
            if (error instanceof lib_runtime/* CancelledError */.cc)
                throw error;
            return `could not be reached: ${(0,lib_runtime/* errorText */.kc)(error)}`;
        });
        if (problem === undefined) {
            const answer = `200 in ${((clock.now() - started) / 1000).toFixed(1)} s`;
            story.note(`${host ?? new URL(url).host}${name}: ${answer}`);
            return { name, url, answer };
        }
        if (clock.now() + PAUSE > until)
            throw new HealthError(`${url} ${problem}`, next, serves);
        await clock.sleep(PAUSE, signal);
    }
}
function health_versionOf(body) {
    try {
        const { version } = (JSON.parse(body) ?? {});
        return typeof version === 'string' ? version.slice(0, 200) : undefined;
    }
    catch {
        return undefined;
    }
}

;// CONCATENATED MODULE: ./lib/deploy/migrate.js




/** Post-deployment migrations failed, or how they ended is not known. */
class MigrationError extends lib_runtime/* UserError */.yo {
}
const PURPOSE = 'migrate';
const MIGRATED = /^== +(\d{14}) .*: migrated/gm;
/**
 * Runs migrations in a one-off dyno of the current release, and makes sure that none is left. Dynos that a killed job
 * left at it are ended first. A lost connection is no failure: the database is asked what is still pending.
 * @returns versions of the migrations that ran
 */
async function migrate(app, options, tools) {
    const { story, timeout } = tools;
    for (const name of await endLeftovers(app, PURPOSE, tools))
        story.note(`Ended ${name}, which an earlier job had left`);
    const { size, phase = 'all' } = options;
    if (phase === 'post')
        await requireFirstPhase(app, size, tools);
    const command = phase === 'pre' ? PRE_MIGRATE_COMMAND : POST_MIGRATE_COMMAND;
    const { exitCode, dyno, output, tail } = await inDyno(app, { command, purpose: PURPOSE, size }, tools);
    if (exitCode === 0)
        return [...output.matchAll(MIGRATED)].map(([, version]) => version);
    if (exitCode !== undefined) {
        throw new MigrationError(`Migrations in ${dyno} ended with exit code ${exitCode}${tail.quote()}`, 'The new code runs and serves. Mend what the lines above name, then run `command: migrate` or deploy again.');
    }
    story.warn(`The connection to ${dyno} was lost, so the database is asked whether its migrations are done`);
    const question = phase === 'pre' ? PRE_PENDING_COMMAND : PENDING_COMMAND;
    const pending = await inDyno(app, { command: question, purpose: 'pending', size }, tools);
    if (pending.exitCode === 0)
        return [...output.matchAll(MIGRATED)].map(([, version]) => version);
    throw new MigrationError(pending.exitCode === undefined
        ? `Whether the migrations are done is not known: the connections to ${dyno} and ${pending.dyno} were lost`
        : `Migrations are still pending after the connection to ${dyno} was lost${pending.tail.quote()}`, `Run the job again, or \`command: migrate\`: what is done is not done twice. It waits up to ${Math.round(timeout / 60_000)} minutes.`);
}
async function requireFirstPhase(app, size, tools) {
    const { exitCode, dyno, tail } = await inDyno(app, { command: PRE_PENDING_COMMAND, purpose: 'pending', size }, tools);
    if (exitCode === 0)
        return;
    throw new MigrationError(exitCode === undefined
        ? `Whether pre-deployment migrations are pending is not known: the connection to ${dyno} was lost`
        : `Pre-deployment migrations are still pending, and those after a deployment build on them${tail.quote()}`, 'Run `command: migrate` with `phase: pre` first, or with `phase: all`.');
}
/** Versions of the migrations that the database has. */
async function appliedMigrations(app, size, tools) {
    const { exitCode, dyno, output, tail } = await inDyno(app, { command: APPLIED_COMMAND, purpose: 'applied', size }, tools, true);
    if (exitCode !== 0) {
        throw new MigrationError(`Which migrations the database has could not be read in ${dyno}: ${exitCode === undefined ? 'the connection was lost' : `exit code ${exitCode}${tail.quote()}`}`, `Look at \`heroku run --app ${app.name} bin/rails db:migrate:status\`.`);
    }
    return new Set(output.match(/^\d{14}$/gm) ?? []);
}
/** Runs a command with its output in the log, unless `quiet`. */
async function inDyno(app, job, tools, quiet = false) {
    const tail = new tools_Tail();
    let output = '';
    const fence = quiet ? undefined : tools.log.fence();
    try {
        const result = await runOneOff(app, {
            ...job,
            timeout: tools.timeout,
            write: chunk => {
                fence?.write(chunk);
                tail.add(chunk);
                output += chunk.toString('utf8');
            }
        }, tools);
        return { ...result, output, tail };
    }
    finally {
        fence?.close();
    }
}

;// CONCATENATED MODULE: ./lib/deploy/release.js






/** The release phase failed: the release before still serves, and no dyno was touched. */
class ReleasePhaseError extends lib_runtime/* UserError */.yo {
}
const MIGRATIONS = /^mastodon-on-heroku: migrations before=(\d+) after=(\d+) ran=([\d,]*)\s*$/m;
/**
 * Follows a release to its end: its output goes to the log, and its status is read again until it is no longer
 * pending. Rejects with a `ReleasePhaseError` where its command failed.
 */
async function finishRelease(app, release, tools) {
    const { version } = release;
    const about = {
        what: `Release v${version}`,
        next: `Look at \`heroku releases:output v${version}\`. When it has finished run the job again: it goes on from there. A longer wait: input \`timeout\`.`
    };
    const { latest, tail, output } = await followToEnd(release, () => app.release(release.id), about, tools);
    if (latest.status !== 'succeeded') {
        throw new ReleasePhaseError(`The release phase of v${version} failed; the release before it still serves${tail.quote()}`, 'Mend what the lines above name and deploy again. Nothing was switched over; what its migrations did stays in the database.');
    }
    return { release: latest, migrations: readMigrationsLine(output) };
}
/**
 * Releases a slug and follows it to its end, unless it is the app's current release already.
 * @param made told as soon as there is a release
 */
async function releaseOnce({ app, releases, current }, slug, { commit, role, fingerprint }, tools, made = () => { }) {
    const { story } = tools;
    if (current?.slug?.id === slug.id) {
        story.note(`${app.name} runs this slug already, in v${current.version}`);
        made(current);
        return { release: current, migrations: undefined };
    }
    const newest = releases[0]?.version ?? 0;
    const release = await app.createRelease(slug.id, releaseDescription(commit, role, fingerprint), newest);
    story.note(`Release v${release.version} of ${app.name} is made`);
    made(release);
    const finished = await finishRelease(app, release, tools);
    story.note(`v${release.version} succeeded`);
    return finished;
}
/** Green means live: whether a slug is still what an app runs. Rejects with a `UserError` where another release came. */
async function requireCurrent(app, version, slugId) {
    const newest = (await app.releases(5)).find(({ current, status }) => current || status === 'succeeded');
    if (newest?.slug?.id === slugId && newest.version >= version)
        return;
    throw new lib_runtime/* UserError */.yo(`${app.name} no longer runs this deploy’s slug: v${newest?.version ?? '?'} (${newest?.description ?? 'unknown'}) came in between`, 'Two deploys ran at the same time. Give the workflow a `concurrency` group for this app, and run the wanted one again.');
}
function readMigrationsLine(output) {
    const [, before, after, ran] = MIGRATIONS.exec(output) ?? [];
    if (before === undefined)
        return undefined;
    return { before: Number(before), after: Number(after), ran: (ran ?? '').split(',').filter(Boolean) };
}

;// CONCATENATED MODULE: ./lib/deploy/rollout.js



/** Dynos of the new release crash, or never come up: the site may be down. */
class CrashError extends lib_runtime/* UserError */.yo {
}
const NOT_FORMATION = ['release', 'run', 'scheduler'];
/** Looks at which a dyno is crashed before that is a crash loop: Heroku starts it again once at once. */
const CRASHES = 2;
/**
 * Waits until the dynos of the formation are up in this release (or a newer one) and none of an older one is left.
 * Rejects with a `CrashError` where a new dyno keeps crashing.
 * Source: heroku/cli `ps:wait` (state `up`, `release.version`).
 */
async function waitForDynos(app, version, tools) {
    const { story, timeout } = tools;
    const wanted = Object.fromEntries((await app.formation()).map(({ type, quantity }) => [type, quantity]));
    const types = Object.entries(wanted).filter(([, quantity]) => quantity > 0);
    if (types.length === 0)
        return story.warn(`${app.name} has no dynos: scale it with \`heroku ps:scale web=1 worker=1\``);
    let crashes = 0;
    let last = [];
    const next = `Look at \`heroku ps --app ${app.name}\` and \`heroku logs --app ${app.name}\`.`;
    const what = `the dynos of ${app.name} to run v${version}`;
    const fail = (...of) => new CrashError(...of);
    const polling = { what, next, first: 2_000, longest: 10_000, timeout, fail };
    await poll(tools, polling, async () => {
        last = (await app.dynos()).filter(({ type }) => !NOT_FORMATION.includes(type));
        const isNew = ({ release }) => (release?.version ?? 0) >= version;
        const crashed = last.filter(dyno => isNew(dyno) && dyno.state === 'crashed');
        crashes = crashed.length > 0 ? crashes + 1 : 0;
        if (crashes >= CRASHES)
            throw await explainCrash(app, crashed, tools);
        const up = (type) => last.filter(dyno => dyno.type === type && isNew(dyno) && dyno.state === 'up').length;
        const ready = types.every(([type, quantity]) => up(type) >= quantity) && last.every(isNew);
        return ready || undefined;
    });
    story.note(`Up in v${version}: ${types.map(([type, quantity]) => `${type} ${quantity}`).join(', ')}; no older dyno is left`);
}
async function explainCrash(app, crashed, tools) {
    const lines = await herokuLog(app, 100, tools);
    const names = crashed.map(({ name }) => name);
    const codes = errorCodes(lines.filter(line => names.some(name => line.includes(`heroku[${name}]`))));
    const router = errorCodes(lines.filter(line => line.includes('heroku[router]')));
    const known = [...new Set([...codes, ...router])];
    const about = lines.filter(line => names.some(name => line.includes(`[${name}]`))).slice(-8);
    return new CrashError(`${names.join(', ')} of the new release keep${names.length === 1 ? 's' : ''} crashing${known.length > 0 ? ` (${known.join(', ')})` : ''}` +
        (about.length > 0 ? `. Heroku's log:\n${about.map(line => `  ${line.slice(0, 300)}`).join('\n')}` : ''), `Look at \`heroku logs --app ${app.name}\` for what it printed. The codes: https://devcenter.heroku.com/articles/error-codes`);
}

;// CONCATENATED MODULE: ./lib/deploy/rollback.js









/** Going back is refused, with the reason and the way forward. */
class RollbackRefused extends lib_runtime/* UserError */.yo {
}
/**
 * The last good release before one: succeeded, with another slug that Heroku still has (slugs of releases older than 30
 * days and 20 releases are gone: Dev Center changelog 3395).
 * @param badSlug id of the slug to get away from
 */
async function lastGoodRelease(app, releases, badSlug) {
    const left = leftBehind(releases);
    const candidates = releases.filter(({ status, slug, eligible_for_rollback: eligible, version }) => status === 'succeeded' && eligible && slug && slug.id !== badSlug && !left.has(version));
    const tried = new Set();
    for (const release of candidates) {
        const id = release.slug.id;
        if (tried.has(id))
            continue;
        tried.add(id);
        const slug = await app.slug(id);
        if (slug)
            return { release, slug };
    }
    return undefined;
}
/** Versions that somebody went back from: ours, and Heroku's own `heroku rollback` (its description: "Rollback to v12"). */
function leftBehind(releases) {
    const left = new Set();
    for (const { version: at, description, status } of releases) {
        const to = /^Roll ?back to v(\d+)\b/i.exec(description)?.[1];
        if (to === undefined || status !== 'succeeded')
            continue;
        for (const { version } of releases)
            if (version > Number(to) && version < at)
                left.add(version);
    }
    return left;
}
/** Built by this action, so that it tells its commit. */
function isOurs({ commit_description: description }) {
    return description?.startsWith('mastodon-on-heroku ') ?? false;
}
/**
 * Throws a `RollbackRefused` unless the code of an old slug can work with the database as it is now: no migration may
 * be applied that it does not know and that destroyed or rewrote data (mastodon 4.7 moves every account's keys: after
 * that, 4.6 can sign nothing).
 */
async function requireSafeRollback(app, { release, slug }, releases, trees, size, tools) {
    const old = `v${release.version} (${slug.commit?.slice(0, 8) ?? 'no commit'})`;
    const forward = 'Mend the fault and deploy forward; `command: deploy` of a commit that works is always possible.';
    const known = slug.commit ? await trees.versionsAt(slug.commit) : undefined;
    if (!known) {
        throw new RollbackRefused(`Whether ${old} can work with the database cannot be told: its commit is not in this checkout`, `Check out with \`fetch-depth: 0\`. ${forward}`);
    }
    const applied = await appliedMigrations(app, size, tools);
    const since = () => commitsSince(app, release, releases);
    const oldVersions = new Set([...known, ...(await orphans(applied, known, trees, since))]);
    const verdict = rollbackVerdict({ applied, oldVersions, migrations: [...trees.migrations] });
    if (verdict.safe)
        return;
    const reasons = [
        ...verdict.because.map(({ version, name, destructive }) => `${version} ${name} (${destructive[0]?.why ?? 'rewrites data'})`),
        ...verdict.unreadable.map(version => `${version} (its file is not in this checkout)`)
    ];
    throw new RollbackRefused(`Going back to ${old} is refused: the database has migrations that it does not know and that change data: ${reasons.join(', ')}`, `${forward} To go back all the same, reverse them first: \`heroku run --app ${app.name} bin/rails db:migrate:down VERSION=…\`.`);
}
/**
 * The last good release's slug under a new release (config vars stay), waited for and checked. Refused where the
 * database is no longer one for its code.
 */
async function bringBack(target, badSlug, trees, dynoSize, tools) {
    const { app, releases } = target;
    const good = await lastGoodRelease(app, releases, badSlug);
    if (!good) {
        throw new RollbackRefused('There is no earlier release whose slug Heroku still has', 'Mend the fault and deploy again.');
    }
    await requireSafeRollback(app, good, releases, trees, dynoSize, tools);
    const release = await releaseAgain(app, good, tools);
    const commit = good.slug.commit ?? undefined;
    await webHealth(target, isOurs(good.slug) ? commit : undefined, tools);
    await requireCurrent(app, release.version, good.slug.id);
    return { release, commit };
}
/** The streaming app follows the main one back to a commit, where Heroku still has its slug; else that is told. */
async function bringStreamingBack(target, commit, tools) {
    const { app, releases, currentSlug } = target;
    const runs = currentSlug?.commit?.slice(0, 8) ?? 'an unknown commit';
    if (commit !== undefined && currentSlug?.commit === commit)
        return tools.story.note(`${app.name} runs ${runs} already`);
    const tried = new Set();
    for (const release of releases) {
        const id = release.slug?.id;
        if (id === undefined || commit === undefined || release.status !== 'succeeded' || tried.has(id))
            continue;
        tried.add(id);
        const slug = await app.slug(id);
        if (slug?.commit !== commit)
            continue;
        const { version } = await releaseAgain(app, { release, slug }, tools);
        await checkHealth([ownHealth(target, STREAMING_HEALTH)], tools);
        return requireCurrent(app, version, id);
    }
    tools.story.warn(`${app.name} stays on ${runs}: no release of it has the code that the main app runs now`);
}
async function releaseAgain(app, { release: old, slug }, tools) {
    const newest = (await app.releases(1))[0]?.version ?? 0;
    const description = `Roll back to v${old.version} (mastodon-on-heroku)`;
    const release = await app.createRelease(slug.id, description, newest);
    tools.story.note(`${app.name}: v${release.version} brings back the slug of v${old.version}; config vars stay as they are`);
    await finishRelease(app, release, tools);
    await waitForDynos(app, release.version, tools);
    return release;
}
/**
 * Commits of the slugs that were released after a release; undefined stands for one that cannot be told. Their migrations
 * may have been applied by code that the old release never ran with.
 */
async function commitsSince(app, good, releases) {
    const ids = releases.flatMap(({ version, slug }) => (version > good.version && slug ? [slug.id] : []));
    const commits = new Set();
    for (const id of new Set(ids))
        commits.add((await app.slug(id))?.commit ?? undefined);
    return commits;
}
/**
 * Applied long ago, and since removed from the tree: no tree of the releases since has them, so the old code ran with
 * them, too.
 */
async function orphans(applied, known, { migrations, versionsAt }, since) {
    const inNewTree = new Set(migrations.map(({ version }) => version));
    const newest = [...known].sort().at(-1) ?? '';
    const candidates = [...applied].filter(version => version < newest && !known.has(version) && !inNewTree.has(version));
    if (candidates.length === 0)
        return [];
    const newer = new Set();
    for (const commit of await since()) {
        const versions = commit === undefined ? undefined : await versionsAt(commit);
        if (!versions)
            return [];
        for (const version of versions)
            newer.add(version);
    }
    return candidates.filter(version => !newer.has(version));
}

;// CONCATENATED MODULE: ./lib/deploy/plan.js









/** The slug is over its limit. */
class GateError extends lib_runtime/* UserError */.yo {
}

;// CONCATENATED MODULE: ./lib/deploy/maintenance.js





/** Maintenance mode for strategy `maintenance`: only when there is something to migrate, and always off again. */
class Maintenance {
    #plan;
    #target;
    #deployable;
    #tools;
    /** Also where an earlier job was killed before it could turn it off. */
    #on;
    constructor(plan, target, deployable, tools) {
        this.#plan = plan;
        this.#target = target;
        this.#deployable = deployable;
        this.#tools = tools;
        this.#on = plan.migrations === 'maintenance' && target.info.maintenance;
    }
    async begin() {
        const { app, migrations, dynoSize } = this.#plan;
        if (migrations !== 'maintenance' || !this.#target.current?.slug || this.#on)
            return;
        const { story } = this.#tools;
        await story.step('Maintenance', async () => {
            const applied = await appliedMigrations(app, dynoSize, this.#tools);
            const pending = [...this.#deployable.versions].filter(version => !applied.has(version));
            if (pending.length === 0)
                return story.note('Nothing is to be migrated, so the site stays on');
            this.#on = true;
            await app.setMaintenance(true);
            story.note(`Maintenance mode is on for ${pending.length} migrations`);
        });
    }
    /** As `end`; a failure of it is told, and hides nothing. */
    async endAfterFailure() {
        try {
            await this.end();
        }
        catch (error) {
            this.#tools.story.warn(`Maintenance mode could not be turned off (${(0,lib_runtime/* errorText */.kc)(error)}): \`heroku maintenance:off --app ${this.#plan.app.name}\``);
        }
    }
    async end() {
        if (!this.#on)
            return;
        // The job may have been cancelled: the site comes back all the same.
        await this.#plan.app.under(AbortSignal.timeout(8_000)).setMaintenance(false);
        this.#on = false;
        this.#tools.story.note('Maintenance mode is off');
    }
}

;// CONCATENATED MODULE: ./lib/deploy/supply.js








/** The slugs of a deploy: those that Heroku holds already, else new ones. None is released here but on the staging app. */
async function obtainSlugs(apps, deployable, tools) {
    const { supply } = deployable;
    return supply.by === 'runner' ? fromRunner(apps, deployable, supply, tools) : fromHeroku(apps, supply, tools);
}
async function fromRunner({ main, streaming, staging }, { fingerprint, commit }, supply, tools) {
    const { story } = tools;
    const find = async (role, targets) => {
        for (const target of targets) {
            const slug = target && (await findShipped(target, role, fingerprint));
            if (slug) {
                story.note(`${target.app.name} holds a ${role} slug of ${commit.slice(0, 8)}, built from the same; it is used again`);
                return slug;
            }
        }
        return undefined;
    };
    const [web, live] = await story.step('Slug', async () => {
        const web = await find('web', [main, staging]);
        const live = await find('streaming', [streaming]);
        if (!web)
            story.note('No release holds a slug built from the same, so it is built');
        return [web, live];
    });
    if (web && (live || !streaming))
        return { web: { slug: web }, streaming: live && { slug: live } };
    const built = await story.span('Build', supply.build);
    const ship = async ({ app }, role) => {
        const artifact = built.find(one => one.role === role);
        if (!artifact)
            throw new Error(`no slug was built for ${role}`);
        return { slug: await shipSlug(app, artifact, tools) };
    };
    return story.step('Upload', async () => ({
        web: web ? { slug: web } : await ship(main, 'web'),
        streaming: streaming && (live ? { slug: live } : await ship(streaming, 'streaming'))
    }));
}
async function fromHeroku({ main, streaming, staging }, supply, tools) {
    const { story } = tools;
    const web = await story.step('Slug', () => staging ? onStaging(staging, supply, tools) : onMain(main, supply, tools));
    if (!streaming)
        return { web, streaming: undefined };
    const live = await findBuilt(streaming.app, supply.streaming, tools);
    return { web, streaming: live ? { slug: live } : { recipe: supply.streaming, judge: supply.judge } };
}
/** Without a staging app Heroku's build releases at once, so the size can be judged beforehand only where it is known. */
async function onMain({ app }, { web, judge }, tools) {
    return firstThatFits(web, tools, async (recipe) => {
        const slug = await findBuilt(app, recipe, tools);
        if (slug) {
            judge(slug);
            tools.story.note(`Heroku built the same on ${app.name} before; its slug is used again`);
            return { slug };
        }
        tools.story.warn(`Heroku builds on ${app.name} itself and releases at once: the size is judged after the release, not before. A \`staging-app\` puts the gate in front of production`);
        return { recipe, judge };
    });
}
/** Builds on the staging app, lets the slug prove itself there, and judges its size. */
async function onStaging(staging, supply, tools) {
    const { app } = staging;
    return firstThatFits(supply.web, tools, async (recipe) => {
        const found = await findBuilt(app, recipe, tools);
        if (found)
            tools.story.note(`Heroku built the same on ${app.name} before; its slug is used again`);
        const slug = found ?? (await buildOn(app, recipe, tools));
        supply.judge(slug);
        await prove(staging, slug, recipe, found !== undefined, tools);
        return { slug };
    });
}
/** Where one is over the limit, the next is tried, loudly; rejects with the last one's `GateError`. */
async function firstThatFits(recipes, { story }, attempt) {
    for (const [i, recipe] of recipes.entries()) {
        try {
            return await attempt(recipe);
        }
        catch (error) {
            const next = recipes[i + 1];
            if (!(error instanceof GateError) || !next)
                throw error;
            story.warn(`${error.message}: the slug ${next.variant} is taken instead`);
        }
    }
    throw new Error('nothing is to be built');
}
/** The staging app runs it: its release phase succeeds, its dynos stay up, it answers. */
async function prove(staging, slug, recipe, found, tools) {
    const { app } = staging;
    const release = await app.release(slug.releaseId);
    const { release: finished } = found && release.status === 'failed'
        ? await releaseOnce(staging, slug, recipe, tools)
        : await finishRelease(app, release, tools);
    await waitForDynos(app, finished.version, tools);
    const serves = (await app.formation()).some(({ type, quantity }) => type === 'web' && quantity > 0);
    if (serves)
        await checkHealth([ownHealth(staging)], tools);
    tools.story.note(`${app.name} runs it, and answers; production gets the same slug`);
}

;// CONCATENATED MODULE: ./lib/deploy/deploy.js















/**
 * The whole deploy (design: never a false green, at most once, run it again). Resolves when this commit's slug is the
 * current release, its dynos run and no older one is left, it answered, and its migrations are done. Each step first
 * looks whether it is done already, so a deploy that was killed goes on where it was.
 */
async function deploy(plan, tools) {
    const { story } = tools;
    const { progress } = plan;
    const target = await story.step('Preflight', async () => {
        const target = await readTarget(plan.app, plan.mask, tools);
        describe(target, tools);
        progress.target(target);
        return target;
    });
    const staging = plan.staging &&
        (await story.step('Preflight of the staging app', () => readTarget(plan.staging, plan.mask, tools)));
    const streaming = plan.streaming && (await story.step('Preflight of the streaming app', () => readStreaming(plan, target, tools)));
    const deployable = await story.span('Source', () => plan.prepare(target.stack));
    await story.step('Upgrade plan', () => judgeUpgrade(plan, { main: target, streaming, staging }, deployable, tools));
    await progress.deploying(deployable);
    const shippable = await obtainSlugs({ main: target, streaming, staging }, deployable, tools);
    if ('slug' in shippable.web)
        progress.shipping(shippable.web.slug);
    const maintenance = new Maintenance(plan, target, deployable, tools);
    let live;
    let switched = false;
    try {
        await maintenance.begin();
        live = await goLive(target, 'web', shippable.web, deployable, plan, tools);
        const { slug, finished } = live;
        const { version } = finished.release;
        progress.migrated(finished.migrations?.ran ?? []);
        switched = true;
        live.judge?.();
        await story.step('Dynos', () => waitForDynos(plan.app, version, tools));
        await maintenance.end();
        await story.step('Health', async () => progress.healthy(await webHealth(target, deployable.commit, tools)));
        switched = false;
        if (streaming && shippable.streaming)
            await shipStreaming(streaming, shippable.streaming, deployable, plan, tools);
        if (plan.migrations !== 'off') {
            await story.step('Post-deployment migrations', async () => {
                // Else another release's code would run its own.
                await requireCurrent(plan.app, version, slug.id);
                const versions = await migrate(plan.app, { size: plan.dynoSize }, tools);
                story.note(`${versions.length === 0 ? 'No' : versions.length} post-deployment migration${versions.length === 1 ? '' : 's'} in this upgrade; none is pending`);
                progress.migrated([...(finished.migrations?.ran ?? []), ...versions]);
            });
        }
        await requireCurrent(plan.app, version, slug.id);
    }
    catch (error) {
        await maintenance.endAfterFailure();
        if (live && switched && isFaultOfTheRelease(error))
            await rollBack(plan, target, live.slug.id, deployable, error, tools);
        throw error;
    }
}
/** A crash, a slug over its limit, or an app that does not answer at its own address: the code before is better. */
function isFaultOfTheRelease(error) {
    return error instanceof CrashError || error instanceof GateError || (error instanceof HealthError && !error.serves);
}
/** Better told now than when the site is down. */
async function judgeUpgrade(plan, { main, streaming, staging }, deployable, tools) {
    if (!deployable.plan)
        return;
    preflight_judge(await deployable.plan(liveFacts(main, streaming, await plan.addons(main.app))), tools);
    // What Heroku builds there has to prove itself there; what is not as it should be on it stops nobody.
    if (staging && deployable.supply.by === 'heroku')
        preflight_refuse((await deployable.plan(liveFacts(staging, undefined, undefined))).findings);
}
async function readStreaming(plan, main, tools) {
    const target = await readTarget(plan.streaming, plan.mask, tools);
    return prepareStreaming(main, target, plan.streamingSetup, () => readTarget(plan.streaming, plan.mask, tools), tools);
}
/** Releases a slug, or has Heroku build it, which releases it as well. */
async function goLive(target, role, shippable, { commit, fingerprint }, { progress, migrations }, tools) {
    const { story } = tools;
    const { app } = target;
    const title = role === 'web' ? 'Release' : 'Release of the streaming app';
    const told = (finished) => {
        tellMigrations(finished, migrations, tools);
        return finished;
    };
    if ('slug' in shippable) {
        const { slug } = shippable;
        const made = (release) => progress.released(app.name, release);
        return story.step(title, async () => ({
            slug,
            finished: told(await releaseOnce(target, slug, { commit, role, fingerprint }, tools, made))
        }));
    }
    const slug = await story.step(`Build on ${app.name}`, () => buildOn(app, shippable.recipe, tools));
    if (role === 'web')
        progress.shipping(slug);
    return story.step(title, async () => {
        const release = await app.release(slug.releaseId);
        progress.released(app.name, release);
        return { slug, finished: told(await finishRelease(app, release, tools)), judge: () => shippable.judge(slug) };
    });
}
async function shipStreaming(target, shippable, deployable, plan, tools) {
    const { app } = target;
    const { slug, finished, judge } = await goLive(target, 'streaming', shippable, deployable, plan, tools);
    const { version } = finished.release;
    await tools.story.step('Streaming app', async () => {
        await waitForDynos(app, version, tools);
        await checkHealth([ownHealth(target, STREAMING_HEALTH)], tools);
        judge?.();
        await requireCurrent(app, version, slug.id);
    });
}
async function rollBack(plan, target, badSlug, { trees }, cause, tools) {
    const { story } = tools;
    try {
        await story.step('Rollback', async () => {
            story.warn(`Going back, because: ${cause.message.split('\n')[0] ?? ''}`);
            const { release } = await bringBack(target, badSlug, trees, plan.dynoSize, tools);
            plan.progress.rolledBack(release);
        });
    }
    catch (error) {
        if (error instanceof lib_runtime/* CancelledError */.cc)
            throw error;
        const next = error instanceof lib_runtime/* UserError */.yo ? error.nextStep : 'Look at `heroku releases` at once.';
        const what = error instanceof RollbackRefused ? 'it was not rolled back' : 'going back did not end well';
        throw new lib_runtime/* UserError */.yo(`${cause.message}\nAnd ${what}: ${(0,lib_runtime/* errorText */.kc)(error)}`, next, { cause: error });
    }
    throw new lib_runtime/* UserError */.yo(`${cause.message}\nThe release before was brought back and serves`, cause.nextStep, { cause });
}
function describe({ app, current, currentSlug, preboot, stack, formation }, { story }) {
    const runs = current
        ? `v${current.version}${currentSlug?.commit ? `, commit ${currentSlug.commit.slice(0, 8)}` : ''}`
        : 'nothing yet';
    story.note(`${app.name}: ${stack}, runs ${runs}`);
    const web = formation.find(({ type }) => type === 'web');
    if (!current || preboot)
        return;
    const can = /^(standard|performance|private)/i.test(web?.size ?? '');
    story.note(`Without preboot old dynos stop before new ones start, and the router holds requests meanwhile${can ? `: \`heroku features:enable preboot --app ${app.name}\` avoids that` : '; preboot needs Standard or Performance dynos'}`);
}
function tellMigrations({ migrations }, strategy, { story }) {
    if (!migrations)
        return;
    const { before, after, ran } = migrations;
    if (before === 0)
        story.note(`The database was empty: its schema was loaded (${after} migrations) and seeded`);
    else
        story.note(`${ran.length} migration${ran.length === 1 ? '' : 's'} ran in the release phase${strategy === 'maintenance' ? ', of both phases' : ''}`);
}

;// CONCATENATED MODULE: ./lib/deploy/summary.js


/** The story as Markdown for the job's summary: outcome first, then each step with its time and what came of it. */
function storyMarkdown(story, { title, outcome, links, redact }) {
    const cell = (text) => escaped(redact(text));
    const rows = story.steps.map(({ name, at, took, failed, notes }) => `| ${failed ? 'failed' : 'done'} | ${cell(name)} | ${(0,lib_runtime/* duration */.p0)(at)} | ${(0,lib_runtime/* duration */.p0)(took)} | ${notes.map(cell).join('<br>')} |`);
    const list = Object.entries(links).map(([name, url]) => `[${cell(name)}](${url})`);
    return [
        `## ${cell(title)}`,
        '',
        `**${cell(outcome)}** (${(0,lib_runtime/* duration */.p0)(story.elapsed)})`,
        '',
        '| | Step | Started after | Took | |',
        '| --- | --- | ---: | ---: | --- |',
        ...rows,
        '',
        ...(list.length > 0 ? [list.join(' · '), ''] : [])
    ].join('\n');
}
/** Text of others, such as a dyno's last lines, can make no markup and no mention. */
function escaped(text) {
    return text
        .slice(0, 1_500)
        .replaceAll('&', '&amp;')
        .replaceAll('<', '&lt;')
        .replace(/[\\`*_{}[\]()#!|@~]/g, character => `&#${character.charCodeAt(0)};`)
        .replace(/\r?\n/g, '<br>')
        .replace(/\p{Cc}/gu, ' ');
}

;// CONCATENATED MODULE: ./lib/deploy/index.js
/** A deploy: each step looks whether it is done already, and green means live. */















;// CONCATENATED MODULE: ./lib/commands/steps/github.js

/** GitHub as the job's token reaches it; undefined without a token or outside a job. */
function githubOf({ inputs, runtime }) {
    const { repository, apiUrl } = inputs.github;
    if (inputs.githubToken === undefined || repository === undefined)
        return undefined;
    return new Github({ apiUrl, token: inputs.githubToken, repository, ...runtime });
}
/** `https://github.com/owner/name`. */
function repositoryUrl({ inputs }) {
    const { repository, serverUrl } = inputs.github;
    return repository !== undefined && /^[\w.-]{1,100}\/[\w.-]{1,100}$/.test(repository)
        ? `${serverUrl}/${repository}`
        : undefined;
}
/** Page of a run, by default of this one. */
function runUrl(context, id = context.inputs.github.runId) {
    const repository = repositoryUrl(context);
    return repository === undefined || id === undefined ? undefined : `${repository}/actions/runs/${id}`;
}

;// CONCATENATED MODULE: ./lib/commands/steps/baseline.js





const NOTHING = { history: [] };
/**
 * The report of the base: the file that the input names, or that of the base's commit or its nearest ancestor among the
 * repository's artifacts. Never fails: a base that is broken must not break what is compared with it.
 */
async function findBefore(context, report, pullRequest) {
    const { inputs, runtime } = context;
    if (inputs.baseline === 'none')
        return NOTHING;
    if (inputs.baseline !== undefined)
        return fromFile(inputs.baseline);
    if (inputs.github.repository === undefined || inputs.github.runId === undefined)
        return NOTHING;
    const github = githubOf(context);
    if (!github) {
        return { ...NOTHING, noBaseline: 'give the action a github-token (permissions: actions: read, contents: read).' };
    }
    try {
        return await fromArtifacts(context, github, report, pullRequest);
    }
    catch (error) {
        if (runtime.signal.aborted)
            throw error;
        return {
            ...NOTHING,
            noBaseline: github.explain(error, '{ actions: read, contents: read }', 'The report is made without it.')
        };
    }
}
async function fromFile(file) {
    try {
        const report = parseReport(await (0,promises_.readFile)(file, 'utf8'));
        return { baseline: { report, behind: 0 }, history: mergeHistories([report]) };
    }
    catch (error) {
        return { ...NOTHING, noBaseline: `the report that the input baseline names cannot be used: ${(0,lib_runtime/* errorText */.kc)(error)}.` };
    }
}
async function fromArtifacts(context, github, report, pullRequest) {
    const { inputs, runtime } = context;
    const branch = pullRequest?.baseBranch ?? branchOf(context);
    const wanted = pullRequest?.base ?? (await baseCommit(github, report.source.commit, pullRequest));
    if (wanted === undefined)
        return { ...NOTHING, noBaseline: 'GitHub does not know the commit before this one.' };
    const found = await findBaselines(github, { name: inputs.artifactName, commit: wanted, branch });
    const reports = [];
    for (const of of found) {
        // The nearest one is the baseline; of the others only what its history lacks is needed.
        if (mergeHistories(reports.map(({ report }) => report)).some(({ commit }) => commit === of.commit))
            continue;
        try {
            const text = await downloadFile(github, of.artifact, {
                file: 'report.json',
                maxBytes: LARGEST_REPORT,
                ...downloads(context)
            });
            const found = parseReport(text);
            if (found.source.commit === of.commit)
                reports.push({ of, report: found });
            else
                runtime.log.info(`The report of run ${of.artifact.runId} is of another commit than ${of.commit}; it is not used`);
        }
        catch (error) {
            if (runtime.signal.aborted)
                throw error;
            runtime.log.info(`The report of ${of.commit} cannot be used: ${(0,lib_runtime/* errorText */.kc)(error)}`);
        }
    }
    const [nearest] = reports;
    if (!nearest)
        return { ...NOTHING, noBaseline: baseline_missing(wanted, branch, inputs.artifactName) };
    const { commit, behind, runUrl } = nearest.of;
    runtime.log.info(`Compared with the report of ${commit} (${runUrl})`);
    return {
        baseline: { report: nearest.report, branch, wanted, behind, runUrl },
        history: mergeHistories(reports.map(({ report }) => report))
    };
}
function baseline_missing(wanted, branch, name) {
    return `neither commit ${wanted.slice(0, 8)} nor an ancestor of it has an artifact ${name} of a build of its branch, ${branch}. The next push there records one.`;
}
/** Where and how much is downloaded: the artifact holds the report's files, not the slug. */
function downloads({ runtime }) {
    return { maxZip: 60_000_000, into: runtime.scratch, http: runtime.http };
}
/**
 * The commit before what was measured. A pull request's build measures GitHub's merge of it into its base, whose first
 * parent is the base; where its own commit was built, the base is where it branched off.
 */
async function baseCommit(github, measured, pullRequest) {
    const parents = await parentsOf(github, measured);
    if (!pullRequest)
        return parents?.[0];
    return baseline_mergedInto(parents, pullRequest) ?? branchedOff(github, pullRequest);
}
/**
 * The same for a report that the pull request's own build handed over, which could name any commit. One that is neither
 * the pull request's newest nor a merge of it is refused; and a merge into an older commit than the one where the branch
 * came off is none of GitHub's, so that it cannot choose what it is compared with.
 */
async function baseOfForeign(github, measured, pull) {
    const into = measured === pull.headSha ? undefined : baseline_mergedInto(await parentsOf(github, measured), pull);
    if (into === undefined && measured !== pull.headSha) {
        throw new lib_runtime/* UserError */.yo(`The report is of commit ${measured.slice(0, 8)}, which is neither the newest one of the pull request, ${pull.headSha.slice(0, 8)}, nor a merge of it`, 'Build what GitHub checks out for `on: pull_request`, without the input `ref`.');
    }
    const off = await branchedOff(github, pull);
    return into !== undefined && (await pulls_mergeBase(github, into, pull.headSha)) === off ? into : off;
}
/** Where the pull request's branch came off its base branch. The base that GitHub names with it may be an older one. */
async function branchedOff(github, { baseBranch, baseSha, headSha }) {
    return (await pulls_mergeBase(github, baseBranch, headSha)) ?? baseSha;
}
function baseline_mergedInto(parents, { headSha }) {
    return parents?.length === 2 && parents[1] === headSha ? parents[0] : undefined;
}
/** The branch whose builds are asked: the pushed one; for a tag the default one. */
function branchOf({ inputs }) {
    const { ref, event } = inputs.github;
    return /^refs\/heads\/(.+)$/.exec(ref ?? '')?.[1] ?? event.defaultBranch ?? 'main';
}

;// CONCATENATED MODULE: ./lib/commands/steps/heroku.js



/** The Heroku that the inputs name. Throws a `UserError` without a key. */
function herokuOf({ inputs }) {
    if (inputs.herokuApiKey === undefined) {
        throw new lib_runtime/* UserError */.yo(`\`command: ${inputs.command}\` needs a Heroku key`, 'Make one with `heroku authorizations:create --scope global --description "GitHub deploy"`, store it as a secret, and give it as `heroku-api-key`.');
    }
    return { url: inputs.herokuApiUrl, key: inputs.herokuApiKey };
}
function heroku_connect({ inputs, runtime }, { url, key, ca }, story) {
    const { clock, signal, log } = runtime;
    const client = createClient({ url, key, clock, signal });
    return {
        client,
        key,
        tools: { story, log, clock, signal, ca, timeout: inputs.timeout },
        app: name => new HerokuApp(client, name, clock, signal)
    };
}
/** The app that a command is about. Throws a `UserError` where none is named. */
function requireApp(name) {
    if (name !== undefined)
        return name;
    throw new lib_runtime/* UserError */.yo('No app is named', 'Set `app:` in the config file, or give the input `app`.');
}
const heroku_DAY = 86_400;
const WARN_BELOW_DAYS = 30;
/** Whether the key works, and how long still. */
async function checkKey({ client, key, tools }) {
    const { story } = tools;
    const email = await whoAmI(client).catch((error) => {
        // Keys of an automation may lack the scope `identity`; the app itself will tell whether this one works.
        if (error instanceof HerokuError && error.status === 403)
            return undefined;
        throw error;
    });
    const seconds = await keyExpiresIn(client, key);
    const days = seconds === undefined ? undefined : Math.floor(seconds / heroku_DAY);
    story.note(`The key works${email ? ` (${maskEmail(email)})` : ''}${days === undefined ? '; whether it expires it may not say' : `, for ${days} more days`}`);
    if (days !== undefined && days < WARN_BELOW_DAYS)
        story.warn(`The Heroku key expires in ${days} days: make a new one with \`heroku authorizations:create\``);
}
/** Enough to know whose key it is, in a log that everybody may read. */
function maskEmail(email) {
    return email.replace(/^(.).*(@.*)$/, '$1…$2');
}
/** Masks what is secret among an app's config vars. */
function masker({ results }) {
    return config => {
        for (const value of secretValues(config))
            results.mask(value);
    };
}

;// CONCATENATED MODULE: ./lib/commands/steps/told.js






/** The report with what is known beside it: the base's, the sizes before it, the slug that runs now. */
async function lookAround(context, report, { app, pullRequest }) {
    const before = await findBefore(context, report, pullRequest);
    return {
        ...justThis(context, report, app),
        ...before,
        report: { ...report, history: [...before.history] },
        comparison: before.baseline && compareReports(report, before.baseline.report),
        live: await liveSlug(context, app)
    };
}
/** The report without what it could be compared with. */
function justThis(context, report, app) {
    const { maxGrowth } = context.inputs;
    return { report, app, history: [], maxGrowth, repositoryUrl: repositoryUrl(context), runUrl: runUrl(context) };
}
const LOOKED_AT = 10;
/** The slug that the app runs, where there is a key to ask with. It is told beside the rest, so it never fails. */
async function liveSlug(context, name) {
    const { inputs, runtime } = context;
    if (inputs.herokuApiKey === undefined || name === undefined)
        return undefined;
    try {
        const app = heroku_connect(context, herokuOf(context), new Story(runtime.log, runtime.clock)).app(name);
        const releases = await app.releases(LOOKED_AT);
        const current = releases.find(({ status, slug }) => status === 'succeeded' && slug);
        const slug = current?.slug && (await app.slug(current.slug.id));
        if (!current || !slug || typeof slug.size !== 'number')
            return undefined;
        return { app: name, version: current.version, commit: hash(slug.commit), bytes: slug.size };
    }
    catch (error) {
        if (runtime.signal.aborted)
            throw error;
        runtime.log.warning(`What ${name} runs now is not known: ${(0,lib_runtime/* errorText */.kc)(error)}`);
        return undefined;
    }
}
/** Heroku keeps any text as a slug's commit. */
function hash(commit) {
    return commit && /^[0-9a-f]{40,64}$/.test(commit) ? commit : undefined;
}

;// CONCATENATED MODULE: ./lib/commands/steps/upgrade.js









/** What the tree before is read for; the rest of a commit is not written out. */
const READ = /^(?:db\/|config\/(?!locales)|lib\/(?:mastodon|tasks)\/|streaming\/|vite\.config\.|[^/]*file(?:\.lock)?$|\.ruby-version$|package\.json$|app\.json$|README\.md$)/;
/**
 * Plans the upgrade from one commit to the one to be deployed.
 * @param from the commit that runs now, or that this one is compared with; undefined where there is none
 * @param live what is known of the running app, where it may be asked
 */
async function planFrom(context, config, source, from, live) {
    const appJson = (0,lib_runtime/* readTreeFile */.xt)(source.folder, 'app.json');
    return planUpgrade({
        tree: readUpgradeTree(source.folder),
        from: from === undefined ? undefined : await readTreeAt(context, from),
        stack: config.stack ?? stackOf(appJson) ?? live?.stack,
        buildpacks: upgrade_buildpacksOf(config, appJson),
        strategy: config.migrations,
        redisTls: config.redisTls,
        hasStreamingApp: config.streamingApp !== undefined,
        skip: config.checks.skip,
        live
    });
}
/** What the tree alone can tell, against what came before it in the checkout: that is no fact of any app. */
async function planOfTree(context, config, source) {
    const { inputs, runtime } = context;
    const { event, baseRef } = inputs.github;
    const base = await baseOf({
        path: inputs.path,
        commit: source.commit.sha,
        branch: baseRef ?? event.pullRequest?.baseBranch ?? event.defaultBranch ?? 'main',
        pullRequest: baseRef !== undefined || event.pullRequest !== undefined,
        run: runtime.run,
        signal: runtime.signal,
        searchPath: inputs.searchPath
    });
    const plan = await planFrom(context, config, source, base?.commit);
    return { plan, upgrade: makeUpgrade(plan, base) };
}
/** A list that cannot be read is told by what builds with it. */
function upgrade_buildpacksOf(config, appJson) {
    try {
        return chooseBuildpacks(config.slug.buildpacks && [...config.slug.buildpacks], appJson).map(({ reference }) => reference.text);
    }
    catch (error) {
        if (error instanceof lib_runtime/* UserError */.yo)
            return [];
        throw error;
    }
}
/** The tree of a commit; undefined where the checkout does not have it. */
async function readTreeAt({ inputs, runtime }, commit) {
    const { run, signal, scratch } = runtime;
    const folder = await (0,promises_.mkdtemp)(external_node_path_.join(scratch, 'tree-before-'));
    try {
        const { path: checkout, searchPath } = inputs;
        await exportTree({ path: checkout, commit, into: folder, run, signal, searchPath, only: name => READ.test(name) });
        return readUpgradeTree(folder);
    }
    catch (error) {
        if (error instanceof lib_runtime/* UserError */.yo && !(error instanceof lib_runtime/* CancelledError */.cc))
            return undefined;
        throw error;
    }
    finally {
        await (0,lib_runtime/* removeTree */.dM)(folder);
    }
}

;// CONCATENATED MODULE: ./lib/commands/steps/slugs.js













/**
 * Builds the tree, tries its ffmpeg, packs and measures the slugs, and writes them with the report. Rejects after all is
 * written where a slug must not be shipped.
 */
async function buildSlugs(context, config, source, recipe) {
    const { inputs, runtime } = context;
    const { log } = runtime;
    const slug = external_node_path_.join(inputs.outputDir, 'slug.tgz');
    const workshop = openWorkshop(context, config, source, recipe);
    const packer = new Packer({
        worker: runtime.packWorker,
        threads: runtime.threads,
        commitTime: source.commit.committedAt,
        blockStore: below(inputs.cache, 'blocks'),
        signal: runtime.signal
    });
    try {
        const app = await workshop.build('app', recipe.buildpacks, folder => writeSource(context, source, folder));
        const ffmpeg = await log.group('ffmpeg', () => tryFfmpeg(context, config, recipe, workshop, app));
        const variants = await makeVariants(app, recipe.provider, otherBuilds(context, source, recipe, workshop));
        const weighed = await log.group('Slugs', async () => {
            const started = runtime.clock.now();
            const result = await weigh({
                ...trimRules(config, config.streamingApp, source.mastodon, app.builtAt),
                variants,
                packer,
                choice: config.ffmpeg,
                limit: config.slug.limit,
                ffmpegBroken: ffmpeg !== undefined && !ffmpeg.works,
                output: slug
            });
            log.info(`Packed and measured in ${((runtime.clock.now() - started) / 1000).toFixed(1)} s`);
            return result;
        });
        const warnings = [...source.warnings, ...recipe.warnings, ...lookAt(weighed.verdict, variants.leftOut)];
        const streaming = await packStreaming(context, config, variants, packer);
        const report = makeReport({
            createdAt: runtime.clock.now(),
            commit: source.commit,
            mastodonVersion: source.mastodon.version,
            source: { files: source.tree.files, raw: source.tree.bytes, ignored: source.ignored },
            stack: recipe.stack,
            place: recipe.place,
            choice: config.ffmpeg,
            providers: providerNames(recipe),
            check: ffmpeg,
            variants,
            weighed,
            streaming: streaming && { ...streaming.weight, sha256: streaming.slug.sha256 },
            dependencies: readDependencies(source.folder),
            heroku: { warnsAt: HEROKU_WARNS_AT, stopsAt: HEROKU_STOPS_AT },
            trimmed: config.slug.trim.safe || config.slug.trim.globs.length > 0,
            app,
            redisTls: config.redisTls,
            upgrade: await upgradeOf(context, config, source),
            warnings
        });
        const told = await lookAtIt(context, config, report);
        await tell(context, told);
        judge(context, told);
        const { chosen } = report.verdict;
        const { sha256 } = report.variants.find(({ name }) => name === chosen);
        const web = { file: slug, sha256: sha256, variant: chosen, processTypes: app.processTypes };
        return { web, streaming: streaming?.slug };
    }
    finally {
        await packer.close();
        await workshop.close();
    }
}
/** A deploy makes its plan of what runs. What cannot be planned here is no reason not to build. */
async function upgradeOf(context, config, source) {
    const { inputs, runtime } = context;
    if (inputs.command !== 'build')
        return undefined;
    try {
        return (await planOfTree(context, config, source)).upgrade;
    }
    catch (error) {
        if (runtime.signal.aborted)
            throw error;
        runtime.log.warning(`The upgrade plan could not be made: ${(0,lib_runtime/* errorText */.kc)(error)}`);
        return undefined;
    }
}
/** A deploy is not compared: what matters there is the limit. */
function lookAtIt(context, { app }, report) {
    const { command, github } = context.inputs;
    return command === 'build'
        ? context.runtime.log.group('Comparison', () => lookAround(context, report, { app, pullRequest: github.event.pullRequest }))
        : justThis(context, report, app);
}
/** The streaming role of the same build: a list of files more. It needs no ffmpeg. */
async function packStreaming({ inputs }, config, variants, packer) {
    if (config.streamingApp === undefined)
        return undefined;
    const file = external_node_path_.join(inputs.outputDir, 'slug-streaming.tgz');
    const files = inPackOrder(streamingFiles(variants.without));
    const [packed] = await packer.pack([{ files, output: file }]);
    const { bytes, rawBytes, sha256 } = packed;
    return {
        slug: { file, sha256: sha256, bytes, processTypes: STREAMING_PROCESS_TYPES },
        weight: { compressed: bytes, raw: rawBytes, files: files.length }
    };
}
async function tryFfmpeg({ runtime }, config, recipe, workshop, app) {
    const { log, signal } = runtime;
    if (!recipe.provider || config.ffmpeg === 'without') {
        log.info(recipe.provider ? 'It is left out, as the config says' : 'Nothing in this build brings it');
        return undefined;
    }
    const place = await workshop.openDyno(app);
    const check = await checkFfmpeg({ place, root: app.root, entries: app.entries, stack: recipe.stack, signal });
    await place.close();
    log.info(check.works
        ? `It works, and made an mp4 of an animated GIF: ${check.version}`
        : (check.problem ?? 'It does not work'));
    if (check.mended.length > 0)
        log.info(`Put on the library path: ${check.mended.join(', ')}`);
    return check;
}
/** The builds that the slug without ffmpeg may need. */
function otherBuilds(context, source, { buildpacks, provider, aptfile }, workshop) {
    const fill = async (folder) => {
        await writeSource(context, source, folder);
        if (aptfile !== undefined)
            await (0,promises_.writeFile)(external_node_path_.join(folder, 'Aptfile'), aptfileWithoutFfmpeg(aptfile));
    };
    return {
        aptAgain: () => workshop.build('apt-again', [buildpacks[provider.apt]], fill),
        buildAgain: (why) => {
            context.runtime.log.info(`The slug without ffmpeg is built from the start: ${why}`);
            const others = buildpacks.filter((_, i) => !provider.buildpacks.includes(i));
            return workshop.build('built-again', others, fill);
        }
    };
}
/** The rules that are applied, and those that are offered where none is. */
function trimRules(config, streamingApp, { bundler, rubyNeedsNode }, builtAt) {
    const streaming = streamingApp === undefined ? 'perhaps' : 'no';
    const safe = safeRules({ streaming, builtAt, rubyNeedsNode, bundler });
    const { trim } = config.slug;
    const globs = trim.globs.length > 0 ? [globRule(trim.globs)] : [];
    return { applied: [...(trim.safe ? safe : []), ...globs], offered: safe };
}
/** What is no failure, but should be known. */
function lookAt(verdict, leftOut) {
    const names = leftOut.slice(0, 10).map(lib_runtime/* displayPath */.Gt).join(', ');
    const special = leftOut.length > 0 ? [`A slug holds files, folders and links alone; left out: ${names}`] : [];
    return [...sizeWarnings(verdict), ...special];
}

;// CONCATENATED MODULE: ./lib/commands/steps/built.js







/** In the job's own temporary folder: an artifact, which may come from anywhere, is never taken for this job's work. */
const NOTE = 'mastodon-on-heroku-built.json';
const slug = { file: dist/* string */.YjP(), sha256: dist/* string */.YjP(), processTypes: dist/* record */.g1P(dist/* string */.YjP(), dist/* string */.YjP()) };
const note = dist/* object */.Ikc({
    fingerprint: dist/* string */.YjP(),
    web: dist/* object */.Ikc({ ...slug, variant: dist/* picklist */.KIO(['with', 'without']) }),
    streaming: dist/* optional */.lqM(dist/* object */.Ikc({ ...slug, bytes: dist/* number */.aig() }))
});
/** Notes what this job built, for a deploy later in the same job. */
async function noteBuilt({ inputs }, fingerprint, slugs) {
    if (inputs.jobFolder === undefined)
        return;
    await (0,promises_.writeFile)(external_node_path_.join(inputs.jobFolder, NOTE), JSON.stringify({ fingerprint, ...slugs }), { mode: 0o600 });
}
/** The slugs that this job built of the same, where their files are still the ones that were written. */
async function builtBefore({ inputs, runtime }, fingerprint) {
    if (inputs.jobFolder === undefined)
        return undefined;
    const text = await (0,promises_.readFile)(external_node_path_.join(inputs.jobFolder, NOTE), 'utf8').catch(() => 'null');
    const { success, output } = dist/* safeParse */.xLC(dist/* pipe */.FsL(dist/* string */.YjP(), dist/* parseJson */.qFJ(), note), text);
    if (!success || output.fingerprint !== fingerprint)
        return undefined;
    const { web, streaming } = output;
    for (const { file, sha256 } of streaming ? [web, streaming] : [web]) {
        if ((await built_sha256Of(file)) === sha256)
            continue;
        runtime.log.info(`${file} is not what this job's build wrote, so it is built again`);
        return undefined;
    }
    runtime.log.info(`This job built it already: ${web.file}`);
    return { web, streaming };
}
async function built_sha256Of(file) {
    const hash = (0,external_node_crypto_.createHash)('sha256');
    try {
        await (0,external_node_stream_promises_.pipeline)((0,external_node_fs_.createReadStream)(file), hash);
        return hash.digest('hex');
    }
    catch {
        return undefined;
    }
}

;// CONCATENATED MODULE: ./lib/commands/steps/fingerprint.js






/** Changes where the same input would give another slug: the trim rules, the release task, the archive's form. */
const FORM = 1;
const OWN_FILES = [
    '.mastodon-on-heroku/release.rake',
    '.profile.d/mastodon-on-heroku.sh',
    ...Object.keys(REDIS_TLS_FILES)
];
/**
 * What a slug is built from, in 64 hexadecimal digits (design, rule 3): commit, buildpacks, stack, place, variant asked for,
 * config, our own files. Two builds of one fingerprint are taken for the same, so a released one is used again.
 */
function fingerprintOf(config, { commit, folder }, { buildpacks, stack, place }, builder) {
    const parts = {
        form: FORM,
        builder,
        // What is compiled on the host, or in another image, is another slug.
        place: builder === 'runner' ? [place.kind, place.kind === 'container' ? place.buildImage : ''] : [],
        commit: commit.sha,
        stack,
        buildpacks: buildpacks.map(({ name, sha256 }) => [name, sha256]),
        ffmpeg: config.ffmpeg,
        slug: { limit: config.slug.limit, env: Object.entries(config.slug.env).sort(), trim: config.slug.trim },
        streaming: config.streamingApp !== undefined,
        migrations: config.migrations,
        redisTls: config.redisTls,
        own: OWN_FILES.map(file => (0,lib_runtime/* readTreeFile */.xt)(folder, file) ?? '')
    };
    return (0,external_node_crypto_.createHash)('sha256').update(JSON.stringify(parts)).digest('hex');
}

;// CONCATENATED MODULE: ./lib/commands/build.js







/**
 * Builds the slug of a commit with and without ffmpeg, measures both, picks one against the limit, and writes the slug,
 * the report and the summary; a deploy later in the job takes it from there. Fails after all is written where the slug is over the limit.
 */
async function build_build(context) {
    const { inputs, runtime } = context;
    const config = readConfig(context);
    await clearOutput(inputs.outputDir);
    const source = await runtime.log.group('Source', () => takeSource(context));
    addOwnFiles(context, config, source);
    const recipe = await runtime.log.group('Recipe', () => makeRecipe(context, config, source));
    const slugs = await buildSlugs(context, config, source, recipe);
    await noteBuilt(context, fingerprintOf(config, source, recipe, 'runner'), slugs);
}

;// CONCATENATED MODULE: ./lib/checks/facts.js



/** Newest releases that are looked at. Heroku keeps the slugs of 20 and of 30 days (Dev Center changelog 3395). */
const facts_RELEASES = 50;
/** Slugs whose size is asked for. */
const SLUGS = 12;
function appFacts(app, { platform, data, ...options }) {
    const fact = (work) => facts_once(() => inTime(options.clock, DEADLINE, work));
    const releases = fact(() => app.releases(facts_RELEASES));
    const release = fact(async () => {
        const all = await releases();
        return all.find(({ current }) => current) ?? all.find(({ status }) => status === 'succeeded');
    });
    const addons = fact(() => app.addons());
    const addonOf = async (service, variable) => {
        const all = (await addons()).filter(({ addon_service: { name } }) => name === service);
        return all.find(({ config_vars }) => config_vars.includes(variable)) ?? all[0];
    };
    return {
        name: app.name,
        info: fact(() => app.info()),
        formation: fact(() => app.formation()),
        dynos: fact(() => app.dynos()),
        addons,
        domains: fact(() => domainsOf(platform, app.name)),
        releases,
        release,
        slug: fact(async () => {
            const current = await release();
            return current?.slug ? app.slug(current.slug.id) : undefined;
        }),
        slugs: fact(async () => facts_sizesOf(app, await releases())),
        platformLog: fact(() => logLines(app, 'heroku', options)),
        log: fact(() => logLines(app, 'all', options)),
        postgres: fact(async () => {
            const addon = await addonOf('heroku-postgresql', 'DATABASE_URL');
            return addon && postgresFigures(data, addon.id, addon.plan?.name ?? '');
        }),
        redisPolicy: fact(async () => {
            const addon = await addonOf('heroku-redis', 'REDIS_URL');
            return addon && redisPolicy(data, addon.name);
        })
    };
}
async function facts_sizesOf(app, releases) {
    const first = new Map();
    for (const { slug, status, created_at } of releases) {
        const time = Date.parse(created_at);
        if (slug && status === 'succeeded' && !Number.isNaN(time))
            first.set(slug.id, time);
    }
    const found = [...first]
        .slice(0, SLUGS)
        .map(async ([id, released]) => ({ bytes: (await app.slug(id))?.size, released }));
    return (await Promise.all(found)).flatMap(({ bytes, released }) => typeof bytes === 'number' ? [{ bytes, released }] : []);
}
/** Does the work when it is first asked for; all who ask share what comes of it, also its failure. */
function facts_once(work) {
    let answer;
    return () => (answer ??= work());
}
/** Rejects where the work takes longer; what it still does is not waited for. */
async function inTime(clock, milliseconds, work) {
    let stopTimer = () => { };
    const late = new Promise((_, reject) => {
        stopTimer = clock.after(milliseconds, () => reject(new Error(`no answer within ${milliseconds / 1000} seconds`)));
    });
    return Promise.race([work(), late]).finally(stopTimer);
}

;// CONCATENATED MODULE: ./lib/checks/dyno.js




/** Milliseconds for a check that needs the dyno: it has to start, and Rails to boot. */
const DYNO_DEADLINE = 240_000;
/** Milliseconds after which it is given up, before its checks are: what they know otherwise they can still say. */
const dyno_PATIENCE = 220_000;
/** Milliseconds after which Heroku ends it. */
const LIFETIME = 300_000;
/** Bytes of output that are looked at. */
const dyno_MOST_OUTPUT = 1_000_000;
/** `settled`: resolves when no dyno is left, at once where none was started. */
function dynoFacts(app, options) {
    let started = Promise.resolve();
    const inside = facts_once(() => {
        const looking = lookInside(app, options);
        started = looking.catch(() => { });
        return looking;
    });
    return {
        part: async (name) => {
            const said = (await inside())[name];
            if (said === undefined)
                throw new Error('the one-off dyno ended before it came to this');
            if ('error' in said)
                throw new Error(said.error);
            return said.value;
        },
        settled: async () => void (await started)
    };
}
async function lookInside(app, { size, ...options }) {
    const late = new AbortController();
    const stopTimer = options.clock.after(dyno_PATIENCE, () => late.abort());
    const signal = AbortSignal.any([options.signal, late.signal]);
    try {
        return await runInside(app.under(signal), { ...options, size, signal });
    }
    catch (error) {
        if (late.signal.aborted)
            throw new Error(`the one-off dyno did not end within ${dyno_PATIENCE / 1000} seconds`);
        throw error;
    }
    finally {
        stopTimer();
    }
}
async function runInside(app, { size, ...options }) {
    const marker = `inside-${(0,external_node_crypto_.randomBytes)(16).toString('hex')}`;
    const chunks = [];
    let bytes = 0;
    const write = (chunk) => {
        bytes += chunk.length;
        if (bytes <= dyno_MOST_OUTPUT)
            chunks.push(chunk);
    };
    const command = insideCommand(marker);
    const { exitCode } = await runOneOff(app, { command, purpose: 'check', size, timeout: LIFETIME, write }, options);
    const output = Buffer.concat(chunks).toString('utf8');
    const inside = readInside(output, marker);
    if (inside.boot !== undefined)
        return inside;
    const how = exitCode === undefined ? 'the connection to it was lost' : `it ended with exit code ${exitCode}`;
    throw new Error(`Rails did not boot in a one-off dyno: ${how}. ${complaint(output)}`.trim());
}
/** What a program that fails says is at its end; its own output may come after what it complains. Hostile text. */
function complaint(output) {
    const lines = output.split(/\r?\n/).map(line => line.trim());
    const line = lines.findLast(line => /error|abort|fatal|cannot/i.test(line)) ?? lines.findLast(Boolean);
    return (line ?? '').replace(/\S+:\/\/\S+/g, '…').slice(0, 200);
}

;// CONCATENATED MODULE: ./lib/checks/given.js


;// CONCATENATED MODULE: ./lib/checks/check.js





/** Milliseconds. One target that hangs must not keep a night's checks for more than half a minute. */
const DEADLINE = 25_000;

;// CONCATENATED MODULE: ./lib/checks/inside/action-version.js


const action_version_DAY = 86_400_000;
/** A new release may be awaited for some days: others find its faults. */
const action_version_PATIENCE = 7 * action_version_DAY;
/** Whether the pinned version of this action is out of date. */
const actionVersion = {
    name: 'action-version',
    title: 'Version of this action',
    config: [],
    alone: true,
    async look({ given, clock }) {
        const action = (await given.repository())?.action;
        if (!action)
            return [];
        const { running, newest, publishedAt } = action;
        const behind = compareVersions(newest.replace(/^v/, ''), running) > 0;
        const text = behind
            ? `${running} runs; ${newest} came out on ${new Date(publishedAt).toISOString().slice(0, 10)}`
            : `${running} is the newest`;
        if (!behind || clock.now() - publishedAt < action_version_PATIENCE)
            return [{ level: 'ok', figure: running, text }];
        return [
            {
                level: 'warn',
                figure: running,
                text,
                remedy: 'Read its notes and change the pin; Dependabot does it by itself where it is set up for `github-actions`.'
            }
        ];
    }
};

;// CONCATENATED MODULE: ./lib/checks/inside/ffmpeg.js


/** What Mastodon converts to: video and animated GIFs to H.264 and AAC, audio to MP3 (mastodon: app/models/media_attachment.rb). */
const ffmpeg_ENCODERS = ['libx264', 'aac', 'libmp3lame'];
const WITHOUT = 'an upload of video, audio or an animated GIF is answered with an error';
/** Whether ffmpeg is there, can do what Mastodon needs, and is what the config asks for. */
const ffmpeg = {
    name: 'ffmpeg',
    title: 'ffmpeg',
    config: [],
    deadline: DYNO_DEADLINE,
    async look({ dyno, wants }) {
        const { ffmpeg, ffprobe, encoders, problem } = await dyno.part('ffmpeg');
        const missing = ffmpeg_ENCODERS.filter(name => !encoders.includes(name));
        const figure = ffmpeg ?? 'none';
        if (ffmpeg !== null && ffprobe !== null && missing.length === 0)
            return [present(wants.ffmpeg, figure)];
        if (ffmpeg === null && ffprobe === null && problem === null)
            return [absent(wants.ffmpeg, figure)];
        return [
            {
                level: 'fail',
                figure,
                text: `ffmpeg is there and cannot do its work, so ${WITHOUT}: ${problem ?? unable(ffmpeg, ffprobe, missing)}`,
                remedy: 'Deploy again: a build on the runner tries ffmpeg as a dyno would, and mends its library path.'
            }
        ];
    }
};
function unable(ffmpeg, ffprobe, missing) {
    if (ffmpeg === null)
        return 'there is no ffmpeg beside ffprobe';
    return ffprobe === null ? 'there is no ffprobe beside it' : `it lacks the encoder ${missing.join(' and ')}`;
}
function present(wanted, figure) {
    const text = `ffmpeg ${figure} and ffprobe run, with the encoders that Mastodon needs`;
    if (wanted !== 'without')
        return { level: 'ok', figure, text };
    return {
        level: 'warn',
        figure,
        text: `${text}, though the config says \`ffmpeg: without\``,
        remedy: 'Deploy again, or correct the config.'
    };
}
function absent(wanted, figure) {
    if (wanted === 'without')
        return { level: 'ok', figure, text: 'There is no ffmpeg, as the config wants it' };
    if (wanted === 'with') {
        return {
            level: 'fail',
            figure,
            text: `There is no ffmpeg, though the config says \`ffmpeg: with\`: ${WITHOUT}`,
            remedy: 'Deploy again: the buildpack that brings it is added to the build.'
        };
    }
    return {
        level: 'warn',
        figure,
        text: `There is no ffmpeg: ${WITHOUT}`,
        remedy: 'See in the size report why it was left out. Make room (`trim: safe`) or raise `slug.limit`; `ffmpeg: without` says that it is meant so.'
    };
}

;// CONCATENATED MODULE: ./lib/checks/figures.js


/** `83 %`. */
function figures_percent(part, whole) {
    return `${Math.round((100 * part) / whole)} %`;
}
/** How full something is: from 80 % on a warning, from 95 % on a failure. */
function fullness(part, whole) {
    const share = part / whole;
    return share >= 0.95 ? 'fail' : share >= 0.8 ? 'warn' : 'ok';
}
/** `45 s`, `12 minutes`, `5 hours`, `3 days`; of seconds. */
function span(seconds) {
    if (seconds < 90)
        return `${Math.round(seconds)} s`;
    if (seconds < 5_400)
        return `${Math.round(seconds / 60)} minutes`;
    if (seconds < 172_800)
        return `${Math.round(seconds / 3_600)} hours`;
    return `${Math.round(seconds / 86_400)} days`;
}
/** `1 dyno`, `2 dynos`. */
function counted(number, one, many = `${one}s`) {
    return `${number} ${number === 1 ? one : many}`;
}
/** One part of a check, which may fail without the others: then it is `unknown`. */
async function part(about, look) {
    try {
        return await look();
    }
    catch (error) {
        return [couldNotLook(error, about)];
    }
}
function couldNotLook(error, about) {
    return { level: 'unknown', about, text: `It could not look: ${(0,lib_runtime/* errorText */.kc)(error).split('\n')[0]?.slice(0, 500) ?? ''}` };
}

;// CONCATENATED MODULE: ./lib/checks/inside/github-schedule.js



const github_schedule_DAY = 86_400_000;
/** Days without activity after which GitHub switches off schedules of a public repository (docs.github.com: events that trigger workflows, schedule). */
const SWITCHED_OFF = 60;
const WARN_FROM = 45;
/** Workflows of this kit; what else a fork inherits is off for good reason. */
const OURS = /(^|\/)heroku-[\w.-]+\.ya?ml$/;
/** Whether GitHub has switched off the schedule of a workflow, or is about to. */
const githubSchedule = {
    name: 'github-schedule',
    title: 'Schedules on GitHub',
    config: [],
    alone: true,
    async look({ given, clock }) {
        const repository = await given.repository();
        if (!repository)
            return [];
        return [...idle(repository, clock.now()), ...switchedOff(repository)];
    }
};
function idle({ isPrivate, pushedAt }, now) {
    if (isPrivate || pushedAt === undefined)
        return [];
    const days = Math.floor((now - pushedAt) / github_schedule_DAY);
    const figure = counted(days, 'day');
    const text = `The last push to this repository was ${figure} ago`;
    if (days < WARN_FROM)
        return [{ level: 'ok', about: 'idle', figure, text }];
    return [
        {
            level: 'warn',
            about: 'idle',
            figure,
            text: `${text}; after ${SWITCHED_OFF} GitHub switches these checks off without a word`,
            remedy: 'Push a commit, such as the next Mastodon release; or run the workflow by hand and enable it again when it is off.'
        }
    ];
}
function switchedOff({ off }) {
    return off
        .filter(({ path, why }) => why === 'inactivity' || OURS.test(path))
        .map(({ name, path, why }) => ({
        level: 'warn',
        about: `off-${path.split('/').at(-1) ?? ''}`,
        text: `GitHub has switched off the workflow ${name} (${why === 'fork' ? 'as in every new fork' : 'for inactivity'})`,
        remedy: 'Enable it under Actions, or with `gh workflow enable`.'
    }));
}

;// CONCATENATED MODULE: ./lib/checks/inside/heroku-key.js



const REMEDY = 'Make a new one (`heroku authorizations:create --scope global --description "GitHub deploy"`) and store it as the secret that `heroku-api-key` takes.';
/** Whether the key of deploys and checks still works, and how long. */
const herokuKey = {
    name: 'heroku-key',
    title: 'Heroku key',
    config: [],
    alone: true,
    // Where Heroku hangs, the config vars were waited for before it.
    deadline: 15_000,
    async look({ given, thresholds }) {
        try {
            const seconds = await given.key();
            if (seconds === undefined)
                return [{ level: 'ok', text: 'The key works; it does not expire, or may not say when' }];
            const days = Math.floor(seconds / 86_400);
            const figure = counted(days, 'day');
            const text = `The key works for ${figure} more`;
            return [
                days >= thresholds.keyDays ? { level: 'ok', figure, text } : { level: 'warn', figure, text, remedy: REMEDY }
            ];
        }
        catch (error) {
            if (!(error instanceof HerokuError) || error.status !== 401)
                throw error;
            return [
                {
                    level: 'fail',
                    text: 'Heroku does not take the key: it is wrong, expired or revoked, so no deploy will go through',
                    remedy: REMEDY
                }
            ];
        }
    }
};

;// CONCATENATED MODULE: ./lib/checks/inside/log-codes.js



/** What Heroku's codes mean, of those that tell something about the instance (Dev Center: error-codes). */
const CODES = {
    H10: { level: 'fail', means: 'the app crashed' },
    H12: { level: 'warn', means: 'requests took longer than 30 s', from: 5 },
    H13: { level: 'warn', means: 'the app closed connections without an answer', from: 5 },
    H14: { level: 'fail', means: 'no web dyno ran' },
    H15: { level: 'warn', means: 'connections were idle for too long', from: 5 },
    H20: { level: 'fail', means: 'the app did not boot in time' },
    H21: { level: 'warn', means: 'dynos refused connections' },
    H99: { level: 'warn', means: 'a fault of the platform' },
    R10: { level: 'fail', means: 'the web process did not bind its port in time' },
    R12: { level: 'warn', means: 'processes did not end when they were told to', from: 3 },
    R16: { level: 'warn', means: 'one-off dynos stayed after their client had gone' },
    R17: { level: 'fail', means: 'the slug is not what was uploaded' },
    L10: { level: 'warn', means: 'more was logged than the drains took' },
    L11: { level: 'warn', means: 'more was logged than a reader took' }
};
/** Milliseconds in which a fault counts as now. */
const RECENT = 3_600_000;
/** Characters of time, source and dyno before each line. */
const HEADER = 50;
/** Milliseconds. The lines of a minute, such as those of a start, say nothing of a day. */
const log_codes_SHORTEST = 600_000;
/** H, R and L codes in the lines that Heroku still has, with the time they span; and how much is logged. */
const logCodes = {
    name: 'log-codes',
    title: 'Errors in the log',
    config: [],
    async look(world) {
        const [codes, volume] = await Promise.all([
            part('codes', () => codesOf(world)),
            part('volume', () => volumeOf(world))
        ]);
        return [...codes, ...volume];
    }
};
async function codesOf({ app, clock }) {
    const now = clock.now();
    const { counts, reach } = codeCounts(await app.platformLog(), now);
    const found = [...counts].flatMap(([code, seen]) => (CODES[code] ? [{ code, ...CODES[code], ...seen }] : []));
    if (found.length === 0)
        return [{ level: 'ok', about: 'codes', figure: '0', text: `No error of Heroku's in ${reach}` }];
    return found.map(({ code, level, means, number, last, from = 1 }) => {
        const ago = span((now - last) / 1000);
        // A deploy or a crash that is over is worth a look, and not a red morning.
        const recent = now - last <= RECENT;
        return {
            level: number < from ? 'ok' : level === 'fail' && !recent ? 'warn' : level,
            about: code.toLowerCase(),
            figure: `${number}`,
            text: `${code} ${counted(number, 'time')}, last ${ago} ago: ${means} (in ${reach})`,
            remedy: `Look at \`heroku logs --num 1500 --app ${app.name}\` around it.`,
            link: 'https://devcenter.heroku.com/articles/error-codes'
        };
    });
}
/** Heroku keeps no longer history, so the rate is that of the last lines. */
async function volumeOf({ app }) {
    const lines = await app.log();
    const [first, last] = [lines[0], lines.at(-1)];
    if (!first || !last || last.time - first.time < log_codes_SHORTEST)
        return [];
    const hours = (last.time - first.time) / 3_600_000;
    const bytes = lines.reduce((sum, { text }) => sum + text.length + HEADER, 0);
    const daily = ((bytes / hours) * 24) / 1e6;
    const figure = `${daily < 10 ? daily.toFixed(1) : Math.round(daily)} MB a day`;
    return [
        {
            level: 'ok',
            about: 'volume',
            figure,
            text: `About ${Math.round(lines.length / hours)} lines an hour, ${figure}, by the last ${lines.length} lines; compare it with the quota of your log add-on`
        }
    ];
}
/** How often each code came, and in what: `1500 lines of the last 5 hours`. */
function codeCounts(lines, now) {
    const counts = new Map();
    for (const { time, source, text } of lines) {
        // What the app prints may look like one.
        if (source !== 'heroku')
            continue;
        for (const code of codesIn(text))
            counts.set(code, { number: (counts.get(code)?.number ?? 0) + 1, last: time });
    }
    const since = lines[0]
        ? `${counted(lines.length, 'line')} of the last ${span((now - lines[0].time) / 1000)}`
        : 'an empty log';
    return { counts, reach: since };
}

;// CONCATENATED MODULE: ./lib/checks/inside/memory.js






/** Bytes of memory of each dyno size (Dev Center: dyno-tiers). */
const SIZES = {
    eco: 512e6,
    basic: 512e6,
    'standard-1x': 512e6,
    'standard-2x': 1_024e6,
    'performance-m': 2_560e6,
    'performance-l': 14_336e6,
    'performance-l-ram': 30_720e6,
    'performance-xl': 63_488e6,
    'performance-2xl': 129_024e6
};
const LINK = 'https://devcenter.heroku.com/articles/error-codes';
const LARGER = 'Lower `WEB_CONCURRENCY` or `SIDEKIQ_CONCURRENCY`, set `MALLOC_ARENA_MAX=2`, or take a larger dyno size.';
/** Whether dynos run out of memory (R14, R15), and whether what runs in them fits. */
const memory = {
    name: 'memory',
    title: 'Memory of dynos',
    config: ['WEB_CONCURRENCY'],
    deadline: DYNO_DEADLINE,
    async look(world) {
        const [quota, fit] = await Promise.all([part('quota', () => overQuota(world)), part('fit', () => memory_fits(world))]);
        return [...quota, ...fit];
    }
};
async function overQuota({ app, clock }) {
    const { counts, reach } = codeCounts(await app.platformLog(), clock.now());
    const [r14, r15] = [counts.get('R14')?.number ?? 0, counts.get('R15')?.number ?? 0];
    const about = 'quota';
    if (r14 + r15 === 0)
        return [{ level: 'ok', about, text: `No dyno was over its memory (R14, R15) in ${reach}` }];
    const killed = r15 > 0 ? `, and Heroku ended ${counted(r15, 'dyno')} for it (R15)` : '';
    return [
        {
            level: r15 > 0 ? 'fail' : 'warn',
            about,
            figure: `${r14 + r15}`,
            text: `Dynos were over their memory ${counted(r14, 'time')} (R14)${killed} in ${reach}`,
            remedy: LARGER,
            link: LINK
        }
    ];
}
/** What was measured: a booted process, which each Puma worker grows to at least; and Sidekiq, as it says of itself. */
async function memory_fits({ app, dyno, config }) {
    const [formation, { memory }, { processes }] = await Promise.all([
        app.formation(),
        dyno.part('boot'),
        dyno.part('sidekiq')
    ]);
    const workers = Math.max(1, Number(config['WEB_CONCURRENCY'] || 2) || 1);
    const sidekiq = Math.max(0, ...processes.map(({ memory }) => memory));
    const web = fit('web', formation, workers * memory, `${counted(workers, 'Puma worker')} of at least ${(0,lib_runtime/* megabytes */.ix)(memory)}`);
    const worker = sidekiq === 0 ? undefined : fit('worker', formation, sidekiq, `Sidekiq, of ${(0,lib_runtime/* megabytes */.ix)(sidekiq)},`);
    return [web, worker].filter(finding => finding !== undefined);
}
function fit(type, formation, bytes, what) {
    const size = formation.find(entry => entry.type === type && entry.quantity > 0)?.size ?? '';
    const most = SIZES[size.toLowerCase()];
    if (most === undefined)
        return undefined;
    const figure = figures_percent(bytes, most);
    const text = `${what} in a ${size} dyno of ${(0,lib_runtime/* megabytes */.ix)(most)}: ${figure}`;
    // It is a lower bound, so it may not be called a failure before it is above the whole.
    const level = fullness(bytes, most) === 'ok' ? 'ok' : 'warn';
    return level === 'ok'
        ? { level, about: type, figure, text }
        : { level, about: type, figure, text, remedy: LARGER, link: 'https://devcenter.heroku.com/articles/dyno-tiers' };
}

;// CONCATENATED MODULE: ./lib/checks/inside/migrations.js



/** Whether the database is the one that the running code wants, both phases. */
const migrations = {
    name: 'migrations',
    title: 'Migrations',
    config: [],
    deadline: DYNO_DEADLINE,
    async look({ dyno }) {
        const { pending } = await dyno.part('migrations');
        if (pending === 0)
            return [{ level: 'ok', figure: '0', text: 'No migration is pending' }];
        return [
            {
                level: 'warn',
                figure: `${pending}`,
                text: `${counted(pending, 'migration')} of the running code ${pending === 1 ? 'is' : 'are'} pending`,
                remedy: 'Run `command: migrate`: a deploy may have been cut off before its second phase.'
            }
        ];
    }
};

;// CONCATENATED MODULE: ./lib/checks/inside/nightly-build.js




/** Whether the branch would still build with today's buildpacks, as this very run has tried, and what has changed in them since the deploy. */
const nightlyBuild = {
    name: 'nightly-build',
    title: "Tonight's build",
    config: [],
    alone: true,
    async look({ given }) {
        const build = await given.build();
        if (!build)
            return [];
        const { report, deployed, failedJobs } = build;
        if (!report) {
            if (failedJobs.length === 0)
                throw new Error('this run has made no report of a build');
            return [
                {
                    level: 'fail',
                    text: `The build failed (${failedJobs.join(', ')}): the next deploy would, too`,
                    remedy: 'Look at the log of that job in this run; where the code is the same as yesterday, a buildpack has changed.'
                }
            ];
        }
        return [nightly_build_size(report), ...drift(report, deployed)];
    }
};
function nightly_build_size({ compressed, limit, withinLimit, problem }) {
    const figure = figures_percent(compressed, limit);
    const text = `The build makes a slug of ${(0,lib_runtime/* megabytes */.ix)(compressed)} of ${(0,lib_runtime/* megabytes */.ix)(limit)}`;
    if (problem !== undefined) {
        return {
            level: 'fail',
            figure,
            text: `The build is no good: ${problem}`,
            remedy: 'Look at the size report of this run.'
        };
    }
    if (withinLimit)
        return { level: 'ok', figure, text };
    return {
        level: 'fail',
        figure,
        text: `${text}: the next deploy would be refused`,
        remedy: 'Look at the size report of this run for what grew.'
    };
}
/** A buildpack that moved is news and no fault: the build has just shown that it works. */
function drift(tonight, deployed) {
    if (!deployed)
        return [];
    const before = new Map(deployed.buildpacks.map(({ name, sha256 }) => [name, sha256]));
    const moved = tonight.buildpacks.filter(({ name, sha256 }) => before.get(name) !== sha256).map(({ name }) => name);
    const about = 'buildpacks';
    const figure = `${moved.length} changed`;
    const since = `since ${deployed.commit.slice(0, 7)} was built, which runs`;
    if (moved.length === 0)
        return [{ level: 'ok', about, figure, text: `No buildpack has changed ${since}` }];
    return [
        {
            level: 'ok',
            about,
            figure,
            text: `${counted(moved.length, 'buildpack')} changed ${since}: ${moved.join(', ')}; the build with ${moved.length === 1 ? 'it' : 'them'} passed`
        }
    ];
}

;// CONCATENATED MODULE: ./lib/checks/inside/postgres.js





const PLANS = 'https://devcenter.heroku.com/articles/heroku-postgres-plans';
const postgres_LARGER = 'Move to a larger plan before it is full, or make room: retention of cached media, `bin/tootctl statuses remove`.';
const FEWER = 'Lower `WEB_CONCURRENCY`, `MAX_THREADS`, `SIDEKIQ_CONCURRENCY` or `DB_POOL`, put PgBouncer before it, or move to a larger plan.';
/** Size, connections and tables of the database against its plan. */
const postgres_postgres = {
    name: 'postgres',
    title: 'Postgres',
    config: [],
    deadline: DYNO_DEADLINE,
    async look(world) {
        const plan = await part('plan', async () => onHeroku(await world.app.postgres()));
        // Where Heroku's API says nothing of them, the database itself does, without the plan's size.
        const known = plan.some(({ about }) => about === 'size');
        return known ? plan : [...plan, ...(await part('size', () => fromInside(world)))];
    }
};
function onHeroku(figures) {
    if (!figures)
        return [];
    const { plan = 'its plan', status, bytes, size, connections, tables } = figures;
    const findings = [
        status !== undefined && /action required|access restricted/i.test(status)
            ? { level: 'fail', about: 'status', text: `Heroku says of Postgres: ${status}`, remedy: postgres_LARGER, link: PLANS }
            : undefined,
        size &&
            measured('size', size, `Postgres holds ${bytes === undefined ? figures_percent(size.part, size.whole) : (0,lib_runtime/* megabytes */.ix)(bytes)} on ${plan}`, postgres_LARGER),
        connections &&
            measured('connections', connections, `${connections.part} of ${connections.whole} connections are open`, FEWER),
        tables && measured('tables', tables, `${tables.part} of ${tables.whole} tables are there`, postgres_LARGER)
    ];
    return findings.filter(finding => finding !== undefined);
}
async function fromInside({ dyno }) {
    const { bytes, connections, most } = await dyno.part('postgres');
    return [
        {
            level: 'ok',
            about: 'size',
            figure: (0,lib_runtime/* megabytes */.ix)(bytes),
            text: `Postgres holds ${(0,lib_runtime/* megabytes */.ix)(bytes)}; how much its plan allows is not known`
        },
        measured('connections', { part: connections, whole: most }, `${connections} of ${most} connections are open`, FEWER)
    ];
}
function measured(about, { part, whole }, text, remedy) {
    const level = fullness(part, whole);
    const figure = figures_percent(part, whole);
    return level === 'ok'
        ? { level, about, figure, text }
        : { level, about, figure, text: `${text}: ${figure}`, remedy, link: PLANS };
}

;// CONCATENATED MODULE: ./lib/checks/inside/queues.js



/** Seconds after which a queue stands still rather than being busy. */
const STANDS_STILL = 3_600;
/** Sidekiq keeps 10,000 dead jobs and drops the oldest (sidekiq: `dead_max_jobs`). */
const DEAD_KEPT = 10_000;
const queues = {
    name: 'queues',
    title: 'Sidekiq queues',
    config: [],
    deadline: DYNO_DEADLINE,
    async look(world) {
        const { queues, dead, retries } = await world.dyno.part('sidekiq');
        return [latency(queues, world), deadSet(dead, retries)];
    }
};
function latency(queues, { thresholds }) {
    const jobs = queues.reduce((sum, { size }) => sum + size, 0);
    const slowest = queues.toSorted((a, b) => b.latency - a.latency)[0];
    const figure = span(slowest?.latency ?? 0);
    if (!slowest || slowest.latency <= thresholds.queueLatency) {
        return {
            level: 'ok',
            about: 'latency',
            figure,
            text: `${counted(jobs, 'job')} in all queues; the oldest waits for ${figure}`
        };
    }
    const stands = slowest.latency > Math.max(STANDS_STILL, 10 * thresholds.queueLatency);
    return {
        level: stands ? 'fail' : 'warn',
        about: 'latency',
        figure,
        text: `${counted(slowest.size, 'job')} in the queue ${slowest.name}; the oldest waits for ${figure}`,
        remedy: stands
            ? 'Look whether a worker listens to this queue and what it does: `/sidekiq` on the instance, `heroku logs --dyno worker`.'
            : 'If it stays so, scale the worker or raise `SIDEKIQ_CONCURRENCY` (and `DB_POOL` with it).'
    };
}
function deadSet(dead, retries) {
    const about = 'dead-set';
    const text = `${counted(dead, 'dead job')}, ${counted(retries, 'job')} to be tried again`;
    if (dead < 0.8 * DEAD_KEPT)
        return { level: 'ok', about, figure: `${dead}`, text };
    return {
        level: 'warn',
        about,
        figure: `${dead}`,
        text: `${text}; Sidekiq keeps ${DEAD_KEPT} dead ones and then forgets the oldest`,
        remedy: 'Look at what dies under `/sidekiq/morgue`, mend its cause, then empty it there.'
    };
}

;// CONCATENATED MODULE: ./lib/checks/inside/redis.js




const redis_PLANS = 'https://elements.heroku.com/addons/heroku-redis';
/** Sidekiq's Redis: what it does when it is full, and how full it is. */
const redis_redis = {
    name: 'redis',
    title: 'Redis',
    config: [],
    deadline: DYNO_DEADLINE,
    async look(world) {
        const [policy, memory] = await Promise.all([
            part('eviction', () => eviction(world)),
            part('memory', () => fill(world))
        ]);
        return [...policy, ...memory];
    }
};
/** The data API answers at once; where Redis is another's, only the dyno can tell. */
async function eviction({ app, dyno }) {
    const onHeroku = await app.redisPolicy().catch(() => undefined);
    const policy = onHeroku ?? (await dyno.part('redis')).policy;
    if (policy === 'noeviction')
        return [
            { level: 'ok', about: 'eviction', figure: policy, text: 'Redis drops nothing when it is full (noeviction)' }
        ];
    return [
        {
            level: 'fail',
            about: 'eviction',
            figure: policy,
            text: `Redis drops keys when it is full (${policy}): jobs of Sidekiq and whole home feeds vanish without a word`,
            remedy: onHeroku === undefined
                ? 'Set its `maxmemory-policy` to `noeviction`.'
                : `heroku redis:maxmemory --policy noeviction --app ${app.name}`,
            link: 'https://devcenter.heroku.com/articles/heroku-redis'
        }
    ];
}
async function fill({ dyno }) {
    const { used, most, evicted } = await dyno.part('redis');
    const about = 'memory';
    const lost = evicted > 0 ? `; it has dropped ${evicted} keys since it started` : '';
    if (most === 0)
        return [
            {
                level: 'ok',
                about,
                figure: (0,lib_runtime/* megabytes */.ix)(used),
                text: `Redis holds ${(0,lib_runtime/* megabytes */.ix)(used)} and has no limit of its own${lost}`
            }
        ];
    const level = fullness(used, most);
    const text = `Redis holds ${(0,lib_runtime/* megabytes */.ix)(used)} of ${(0,lib_runtime/* megabytes */.ix)(most)}${lost}`;
    const figure = figures_percent(used, most);
    if (level === 'ok')
        return [{ level, about, figure, text }];
    const remedy = 'Move to a larger plan: when it is full, every write fails and the instance answers with errors. Look first whether a queue has grown (`/sidekiq`).';
    return [{ level, about, figure, text, remedy, link: redis_PLANS }];
}

;// CONCATENATED MODULE: ./lib/checks/inside/retention.js



/** Unset by default: then media of other servers are kept for ever (mastodon: config/settings.yml, scheduler/vacuum_scheduler). */
const retention = {
    name: 'retention',
    title: 'Retention of cached media',
    config: [],
    deadline: DYNO_DEADLINE,
    async look({ dyno }) {
        const { media, content } = await dyno.part('retention');
        const other = content === null
            ? 'posts of other servers are kept'
            : `posts of other servers go after ${counted(content, 'day')}`;
        if (media !== null && media > 0) {
            const figure = counted(media, 'day');
            return [{ level: 'ok', figure, text: `Media of other servers go after ${figure}; ${other}` }];
        }
        return [
            {
                level: 'warn',
                figure: 'none',
                text: 'Media of other servers are kept for ever, so the bucket and its bill grow without end',
                remedy: 'Set the media cache retention period under Administration, Server settings, Content retention; 14 days suit most.'
            }
        ];
    }
};

;// CONCATENATED MODULE: ./lib/checks/inside/ruby.js


/**
 * Lines of Ruby with the lowest version without a known hole, and when each ends (ruby-lang.org: downloads/branches; the
 * versions by the notes of Mastodon 4.7.6 of 2026-11-19). As of this version of the action.
 */
const LINES = {
    '3.3': { floor: 14, ends: '2027-03-31' },
    '3.4': { floor: 13, ends: '2028-03-31' },
    '4.0': { floor: 10, ends: '2029-03-31' }
};
const ruby_REMEDY = 'Raise `.ruby-version` as the next Mastodon release does, and deploy; heroku/ruby must have that version for your stack.';
const ruby_LINK = 'https://www.ruby-lang.org/en/downloads/branches/';
/** Ruby comes with the slug; everything below it with the base image, which each dyno gets anew when it starts (Dev Center: stack-update-policy). */
const ruby = {
    name: 'ruby',
    title: 'Ruby',
    config: [],
    deadline: DYNO_DEADLINE,
    async look({ dyno, clock }) {
        const { ruby: figure } = await dyno.part('boot');
        const [, line = '', patch = ''] = /^(\d+\.\d+)\.(\d+)/.exec(figure) ?? [];
        const known = LINES[line];
        const [oldest, newest] = [Object.keys(LINES)[0], Object.keys(LINES).at(-1)];
        if (!known) {
            const older = line !== '' && compare(line, oldest) < 0;
            const text = older
                ? `Ruby ${figure} gets no security updates any more`
                : `Ruby ${figure} is newer than what this version knows (${newest})`;
            return [older ? { level: 'fail', figure, text, remedy: ruby_REMEDY, link: ruby_LINK } : { level: 'unknown', figure, text }];
        }
        if (clock.now() > Date.parse(known.ends)) {
            return [
                {
                    level: 'fail',
                    figure,
                    text: `Ruby ${line} ended on ${known.ends}; ${figure} gets no security updates`,
                    remedy: ruby_REMEDY,
                    link: ruby_LINK
                }
            ];
        }
        if (Number(patch) < known.floor) {
            return [
                {
                    level: 'warn',
                    figure,
                    text: `Ruby ${figure} has known holes that ${line}.${known.floor} closes`,
                    remedy: ruby_REMEDY,
                    link: ruby_LINK
                }
            ];
        }
        return [
            {
                level: 'ok',
                figure,
                text: `Ruby ${figure} has no hole that this version knows of; ${line} ends on ${known.ends}`
            }
        ];
    }
};
function compare(one, other) {
    const [a = 0, b = 0] = one.split('.').map(Number);
    const [c = 0, d = 0] = other.split('.').map(Number);
    return a - c || b - d;
}

;// CONCATENATED MODULE: ./lib/checks/inside/scheduled-tasks.js



/** Whether the app's scheduled tasks are those of the config, and ran. */
const scheduledTasks = {
    name: 'scheduled-tasks',
    title: 'Scheduled tasks',
    config: [],
    async look({ given }) {
        const tasks = await given.tasks();
        return tasks ? [scheduled_tasks_drift(tasks), ...late(tasks)] : [];
    }
};
function scheduled_tasks_drift({ wanted, drift }) {
    // A task that somebody made in the dashboard is theirs.
    const wrong = drift.filter(({ kind }) => kind !== 'unknown');
    const figure = `${wrong.length} of ${wanted}`;
    if (wrong.length === 0)
        return {
            level: 'ok',
            about: 'drift',
            figure: `${wanted}`,
            text: `${counted(wanted, 'task')} as the config wants them`
        };
    return {
        level: 'warn',
        about: 'drift',
        figure,
        text: `The scheduled tasks are not those of the config: ${wrong.map(({ command, text }) => `\`${command}\` ${text}`).join('; ')}`,
        remedy: 'Run `command: schedule`.'
    };
}
function late({ late }) {
    if (late.length === 0)
        return [];
    return [
        {
            level: 'warn',
            about: 'late',
            figure: `${late.length}`,
            text: `Tasks did not run as they should: ${late.map(({ command, text }) => `\`${command}\` ${text}`).join('; ')}`,
            remedy: 'Heroku Scheduler now and then leaves a run out; where it goes on, look at the log of the dyno `scheduler`.'
        }
    ];
}

;// CONCATENATED MODULE: ./lib/checks/inside/scheduler.js



/**
 * Seconds. The vacuum is started once a day, at a minute that each process draws anew between 3 and 6 UTC when it boots
 * (mastodon: config/sidekiq.yml), so a worker that is restarted in those hours may miss one night.
 */
const VACUUM_EVERY = 2 * 86_400;
const scheduler = {
    name: 'scheduler',
    title: "Mastodon's own schedule",
    config: [],
    deadline: DYNO_DEADLINE,
    async look({ dyno }) {
        const { processes } = await dyno.part('sidekiq');
        const listeners = processes.filter(({ queues }) => queues.includes('scheduler')).length;
        return [listening(listeners, processes.length), vacuum((await dyno.part('vacuum')).ago)];
    }
};
/** Exactly one process may (mastodon docs: admin/scaling). */
function listening(listeners, processes) {
    const finding = { about: 'listeners', figure: `${listeners}` };
    const text = `${listeners} of ${counted(processes, 'Sidekiq process', 'Sidekiq processes')} ${listeners === 1 ? 'listens' : 'listen'} to the queue scheduler`;
    if (listeners === 1)
        return { ...finding, level: 'ok', text };
    if (listeners > 1) {
        return {
            ...finding,
            level: 'warn',
            text: `${text}: scheduled jobs are started more than once`,
            remedy: 'Let one process listen to `scheduler` alone, and give the others their queues with `-q`; or run one worker dyno with more threads.',
            link: 'https://docs.joinmastodon.org/admin/scaling/#sidekiq-queues'
        };
    }
    return {
        ...finding,
        level: 'fail',
        text: `${text}: nothing is cleaned up, no trend and no scheduled post comes out`,
        remedy: 'Scale a worker whose command listens to `scheduler`; the plain `bundle exec sidekiq` does.'
    };
}
function vacuum(ago) {
    const about = 'vacuum';
    if (ago !== null && ago <= VACUUM_EVERY) {
        return { level: 'ok', about, figure: span(ago), text: `Mastodon's vacuum was last started ${span(ago)} ago` };
    }
    return {
        level: 'warn',
        about,
        figure: ago === null ? 'never' : span(ago),
        text: ago === null
            ? "Mastodon's vacuum never ran"
            : `Mastodon's vacuum was last started ${span(ago)} ago; it should be every day`,
        remedy: 'It starts between 3 and 6 UTC: keep a worker that listens to `scheduler` up in those hours, and restart it at others.'
    };
}

;// CONCATENATED MODULE: ./lib/checks/inside/slug-size.js




const slug_size_DAY = 86_400_000;
/** Days ahead from which on a slug that grows towards its limit is told of. */
const AHEAD = 60;
/** Two slugs of an hour say nothing of a trend. */
const slug_size_SHORTEST = 7 * slug_size_DAY;
const slug_size_REMEDY = 'Look at the size report for what grew; `trim: safe`, `ffmpeg: without` or a higher `slug.limit` make room.';
/** The slug that runs against the limit, and how fast it grows by the slugs that Heroku still has. */
const slugSize = {
    name: 'slug-size',
    title: 'Slug size',
    config: [],
    async look({ app, wants, clock }) {
        const slugs = await app.slugs();
        const bytes = (await app.slug())?.size ?? slugs[0]?.bytes;
        if (bytes === undefined)
            throw new Error('Heroku does not say how large the slug is');
        const { slugLimit } = wants;
        const text = `The slug has ${(0,lib_runtime/* megabytes */.ix)(bytes)} of ${(0,lib_runtime/* megabytes */.ix)(slugLimit)}`;
        const figure = figures_percent(bytes, slugLimit);
        if (bytes > slugLimit) {
            return [{ level: 'fail', figure, text: `${text}: the next deploy of this size is refused`, remedy: slug_size_REMEDY }];
        }
        const trend = growth(slugs);
        if (trend === undefined || trend <= 0)
            return [{ level: 'ok', figure, text: trend === undefined ? text : `${text}; it does not grow` }];
        const days = Math.floor((slugLimit - bytes) / trend);
        const rate = `${text}; it grows by ${(0,lib_runtime/* megabytes */.ix)(trend * 30)} in 30 days (over ${slugs.length} slugs)`;
        if (days > AHEAD)
            return [{ level: 'ok', figure, text: rate }];
        const when = new Date(clock.now() + days * slug_size_DAY).toISOString().slice(0, 10);
        return [
            {
                level: 'warn',
                figure,
                text: `${rate}: at this rate it is over the limit in ${days} days, on ${when}`,
                remedy: slug_size_REMEDY
            }
        ];
    }
};
/** Bytes a day: the slope of the line that fits best (least squares). Undefined where there is too little to tell. */
function growth(slugs) {
    const times = slugs.map(({ released }) => released);
    if (slugs.length < 3 || Math.max(...times) - Math.min(...times) < slug_size_SHORTEST)
        return undefined;
    const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const [time, size] = [mean(times), mean(slugs.map(({ bytes }) => bytes))];
    const above = slugs.reduce((sum, { bytes, released }) => sum + (released - time) * (bytes - size), 0);
    const below = slugs.reduce((sum, { released }) => sum + (released - time) ** 2, 0);
    return (above / below) * slug_size_DAY;
}

;// CONCATENATED MODULE: ./lib/checks/inside/stack.js

/** When Heroku's stacks end (Dev Center: stack; heroku-26 by Ubuntu's own five years). */
const ENDS = {
    'heroku-20': '2025-04-30',
    'heroku-22': '2027-04-30',
    'heroku-24': '2029-04-30',
    'heroku-26': '2031-04-30'
};
const stack_DAY = 86_400_000;
/** Days ahead: a new stack wants every native gem built and tried anew. */
const stack_AHEAD = 180;
const stack_stack = {
    name: 'stack',
    title: 'Stack',
    config: [],
    async look({ app, streamingApp, clock }) {
        const apps = [app, ...(streamingApp ? [streamingApp] : [])];
        const all = await Promise.all(apps.map(async (one) => ({ name: one.name, stack: (await one.info()).stack.name })));
        return all.map(({ name, stack }, index) => ({
            ...stack_judge(stack, clock.now(), name),
            ...(index === 0 ? {} : { about: 'streaming' })
        }));
    }
};
function stack_judge(stack, now, app) {
    const end = ENDS[stack];
    if (end === undefined)
        return { level: 'unknown', text: `${app} runs on ${stack}; when that ends this version does not know` };
    const days = Math.ceil((Date.parse(end) - now) / stack_DAY);
    const text = `${app} runs on ${stack}, which ends on ${end}`;
    const figure = `${days} days`;
    if (days > stack_AHEAD)
        return { level: 'ok', figure, text };
    return {
        level: days > 0 ? 'warn' : 'fail',
        figure,
        text: days > 0 ? text : `${app} runs on ${stack}, which ended on ${end}: it gets no security updates, and no build`,
        remedy: `Try the next stack with \`command: rehearse\` and \`stack:\` in the config, then \`heroku stack:set\`, then deploy.`,
        link: 'https://devcenter.heroku.com/articles/stack'
    };
}

;// CONCATENATED MODULE: ./lib/checks/inside/worker.js


/** Mastodon federates, mails and cleans up in Sidekiq alone, and `/health` stays green without it (mastodon: Procfile). */
const worker = {
    name: 'worker',
    title: 'Worker dyno',
    config: [],
    async look({ app }) {
        const formation = await app.formation();
        const all = formation.filter(({ type }) => type !== 'web' && type !== 'release');
        const running = all.filter(({ quantity }) => quantity > 0);
        const count = running.reduce((sum, { quantity }) => sum + quantity, 0);
        if (count > 0) {
            const names = running.map(({ type, quantity, size }) => `${type} ${quantity}× ${size ?? ''}`.trim()).join(', ');
            return [{ level: 'ok', text: `${counted(count, 'dyno')} beside web: ${names}`, figure: `${count}` }];
        }
        return [
            {
                level: 'fail',
                text: 'No worker dyno is scaled: nothing federates, no mail goes out, nothing is cleaned up',
                figure: '0',
                remedy: `heroku ps:scale worker=1 --app ${app.name}`
            }
        ];
    }
};

;// CONCATENATED MODULE: ./lib/checks/inside/index.js



















/** Those that look through Heroku and through one one-off dyno. */
const INSIDE = [
    worker,
    queues,
    scheduler,
    retention,
    ffmpeg,
    migrations,
    postgres_postgres,
    redis_redis,
    memory,
    logCodes,
    slugSize,
    nightlyBuild,
    stack_stack,
    ruby,
    scheduledTasks,
    herokuKey,
    githubSchedule,
    actionVersion
];

;// CONCATENATED MODULE: ./lib/checks/outside/index.js

/** Those that look from outside, as a visitor or another server does. */
const outside_OUTSIDE = [];

;// CONCATENATED MODULE: ./lib/checks/night.js

const NO_MEMORY = { problems: [], gone: [] };
const night_DAY = 86_400_000;
/** Days for which what is gone is still told, and for which a closed issue is opened again rather than a new one made. */
const SAME_STORY = 14;
const MOST_GONE = 20;
/** `2026-11-25`, of milliseconds since 1970. */
function dateOf(time) {
    return new Date(time).toISOString().slice(0, 10);
}
/** Compares tonight's results with what the night before left. Pure. */
function compareNight(results, memory, now) {
    const date = dateOf(now);
    const known = new Map(memory.problems.map(problem => [problem.key, problem]));
    const problems = results.flatMap(result => problemsOf(result, known, date));
    const there = new Set(problems.map(({ key }) => key));
    const missing = memory.problems.filter(({ key }) => !there.has(key));
    const held = missing.filter(({ key }) => isHidden(key, results));
    const goneNow = missing
        .filter(problem => !held.includes(problem))
        .map(({ key, since }) => ({ key, since, until: date }));
    const recent = memory.gone.filter(({ key, until }) => !there.has(key) && Date.parse(until) > now - SAME_STORY * night_DAY);
    const titled = (item) => ({
        ...item,
        title: titleOf(item.key, results)
    });
    return {
        date,
        problems: [
            ...problems.filter(({ level }) => level === 'fail'),
            ...problems.filter(({ level }) => level === 'warn')
        ],
        held: held.map(titled),
        gone: [...goneNow, ...recent].slice(0, MOST_GONE).map(titled)
    };
}
function memoryOf({ problems, held, gone }) {
    const remembered = [...problems, ...held].map(({ key, level, since }) => ({ key, level, since }));
    return { problems: remembered, gone: gone.map(({ key, since, until }) => ({ key, since, until })) };
}
/**
 * An issue opens for a failure and for a new warning. Somebody may close it: then a warning that was in it does not open
 * it again. It closes when nothing is wrong; what could not be looked at keeps it open.
 */
function nextStep({ problems, held }, issue, now) {
    if (issue?.open)
        return problems.length + held.length > 0 ? 'update' : 'close';
    const alarms = problems.some(({ level, news }) => level === 'fail' || news !== undefined);
    if (!alarms)
        return issue ? 'remember' : 'none';
    return issue && (issue.closedAt ?? 0) > now - SAME_STORY * night_DAY ? 'reopen' : 'open';
}
function problemsOf({ check, findings }, known, date) {
    const problems = new Map();
    for (const finding of findings) {
        const { level, about } = finding;
        if (level !== 'warn' && level !== 'fail')
            continue;
        const key = keyOf(check, about);
        // Two of one key would be one line of the issue: the worse counts.
        if (problems.get(key)?.level === 'fail')
            continue;
        const before = known.get(key);
        const news = before === undefined ? 'new' : before.level === 'warn' && level === 'fail' ? 'worse' : undefined;
        const title = about === undefined ? check.title : `${check.title}: ${about.replaceAll('-', ' ')}`;
        problems.set(key, { key, title, level, finding, since: before?.since ?? date, news });
    }
    return [...problems.values()];
}
function keyOf({ name }, about) {
    // A part may be named by what others say, and a key that cannot be read again would be new every night.
    return about === undefined
        ? name
        : `${name}/${about
            .toLowerCase()
            .replace(/[^a-z0-9]+/g, '-')
            .slice(0, 60)}`;
}
/** Whether a problem that was not found tonight may still be there: its check, or its part of it, could not look. */
function isHidden(key, results) {
    const result = ofKey(key, results);
    const part = result?.findings.find(({ about }) => keyOf(result.check, about) === key);
    if (part)
        return part.level === 'unknown';
    return result?.findings.some(({ level }) => level === 'unknown') ?? false;
}
function ofKey(key, results) {
    return results.find(({ check }) => check.name === key.split('/')[0]);
}
function titleOf(key, results) {
    const about = key.split('/')[1];
    const title = ofKey(key, results)?.check.title ?? key.split('/')[0];
    return about === undefined ? title : `${title}: ${about.replaceAll('-', ' ')}`;
}

;// CONCATENATED MODULE: ./lib/checks/run.js



/**
 * Runs the checks, all at the same time, each until its deadline. None can break another: what one throws makes it
 * `unknown`. Resolves with the results in the order of the list; rejects only where the job is cancelled.
 */
async function runChecks(checks, around) {
    const results = await Promise.all(checks.map(check => runCheck(check, around)));
    if (around.signal.aborted)
        throw new lib_runtime/* CancelledError */.cc('The nightly checks');
    return results;
}
async function runCheck(check, around) {
    const { clock } = around;
    const started = clock.now();
    const findings = await look(check, around).catch((error) => [couldNotLook(error)]);
    return { check, findings, level: worst(findings), took: clock.now() - started };
}
/** Resolves with what the check says; rejects at its deadline, and when the job is cancelled, whatever it still does. */
function look(check, { configVars, noConfig, mastodonToken, longest, ...shared }) {
    if (noConfig !== undefined && !check.alone)
        return Promise.reject(new Error(noConfig));
    const { clock, signal: cancelled } = shared;
    const limit = Math.min(check.deadline ?? DEADLINE, longest);
    const config = Object.fromEntries(check.config.map(name => [name, configVars[name] || undefined]));
    const token = check.token ? mastodonToken : undefined;
    const late = new AbortController();
    const signal = AbortSignal.any([cancelled, late.signal]);
    return new Promise((resolve, reject) => {
        const stopTimer = clock.after(limit, () => late.abort(new Error(`no answer within ${limit / 1000} seconds`)));
        const end = () => reject(signal.reason);
        signal.addEventListener('abort', end, { once: true });
        // A check that throws at once is one that rejects.
        new Promise(begin => begin(check.look({ ...shared, config, token, signal })))
            .then(resolve, reject)
            .finally(() => {
            stopTimer();
            signal.removeEventListener('abort', end);
        });
    });
}
/** From the best to the worst: a failure counts more than what is not known, and that more than good news. */
const run_ORDER = ['ok', 'unknown', 'warn', 'fail'];
function worst(findings) {
    return findings.map(({ level }) => level).sort((a, b) => run_ORDER.indexOf(b) - run_ORDER.indexOf(a))[0];
}

;// CONCATENATED MODULE: ./lib/checks/index.js
/** The nightly checks: one file a check, one list, one way to run them. */







/** In the order in which they are told. */
const checks_CHECKS = [...outside_OUTSIDE, ...INSIDE];

;// CONCATENATED MODULE: ./lib/commands/steps/check-list.js




/**
 * The checks without those that the config skips. Throws a `UserError` for a name that is none: of a check, or of a
 * finding of the upgrade plan, which may be let through by the same list.
 */
function chooseChecks(all, skip) {
    const names = all.map(({ name }) => name);
    const unknown = skip.find(name => !names.includes(name) && !Object.hasOwn(FINDINGS, name));
    if (unknown !== undefined) {
        throw new lib_runtime/* UserError */.yo(`checks.skip: there is no check ${(0,lib_config/* shown */.SP)(unknown)}${(0,lib_config/* didYouMean */.au)(unknown, names)}`, `Checks of this version: ${names.join(', ')}.`);
    }
    return all.filter(({ name }) => !skip.includes(name));
}

;// CONCATENATED MODULE: ./lib/commands/steps/check-markdown.js


/** Longest text of one finding that is shown, in characters. */
const check_markdown_LONGEST = 1_000;
/** `fail  worker: No worker dyno …`: a line of the log for each finding. */
function resultLine({ check, findings }) {
    if (findings.length === 0)
        return [`-        ${check.name}: nothing to look at`];
    return findings.map(({ level, text }) => `${level.padEnd(8)} ${check.name}: ${check_markdown_oneLine(text)}`);
}
const check_markdown_ORDER = ['fail', 'warn', 'unknown', 'ok'];
/** All findings, the worst first. */
function summaryMarkdown(results, { app, issueUrl, runUrl }) {
    const all = results.flatMap(({ check, findings }) => findings.map(finding => ({ check, finding })));
    const rows = (levels) => check_markdown_ORDER.filter(level => levels.includes(level)).flatMap(level => all
        .filter(({ finding }) => finding.level === level)
        .map(({ check, finding }) => [level, check_markdown_prose(check.title), text_escape(finding.figure ?? ''), check_markdown_told(finding)]));
    const listed = (levels) => table(['', 'Check', 'Figure', 'What'], rows(levels), 'llrl');
    const none = results.filter(({ level }) => level === undefined).map(({ check }) => code(check.name));
    const bad = rows(['fail', 'warn', 'unknown']);
    const good = rows(['ok']);
    const links = [issueUrl && `[The issue](${issueUrl})`, runUrl && `[This run](${runUrl})`].filter(Boolean);
    return [
        `## Nightly checks of ${text_escape(app)}: ${check_markdown_headline(results)}`,
        bad.length > 0 ? listed(['fail', 'warn', 'unknown']) : '',
        good.length > 0
            ? details(`${good.length} of ${good.length + bad.length} are well`, listed(['ok']), bad.length === 0)
            : '',
        none.length > 0 ? `Nothing to look at in this app: ${none.join(', ')}.` : '',
        links.join(' · ')
    ]
        .filter(Boolean)
        .join('\n\n')
        .concat('\n');
}
/** `2 fail, 1 warns`; how many checks came out how. */
function check_markdown_headline(results) {
    const count = (wanted) => results.filter(({ level }) => level === wanted).length;
    const parts = [
        [count('fail'), 'fail', 'fails'],
        [count('warn'), 'warn', 'warns'],
        [count('unknown'), 'could not look', 'could not look']
    ];
    const said = parts.flatMap(([number, many, one]) => (number === 0 ? [] : [`${number} ${number === 1 ? one : many}`]));
    return said.length === 0 ? 'all is well' : said.join(', ');
}
/** `my-mastodon: 2 failures, 1 warning`. */
function issueTitle({ problems, held }, app) {
    const count = (level) => [...problems, ...held].filter(problem => problem.level === level).length;
    const parts = [
        [count('fail'), 'failure'],
        [count('warn'), 'warning']
    ];
    const said = parts.flatMap(([number, word]) => (number === 0 ? [] : [`${number} ${word}${number === 1 ? '' : 's'}`]));
    return `${app}: ${said.length === 0 ? 'all is well' : said.join(', ')}`;
}
/** The issue as of one night: what is wrong and since when, what could not be looked at, what is gone. */
function issueMarkdown(night, results, { app, runUrl }, most) {
    const { problems, held, gone, date } = night;
    const run = runUrl ? ` ([run](${runUrl}))` : '';
    const unknown = results.flatMap(({ check, findings }) => findings.filter(({ level }) => level === 'unknown').map(finding => `- ${check_markdown_prose(check.title)}: ${check_markdown_told(finding)}`));
    const head = `Nightly checks of ${code(app)}, as of ${date}${run}. This text is kept up to date; the issue closes by itself.`;
    const sections = [
        ...problems.map(problemMarkdown),
        check_markdown_section('Could not be looked at tonight, so still open', held.map(({ title, since, level }) => `- ${check_markdown_prose(title)}: ${level === 'fail' ? 'failed' : 'warned'} since ${since}`)),
        check_markdown_section('Gone', gone.map(({ title, since, until }) => `- ${check_markdown_prose(title)}: since ${since}, gone on ${until}`)),
        unknown.length > 0 ? details(`${unknown.length} could not look`, unknown.join('\n')) : ''
    ].filter(Boolean);
    return within(most, head, sections);
}
/** What a note tells those who follow the issue: what is new and what is worse. */
function newsMarkdown(news) {
    return news.map(problemMarkdown).join('\n\n');
}
function problemMarkdown({ title, level, finding, since, news }) {
    const word = level === 'fail' ? 'Fails' : 'Warns';
    const mark = news === undefined ? `since ${since}` : news === 'new' ? 'new' : `worse, since ${since}`;
    const { text, remedy, link } = finding;
    const todo = remedy === undefined ? '' : `\n\n**To do:** ${check_markdown_prose(remedy)}`;
    return `### ${word}: ${check_markdown_prose(title)} (${mark})\n\n${check_markdown_prose(text)}.${todo}${link ? `\n\n${linked(link)}` : ''}`;
}
function check_markdown_section(title, lines) {
    return lines.length === 0 ? '' : `### ${title}\n\n${lines.join('\n')}`;
}
/** As many sections as fit. */
function within(most, head, sections) {
    const cut = '\n\nThere is more in the summary of the run.';
    let text = head;
    for (const next of sections) {
        if (text.length + next.length + cut.length + 2 > most)
            return text + cut;
        text += `\n\n${next}`;
    }
    return text;
}
/** Text, remedy and link of a finding in a table's cell. */
function check_markdown_told({ level, text, remedy, link }) {
    const parts = [
        `${check_markdown_prose(text)}.`,
        level !== 'ok' && remedy ? `**To do:** ${check_markdown_prose(remedy)}` : '',
        link ? linked(link) : ''
    ];
    return parts.filter(Boolean).join('<br>');
}
/** Text of a check: what stands in backticks is code, and nothing in it is markup. */
function check_markdown_prose(text) {
    const parts = check_markdown_oneLine(text).split('`');
    // A backtick without its fellow is a letter.
    if (parts.length % 2 === 0)
        return text_escape(parts.join('`'));
    return parts.map((part, at) => (at % 2 === 1 && part !== '' ? code(part) : text_escape(part))).join('');
}
function linked(url) {
    return /^https:\/\/[\w./#%-]{1,300}$/.test(url) ? `[${text_escape(url.replace('https://', ''))}](${url})` : '';
}
function check_markdown_oneLine(text) {
    return text.replace(/\s+/g, ' ').slice(0, check_markdown_LONGEST);
}

;// CONCATENATED MODULE: ./lib/commands/steps/check-issue.js





/**
 * Opens, updates or closes the one issue of this app's checks. What one night hands on to the next stands in the issue
 * itself. Whatever GitHub refuses is a warning: whether the instance is well is for the checks to say. Returns the URL
 * of the issue, where it is open or was just closed.
 */
async function keepIssue(context, app, results) {
    const { inputs, runtime, results: job } = context;
    const { log, signal } = runtime;
    if (inputs.plan)
        return void log.info('`plan: true`: the issue is left as it is.');
    const github = githubOf(context);
    if (!github) {
        log.warning('The checks keep no issue: give `github-token: ${{ github.token }}`, and the job `permissions: issues: write`.');
        return undefined;
    }
    try {
        const url = await keep(context, github, app, results);
        if (url !== undefined)
            job.output('issue-url', url);
        return url;
    }
    catch (error) {
        if (signal.aborted)
            throw error;
        log.warning(explainIssues(github, error, 'The results stand in the summary of this job.'));
        return undefined;
    }
}
async function keep(context, github, app, results) {
    const { log, clock } = context.runtime;
    const issue = await findIssue(github, app);
    const before = readMemo(issue?.memo);
    const run = check_issue_runOf(context);
    if (check_issue_isNewer(before.run, run)) {
        log.info('A newer run has written the issue already; it is left as it is.');
        return issue?.url;
    }
    const now = clock.now();
    const night = compareNight(results, before.memory, now);
    const step = nextStep(night, issue, now);
    const text = textOf(context, night, results, app);
    log.info(`Issue: ${step}${issue ? ` (${issue.url})` : ''}`);
    if (step === 'none')
        return undefined;
    if (step === 'open' || !issue)
        return (await openIssue(github, app, text)).url;
    if (step === 'remember') {
        await remember(github, issue, app, night, text.memo, before);
        return undefined;
    }
    await changeIssue(github, issue, app, text, step !== 'close');
    const note = noteOf(night, step);
    // Only a comment reaches those who follow the issue.
    if (note !== undefined)
        await noteOnIssue(github, issue, context.results.redact(note));
    return issue.url;
}
function noteOf(night, step) {
    if (step === 'close')
        return `All is well again on ${night.date}.`;
    const news = night.problems.filter(({ news, level }) => news !== undefined || (step === 'reopen' && level === 'fail'));
    return news.length === 0 ? undefined : newsMarkdown(news);
}
/** A closed issue keeps its text; what it hands on changes where anything has. */
async function remember(github, issue, app, night, memo, before) {
    if (JSON.stringify(before.memory.problems) === JSON.stringify(memoryOf(night).problems))
        return;
    await changeIssue(github, issue, app, { title: issue.title, text: issue.text, memo }, false);
}
function textOf(context, night, results, app) {
    const { redact } = context.results;
    const text = issueMarkdown(night, results, { app, runUrl: runUrl(context) }, LONGEST_ISSUE);
    const memo = { memory: memoryOf(night), run: check_issue_runOf(context) };
    return { title: redact(issueTitle(night, app)), text: redact(text), memo: JSON.stringify(memo) };
}
const key = dist/* pipe */.FsL(dist/* string */.YjP(), dist/* regex */.yGV(/^[a-z0-9-]{1,60}(\/[a-z0-9-]{1,60})?$/));
const date = dist/* pipe */.FsL(dist/* string */.YjP(), dist/* isoDate */._$n());
const memo = dist/* strictObject */.rej({
    memory: dist/* strictObject */.rej({
        problems: dist/* pipe */.FsL(dist/* array */.YOg(dist/* strictObject */.rej({ key, level: dist/* picklist */.KIO(['warn', 'fail']), since: date })), dist/* maxLength */.Ru6(200)),
        gone: dist/* pipe */.FsL(dist/* array */.YOg(dist/* strictObject */.rej({ key, since: date, until: date })), dist/* maxLength */.Ru6(50))
    }),
    run: dist/* strictObject */.rej({ id: dist/* pipe */.FsL(dist/* number */.aig(), dist/* safeInteger */.Y2b()), attempt: dist/* pipe */.FsL(dist/* number */.aig(), dist/* safeInteger */.Y2b()) })
});
/** Anybody with write access may have changed it: what is not exactly ours counts as nothing. */
function readMemo(text) {
    const { success, output } = dist/* safeParse */.xLC(dist/* pipe */.FsL(dist/* string */.YjP(), dist/* parseJson */.qFJ(), memo), text);
    return success ? output : { memory: NO_MEMORY, run: { id: 0, attempt: 0 } };
}
function check_issue_runOf({ inputs }) {
    return { id: Number(inputs.github.runId ?? 0), attempt: Number(inputs.github.runAttempt ?? 1) };
}
function check_issue_isNewer(there, { id, attempt }) {
    return there.id > id || (there.id === id && there.attempt > attempt);
}

;// CONCATENATED MODULE: ./lib/commands/steps/run-task.js



/** Runs a command in a one-off dyno, its output in the log as it comes, its last lines in the summary. */
async function runTask(app, task, tools) {
    const { story, log, clock } = tools;
    const { command, size, limit } = task;
    const tail = new tools_Tail();
    const fence = log.fence();
    const begun = clock.now();
    const write = (chunk) => {
        fence.write(chunk);
        tail.add(chunk);
    };
    try {
        const { dyno, exitCode } = await runOneOff(app, { command, purpose: 'run', size, timeout: limit, write }, tools);
        return { dyno, exitCode, took: clock.now() - begun, tail };
    }
    finally {
        fence.close();
        const quoted = tail.quote().replace(/^\. /, '');
        if (quoted !== '')
            story.quote(quoted);
    }
}
/** Tells that a command ended well; rejects where it did not, or where that is not known. */
function requireSuccess({ dyno, exitCode, took }, { limit }, app) {
    const after = (0,lib_runtime/* duration */.p0)(took);
    if (exitCode === 0)
        return `Ended well in ${dyno} after ${after}`;
    if (exitCode !== undefined) {
        throw new lib_runtime/* UserError */.yo(`The command in ${dyno} ended with exit code ${exitCode} after ${after}`, 'Its output is above. Where it was killed (137), a larger dyno may help.');
    }
    if (took >= limit) {
        throw new lib_runtime/* UserError */.yo(`The command in ${dyno} was ended at its limit of ${Math.round(limit / 60_000)} min`, 'Look whether its work is done, and give it more time: `timeout`, in minutes.');
    }
    throw new lib_runtime/* UserError */.yo(`How the command in ${dyno} ended is not known: the connection to it was lost after ${after}, which ends it`, `Look at \`heroku logs --app ${app.name} --dyno ${dyno}\`, and whether its work is done, before it is run again.`);
}

;// CONCATENATED MODULE: ./lib/commands/steps/due-tasks.js







/** Branch on which last runs are kept where the config names none. */
const STATE_BRANCH = 'scheduled-tasks';
/**
 * Opens the record of an app's runs. Throws a `UserError` without a token, and for a branch with something else on it.
 */
function due_tasks_openRecord(context, app, schedule) {
    const { inputs } = context;
    const branch = schedule.state ?? STATE_BRANCH;
    const wanted = plannedTasks(schedule, inputs.dynoSize ?? '', inputs.config);
    const github = githubOf(context);
    if (!github) {
        throw new lib_runtime/* UserError */.yo('Where last runs are kept cannot be reached: there is no GitHub token', 'Give `github-token: ${{ github.token }}`, and the job `permissions: contents: write`.');
    }
    if ([inputs.github.event.defaultBranch, inputs.github.ref?.replace(/^refs\/heads\//, '')].includes(branch)) {
        throw new lib_runtime/* UserError */.yo(`Last runs cannot be kept on ${branch}, which has code on it`, 'Name a branch for them alone, such as `state: branch:scheduled-tasks`.');
    }
    const path = `${app}.json`;
    const file = new BranchFile(github, { branch, path, message: `Scheduled tasks of ${app}` });
    return { app, wanted, file, where: `${path} on the branch ${branch}` };
}
/** The tasks with their last runs. A read of GitHub. */
async function due_tasks_recordedTasks({ app, wanted, file, where }) {
    return ledgerTasks(parseLedger(await file.read(), app, where), wanted);
}
/**
 * Runs the tasks of the config that are due, one after the other. Each is taken in the record before it runs, so that
 * two jobs never run the same, and a job that is killed runs none again. A task that fails does not keep the others from
 * running; the job fails in the end. With `plan` it only says which are due.
 */
async function runDueTasks(context, app, schedule, tools) {
    const { story, clock, signal } = tools;
    const { plan, dynoSize, github } = context.inputs;
    const record = due_tasks_openRecord(context, app.name, schedule);
    const asker = { run: `${github.runId ?? 'by-hand'}/${github.runAttempt ?? '1'}`, until: clock.now() };
    if (plan)
        return story.step('Due', () => tellDue(record, asker, tools));
    const failures = [];
    let ended;
    for (let runs = 0;; runs++) {
        const taken = await story.step(runs === 0 ? 'Due' : 'Record', async () => {
            const turn = await takeNext(record, asker, ended, tools);
            failures.push(...due_tasks_tell(turn, asker.until, tools));
            return turn.taken;
        });
        if (!taken)
            return outcome(runs, failures);
        ended = { taken, ending: await runTaken(app, taken, dynoSize, tools) };
        if (ended.ending.outcome !== 'succeeded')
            failures.push(`${taken.task.command} (${ended.ending.outcome})`);
        if (!signal.aborted)
            continue;
        await noteEnd(record, asker, ended);
        throw new lib_runtime/* CancelledError */.cc(`The task ${taken.task.command}`);
    }
}
/** Writes how the last task ended, and takes the next. */
async function takeNext({ app, wanted, file, where }, asker, ended, { clock }) {
    let turn;
    const next = (text) => {
        const ledger = parseLedger(text, app, where);
        const known = ended ? markEnded(ledger, ended.taken, asker.run, ended.ending) : ledger;
        turn = takeDue(known, wanted, { ...asker, now: clock.now() });
        return ledgerText(turn.ledger);
    };
    await file.update(next, ended ? NOT_RECORDED : 'No task was run because of it.');
    return turn;
}
const NOT_RECORDED = 'The task before it ran, and how it ended stands in this job alone; a later one will call it lost. Others that are due were not run.';
async function noteEnd({ app, file, where }, { run }, ended) {
    const next = (text) => ledgerText(markEnded(parseLedger(text, app, where), ended.taken, run, ended.ending));
    await file.update(next, NOT_RECORDED);
}
async function runTaken(app, { task, due, missed }, defaultSize, tools) {
    const { story, clock, log } = tools;
    const { command, limit = USUAL_LIMIT } = task;
    const runnable = { command, size: task.size || defaultSize, limit: limit * 1_000 };
    const begun = clock.now();
    let exitCode;
    let started = false;
    try {
        await story.step(`Task: ${command.slice(0, 100)}`, async () => {
            story.note(`Due at ${timeText(due)}`);
            if (missed > 0)
                story.warn(`It was missed ${missed} time${missed === 1 ? '' : 's'} before; this run makes up for all`);
            const run = await runTask(app, runnable, tools);
            started = true;
            exitCode = run.exitCode;
            story.note(requireSuccess(run, runnable, app));
        });
        return { outcome: 'succeeded', exitCode, took: clock.now() - begun };
    }
    catch (error) {
        log.error((0,lib_runtime/* errorText */.kc)(error));
        const unknown = error instanceof lib_runtime/* CancelledError */.cc || (started && exitCode === undefined);
        return { outcome: unknown ? 'lost' : 'failed', exitCode, took: clock.now() - begun };
    }
}
/** Tells what the record has brought to light. Returns what the job fails for. */
function due_tasks_tell({ lost, begun, busy }, now, { story }) {
    for (const { command, cron } of begun) {
        const next = nextTime(cron, now);
        story.note(`New: ${command}, ${describeCron(cron)}${next === undefined ? '' : `; first at ${timeText(next)}`}`);
    }
    for (const { command, run } of busy)
        story.note(`Run ${run} is at it: ${command}`);
    for (const { command, run } of lost)
        story.warn(`How ${command} ended in run ${run} is not known: that job ended before it could say. It is not run again for that time`);
    return lost.map(({ command, run }) => `${command} (lost in run ${run})`);
}
async function tellDue({ app, wanted, file, where }, asker, tools) {
    const ledger = parseLedger(await file.read(), app, where);
    const asking = { ...asker, now: asker.until };
    due_tasks_tell(takeDue(ledger, wanted, asking), asker.until, tools);
    // One after the other, each as if the one before had ended.
    let known = ledger;
    let due = 0;
    for (;;) {
        const { ledger: next, taken } = takeDue(known, wanted, asking);
        if (!taken)
            return `Plan: ${due} task${due === 1 ? ' is' : 's are'} due, and none was run`;
        tools.story.note(`Due since ${timeText(taken.due)}: ${taken.task.command}`);
        known = markEnded(next, taken, asker.run, { outcome: 'succeeded', took: 0 });
        due++;
    }
}
function outcome(runs, failures) {
    if (failures.length === 0)
        return runs === 0 ? 'No task is due' : `${runs} task${runs === 1 ? '' : 's'} ran and ended well`;
    throw new lib_runtime/* UserError */.yo(`${failures.length === 1 ? 'A task' : `${failures.length} tasks`} did not end well: ${failures.join('; ')}`, 'What each printed is above. None is run again for that time: mend it, and run it by hand with the input `run`.');
}
/** `2026-11-25 03:30 UTC`. */
function timeText(at) {
    return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

;// CONCATENATED MODULE: ./lib/commands/steps/schedule.js








/** Throws a `UserError` for a task that the scheduler cannot have; asks nobody. */
function checkSchedule({ inputs }, schedule) {
    if (schedule)
        plannedTasks(schedule, 'Basic', inputs.config);
}
/** Opens the scheduler of an app: up to three reads of Heroku. It is handed no config var but those that it names. */
async function openTasks(context, app, schedule, mask, { clock, signal }) {
    const { inputs, results } = context;
    const { name, vars: names } = schedulers_SCHEDULERS[schedule.with];
    checkSchedule(context, schedule);
    const { id } = await app.info();
    const sizeless = schedule.tasks.some(({ size }) => size === undefined);
    const wanted = plannedTasks(schedule, sizeless ? usualSize(await app.formation()) : 'Basic', inputs.config);
    const config = names.length > 0 ? await app.configVars() : {};
    mask(config);
    const vars = Object.fromEntries(names.flatMap(variable => (config[variable] ? [[variable, config[variable]]] : [])));
    // The id of an organization is no secret by its name, and nobody's business all the same.
    for (const value of Object.values(vars))
        if (value.length >= 8)
            results.mask(value);
    const access = { app: { id, name: app.name }, herokuKey: herokuOf(context).key, vars, clock, signal };
    context.runtime.log.info(`The tasks are kept by ${name}`);
    return { schedule, wanted, scheduler: openScheduler(schedule.with, { ...access, url: inputs.herokuSchedulerUrl }) };
}
/**
 * The tasks that are wanted, and those that are there, in whichever way they are run; for whoever only looks. Throws a
 * `UserError` where they cannot be read.
 */
async function lookAtTasks(context, app, schedule, mask, tools) {
    if (!SCHEDULERS[schedule.with].open) {
        const record = openRecord(context, app.name, schedule);
        return { wanted: record.wanted, there: await recordedTasks(record) };
    }
    const { wanted, scheduler } = await openTasks(context, app, schedule, mask, tools);
    return { wanted, there: await scheduler.list() };
}
/**
 * Makes an app's tasks equal to those of the config, or only shows what that would change. Shows it as a table in the
 * log and in the summary. Returns what came of it, in a sentence.
 */
async function syncTasks(context, app, { schedule, wanted, scheduler }, tools) {
    const { plan, prune } = context.inputs;
    try {
        const there = await scheduler.list();
        tellAdvice(context, [...wanted, ...there].map(({ command }) => command), tools);
        const steps = reconcile(wanted, there, { prune });
        await showSteps(context, steps);
        if (isSettled(steps))
            return `The scheduled tasks of ${app.name} are those of the config: ${schedule_count(steps, DONE)}`;
        if (plan)
            return `Plan for the scheduled tasks of ${app.name}, nothing was changed: ${schedule_count(steps, TO_DO)}`;
        await applySteps(scheduler, steps, { wanted, prune, ...tools });
        return `The scheduled tasks of ${app.name} are those of the config by now: ${schedule_count(steps, DONE)}`;
    }
    catch (error) {
        throw schedule.with === 'heroku-scheduler' ? byHand(error, app.name, wanted) : error;
    }
}
const AS_THEY_ARE = { keep: 'as they should be', leave: 'of others left alone' };
const TO_DO = { create: 'to create', change: 'to change', remove: 'to remove', ...AS_THEY_ARE };
const DONE = { create: 'created', change: 'changed', remove: 'removed', ...AS_THEY_ARE };
function schedule_count(steps, words) {
    const kinds = Object.entries(words).flatMap(([kind, text]) => {
        const number = steps.filter(step => step.kind === kind).length;
        return number > 0 ? [`${number} ${text}`] : [];
    });
    return kinds.join(', ') || 'none';
}
const HEAD = ['', 'Task', 'When (UTC)', 'Dyno', ''];
async function showSteps({ runtime, results }, steps) {
    const shown = steps.map(step => showStep(step, describeCron));
    // Commands may be somebody else's: hostile text.
    const fence = runtime.log.fence();
    for (const { action, command, when, size, why } of shown) {
        const line = `${action.padEnd(6)}  ${when}, ${size}: ${command}${why ? `  (${why})` : ''}`;
        fence.write(Buffer.from(`${line.replace(/\p{Cc}/gu, ' ')}\n`));
    }
    fence.close();
    if (shown.length === 0)
        return runtime.log.info('No tasks, neither wanted nor there');
    const rows = shown.map(({ action, command, when, size, why }) => [
        action,
        code(results.redact(command)),
        ...[when, size, why].map(text => text_escape(results.redact(text)))
    ]);
    await results.summary(`### Tasks\n\n${table(HEAD, rows, 'lllll')}\n\n`);
}
/** Says which commands fail in the checked-out tree, and which Mastodon does by itself. */
function tellAdvice({ inputs }, commands, { story }) {
    for (const command of new Set(commands)) {
        for (const { kind, text } of adviseTask(inputs.path, command)) {
            const line = `${command}: ${text}`;
            if (kind === 'dead')
                story.warn(line);
            else
                story.note(line);
        }
    }
}
/** What a config without tasks may begin with, in this version of Mastodon. */
function tellStarters({ inputs, runtime }) {
    const starters = starterTasks(inputs.path);
    if (starters.length === 0)
        return;
    const lines = starters.map(({ command, times, why }) => `    - { command: ${command}, ${times} } # ${why}`);
    runtime.log.info(['What may be worth scheduling in this version (times are UTC):', 'schedule:', '  tasks:', ...lines].join('\n'));
}
/** The tasks that a workflow runs: when each ran last, how it ended, and when it is due. Reads the record alone. */
async function showRecorded(context, app, schedule, tools) {
    const record = due_tasks_openRecord(context, app, schedule);
    tellAdvice(context, record.wanted.map(({ command }) => command), tools);
    const tasks = await due_tasks_recordedTasks(record);
    const rows = tasks.map(({ command, cron, when, size, lastRun }) => {
        const next = cron === undefined ? undefined : nextTime(cron, tools.clock.now());
        const last = lastRun === undefined ? 'not yet' : `${lastRun.outcome}, ${timeText(lastRun.at)}`;
        return [command, when, size || 'the app’s', last, next === undefined ? '' : timeText(next)];
    });
    for (const [command, when, , last, next] of rows)
        tools.log.info(`${command}: ${when}; last: ${last}; next: ${next}`);
    const shown = rows.map(([command = '', ...rest]) => [code(command), ...rest.map(text_escape)]);
    if (shown.length > 0) {
        const head = ['Task', 'When (UTC)', 'Dyno', 'Last run', 'Next'];
        await context.results.summary(`### Tasks\n\n${table(head, shown, 'lllll')}\n\n`);
    }
    return `${tasks.length} scheduled tasks of ${app} are run by the workflow with \`command: run\`; there is nothing to write`;
}
/** Its API is undocumented and may change any day; its dashboard is there for people. */
function byHand(error, app, wanted) {
    if (error instanceof lib_runtime/* CancelledError */.cc || !(error instanceof lib_runtime/* UserError */.yo))
        return error;
    const { lines, url } = typedByHand(wanted, app);
    const list = lines.length > 0
        ? `The tasks that should be there:\n${lines.map(line => `  ${line}`).join('\n')}`
        : 'There should be no tasks.';
    return new lib_runtime/* UserError */.yo(`${(0,lib_runtime/* errorText */.kc)(error)}\nHeroku does not document the API of Heroku Scheduler, so this may be a change on its side. ${list}`, `${error.nextStep} Or type the tasks in by hand, as they stand above, at ${url}`, { cause: error });
}

;// CONCATENATED MODULE: ./lib/commands/steps/check-given.js











/** Reports of one commit that are looked into. */
const MOST_READ = 3;
/** What the checks are handed of GitHub, of the key and of scheduled tasks. */
function givenTo(context, sources) {
    return {
        key: facts_once(() => check_given_keyOf(context, sources.client)),
        repository: facts_once(() => asGithub(context, github => repositoryOf(context, github))),
        build: facts_once(() => asGithub(context, github => buildOf(context, github, sources))),
        tasks: facts_once(() => tasksOf(context, sources))
    };
}
async function check_given_keyOf(context, client) {
    await whoAmI(client).catch((error) => {
        // A key of an automation may lack the scope `identity`.
        if (!(error instanceof HerokuError) || error.status !== 403)
            throw error;
    });
    return keyExpiresIn(client, herokuOf(context).key);
}
/** Undefined without a token or outside a job; a refusal says which permission is missing. */
async function asGithub(context, work) {
    const github = githubOf(context);
    if (!github)
        return undefined;
    try {
        return await work(github);
    }
    catch (error) {
        throw new Error(github.explain(error, '{ contents: read, actions: read }', '').trim(), { cause: error });
    }
}
async function repositoryOf({ inputs }, github) {
    const { actionRepository } = inputs.github;
    const newest = actionRepository === undefined ? undefined : await newestRelease(github, actionRepository);
    return {
        ...(await repositoryState(github)),
        action: newest && { running: lib_runtime/* VERSION */.xv, newest: newest.tag, publishedAt: newest.publishedAt }
    };
}
/** The report of an earlier step or job of this very run, and that of the commit that runs. Undefined where the run builds nothing. */
async function buildOf(context, github, { commit }) {
    const { inputs } = context;
    const runId = Number(inputs.github.runId);
    const failed = await failedJobs(github, runId);
    const report = await tonightsReport(context, github, runId);
    if (!report && failed.length === 0)
        return undefined;
    return { report, failedJobs: failed, deployed: await firstReportOf(context, github, await commit(), runId) };
}
async function tonightsReport(context, github, runId) {
    const { report, artifactName } = context.inputs;
    if (report !== undefined)
        return readReport(await (0,promises_.readFile)(report, 'utf8'));
    const [artifact] = await artifactsOfRun(github, runId, artifactName);
    return artifact && readReport(await check_given_textOf(context, github, artifact));
}
/**
 * The first report of a commit: later nights have built it anew, this one among them. A pull request's run has built
 * something else than its commit, as its report says.
 */
async function firstReportOf(context, github, commit, runId) {
    if (commit === undefined)
        return undefined;
    const all = await artifactsOfCommit(github, context.inputs.artifactName, commit);
    for (const artifact of all.filter(artifact => artifact.runId !== runId).slice(0, MOST_READ)) {
        const report = readReport(await check_given_textOf(context, github, artifact));
        if (report.commit === commit)
            return report;
    }
    return undefined;
}
function check_given_textOf(context, github, artifact) {
    return downloadFile(github, artifact, { file: 'report.json', maxBytes: LARGEST_REPORT, ...downloads(context) });
}
function readReport(text) {
    const { source, verdict, layers } = parseReport(text);
    return {
        commit: source.commit,
        compressed: verdict.compressed,
        limit: verdict.limit,
        withinLimit: verdict.withinLimit,
        problem: verdict.problem,
        buildpacks: layers.flatMap(({ buildpack }) => buildpack ? [{ name: buildpack.reference, sha256: buildpack.sha256 }] : [])
    };
}
/** Nothing where the config says nothing of tasks, or where they are kept in this repository alone. */
async function tasksOf(context, { config, app, signal }) {
    const { schedule } = config;
    const { clock } = context.runtime;
    if (!schedule || !schedulers_SCHEDULERS[schedule.with].open)
        return undefined;
    const { wanted, scheduler } = await openTasks(context, app, schedule, masker(context), { clock, signal });
    const there = await scheduler.list();
    return { wanted: wanted.length, drift: scheduleDrift(wanted, there), late: lateTasks(there, clock.now()) };
}

;// CONCATENATED MODULE: ./lib/commands/steps/check-scene.js








/** Milliseconds for what must be known before the checks begin: with theirs they make less than half a minute. */
const check_scene_PATIENCE = 12_000;
/** All that the checks look at. Where Heroku does not give the app's config vars, the checks go on as far as they can. */
async function openScene(context, config, name) {
    const { inputs, runtime } = context;
    const { clock, log } = runtime;
    const access = herokuOf(context);
    const { key } = access;
    const over = new AbortController();
    const signal = AbortSignal.any([runtime.signal, over.signal]);
    const platform = createClient({ url: access.url, key, clock, signal });
    const data = createClient({ url: inputs.herokuDataUrl, key, clock, signal });
    const factsOf = (app) => appFacts(new HerokuApp(platform, app, clock, signal), { platform, data, clock, signal });
    const app = factsOf(name);
    const streamingApp = config.streamingApp === undefined ? undefined : factsOf(config.streamingApp);
    const main = new HerokuApp(platform, name, clock, signal);
    const dyno = dynoFacts(main, { size: inputs.dynoSize, clock, signal });
    const deployed = facts_once(async () => whatRuns(context, (await app.slug())?.commit));
    const commit = async () => (await deployed()).commit;
    const ownUrl = async (facts) => facts && (await inTime(clock, check_scene_PATIENCE, () => facts.info()).catch(() => undefined))?.web_url;
    const [read, url, streamingUrl] = await Promise.all([readVars(context, main), ownUrl(app), ownUrl(streamingApp)]);
    const around = {
        ...read,
        mastodonToken: inputs.mastodonToken,
        instance: instancePlace(read.configVars, url),
        streaming: streamingPlace(read.configVars, streamingUrl),
        app,
        streamingApp,
        dyno,
        wants: { ffmpeg: config.ffmpeg, slugLimit: config.slug.limit },
        deployed,
        given: givenTo(context, { config, app: main, client: platform, commit, signal }),
        thresholds: config.checks.thresholds,
        clock,
        signal,
        log,
        longest: inputs.timeout
    };
    return {
        around,
        close: async () => {
            over.abort(new lib_runtime/* CancelledError */.cc('What a check left under way'));
            await dyno.settled();
        }
    };
}
/** The app's config vars; a key that has expired is for a check to tell. */
async function readVars(context, app) {
    try {
        const configVars = await inTime(context.runtime.clock, check_scene_PATIENCE, () => app.configVars());
        masker(context)(configVars);
        return { configVars };
    }
    catch (error) {
        if (context.runtime.signal.aborted)
            throw error;
        return { configVars: {}, noConfig: (0,lib_runtime/* errorText */.kc)(error) };
    }
}
/** Heroku keeps any text as a slug's commit. */
async function whatRuns({ inputs, runtime }, commit) {
    if (!commit || !/^[0-9a-f]{40}$/.test(commit))
        return { commit: undefined, version: undefined };
    const { run, signal } = runtime;
    const { path, searchPath } = inputs;
    const text = await textAt({ path, commit, file: VERSION_FILE, run, signal, searchPath }).catch(() => undefined);
    return { commit, version: parseVersion(text) };
}

;// CONCATENATED MODULE: ./lib/commands/check.js









/**
 * The nightly checks: all at the same time, told in the log and the summary, and kept in one issue. Fails where a check
 * does; a warning does not, nor what could not be looked at.
 */
async function check(context) {
    const { results: job, runtime } = context;
    const config = readConfig(context);
    const app = requireApp(config.app);
    const checks = chooseChecks(checks_CHECKS, config.checks.skip);
    const scene = await openScene(context, config, app);
    const results = await runChecks(checks, scene.around).finally(scene.close);
    for (const result of results)
        for (const line of resultLine(result))
            runtime.log.info(job.redact(line));
    const failed = results.filter(({ level }) => level === 'fail');
    job.output('checks-failed', failed.length);
    const issueUrl = await keepIssue(context, app, results);
    await job.summary(job.redact(summaryMarkdown(results, { app, issueUrl, runUrl: runUrl(context) })));
    if (failed.length > 0)
        throw failure(failed, issueUrl);
}
function failure(failed, issueUrl) {
    const names = failed.map(({ check }) => check.name).join(', ');
    return new lib_runtime/* UserError */.yo(failed.length === 1 ? `The check ${names} failed` : `${failed.length} checks failed: ${names}`, `What to do about each stands in ${issueUrl ?? "this job's summary"}.`);
}

;// CONCATENATED MODULE: ./lib/commands/steps/measured.js











/** The report that an earlier step of this job wrote for its pull request; undefined where the job is of none. */
async function reportOfThisJob(context, github) {
    const { inputs, runtime } = context;
    const { event, runId, runAttempt } = inputs.github;
    if (!event.pullRequest) {
        runtime.log.info(`This job is of no pull request (event: ${event.name ?? 'none'}), so there is nothing to comment on.`);
        return undefined;
    }
    const report = parseReport(await readText(inputs.report ?? external_node_path_.join(inputs.outputDir, 'report.json')));
    const run = { id: Number(runId), attempt: Number(runAttempt ?? 1), url: runUrl(context) };
    const { pullRequest } = event;
    const own = pullRequest.headRepository?.toLowerCase() === inputs.github.repository?.toLowerCase();
    if (own)
        return { report, pullRequest, run, config: readConfig(context), foreign: false, toldBefore: true };
    const judged = await whereAllowed(context, github, 'contents: read', () => judgedHere(context, github, report, pullRequest));
    return judged && { ...judged, run, foreign: true, toldBefore: true };
}
/**
 * The report of the run that started this one, for its pull request. That run may be a fork's: its artifact is read as
 * hostile, the pull request is found by what GitHub says of the run, and the app and the limit come from here.
 */
async function reportOfTriggeringRun(context, github, run) {
    const { log } = context.runtime;
    if (run.event !== 'pull_request') {
        log.info(`The run that started this one is of no pull request (event: ${run.event}); nothing to comment on.`);
        return undefined;
    }
    const allowed = (permission, find) => whereAllowed(context, github, permission, find);
    const pullRequest = await allowed('pull-requests: write', () => pullRequestOf(context, github, run));
    if (!pullRequest)
        return undefined;
    const text = await allowed('actions: read', () => reportText(context, github, run));
    if (text === undefined)
        return undefined;
    const judged = await allowed('contents: read', () => judgedHere(context, github, parseReport(text), pullRequest));
    return judged && { ...judged, run: { ...run, url: runUrl(context, `${run.id}`) }, foreign: true, toldBefore: false };
}
/** What GitHub refuses to a token is a warning that names the permission, and nothing is told. */
async function whereAllowed({ runtime }, github, permission, find) {
    try {
        return await find();
    }
    catch (error) {
        if (!lacksPermission(error))
            throw error;
        runtime.log.warning(github.explain(error, permission, 'There is no comment without it.'));
        return undefined;
    }
}
/**
 * The report of a pull request's own build, judged by the default branch's config and this job's inputs: nothing is
 * checked out here, and a pull request must not choose its app, its limit or what it is compared with.
 */
async function judgedHere({ inputs }, github, report, pull) {
    const branch = inputs.github.event.defaultBranch ?? (await defaultBranch(github));
    const config = (0,lib_config/* mergeInputs */.sg)((0,lib_config/* loadConfig */.Z9)(await readFileAt(github, inputs.config, branch), inputs.config), inputs);
    const heroku = { warnsAt: HEROKU_WARNS_AT, stopsAt: HEROKU_STOPS_AT };
    const base = await baseOfForeign(github, report.source.commit, pull);
    return {
        report: judgedBy(report, { limit: config.slug.limit, ...heroku }),
        config,
        pullRequest: { ...pull, base }
    };
}
async function pullRequestOf({ inputs, runtime }, github, { headSha, headRepository, headBranch }) {
    if (headRepository === undefined || headBranch === undefined) {
        runtime.log.warning('The repository or the branch of the pull request is gone; nothing to comment on.');
        return undefined;
    }
    const found = await findPullRequests(github, { headSha, headRepository, headBranch });
    if (found.length === 1)
        return found[0];
    runtime.log.warning(found.length === 0
        ? `No open pull request of ${inputs.github.repository} has ${headSha.slice(0, 8)} as its newest commit: it was closed, or has moved on, and its next build will be told.`
        : `${found.length} open pull requests are of this one commit and branch (${found.map(({ number }) => `#${number}`).join(', ')}); which of them was built is not known, so none is commented on.`);
    return undefined;
}
async function reportText(context, github, run) {
    const { inputs, runtime } = context;
    if (inputs.report !== undefined)
        return readText(inputs.report);
    const [artifact] = await artifactsOfRun(github, run.id, inputs.artifactName);
    if (artifact)
        return downloadFile(github, artifact, { file: 'report.json', maxBytes: LARGEST_REPORT, ...downloads(context) });
    runtime.log.warning(`The run ${run.id} left no artifact "${inputs.artifactName}": its build did not get that far, or has another \`artifact-name\`.`);
    return undefined;
}
async function readText(file) {
    return (0,promises_.readFile)(file, 'utf8').catch((error) => {
        throw new lib_runtime/* UserError */.yo(`There is no report to read: ${(0,lib_runtime/* errorText */.kc)(error)}`, 'Let `command: build` run before it in the same job, or name its report.json with the input `report`.');
    });
}

;// CONCATENATED MODULE: ./lib/commands/comment.js






/**
 * Creates or updates the size report's comment on a pull request: in the job that built (`pull_request`), or in one that
 * runs when that one has ended (`workflow_run`), which may write where a fork's may not. Elsewhere there is nothing to do.
 * A comment that GitHub refuses is a warning: whether the slug is good is for the build to say.
 */
async function comment(context) {
    const { inputs, results, runtime } = context;
    const github = githubOf(context);
    if (!github) {
        throw new lib_runtime/* UserError */.yo('`command: comment` needs a token of GitHub, and to run in a workflow', 'Give `github-token: ${{ github.token }}`, and the job `permissions: pull-requests: write`.');
    }
    const measured = inputs.github.event.workflowRun
        ? await reportOfTriggeringRun(context, github, inputs.github.event.workflowRun)
        : await reportOfThisJob(context, github);
    if (!measured)
        return;
    const told = await tellOf(context, measured);
    const body = renderMarkdown(told, LONGEST_BODY);
    results.output('comment-body', body);
    if (!measured.toldBefore)
        await results.summary(renderMarkdown(told));
    await comment_write(context, github, measured, body, isWorthAComment(context, told));
    runtime.log.info(body.split('\n')[0].replace(/^## /, ''));
}
async function tellOf(context, { report, pullRequest, run, config, foreign }) {
    const told = await lookAround(context, report, { app: config.app, pullRequest });
    return { ...told, runUrl: run.url, measuredBy: foreign ? pullRequest.number : undefined };
}
/** A pull request that changes nothing of note gets no comment; one that is there is updated all the same. */
function isWorthAComment({ inputs }, { report, baseline, comparison, maxGrowth }) {
    const { problem, chosen } = report.verdict;
    if (!fitsLimit(report) || problem !== undefined || comparison?.change === undefined)
        return true;
    if (baseline?.report.verdict.chosen !== chosen)
        return true;
    if (maxGrowth && grownTooMuch(comparison, maxGrowth).length > 0)
        return true;
    return comparison.sizes.some(({ head, base }) => base === undefined || reaches(head - base, base, inputs.commentThreshold));
}
async function comment_write({ results, runtime }, github, { pullRequest, run, config }, body, createIf) {
    const { log } = runtime;
    try {
        const key = config.app ?? 'slug';
        const { outcome, url } = await upsertComment(github, {
            pullRequest: pullRequest.number,
            key,
            body,
            run,
            createIf,
            log
        });
        log.info(`Comment on pull request ${pullRequest.number}: ${outcome}${url === undefined ? '' : ` (${url})`}`);
        if (url !== undefined)
            results.output('comment-url', url);
    }
    catch (error) {
        if (runtime.signal.aborted)
            throw error;
        log.warning(github.explain(error, 'pull-requests: write', 'The report stands in the summary of this job and in `comment-body`.'));
    }
}

;// CONCATENATED MODULE: ./lib/commands/steps/addons.js



/**
 * Reads an app's add-ons, with the versions of Heroku's own Postgres and Redis. Their API is undocumented, and a key may
 * not be allowed to see add-ons: what cannot be read is left out, and what depends on it is not looked at.
 */
function addonReader({ inputs, runtime }) {
    return async (app) => {
        const { clock, signal, log } = runtime;
        try {
            const addons = await app.addons();
            const url = inputs.herokuDataUrl;
            const data = createClient({ url, key: inputs.herokuApiKey ?? '', clock, signal });
            return await Promise.all(addons.map(async (addon) => {
                const service = addon.addon_service.name;
                const version = await serverVersion(data, addon).catch((error) => {
                    if (signal.aborted)
                        throw error;
                    log.info(`The version of ${addon.name} could not be read: ${(0,lib_runtime/* errorText */.kc)(error)}`);
                    return undefined;
                });
                return { service, plan: addon.plan?.name, version };
            }));
        }
        catch (error) {
            if (signal.aborted)
                throw error;
            log.info(`The add-ons of ${app.name} could not be read: ${(0,lib_runtime/* errorText */.kc)(error)}`);
            return undefined;
        }
    };
}

;// CONCATENATED MODULE: ./lib/commands/steps/with-story.js




/** Connects to Heroku, does the work, and tells its story in the summary, however it ends. `work` says what came of it. */
async function withStory(context, title, work) {
    const { results, runtime } = context;
    const story = new Story(runtime.log, runtime.clock);
    const connection = heroku_connect(context, herokuOf(context), story);
    const tell = (outcome) => results.summary(storyMarkdown(story, { title, outcome, links: {}, redact: results.redact }));
    try {
        await story.step('Key', () => checkKey(connection));
        const outcome = await work({ tools: connection.tools, mask: masker(context), app: name => connection.app(name) });
        runtime.log.info(outcome);
        await tell(outcome);
    }
    catch (error) {
        await tell(`Failed: ${(0,lib_runtime/* errorText */.kc)(error).split('\n')[0] ?? ''}`);
        throw error;
    }
}

;// CONCATENATED MODULE: ./lib/commands/plan.js











/**
 * Preflight and upgrade plan alone: with a Heroku key against the app as it runs, its database included, without one
 * against what came before the commit in the checkout. Changes nothing; fails where something blocks.
 */
async function plan(context) {
    const { inputs, runtime } = context;
    const config = readConfig(context);
    if (inputs.herokuApiKey !== undefined && config.app !== undefined)
        return planOfApp(context, config, true);
    runtime.log.info(inputs.herokuApiKey === undefined
        ? 'Without a `heroku-api-key` this is what the tree alone can tell: the app is not asked.'
        : 'No app is named, so this is what the tree alone can tell.');
    const source = await runtime.log.group('Source', () => takeSource(context));
    const { plan, upgrade } = await planOfTree(context, config, source);
    await context.results.summary(`## Upgrade plan\n\n${upgradeMarkdown(upgrade, true)}\n`);
    preflight_judge(plan, { story: new Story(runtime.log, runtime.clock) });
    runtime.log.info('Nothing stands against this upgrade, as far as the tree alone can tell.');
}
/** `deploy` with `plan: true`: what it would do, and what stands against it. Nothing is written, no dyno is started. */
async function planDeploy(context) {
    await planOfApp(context, readConfig(context), false);
}
/** @param askDatabase whether a one-off dyno may be started to read which migrations the database has */
async function planOfApp(context, config, askDatabase) {
    const { inputs, results } = context;
    const name = requireApp(config.app);
    await withStory(context, `Upgrade plan for ${name}`, async ({ app, tools, mask }) => {
        const { story } = tools;
        const read = (name) => readTarget(app(name), mask, tools);
        const target = await story.step('Preflight', () => read(name));
        const { streamingApp } = config;
        const streaming = streamingApp === undefined
            ? undefined
            : await story.step('Preflight of the streaming app', () => read(streamingApp));
        const source = await story.span('Source', () => takeSource(context));
        const applied = askDatabase && target.current?.slug
            ? await story.step('Database', () => askApplied(target.app, inputs.dynoSize, tools))
            : undefined;
        const plan = await story.step('Upgrade plan', async () => {
            const live = { ...liveFacts(target, streaming, await addonReader(context)(target.app)), applied };
            const made = await planFrom(context, { ...config, stack: config.stack ?? target.stack }, source, live.commit, live);
            await results.summary(summaryOf(name, made, live.commit));
            preflight_judge(made, tools);
            return made;
        });
        const warnings = plan.findings.filter(({ level }) => level === 'warn').length;
        return `Nothing stands against deploying ${source.commit.sha.slice(0, 8)} to ${name}${warnings > 0 ? `; warnings: ${warnings}` : ''}. Nothing was changed.`;
    });
}
/** The versions in `schema_migrations`; where they cannot be read the trees are compared instead. */
async function askApplied(app, size, tools) {
    try {
        const applied = await appliedMigrations(app, size, tools);
        tools.story.note(`The database has ${applied.size} migrations (read in a one-off dyno, which changed nothing)`);
        return applied;
    }
    catch (error) {
        if (tools.signal.aborted)
            throw error;
        tools.story.note(`The database could not be asked, so the trees are compared instead: ${(0,lib_runtime/* errorText */.kc)(error)}`);
        return undefined;
    }
}
function summaryOf(app, plan, commit) {
    const isHash = commit !== undefined && /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(commit);
    const base = isHash ? { kind: 'release', commit, name: app } : undefined;
    return `## Upgrade plan\n\n${upgradeMarkdown(makeUpgrade(plan, base), true)}\n`;
}

;// CONCATENATED MODULE: ./lib/commands/steps/processes.js



/**
 * The process types of the web slug: the build's, with a `release` that runs what must run before the new code serves.
 * A fork's own would run both phases at once, so it is replaced; `migrations: off` keeps it.
 */
function processTypesFor(config, built, log) {
    const types = { ...built };
    if (config.migrations === 'off')
        return types;
    if (types['release'] !== undefined) {
        log.warning(`The fork's own release phase is replaced: "${types['release'].slice(0, 200)}". It would run the post-deployment migrations while old code serves. \`migrations: off\` keeps it.`);
    }
    types['release'] = releaseCommand(config.migrations);
    return types;
}

;// CONCATENATED MODULE: ./lib/commands/steps/heroku-builds.js












/** `builder: heroku`: the source goes to Heroku, which builds it with the same buildpacks. */
function herokuBuilds(context, config, source, recipe, fingerprint) {
    requireBuildable(config, recipe);
    const { log } = context.runtime;
    const procfile = parseProcfile((0,lib_runtime/* readTreeFile */.xt)(source.folder, 'Procfile') ?? '');
    const make = (name, ffmpeg, rest) => ({
        ...rest,
        commit: source.commit.sha,
        fingerprint,
        buildpacks: buildpacksFor(recipe, ffmpeg),
        pack: () => packSource(context, source, name, {
            Procfile: writeProcfile(rest.role === 'web' ? processTypesFor(config, procfile, log) : { ...STREAMING_PROCESS_TYPES }),
            ...(recipe.aptfile === undefined || ffmpeg ? {} : { Aptfile: aptfileWithoutFfmpeg(recipe.aptfile) })
        })
    });
    const variants = recipe.provider === undefined || config.ffmpeg === 'without' ? [false] : [true];
    if (recipe.provider !== undefined && config.ffmpeg === 'auto')
        variants.push(false);
    return {
        by: 'heroku',
        web: variants.map(ffmpeg => {
            const variant = `${ffmpeg ? 'with' : 'without'} ffmpeg`;
            return make(ffmpeg ? 'web-with' : 'web-without', ffmpeg, { role: 'web', variant });
        }),
        streaming: make('streaming', false, { role: 'streaming', variant: 'streaming role' }),
        judge: ({ size, variant }) => judgeSize(context, config, size, variant)
    };
}
/** Throws a `UserError` for what only a build on the runner can do. */
function requireBuildable({ slug }, { buildpacks }) {
    const refuse = (what, next) => {
        throw new lib_runtime/* UserError */.yo(`\`builder: heroku\` cannot ${what}`, `${next} Or leave \`builder\` at \`runner\`.`);
    };
    const folder = buildpacks.find(({ kind }) => kind === 'folder');
    if (folder)
        refuse(`use the buildpack ${folder.name}: it is a folder here`, 'Name it by an https address.');
    const pinned = slug.buildpacks?.find(({ sha256 }) => sha256 !== undefined);
    if (pinned)
        refuse(`hold ${pinned.buildpack} to its sha256: Heroku fetches it itself`, 'Take the `sha256` out.');
    if (Object.keys(slug.env).length > 0)
        refuse('set `slug.env`: Heroku builds with the config vars of the app', 'Set them with `heroku config:set`.');
}
function buildpacksFor({ buildpacks, provider }, ffmpeg) {
    return buildpacks
        .filter((_, i) => ffmpeg || !provider?.buildpacks.includes(i))
        .map(({ reference }) => reference.replace(/^urn:buildpack:/, ''));
}
function writeProcfile(types) {
    return Object.entries(types)
        .map(([name, command]) => `${name}: ${command}\n`)
        .join('');
}
/** A tarball of the tree with some files of ours. */
async function packSource(context, source, name, files) {
    const { run, scratch, signal } = context.runtime;
    const folder = external_node_path_.join(scratch, `source-${name}`);
    const file = `${folder}.tgz`;
    await run('mkdir', ['-p', '--', folder], { env: { PATH: '/usr/bin:/bin' } });
    await writeSource(context, source, folder);
    for (const [at, text] of Object.entries(files))
        (0,lib_runtime/* writeTreeFile */.aD)(folder, at, text);
    const { code, stderr } = await run('tar', ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '-C', folder, '-czf', file, '.'], { env: { PATH: '/usr/bin:/bin' }, signal });
    if (code !== 0)
        throw new lib_runtime/* UserError */.yo(`The source could not be packed: ${stderr.trim().slice(0, 300)}`, 'Free disk space on the runner.');
    const hash = (0,external_node_crypto_.createHash)('sha256');
    await (0,external_node_stream_promises_.pipeline)((0,external_node_fs_.createReadStream)(file), hash);
    return { file, sha256: hash.digest('hex') };
}
/** Tells the size, and throws a `GateError` where it is over the limit. */
function judgeSize({ inputs, results, runtime }, { slug }, bytes, variant) {
    const withinLimit = bytes <= slug.limit;
    runtime.log.info(`The slug ${variant} has ${(0,lib_runtime/* megabytes */.ix)(bytes)} (${bytes} bytes); the limit is ${(0,lib_runtime/* megabytes */.ix)(slug.limit)}`);
    results.output('slug-size', bytes);
    results.output('slug-limit', slug.limit);
    results.output('within-limit', withinLimit);
    if (withinLimit || inputs.failOn === 'never')
        return;
    throw new GateError(`The slug ${variant} is over its limit: ${(0,lib_runtime/* megabytes */.ix)(bytes)} of ${(0,lib_runtime/* megabytes */.ix)(slug.limit)}`, '`command: build` shows what makes it large, and the ways back under the limit; `ffmpeg: without` is the shortest.');
}

;// CONCATENATED MODULE: ./lib/commands/deploy.js




















/** Ships a commit: builds or reuses its slug, releases it, waits until it is live, migrates; goes back where that is safe. */
async function deploy_deploy(context) {
    if (context.inputs.plan)
        return planDeploy(context);
    const config = readConfig(context);
    const { schedule } = config;
    // Better known now than when all else is done.
    checkSchedule(context, schedule);
    await deployTo(context, herokuOf(context), config, {
        afterwards: (tools, app) => (schedule ? scheduleTasks(context, app, schedule, tools) : Promise.resolve())
    });
}
/** The last step. The code is live by then, so a failure here takes nothing back. */
async function scheduleTasks(context, app, schedule, tools) {
    if (!schedulers_SCHEDULERS[schedule.with].open)
        return;
    await tools.story.step('Scheduled tasks', async () => {
        try {
            const tasks = await openTasks(context, app, schedule, masker(context), tools);
            tools.story.note(await syncTasks(context, app, tasks, tools));
        }
        catch (error) {
            if (error instanceof lib_runtime/* CancelledError */.cc || !(error instanceof lib_runtime/* UserError */.yo))
                throw error;
            throw new lib_runtime/* UserError */.yo(`The code is live and healthy, but its scheduled tasks are not what the config wants: ${error.message}`, `${error.nextStep} Then \`command: schedule\` is enough; the deploy needs not be run again.`, { cause: error });
        }
    });
}
const same = deployable => deployable;
const nothing = () => Promise.resolve();
/**
 * The same deploy against any Heroku: a rehearsal's, too.
 * @param more `alter` may change what is deployed, such as do something between build and release; `afterwards` comes
 * when all is done, and is part of the story
 */
async function deployTo(context, access, config, { alter = same, afterwards = nothing } = {}) {
    const { inputs, results, runtime } = context;
    const story = new Story(runtime.log, runtime.clock);
    const connection = heroku_connect(context, access, story);
    const app = requireApp(config.app);
    const title = `Deploy of ${app}`;
    const facts = new Facts(context, app, config.migrations);
    const tell = (outcome) => results.summary(storyMarkdown(story, { title, outcome, links: facts.links, redact: results.redact }));
    try {
        await story.step('Key', () => checkKey(connection));
        await deploy({
            app: connection.app(app),
            streaming: config.streamingApp === undefined ? undefined : connection.app(config.streamingApp),
            staging: config.stagingApp === undefined ? undefined : connection.app(config.stagingApp),
            streamingSetup: { allowed: inputs.streamingSetup },
            migrations: config.migrations,
            dynoSize: inputs.dynoSize,
            addons: addonReader(context),
            mask: masker(context),
            prepare: stack => deploy_prepare(context, { ...config, stack: config.stack ?? stack }, alter),
            progress: facts
        }, connection.tools);
        if (config.redisTls === 'no-verify')
            await story.step('Redis', () => Promise.resolve(story.warn(REDIS_NOT_VERIFIED)));
        await afterwards(connection.tools, connection.app(app));
        await facts.finish('success', 'Live and healthy');
        runtime.log.info(`Live: ${facts.outcome()}`);
        await tell(facts.outcome());
    }
    catch (error) {
        await facts.finish('failure', deploy_firstLine(error));
        await tell(`Failed: ${deploy_firstLine(error)}`);
        throw error;
    }
}
/** Without the output of others behind it. */
function deploy_firstLine(error) {
    const [first = ''] = (0,lib_runtime/* errorText */.kc)(error).split('\n');
    return first.replace(/\. [\w’' ]+:$/, '');
}
/** The commit, how it is built, and what a slug of it is known by. The build itself comes only where none can be reused. */
async function deploy_prepare(context, config, alter) {
    const { inputs, runtime } = context;
    const source = await runtime.log.group('Source', () => takeSource(context));
    addOwnFiles(context, config, source);
    const recipe = await runtime.log.group('Recipe', () => makeRecipe(context, config, source));
    const fingerprint = fingerprintOf(config, source, recipe, inputs.builder);
    const migrations = migrationsOf(source.folder);
    const deployable = {
        commit: source.commit.sha,
        stack: recipe.stack,
        fingerprint,
        trees: { migrations, versionsAt: commit => versionsAt(context, commit) },
        versions: new Set(migrations.map(({ version }) => version)),
        supply: inputs.builder === 'heroku'
            ? herokuBuilds(context, config, source, recipe, fingerprint)
            : { by: 'runner', build: () => runnerBuild(context, config, source, recipe, fingerprint) },
        plan: live => planFrom(context, config, source, live.commit, live)
    };
    return alter(deployable);
}
/** The slugs, built here: by an earlier step of this job, or now. */
async function runnerBuild(context, config, source, recipe, fingerprint) {
    const { web, streaming } = (await builtBefore(context, fingerprint)) ?? (await buildHere(context, config, source, recipe));
    const common = { commit: source.commit.sha, stack: recipe.stack, fingerprint };
    const slug = {
        ...common,
        ...web,
        role: 'web',
        processTypes: processTypesFor(config, web.processTypes, context.runtime.log),
        variant: `${web.variant} ffmpeg`
    };
    return streaming ? [slug, { ...common, ...streaming, role: 'streaming', variant: 'streaming role' }] : [slug];
}
async function buildHere(...of) {
    const [context] = of;
    await clearOutput(context.inputs.outputDir);
    return buildSlugs(...of);
}
/** What becomes known on the way goes to the outputs, and to GitHub's deployment. */
class Facts {
    links = {};
    #context;
    #app;
    #migrations;
    #deployment;
    #site;
    #version = 0;
    #commit = '';
    constructor(context, app, migrations) {
        this.#context = context;
        this.#app = app;
        this.#migrations = migrations;
    }
    target = ({ info, current, config }) => {
        const { results } = this.#context;
        if (current)
            results.output('previous-release-version', current.version);
        const domain = config['WEB_DOMAIN'] || config['LOCAL_DOMAIN'];
        this.#site = domain ? `https://${domain}/` : (info.web_url ?? undefined);
    };
    deploying = async ({ commit }) => {
        const { inputs, runtime } = this.#context;
        const { repository, runId, serverUrl, apiUrl } = inputs.github;
        this.#commit = commit;
        const [owner, repo] = repository?.split('/') ?? [];
        if (owner === undefined || repo === undefined || runId === undefined || inputs.command !== 'deploy')
            return;
        const runUrl = `${serverUrl}/${owner}/${repo}/actions/runs/${runId}`;
        this.links['Job'] = runUrl;
        this.#deployment = await openDeployment({
            apiUrl,
            token: inputs.githubToken,
            owner,
            repo,
            sha: commit,
            ref: inputs.ref ?? inputs.github.ref ?? commit,
            environment: inputs.environment ?? 'production',
            runId,
            runUrl,
            ...runtime
        });
        await this.#deployment.update('in_progress', `Deploying to ${this.#app}`);
    };
    shipping = ({ size, variant }) => {
        const { results } = this.#context;
        if (size !== undefined)
            results.output('slug-size', size);
        const ffmpeg = /^(with|without) ffmpeg$/.exec(variant)?.[1];
        if (ffmpeg === 'with' || ffmpeg === 'without')
            results.output('ffmpeg', ffmpeg);
    };
    released = (app, { version }) => {
        const url = `https://dashboard.heroku.com/apps/${app}/activity`;
        this.links[`Release v${version} of ${app}`] = url;
        if (app !== this.#app)
            return;
        this.#version = version;
        this.#context.results.output('release-version', version);
        this.#context.results.output('release-url', url);
    };
    healthy = () => {
        this.#context.results.output('healthy', true);
        if (this.#site !== undefined)
            this.links['Site'] = this.#site;
    };
    migrated = versions => this.#context.results.output('migrations-run', versions.length);
    rolledBack = release => {
        this.released(this.#app, release);
        this.#context.results.output('rolled-back', true);
    };
    outcome() {
        return `${this.#app} runs commit ${this.#commit.slice(0, 8)} as v${this.#version}: released, its dynos up, healthy, ${this.#migrations === 'off' ? 'its migrations left alone (`migrations: off`)' : 'migrated'}`;
    }
    async finish(state, description) {
        const { redact } = this.#context.results;
        await this.#deployment?.update(state, redact(description), state === 'success' ? this.#site : undefined);
    }
}

;// CONCATENATED MODULE: ./lib/commands/migrate.js





/** Runs the pending migrations of the current release in a one-off dyno. */
async function migrate_migrate(context) {
    const { inputs, results } = context;
    const { phase, dynoSize: size } = inputs;
    const { app: main, streamingApp } = readConfig(context);
    const name = requireApp(main);
    await withStory(context, `Migrations of ${name}`, async ({ app, tools, mask }) => {
        const target = await tools.story.step('Preflight', () => readTarget(app(name), mask, tools));
        if (!target.current?.slug) {
            throw new lib_runtime/* UserError */.yo(`${name} has no release with a slug yet`, 'Deploy first: `command: deploy`.');
        }
        const { version } = target.current;
        // Post-deployment migrations take away what older code still needs.
        if (phase !== 'pre') {
            await tools.story.step('Dynos', async () => {
                await waitForDynos(target.app, version, tools);
                if (streamingApp === undefined)
                    return;
                const streaming = await readTarget(app(streamingApp), mask, tools);
                requireSameCommit(target, streaming);
                await waitForDynos(streaming.app, streaming.current?.version ?? 0, tools);
            });
        }
        const ran = await tools.story.step('Migrations', async () => {
            const versions = await migrate(target.app, { size, phase }, tools);
            tools.story.note(`${versions.length} ran; none is pending`);
            return versions;
        });
        results.output('migrations-run', ran.length);
        return `${ran.length} migrations ran in v${version} of ${name}`;
    });
}

// EXTERNAL MODULE: external "node:net"
var external_node_net_ = __webpack_require__(7030);
;// CONCATENATED MODULE: ./lib/local-heroku/store.js



const EMPTY = {
    apps: [],
    addons: [],
    attachments: [],
    jobs: [],
    lastJob: 100_000,
    cronJobs: [],
    triggers: [],
    pipelines: [],
    couplings: [],
    promotions: []
};
/** All that the local Heroku knows, in one file; written whole after each change. */
class Store {
    folder;
    state;
    #file;
    constructor(folder) {
        this.folder = folder;
        for (const name of ['blobs', 'outputs', 'dynos', 'slugs'])
            (0,external_node_fs_.mkdirSync)(external_node_path_.join(folder, name), { recursive: true });
        this.#file = external_node_path_.join(folder, 'state.json');
        this.state = (0,external_node_fs_.existsSync)(this.#file)
            ? { ...structuredClone(EMPTY), ...JSON.parse((0,external_node_fs_.readFileSync)(this.#file, 'utf8')) }
            : { apiKey: `HRKU-${(0,external_node_crypto_.randomUUID)()}`, ...structuredClone(EMPTY) };
        this.save();
    }
    save() {
        (0,external_node_fs_.writeFileSync)(`${this.#file}.new`, JSON.stringify(this.state), { mode: 0o600 });
        (0,external_node_fs_.renameSync)(`${this.#file}.new`, this.#file);
    }
    app(nameOrId) {
        return this.state.apps.find(({ id, name }) => name === nameOrId || id === nameOrId);
    }
    /** A slug of any app. */
    slug(id) {
        return this.state.apps.flatMap(({ slugs }) => slugs).find(slug => slug.id === id);
    }
    blobFile(name) {
        return external_node_path_.join(this.folder, 'blobs', name);
    }
    outputFile(name) {
        return external_node_path_.join(this.folder, 'outputs', name);
    }
    /** A name that cannot be guessed: it is all that an address without a key has. */
    secretName() {
        return (0,external_node_crypto_.randomBytes)(20).toString('hex');
    }
}

;// CONCATENATED MODULE: ./lib/local-heroku/dyno.js





const HEROKU_TIMES = {
    boot: 60_000,
    grace: 30_000,
    attach: 30_000,
    preboot: 180_000,
    coolOff: 10_000,
    hold: 30_000,
    memory: 20_000
};
/** Memory in bytes (Dev Center: dyno-sizes). */
const MEMORY = {
    Eco: 512e6,
    Basic: 512e6,
    'Standard-1X': 512e6,
    'Standard-2X': 1024e6,
    'Performance-M': 2560e6,
    'Performance-L': 14_336e6,
    'Performance-L-RAM': 30_720e6,
    'Performance-XL': 63_488e6,
    'Performance-2XL': 129_024e6
};
const dyno_SIZES = Object.keys(MEMORY);
/** The size by its right name; the Platform API takes it in any case. Undefined where there is none. */
function dynoSize(name) {
    return dyno_SIZES.find(size => size.toLowerCase() === name.toLowerCase());
}
/** A dyno of the formation: it is started again when it crashes. */
class Dyno {
    id = (0,external_node_crypto_.randomUUID)();
    createdAt;
    options;
    state = 'starting';
    updatedAt;
    /** Where its web process listens. */
    port;
    #running;
    #starting;
    #stopping;
    #crashes = 0;
    #undo = [];
    constructor(options) {
        this.options = options;
        this.createdAt = this.updatedAt = new Date(options.clock.now()).toISOString();
    }
    start() {
        this.#starting = this.#start().catch((error) => {
            this.#say(`Error: the slug could not be started: ${String(error)}`);
            this.#become('crashed');
        });
    }
    /** SIGTERM, and SIGKILL when its time is over. Resolves when all its processes have ended. */
    stop() {
        this.#stopping ??= this.#stop();
        return this.#stopping;
    }
    kill() {
        this.#running?.signal('SIGKILL');
    }
    async #start() {
        const { name, type, slug, command, env, host, log } = this.options;
        this.#become('starting');
        this.port = type === 'web' ? await freePort() : undefined;
        this.#say(`Starting process with command \`${command}\``);
        const running = await host.start({
            name,
            slug,
            command,
            env: this.port === undefined ? env : { ...env, PORT: String(this.port) },
            output: chunk => log.write(`app[${name}]`, chunk.toString('utf8'))
        });
        this.#running = running;
        void running.exited.then(status => this.#exited(running, status));
        if (this.#stopping)
            return running.signal('SIGKILL');
        this.#watchMemory(running);
        if (this.port === undefined)
            this.#become('up');
        else
            void this.#awaitPort(this.port, running);
    }
    /** It is up when something listens on its port, and too late after the boot timeout. */
    async #awaitPort(port, running) {
        const { clock, times } = this.options;
        const over = new AbortController();
        const giveUp = clock.after(times.boot, () => {
            over.abort();
            this.#say(`Error R10 (Boot timeout) -> Web process failed to bind to $PORT within ${times.boot / 1000} seconds of launch`);
            this.#say('Stopping process with SIGKILL');
            running.signal('SIGKILL');
        });
        void running.exited.then(() => over.abort());
        if (await isListening(port, over.signal))
            this.#become('up');
        giveUp();
    }
    #exited(running, status) {
        if (this.#running !== running)
            return;
        this.#running = undefined;
        this.#say(`Process exited with status ${status}`);
        if (this.#stopping)
            return;
        this.#become('crashed');
        const wait = this.#crashes === 0 ? 0 : this.options.times.coolOff * 2 ** (this.#crashes - 1);
        this.#crashes++;
        this.#undo.push(this.options.clock.after(wait, () => {
            if (!this.#stopping)
                this.start();
        }));
    }
    async #stop() {
        const { clock, times } = this.options;
        this.state = 'down';
        this.options.changed();
        await this.#starting;
        for (const undo of this.#undo)
            undo();
        const running = this.#running;
        if (!running)
            return;
        this.#say('Stopping all processes with SIGTERM');
        running.signal('SIGTERM');
        const giveUp = clock.after(times.grace, () => {
            this.#say(`Error R12 (Exit timeout) -> At least one process failed to exit within ${times.grace / 1000} seconds of SIGTERM`);
            this.#say('Stopping remaining processes with SIGKILL');
            running.signal('SIGKILL');
        });
        await running.exited;
        giveUp();
        running.signal('SIGKILL');
    }
    #watchMemory(running) {
        const quota = MEMORY[this.options.size];
        const look = async () => {
            if (this.#running !== running)
                return;
            const used = await running.memory();
            if (used !== undefined && used > quota) {
                this.#say(`Process running mem=${(used / 1e6).toFixed(0)}M(${((used / quota) * 100).toFixed(1)}%)`);
                this.#say('Error R14 (Memory quota exceeded)');
            }
            this.#undo.push(this.options.clock.after(this.options.times.memory, () => void look()));
        };
        this.#undo.push(this.options.clock.after(this.options.times.memory, () => void look()));
    }
    #become(state) {
        if (this.#stopping)
            return;
        if (this.state !== state)
            this.#say(`State changed from ${this.state} to ${state}`);
        this.state = state;
        this.updatedAt = new Date(this.options.clock.now()).toISOString();
        this.options.changed();
    }
    #say(text) {
        this.options.log.write(`heroku[${this.options.name}]`, text);
    }
}
async function freePort() {
    const server = external_node_net_.createServer();
    await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address();
    await new Promise(resolve => server.close(resolve));
    return port;
}
/** Whether something listens there before the signal is aborted. */
async function isListening(port, signal) {
    while (!signal.aborted) {
        const open = await new Promise(resolve => {
            const socket = external_node_net_.connect(port, '127.0.0.1');
            socket.on('connect', () => resolve(true));
            socket.on('error', () => resolve(false));
            socket.on('connect', () => socket.destroy());
        });
        if (open)
            return true;
        await new Promise(resolve => setTimeout(resolve, 10));
    }
    return false;
}

;// CONCATENATED MODULE: ./lib/local-heroku/faults.js
const FAULT_KINDS = (/* unused pure expression or super */ null && ([
    'reset-before',
    'reset-after',
    'hang-before',
    'hang-after',
    '409',
    '429',
    '500-before',
    '500-after',
    '503-before',
    '503-after',
    'cut',
    'slow'
]));
/** Faults that are switched on, and the requests that were made. */
class Faults {
    #list = [];
    add(fault) {
        this.#list.push({ fault, seen: 0 });
    }
    clear() {
        this.#list.length = 0;
    }
    /** The fault that this request suffers, if any. */
    take(method, path) {
        let kind;
        for (const entry of this.#list) {
            const { fault } = entry;
            // Without a method a fault is for requests; a dyno's connection is none.
            if (fault.method === undefined ? method === 'RENDEZVOUS' : fault.method !== method)
                continue;
            if (!path.includes(fault.path ?? ''))
                continue;
            entry.seen++;
            const { nth = 1, times = 1 } = fault;
            if (entry.seen >= nth && entry.seen < nth + times)
                kind ??= fault.kind;
        }
        return kind;
    }
}

;// CONCATENATED MODULE: ./lib/local-heroku/logs.js
const logs_HISTORY = 1_500;
/** An app's log, as Logplex keeps it: the last 1,500 lines (Dev Center: limits). */
class AppLog {
    #lines = [];
    #followers = new Set();
    #now;
    constructor(now) {
        this.#now = now;
    }
    /** @param source `heroku[web.1]`, `app[web.1]`, `heroku[router]` */
    write(source, text) {
        const [, kind = '', dyno = ''] = /^(\w+)\[(.*)\]$/.exec(source) ?? [];
        for (const piece of text.split('\n')) {
            if (piece === '')
                continue;
            const time = new Date(this.#now()).toISOString().replace('Z', '000+00:00');
            const line = { source: kind, dyno, text: `${time} ${source}: ${piece}` };
            this.#lines.push(line);
            if (this.#lines.length > logs_HISTORY)
                this.#lines.shift();
            for (const follow of this.#followers)
                follow(line);
        }
    }
    last(count, filter = {}) {
        const lines = this.#lines.filter(line => logs_matches(line, filter));
        return lines.slice(Math.max(0, lines.length - count)).map(({ text }) => text);
    }
    /** Calls `listener` with each new line. Returns what ends that. */
    follow(filter, listener) {
        const follower = (line) => {
            if (logs_matches(line, filter))
                listener(line.text);
        };
        this.#followers.add(follower);
        return () => this.#followers.delete(follower);
    }
}
function logs_matches(line, { source, dyno }) {
    return ((source === undefined || line.source === source) &&
        (dyno === undefined || line.dyno === dyno || line.dyno.startsWith(`${dyno}.`)));
}

;// CONCATENATED MODULE: ./lib/local-heroku/rendezvous.js





/**
 * The server to which one-off dynos and their clients connect: TLS, the secret and a line end, a banner, then bytes
 * (heroku/rendezvous.rb).
 */
class Rendezvous {
    url;
    caFile;
    #server;
    #waiting;
    #sockets;
    constructor(server, caFile, waiting, sockets) {
        this.#server = server;
        this.#waiting = waiting;
        this.#sockets = sockets;
        this.caFile = caFile;
        this.url = `rendezvous://127.0.0.1:${server.address().port}`;
    }
    static async start(folder) {
        const { certificate, key } = certificateIn(folder);
        const waiting = new Map();
        const sockets = new Set();
        const server = external_node_tls_.createServer({ cert: (0,external_node_fs_.readFileSync)(certificate), key: (0,external_node_fs_.readFileSync)(key) }, socket => {
            sockets.add(socket);
            socket.on('close', () => sockets.delete(socket));
            socket.on('error', () => { });
            let text = '';
            const listen = (chunk) => {
                text += chunk.toString('latin1');
                const line = /^([^\r\n]*)\r\n/.exec(text)?.[1];
                if (line === undefined) {
                    if (text.length > 1_000)
                        socket.destroy();
                    return;
                }
                socket.off('data', listen);
                socket.resume();
                const meet = waiting.get(line);
                waiting.delete(line);
                if (!meet)
                    return void socket.end('invalid secret\r\n');
                socket.write('rendezvous\r\n');
                meet({
                    write: piece => void socket.write(piece),
                    end: () => void socket.end(),
                    destroy: () => void socket.destroy(),
                    onClose: listener => void (socket.closed ? listener() : socket.on('close', listener))
                });
            };
            socket.on('data', listen);
        });
        await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
        return new Rendezvous(server, certificate, waiting, sockets);
    }
    /** Calls `meet` when a client comes with the secret. Returns what takes the invitation back. */
    invite(secret, meet) {
        this.#waiting.set(secret, meet);
        return () => void this.#waiting.delete(secret);
    }
    async close() {
        for (const socket of this.#sockets)
            socket.destroy();
        await new Promise(resolve => this.#server.close(resolve));
    }
}
/** A certificate for this machine, its own authority; made once. Node itself cannot make one. */
function certificateIn(folder) {
    const certificate = external_node_path_.join(folder, 'ca.pem');
    const key = external_node_path_.join(folder, 'ca.key');
    if (!(0,external_node_fs_.existsSync)(certificate) || !(0,external_node_fs_.existsSync)(key)) {
        const name = ['-subj', '/CN=local Heroku', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
        const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '3650'];
        (0,external_node_child_process_.execFileSync)('openssl', ['req', '-x509', ...kind, ...name, '-keyout', key, '-out', certificate], {
            stdio: ['ignore', 'ignore', 'ignore']
        });
    }
    return { certificate, key };
}

;// CONCATENATED MODULE: ./lib/local-heroku/one-off.js







/** A one-off dyno: it runs once, and is gone when it ends. */
class OneOffDyno {
    id = (0,external_node_crypto_.randomUUID)();
    name;
    createdAt;
    options;
    state = 'starting';
    /** Its exit status. */
    done;
    #finish;
    #running;
    /** What it is to get as soon as its process is there. */
    #ending;
    /** Nobody attached yet: there is no process, nor will one be started by itself. */
    #waiting = false;
    #undo = [];
    constructor(options) {
        this.options = options;
        this.name = `${options.type}.${(0,external_node_crypto_.randomInt)(1000, 9999)}`;
        this.createdAt = new Date(options.clock.now()).toISOString();
        this.done = new Promise(resolve => (this.#finish = resolve));
        const { attach, clock, timeToLive } = options;
        if (timeToLive !== undefined)
            this.#undo.push(clock.after(timeToLive * 1000, () => this.stop()));
        if (attach)
            this.#await(attach);
        else
            void this.#run(undefined);
    }
    /** SIGTERM, and SIGKILL when its time is over. */
    stop() {
        this.#hangUp('SIGTERM');
    }
    kill() {
        this.#hangUp('SIGKILL');
    }
    #await({ rendezvous, secret, fault }) {
        this.#waiting = true;
        this.#say('Awaiting client');
        const uninvite = rendezvous.invite(secret, client => {
            // Lost before anything ran: the dyno goes on waiting, for nobody.
            if (fault === 'reset-before')
                return client.destroy();
            this.#waiting = false;
            giveUp();
            void this.#run(client);
        });
        const giveUp = this.options.clock.after(this.options.times.attach, () => {
            this.#say('Error R13 (Attach error) -> Failed to attach to process');
            this.#end(128);
        });
        this.#undo.push(uninvite, giveUp);
    }
    async #run(client) {
        const { slug, program, env, host, log, output, attach } = this.options;
        this.#say(`Starting process with command \`${this.options.command}\``);
        const write = client ? (chunk) => client.write(chunk) : (output ?? toLog(log, this.name));
        let sent = 0;
        try {
            const running = await host.start({
                name: this.name,
                slug,
                command: program,
                env,
                output: chunk => {
                    sent += chunk.length;
                    write(chunk);
                    if (attach?.fault === 'cut' && sent > 0)
                        client?.destroy();
                }
            });
            this.#running = running;
            if (this.#ending)
                this.#hangUp(this.#ending);
            this.state = 'up';
            this.#say('State changed from starting to up');
            // A client that is gone takes its dyno with it (R16 where SIGHUP is ignored).
            client?.onClose(() => this.#hangUp('SIGHUP'));
            const status = await running.exited;
            this.#say(`Process exited with status ${status}`);
            client?.end();
            this.#end(status);
        }
        catch (error) {
            write(Buffer.from(`${String(error)}\n`));
            client?.end();
            this.#end(1);
        }
    }
    #hangUp(signal) {
        const running = this.#running;
        this.#ending = signal;
        if (this.#waiting)
            this.#end(143);
        if (!running)
            return;
        running.signal(signal);
        if (signal === 'SIGKILL')
            return;
        this.#undo.push(this.options.clock.after(this.options.times.grace, () => {
            if (signal === 'SIGHUP')
                this.#say('Error R16 (Detached) -> An attached process is not responding to SIGHUP after its external connection was closed.');
            running.signal('SIGKILL');
        }));
    }
    #end(status) {
        this.#running = undefined;
        this.#waiting = false;
        for (const undo of this.#undo)
            undo();
        this.#say(`State changed from ${this.state} to complete`);
        this.#finish(status);
        this.options.ended();
    }
    #say(text) {
        this.options.log.write(`heroku[${this.name}]`, text);
    }
}
function toLog(log, name) {
    return chunk => log.write(`app[${name}]`, chunk.toString('utf8'));
}

;// CONCATENATED MODULE: ./lib/local-heroku/outputs.js


const outputs_PIECE = 256 * 1024;
/** The output of release phases and builds: a file each, which can be followed while it grows. */
class Outputs {
    #store;
    #open = new Map();
    constructor(store) {
        this.#store = store;
    }
    /** From now on it can be read; before, it answers 404 (heroku/cli: releases output). */
    begin(name) {
        (0,external_node_fs_.writeFileSync)(this.#store.outputFile(name), '');
        this.#open.set(name, new Set());
    }
    write(name, chunk) {
        (0,external_node_fs_.appendFileSync)(this.#store.outputFile(name), chunk);
        for (const wake of this.#open.get(name) ?? [])
            wake();
    }
    /** Ends one that was being written when the local Heroku itself was ended. */
    interrupt(name) {
        (0,external_node_fs_.appendFileSync)(this.#store.outputFile(name), '\nThe local Heroku was ended meanwhile.\n');
    }
    end(name) {
        const waiting = this.#open.get(name);
        this.#open.delete(name);
        for (const wake of waiting ?? [])
            wake();
    }
    /** Sends it from a byte on, and what is added, until it ends or the client goes. `cutAfter`: breaks off there. */
    send(name, from, response, cutAfter) {
        const file = this.#store.outputFile(name);
        const size = fileSize(file);
        if (size === undefined)
            return void response.writeHead(404).end();
        if (from > 0 && from >= size && !this.#open.has(name))
            return void response.writeHead(416).end();
        const head = { 'content-type': 'text/plain' };
        response.writeHead(from > 0 ? 206 : 200, from > 0 ? { ...head, 'content-range': `bytes ${from}-` } : head);
        response.flushHeaders();
        const descriptor = (0,external_node_fs_.openSync)(file, 'r');
        const piece = Buffer.alloc(outputs_PIECE);
        let at = from;
        let busy = false;
        const more = () => {
            if (busy || response.destroyed)
                return;
            const length = (0,external_node_fs_.readSync)(descriptor, piece, 0, cutAfter === undefined ? outputs_PIECE : Math.min(outputs_PIECE, 64), at);
            at += length;
            if (cutAfter !== undefined && at - from > cutAfter)
                return void response.destroy();
            if (length === 0) {
                if (!this.#open.has(name))
                    response.end();
                return;
            }
            busy = true;
            response.write(Buffer.from(piece.subarray(0, length)), () => {
                busy = false;
                more();
            });
        };
        this.#open.get(name)?.add(more);
        response.on('close', () => {
            this.#open.get(name)?.delete(more);
            (0,external_node_fs_.closeSync)(descriptor);
        });
        more();
    }
}
function fileSize(file) {
    return (0,external_node_fs_.statSync)(file, { throwIfNoEntry: false })?.size;
}

;// CONCATENATED MODULE: ./lib/local-heroku/router.js




/**
 * Heroku's router for one app: hands a request to a web dyno that is up, and holds it while dynos start. It says that
 * the client came by https, as it does where TLS ends at Heroku's router.
 */
class Router {
    port;
    #options;
    #server;
    #waiting = new Set();
    #turn = 0;
    constructor(options, server) {
        this.#options = options;
        this.#server = server;
        this.port = server.address().port;
    }
    static async start(options) {
        const server = external_node_http_.createServer((request, response) => void router.#serve(request, response));
        await new Promise((resolve, reject) => {
            server.once('error', reject);
            server.listen(options.port, '127.0.0.1', resolve);
        });
        const router = new Router(options, server);
        return router;
    }
    /** Something about the dynos changed: requests that wait may go on. */
    wake() {
        for (const go of [...this.#waiting])
            go();
    }
    async close() {
        this.#server.closeAllConnections();
        await new Promise(resolve => this.#server.close(resolve));
    }
    async #serve(request, response) {
        const { maintenance, clock, times } = this.#options;
        const until = clock.now() + times.hold;
        for (;;) {
            if (maintenance())
                return this.#refuse(response, 'H80', 'Maintenance mode');
            const dyno = this.#pick();
            if (dyno)
                return this.#forward(dyno, request, response);
            const all = this.#options.dynos();
            if (!this.#options.changing()) {
                if (all.length === 0)
                    return this.#refuse(response, 'H14', 'No web processes running');
                if (all.every(({ state }) => state === 'crashed'))
                    return this.#refuse(response, 'H10', 'App crashed');
            }
            if (!(await this.#wait(until - clock.now(), response)))
                return this.#refuse(response, 'H20', 'App boot timeout');
        }
    }
    #pick() {
        const up = this.#options.dynos().filter(({ state }) => state === 'up');
        return up[this.#turn++ % up.length];
    }
    /** False where it took too long. */
    #wait(milliseconds, response) {
        if (milliseconds <= 0 || response.destroyed)
            return Promise.resolve(false);
        return new Promise(resolve => {
            const finish = (result) => {
                this.#waiting.delete(go);
                stopTimer();
                resolve(result);
            };
            const go = () => finish(true);
            const stopTimer = this.#options.clock.after(milliseconds, () => finish(false));
            this.#waiting.add(go);
        });
    }
    #forward(dyno, request, response) {
        const headers = {
            ...request.headers,
            'x-forwarded-proto': 'https',
            'x-forwarded-for': request.socket.remoteAddress ?? '',
            'x-request-start': String(this.#options.clock.now()),
            connection: 'close'
        };
        const { method, url: path } = request;
        const onward = external_node_http_.request({ host: '127.0.0.1', port: dyno.port, method, path, headers, agent: false }, answer => {
            response.writeHead(answer.statusCode ?? 502, answer.headers);
            answer.pipe(response);
            answer.on('error', () => response.destroy());
        });
        onward.on('error', () => {
            // The client left first: nobody is there to be told.
            if (response.closed)
                return;
            if (response.headersSent)
                response.destroy();
            else
                this.#refuse(response, 'H13', 'Connection closed without response');
        });
        response.on('close', () => onward.destroy());
        request.pipe(onward);
    }
    #refuse(response, code, text) {
        this.#options.log.write('heroku[router]', `at=error code=${code} desc="${text}" status=503`);
        response.writeHead(503, { 'content-type': 'text/html' });
        response.end(`<html><body><h1>${text}</h1></body></html>`);
    }
}

;// CONCATENATED MODULE: ./lib/local-heroku/machine.js










/** One app as it runs: its releases, the change-over between them, its dynos, its router. */
class Machine {
    app;
    log;
    oneOffs = new Map();
    router;
    #parts;
    /** Of the formation, in every release that still runs. */
    #dynos = [];
    /** Release whose web dynos get the requests; with preboot another than the current one for a while. */
    #routed = 0;
    #changeOver = 0;
    #busy = 0;
    #undoPreboot = () => { };
    #closed = false;
    constructor(app, parts) {
        this.app = app;
        this.#parts = parts;
        this.log = new AppLog(() => parts.clock.now());
    }
    /** Starts an app, with the dynos of its current release. What was under way when it was ended has failed. */
    static async start(app, parts) {
        const machine = new Machine(app, parts);
        machine.router = await Router.start({
            port: app.port,
            dynos: () => machine.#dynos.filter(({ options, state }) => machine.#takesRequests(options.type, options.release) && state !== 'down'),
            changing: () => machine.#busy > 0,
            maintenance: () => app.maintenance,
            log: machine.log,
            clock: parts.clock,
            times: parts.times
        });
        app.port = machine.router.port;
        parts.store.save();
        machine.#giveUpPending();
        const current = machine.current();
        if (current?.slugId)
            await machine.#rollOut(current);
        return machine;
    }
    get dynos() {
        return this.#dynos;
    }
    #takesRequests(type, release) {
        return type === 'web' && release.version === this.#routed;
    }
    /** The release that runs: the newest that succeeded. */
    current() {
        return this.app.releases.findLast(({ status }) => status === 'succeeded');
    }
    slug(id) {
        return this.app.slugs.find(slug => slug.id === id);
    }
    /** A new release: its release phase first, then the change-over. Answers as soon as it exists. */
    release(slugId, description) {
        const { store, clock } = this.#parts;
        const slug = this.slug(slugId);
        const command = slug?.processTypes['release'];
        const release = {
            id: (0,external_node_crypto_.randomUUID)(),
            version: (this.app.releases.at(-1)?.version ?? 0) + 1,
            description,
            slugId,
            createdAt: new Date(clock.now()).toISOString(),
            configVars: { ...this.app.configVars },
            status: command === undefined ? 'succeeded' : 'pending',
            output: command === undefined ? null : store.secretName()
        };
        this.app.releases.push(release);
        if (slug)
            this.#formationFor(slug);
        store.save();
        this.log.write('app[api]', `Release v${release.version} created by user`);
        if (slug && command !== undefined)
            void this.#releasePhase(release, slug, command);
        else
            void this.#rollOut(release);
        return release;
    }
    /** A new release of a slug, which may be another app's: then it is under both. */
    releaseSlug(slug, description) {
        if (!this.slug(slug.id))
            this.app.slugs.push(slug);
        this.app.stack = slug.stack;
        return this.release(slug.id, description);
    }
    /** Starts or stops dynos to match the formation; one whose size changed is started again. */
    async scale() {
        this.#parts.store.save();
        const current = this.current();
        if (!current)
            return;
        const stopping = this.#dynos.filter(({ options }) => {
            const number = Number(options.name.split('.')[1]);
            const { quantity = 0, size } = this.app.formation[options.type] ?? {};
            return options.release === current && (number > quantity || options.size !== size);
        });
        this.#startMissing(current);
        await this.#stopAll(stopping);
        this.#startMissing(current);
    }
    /** Starts one dyno again, or all. */
    async restart(dyno) {
        const turn = this.#changeOver;
        await this.#stopAll(dyno ? [dyno] : [...this.#dynos]);
        const current = this.current();
        if (current && turn === this.#changeOver)
            this.#startMissing(current);
    }
    runOneOff({ command, type = 'run', size, env, timeToLive, attach, fault }) {
        const release = this.current();
        const slug = this.slug(release?.slugId ?? null);
        if (!release || !slug)
            return undefined;
        const secret = attach ? this.#parts.store.secretName() : undefined;
        const [first = '', ...rest] = command.split(' ');
        const own = slug.processTypes[first];
        const dyno = new OneOffDyno({
            ...this.#parts,
            type,
            size,
            command,
            program: own === undefined ? command : [own, ...rest].join(' '),
            release,
            slug: { id: slug.id, file: this.#parts.store.blobFile(slug.blob) },
            env: { ...release.configVars, ...env },
            timeToLive,
            log: this.log,
            attach: secret === undefined ? undefined : { rendezvous: this.#parts.rendezvous, secret, fault },
            ended: () => void this.oneOffs.delete(dyno)
        });
        this.oneOffs.set(dyno, secret === undefined ? undefined : `${this.#parts.rendezvous.url}/${secret}`);
        return dyno;
    }
    /** Ends all dynos at once. */
    async close() {
        this.#closed = true;
        this.#undoPreboot();
        this.#changeOver++;
        const dynos = [...this.#dynos];
        const oneOffs = [...this.oneOffs.keys()];
        const ended = [...dynos.map(dyno => dyno.stop()), ...oneOffs.map(dyno => dyno.done)];
        for (const dyno of [...dynos, ...oneOffs])
            dyno.kill();
        await Promise.all(ended);
        await this.router.close();
    }
    #giveUpPending() {
        for (const thing of [...this.app.releases, ...this.app.builds]) {
            if (thing.status !== 'pending')
                continue;
            thing.status = 'failed';
            if (thing.output !== null)
                this.#parts.outputs.interrupt(thing.output);
        }
        this.#parts.store.save();
    }
    /** On the first release of a slug Heroku scales `web` alone (Dev Center: scaling). */
    #formationFor({ processTypes }) {
        const types = Object.keys(processTypes).filter(type => type !== 'release');
        const first = Object.keys(this.app.formation).length === 0;
        const old = this.app.formation;
        this.app.formation = Object.fromEntries(types.map(type => [type, old[type] ?? { quantity: first && type === 'web' ? 1 : 0, size: 'Basic' }]));
    }
    async #releasePhase(release, slug, command) {
        const { outputs, store } = this.#parts;
        const output = release.output;
        outputs.begin(output);
        const dyno = new OneOffDyno({
            ...this.#parts,
            type: 'release',
            size: 'Basic',
            command,
            program: command,
            release,
            slug: { id: slug.id, file: store.blobFile(slug.blob) },
            env: release.configVars,
            log: this.log,
            output: chunk => outputs.write(output, chunk),
            ended: () => void this.oneOffs.delete(dyno)
        });
        this.oneOffs.set(dyno, undefined);
        const status = await dyno.done;
        if (this.#closed)
            return;
        release.status = status === 0 ? 'succeeded' : 'failed';
        store.save();
        outputs.end(output);
        // The old release runs on where the command failed: no dyno is touched.
        if (release.status === 'succeeded' && this.current() === release)
            await this.#rollOut(release);
    }
    /**
     * The change-over. Without preboot the old dynos end before the new ones start, and the router holds requests. With it
     * the new web dynos start beside the old ones, and get the requests when its time is over, in whatever state they are:
     * Heroku does not hold a release back because its dynos crash (heroku/roadmap#139; Dev Center: preboot).
     */
    async #rollOut(release) {
        const turn = ++this.#changeOver;
        this.#undoPreboot();
        this.#busy++;
        try {
            const serving = this.#dynos.filter(({ options }) => this.#takesRequests(options.type, options.release));
            const withPreboot = this.app.preboot && serving.some(({ state }) => state === 'up');
            const goesOn = withPreboot ? serving : [];
            if (!withPreboot)
                this.#routed = release.version;
            await this.#stopAll(this.#dynos.filter(dyno => !goesOn.includes(dyno)));
            if (turn !== this.#changeOver)
                return;
            this.#startMissing(release);
            if (withPreboot)
                this.#switchLater(release, goesOn);
        }
        finally {
            this.#busy--;
            this.router.wake();
        }
    }
    #switchLater(release, old) {
        this.#undoPreboot = this.#parts.clock.after(this.#parts.times.preboot, () => {
            this.#routed = release.version;
            this.router.wake();
            void this.#stopAll(old);
        });
    }
    #startMissing(release) {
        const slug = this.slug(release.slugId);
        if (!slug || this.#closed)
            return;
        for (const [type, { quantity, size }] of Object.entries(this.app.formation)) {
            for (let number = 1; number <= quantity; number++) {
                const name = `${type}.${number}`;
                if (this.#dynos.some(({ options }) => options.name === name && options.release === release))
                    continue;
                const dyno = new Dyno({
                    ...this.#parts,
                    name,
                    type,
                    size,
                    command: slug.processTypes[type],
                    release,
                    slug: { id: slug.id, file: this.#parts.store.blobFile(slug.blob) },
                    env: release.configVars,
                    log: this.log,
                    changed: () => this.router.wake()
                });
                this.#dynos.push(dyno);
                dyno.start();
            }
        }
    }
    async #stopAll(dynos) {
        await Promise.all(dynos.map(dyno => dyno.stop()));
        this.#dynos = this.#dynos.filter(dyno => !dynos.includes(dyno));
    }
}

;// CONCATENATED MODULE: ./lib/local-heroku/errors.js
/** One of Heroku's errors (Dev Center: platform-api-reference#errors). */
class ApiError extends Error {
    status;
    id;
    headers;
    constructor(status, id, message, headers = {}) {
        super(message);
        this.status = status;
        this.id = id;
        this.headers = headers;
    }
    get body() {
        const url = 'https://devcenter.heroku.com/articles/platform-api-reference#errors';
        return { id: this.id, message: this.message, url };
    }
}
/** An error of an API that speaks JSON:API, as the Scheduler's does. */
class JsonApiError extends ApiError {
    pointer;
    /** @param pointer what is wrong in the request: `/data/type` */
    constructor(status, title, pointer) {
        super(status, 'json_api', title);
        this.pointer = pointer;
    }
    get body() {
        const { message: title, pointer, status } = this;
        return { errors: [{ title, source: { pointer }, status: String(status), detail: title }] };
    }
}
/** An error of an API that has a message and nothing else in common with Heroku's. */
class PlainError extends ApiError {
    more;
    constructor(status, message, more = {}) {
        super(status, 'plain', message);
        this.more = more;
    }
    get body() {
        return { message: this.message, ...this.more };
    }
}
/** Heroku's 404 of a thing: `app`, `release`. */
function notFound(what) {
    return new ApiError(404, 'not_found', `Couldn't find that ${what}.`);
}
/** Heroku's answer to a value that it does not take. */
function invalid(message) {
    return new ApiError(422, 'invalid_params', message);
}

;// CONCATENATED MODULE: ./lib/local-heroku/rate-limit.js

/** Requests an hour that an account has (Dev Center: platform-api-reference#rate-limits). */
const HEROKU_RATE_LIMIT = 4_500;
/** The account's bucket of requests: each takes one, and it is refilled all the time, a sixtieth a minute. */
class RateLimit {
    #limit;
    #clock;
    #left;
    #at;
    constructor(limit, clock) {
        this.#limit = limit;
        this.#clock = clock;
        this.#left = limit;
        this.#at = clock.now();
    }
    /** How many are left. To ask costs none. */
    remaining() {
        const now = this.#clock.now();
        this.#left = Math.min(this.#limit, this.#left + (now - this.#at) * this.#perMillisecond);
        this.#at = now;
        // A request that was refilled in small parts is a whole one.
        return Math.floor(this.#left + 1e-6);
    }
    /** Takes one. Throws Heroku's 429 where none is left. That it comes with a Retry-After is undocumented. */
    take() {
        if (this.remaining() >= 1) {
            this.#left--;
            return;
        }
        const seconds = Math.ceil((1 - this.#left) / this.#perMillisecond / 1000);
        throw new ApiError(429, 'rate_limit', 'Your account reached the API rate limit. Please wait a few minutes.', {
            'retry-after': String(Math.max(1, seconds))
        });
    }
    get #perMillisecond() {
        return this.#limit / 3_600_000;
    }
}

;// CONCATENATED MODULE: ./lib/local-heroku/world.js




/** The app that a path names. Throws Heroku's 404. */
function appOf({ store }, params) {
    const app = store.app(params[0] ?? '');
    if (!app)
        throw notFound('app');
    return app;
}
function machineOf(world, params) {
    return world.machines.get(appOf(world, params).name);
}
/** The current slug in a new release, after config vars were changed. */
function configRelease({ store, machines }, { name }, description) {
    store.save();
    const machine = machines.get(name);
    machine.release(machine.current()?.slugId ?? null, description);
}

;// CONCATENATED MODULE: ./lib/local-heroku/views.js
/** What things look like in answers (Schema: heroku/platform-api:schema.json). */





const USER = { email: 'user@example.com', id: '01234567-89ab-cdef-0123-456789abcdef' };
function appView(app) {
    const stack = { id: app.stack, name: app.stack };
    return {
        id: app.id,
        name: app.name,
        created_at: app.createdAt,
        updated_at: app.createdAt,
        released_at: app.releases.at(-1)?.createdAt ?? null,
        archived_at: null,
        acm: false,
        buildpack_provided_description: null,
        build_stack: stack,
        stack,
        generation: { id: 'cedar', name: 'cedar' },
        git_url: `https://git.heroku.com/${app.name}.git`,
        internal_routing: false,
        maintenance: app.maintenance,
        owner: USER,
        organization: null,
        team: null,
        space: null,
        region: { id: 'eu', name: 'eu' },
        repo_size: null,
        slug_size: app.slugs.at(-1)?.size ?? null,
        web_url: `http://127.0.0.1:${app.port}/`
    };
}
function slugView(world, slug, method) {
    return {
        id: slug.id,
        blob: { method, url: `${world.url()}/blobs/${slug.blob}` },
        buildpack_provided_description: null,
        checksum: slug.checksum,
        commit: slug.commit,
        commit_description: slug.commitDescription,
        created_at: slug.createdAt,
        updated_at: slug.createdAt,
        deleted_at: slug.deletedAt,
        process_types: slug.processTypes,
        size: slug.size,
        stack: { id: slug.stack, name: slug.stack }
    };
}
function releaseView(world, app, release) {
    const current = world.machines.get(app.name)?.current() === release;
    return {
        id: release.id,
        version: release.version,
        status: release.status,
        current,
        description: release.description,
        output_stream_url: release.output === null ? null : `${world.url()}/streams/${release.output}`,
        eligible_for_rollback: release.status === 'succeeded' && release.slugId !== null,
        slug: release.slugId === null ? null : { id: release.slugId },
        artifacts: release.slugId === null ? [] : [{ type: 'slug', id: release.slugId }],
        addon_plan_names: [],
        app: { id: app.id, name: app.name },
        user: USER,
        created_at: release.createdAt,
        updated_at: release.createdAt
    };
}
function formationView(world, params, type, { quantity, size }) {
    const app = appOf(world, params);
    const machine = machineOf(world, params);
    const command = machine.slug(machine.current()?.slugId ?? null)?.processTypes[type] ?? '';
    return {
        id: `${app.id}-${type}`,
        type,
        quantity,
        size,
        command,
        dyno_size: { id: size, name: size },
        app: { id: app.id, name: app.name },
        created_at: app.createdAt,
        updated_at: app.createdAt
    };
}
function dynoView({ app }, { id, options, state, createdAt, updatedAt }) {
    return {
        id,
        name: options.name,
        type: options.type,
        size: options.size,
        state,
        command: options.command,
        attach_url: null,
        release: { id: options.release.id, version: options.release.version },
        app: { id: app.id, name: app.name },
        created_at: createdAt,
        updated_at: updatedAt
    };
}
function oneOffView({ app }, dyno, attachUrl) {
    const { options, id, name, state, createdAt } = dyno;
    return {
        id,
        name,
        type: options.type,
        size: options.size,
        state,
        command: options.command,
        attach_url: attachUrl ?? null,
        release: { id: options.release.id, version: options.release.version },
        app: { id: app.id, name: app.name },
        created_at: createdAt,
        updated_at: createdAt
    };
}
function featureView(app, name) {
    return { id: name, name, enabled: app.preboot, state: 'general', description: 'Provide seamless web dyno deploys' };
}
function domainView(app, { id, hostname, createdAt }) {
    const own = id === app.id;
    return {
        id,
        hostname,
        kind: own ? 'heroku' : 'custom',
        cname: own ? null : `${app.name}.local.herokudns.com`,
        status: own ? 'none' : 'succeeded',
        acm_status: own ? null : 'cert issued',
        acm_status_reason: null,
        sni_endpoint: null,
        app: { id: app.id, name: app.name },
        created_at: createdAt,
        updated_at: createdAt
    };
}
function addonView(world, addon) {
    const app = appOf(world, [addon.app]);
    return {
        id: addon.id,
        name: addon.name,
        actions: [],
        addon_service: { id: addon.service, name: addon.service },
        plan: { id: addon.plan, name: addon.plan },
        app: { id: app.id, name: app.name },
        billed_price: { cents: 0, contract: false, unit: 'month' },
        billing_entity: { id: app.id, name: app.name, type: 'app' },
        config_vars: addon.configVars,
        state: 'provisioned',
        provider_id: addon.id,
        web_url: null,
        created_at: addon.createdAt,
        updated_at: addon.createdAt
    };
}
/** With the plan and the config vars, which Heroku adds where they are asked for (heroku-cli-util: `Accept-Inclusion`). */
function attachmentView(world, { id, name, addon, app: appName, configVars }) {
    const app = appOf(world, [appName]);
    const of = world.store.state.addons.find(candidate => candidate.name === addon);
    const owner = appOf(world, [of.app]);
    return {
        id,
        name,
        namespace: null,
        addon: {
            id: of.id,
            name: addon,
            app: { id: owner.id, name: owner.name },
            plan: { id: of.plan, name: of.plan }
        },
        app: { id: app.id, name: app.name },
        config_vars: configVars,
        created_at: of.createdAt,
        updated_at: of.createdAt
    };
}
function pipelineView({ id, name, createdAt }) {
    return { id, name, owner: { id: USER.id, type: 'user' }, created_at: createdAt, updated_at: createdAt };
}
function couplingView({ store }, { id, app, pipeline, stage, createdAt }) {
    const name = store.state.pipelines.find(({ id }) => id === pipeline)?.name;
    return { id, app: { id: app }, pipeline: { id: pipeline, name }, stage, created_at: createdAt, updated_at: createdAt };
}
function promotionView(world, promotion) {
    const { id, createdAt, pipeline, source, targets } = promotion;
    const over = targets.every(target => promotedRelease(world, target)?.status !== 'pending');
    return {
        id,
        status: over ? 'completed' : 'pending',
        pipeline: { id: pipeline },
        source: { app: { id: source.app }, release: { id: source.release } },
        created_at: createdAt,
        updated_at: createdAt
    };
}
/** It is pending as long as its release phase runs. What `error_message` says where that fails is undocumented. */
function promotionTargetView(world, { id: promotion }, target) {
    const status = promotedRelease(world, target)?.status ?? 'failed';
    return {
        id: target.id,
        app: { id: target.app },
        pipeline_promotion: { id: promotion },
        release: { id: target.release },
        status: status === 'expired' ? 'succeeded' : status,
        error_message: status === 'failed' ? 'The release command failed.' : null
    };
}
function promotedRelease({ store }, { app, release }) {
    return store.app(app)?.releases.find(({ id }) => id === release);
}
function buildView(world, app, build) {
    return {
        id: build.id,
        status: build.status,
        stack: build.stack,
        output_stream_url: `${world.url()}/streams/${build.output}`,
        slug: build.slugId === null ? null : { id: build.slugId },
        release: build.releaseId === null ? null : { id: build.releaseId },
        source_blob: { url: '', version: build.version, checksum: null, version_description: build.description },
        buildpacks: build.buildpacks.map(url => ({ url, name: url })),
        app: { id: app.id },
        user: USER,
        created_at: build.createdAt,
        updated_at: build.createdAt
    };
}
function jobView({ id, attributes }) {
    return { type: 'jobs', id, attributes: { 'ran-at': null, 'created-at': null, ...attributes } };
}

;// CONCATENATED MODULE: ./lib/local-heroku/routes/route.js



function route_text(value) {
    return typeof value === 'string' ? value : undefined;
}
/** A field of an object in a body: `source_blob.url`. */
function route_within(value, name) {
    return typeof value === 'object' && value !== null ? value[name] : undefined;
}
/** What `"name"`, `{ "name": … }` or `{ "id": … }` names. */
function route_named(value) {
    return route_text(value) ?? route_text(route_within(value, 'id')) ?? route_text(route_within(value, 'name')) ?? '';
}
function now({ clock }) {
    return new Date(clock.now()).toISOString();
}
/** The schema's `strictProperties`: a key that it does not know is an error. */
function only(body, known) {
    const unknown = Object.keys(body).filter(key => !known.includes(key));
    if (unknown.length > 0)
        throw invalid(`Unknown parameters: ${unknown.join(', ')}`);
}

;// CONCATENATED MODULE: ./lib/local-heroku/routes/addons.js






/** Add-ons and their attachments. An attachment puts the add-on's config vars under its own name into an app. */
const ADDON_ROUTES = {
    'GET /addons': world => [200, world.store.state.addons.map(addon => addonView(world, addon))],
    'GET /addons/:addon': (world, { params }) => [200, addonView(world, addons_addonOf(world, params[0]))],
    'GET /apps/:app/addons': (world, { params }) => {
        const app = appOf(world, params);
        return [200, addonsOf(world, app).map(addon => addonView(world, addon))];
    },
    'GET /apps/:app/addons/:addon': (world, { params }) => {
        appOf(world, params);
        return [200, addonView(world, addons_addonOf(world, params[1]))];
    },
    'POST /apps/:app/addons': async (world, { params, body }) => {
        const app = appOf(world, params);
        const plan = route_named(body['plan']);
        const vars = await world.addonVars(plan.split(':')[0], app.name);
        if (!vars)
            throw invalid(`Couldn't find either the add-on service or the add-on plan of "${plan}".`);
        const { addon, attachment } = provision(world, app, plan, vars);
        configRelease(world, app, `Attach ${attachment.name} (@ref:${addon.name})`);
        return [201, addonView(world, addon)];
    },
    'PATCH /apps/:app/addons/:addon': (world, { params, body }) => {
        appOf(world, params);
        const addon = addons_addonOf(world, params[1]);
        const plan = route_named(body['plan']);
        if (plan.split(':')[0] !== addon.service)
            throw invalid(`Couldn't find the plan "${plan}" of ${addon.service}.`);
        addon.plan = plan;
        world.store.save();
        return [200, addonView(world, addon)];
    },
    'DELETE /apps/:app/addons/:addon': (world, { params }) => {
        appOf(world, params);
        const addon = addons_addonOf(world, params[1]);
        const { state } = world.store;
        for (const attachment of state.attachments.filter(({ addon: name }) => name === addon.name))
            detach(world, attachment);
        state.addons.splice(state.addons.indexOf(addon), 1);
        world.store.save();
        return [200, addonView(world, addon)];
    },
    'POST /actions/addons/resolve': (world, { body }) => {
        const service = route_text(body['addon_service']);
        const found = resolve(world, route_named(body['addon']), route_text(body['app'])).filter(addon => service === undefined || addon.service === service);
        if (found.length === 0)
            throw notFound('add-on');
        return [200, found.map(addon => addonView(world, addon))];
    },
    'GET /addon-attachments': world => [200, views(world, world.store.state.attachments)],
    'GET /addon-attachments/:attachment': (world, { params }) => [
        200,
        attachmentView(world, attachmentOf(world, params[0]))
    ],
    'GET /apps/:app/addon-attachments': (world, { params }) => {
        const app = appOf(world, params);
        return [
            200,
            views(world, world.store.state.attachments.filter(({ app: name }) => name === app.name))
        ];
    },
    'GET /apps/:app/addon-attachments/:attachment': (world, { params }) => {
        const app = appOf(world, params);
        const { attachments } = world.store.state;
        const found = attachments.find(({ id, name, app: of }) => of === app.name && [id, name].includes(params[1]));
        if (!found)
            throw notFound('add-on attachment');
        return [200, attachmentView(world, found)];
    },
    'GET /addons/:addon/addon-attachments': (world, { params }) => {
        const { name } = addons_addonOf(world, params[0]);
        return [
            200,
            views(world, world.store.state.attachments.filter(({ addon }) => addon === name))
        ];
    },
    'POST /addon-attachments': (world, { body }) => addons_attach(world, body),
    'DELETE /addon-attachments/:attachment': (world, { params }) => {
        const attachment = attachmentOf(world, params[0]);
        const view = attachmentView(world, attachment);
        if (addons_addonOf(world, attachment.addon).app === attachment.app && countOf(world, attachment) === 1)
            throw invalid('The last attachment of an add-on to the app that owns it cannot be removed');
        detach(world, attachment);
        return [200, view];
    }
};
/** Makes an add-on of an app, attached to it under the name that its first config var has. */
function provision(world, app, plan, vars) {
    const service = plan.split(':')[0];
    const names = Object.keys(vars);
    const short = service.replace('heroku-', '');
    const addon = {
        id: (0,external_node_crypto_.randomUUID)(),
        name: `${short}-local-${(0,external_node_crypto_.randomUUID)().slice(0, 5)}`,
        service,
        plan,
        configVars: names,
        app: app.name,
        createdAt: new Date(world.clock.now()).toISOString()
    };
    const name = names[0]?.replace(/_URL$/, '') ?? short.toUpperCase();
    const attachment = { id: (0,external_node_crypto_.randomUUID)(), name, addon: addon.name, app: app.name, configVars: names };
    Object.assign(app.configVars, vars);
    world.store.state.addons.push(addon);
    world.store.state.attachments.push(attachment);
    world.store.save();
    return { addon, attachment };
}
/** Attaches an add-on, under a name that may be taken only where `confirm` names the app. */
function addons_attach(world, body) {
    const app = appOf(world, [route_named(body['app'])]);
    const addon = addons_addonOf(world, route_named(body['addon']));
    const owner = appOf(world, [addon.app]);
    const own = world.store.state.attachments.find(({ addon: of, app: name }) => of === addon.name && name === addon.app);
    const name = route_text(body['name']) ?? `${addon.service.replaceAll('-', '_').toUpperCase()}_LOCAL`;
    const taken = world.store.state.attachments.find(other => other.app === app.name && other.name === name);
    if (taken && ![app.name, owner.name].includes(route_text(body['confirm']) ?? ''))
        throw new ApiError(422, 'confirmation_required', `${name} is attached to ${taken.addon}. Confirm to overwrite it.`);
    if (taken)
        addons_remove(world, taken);
    const renamed = (variable) => own && variable.startsWith(`${own.name}_`) ? variable.replace(own.name, name) : `${name}_URL`;
    for (const variable of addon.configVars)
        app.configVars[renamed(variable)] = owner.configVars[variable] ?? '';
    const attachment = {
        id: (0,external_node_crypto_.randomUUID)(),
        name,
        addon: addon.name,
        app: app.name,
        configVars: addon.configVars.map(renamed)
    };
    world.store.state.attachments.push(attachment);
    configRelease(world, app, `Attach ${name} (@ref:${addon.name})`);
    return [201, attachmentView(world, attachment)];
}
/** Takes an attachment away, with its config vars: a release of the app. */
function detach(world, attachment) {
    addons_remove(world, attachment);
    configRelease(world, appOf(world, [attachment.app]), `Detach ${attachment.name} (@ref:${attachment.addon})`);
}
function addons_remove(world, attachment) {
    const { attachments } = world.store.state;
    const { configVars } = appOf(world, [attachment.app]);
    for (const name of attachment.configVars)
        delete configVars[name];
    attachments.splice(attachments.indexOf(attachment), 1);
}
/** By id, name or `app::ATTACHMENT`. Throws Heroku's 404. */
function addons_addonOf(world, wanted) {
    const [addon] = resolve(world, wanted ?? '');
    if (!addon)
        throw notFound('add-on');
    return addon;
}
/** Owned by the app or attached to it. */
function addonsOf({ store }, app) {
    const attached = store.state.attachments.filter(({ app: name }) => name === app.name).map(({ addon }) => addon);
    return store.state.addons.filter(({ app: owner, name }) => owner === app.name || attached.includes(name));
}
function attachmentOf({ store }, id) {
    const attachment = store.state.attachments.find(attachment => attachment.id === id);
    if (!attachment)
        throw notFound('add-on attachment');
    return attachment;
}
/** Attachments of the same add-on to the same app. */
function countOf({ store }, { addon, app }) {
    return store.state.attachments.filter(other => other.addon === addon && other.app === app).length;
}
/** Add-ons that a name may mean: an id, a name, `app::ATTACHMENT`, or the name of an attachment to the app. */
function resolve({ store }, wanted, app) {
    const isMeant = (attachment) => `${attachment.app}::${attachment.name}` === wanted ||
        (attachment.name === wanted.toUpperCase() && attachment.app === app);
    const attached = store.state.attachments.filter(isMeant).map(({ addon }) => addon);
    return store.state.addons.filter(({ id, name }) => [id, name].includes(wanted) || attached.includes(name));
}
function views(world, attachments) {
    return attachments.map(attachment => attachmentView(world, attachment));
}

;// CONCATENATED MODULE: ./lib/local-heroku/schedules.js



/** Five fields of cron, as the schedulers take them. */
function isCron(text) {
    if (text.split(' ').length !== 5)
        return false;
    try {
        return schedules_parsed(text) instanceof croner/* Cron */.l4;
    }
    catch {
        return false;
    }
}
/** Runs what is due of an app's jobs, each once, as dynos named `scheduler.N`. Times are the handed-in clock's. */
async function runDueJobs(world, app) {
    const now = world.clock.now();
    const due = jobsOf(world, app).filter(({ cron, since }) => cron !== undefined && isDue(cron, since, now));
    for (const { command, size, ran } of due) {
        const dyno = world.machines.get(app.name).runOneOff({ command, size, type: 'scheduler', attach: false });
        // An app without a slug can run nothing; the schedulers do not mind.
        ran(now, dyno ? await dyno.done : 1);
    }
    world.store.save();
    return due.map(({ command }) => command);
}
function isDue(cron, since, now) {
    const next = schedules_parsed(cron).nextRun(new Date(since));
    return next !== null && next.getTime() <= now;
}
function schedules_parsed(cron) {
    return new croner/* Cron */.l4(cron, { timezone: 'UTC', mode: '5-part', paused: true });
}
function jobsOf({ store: { state } }, { id, configVars }) {
    const own = state.jobs
        .filter(({ app }) => app === id)
        .map(job => {
        const { command, every, at, 'dyno-size': size, 'ran-at': ranAt, 'created-at': made } = job.attributes;
        return {
            command: String(command),
            size: String(size),
            cron: schedules_cronOf(Number(every), Number(at)),
            since: Date.parse(String(ranAt ?? made)),
            ran: (when) => void (job.attributes['ran-at'] = new Date(when).toISOString())
        };
    });
    const cronToGo = state.cronJobs
        .filter(({ organization, fields }) => organization === configVars['CRONTOGO_ORGANIZATION_ID'] && fields['State'] === 'enabled')
        .map(({ fields }) => {
        const { Target: target, LastAttempt: last, CreatedAt: made, ScheduleType: type } = fields;
        const { Command: command, Size: size } = target;
        return {
            command: String(command),
            size: String(size),
            cron: type === 'cron' ? String(fields['ScheduleExpression']) : undefined,
            since: Number(last?.CreatedAt ?? made),
            ran: (when, status) => void (fields['LastAttempt'] = { CreatedAt: when, State: status === 0 ? 'succeeded' : 'failed' })
        };
    });
    const triggers = state.triggers
        .filter(({ app, fields }) => app === id && fields['state'] === 'active')
        .map(trigger => {
        const { value, dyno, schedule, frequencyType } = trigger.fields;
        return {
            command: String(value),
            size: String(dyno),
            cron: frequencyType === 'recurring' ? String(schedule) : undefined,
            since: trigger.ranAt ?? trigger.madeAt,
            ran: (when) => void (trigger.ranAt = when)
        };
    });
    return [...own, ...cronToGo, ...triggers];
}
function schedules_cronOf(every, at) {
    if (every === 10)
        return '*/10 * * * *';
    return every === 60 ? `${at} * * * *` : `${at % 60} ${Math.floor(at / 60)} * * *`;
}

;// CONCATENATED MODULE: ./lib/local-heroku/blobs.js






/** As S3 behind a presigned address: an empty content type, a length, an ETag of what arrived. */
async function serveBlob(store, name, request, reply) {
    const { method } = request;
    if (!/^[0-9a-f]{40}$/.test(name))
        return reply.xml(404, 'NoSuchKey');
    const file = store.blobFile(name);
    if (method === 'PUT') {
        const { headers } = request;
        if ((headers['content-type'] ?? '') !== '')
            return reply.xml(403, 'SignatureDoesNotMatch');
        if (headers['transfer-encoding'] !== undefined)
            return reply.xml(501, 'NotImplemented');
        const md5 = (0,external_node_crypto_.createHash)('md5');
        let size = 0;
        const part = `${file}.${(0,external_node_crypto_.randomUUID)()}`;
        try {
            request.on('data', (chunk) => {
                md5.update(chunk);
                size += chunk.length;
            });
            await (0,external_node_stream_promises_.pipeline)(request, (0,external_node_fs_.createWriteStream)(part));
        }
        catch {
            // The client went away: what arrived is no blob.
            return await (0,promises_.rm)(part, { force: true });
        }
        await (0,promises_.rename)(part, file);
        const slug = store.state.apps.flatMap(({ slugs }) => slugs).find(({ blob }) => blob === name);
        if (slug)
            slug.size = size;
        store.save();
        reply.headers = { etag: `"${md5.digest('hex')}"` };
        return reply.end(200);
    }
    const size = await (0,promises_.stat)(file).then(({ size }) => size, () => undefined);
    if (size === undefined)
        return reply.xml(404, 'NoSuchKey');
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    const start = Number(range?.[1] ?? 0);
    const end = range?.[2] ? Math.min(Number(range[2]), size - 1) : size - 1;
    const head = {
        'content-length': end - start + 1,
        ...(range ? { 'content-range': `bytes ${start}-${end}/${size}` } : {})
    };
    reply.response.writeHead(range ? 206 : 200, head);
    await (0,external_node_stream_promises_.pipeline)((0,external_node_fs_.createReadStream)(file, { start, end }), reply.response).catch(() => { });
}

;// CONCATENATED MODULE: ./lib/local-heroku/range.js

const range_LARGEST_PAGE = 1_000;
const USUAL_PAGE = 200;
/** A page of a list by a `Range` header such as `version ..; order=desc, max=10` (Dev Center: platform-api-reference#ranges). */
function page(all, range) {
    const match = /^(\w+) (\]?)([^;,\s]*?)\.\.([^;,\s]*)(?:;(.*))?$/.exec(range?.trim() || 'id ..');
    if (!match)
        throw new ApiError(416, 'range_not_satisfiable', 'The Range header is not valid.');
    const [, field = 'id', exclusive, from = '', to = '', rest = ''] = match;
    const descending = /order=desc/.test(rest);
    const max = Math.min(range_LARGEST_PAGE, Number(/max=(\d+)/.exec(rest)?.[1] ?? USUAL_PAGE));
    if (all.length > 0 && !(field in all[0]))
        throw new ApiError(416, 'range_not_satisfiable', `This list cannot be ranged by ${field}.`);
    const sorted = [...all].sort((a, b) => range_compare(a[field], b[field]) * (descending ? -1 : 1));
    const inside = sorted.filter(item => {
        const afterStart = from === '' || range_compare(item[field], from) * (descending ? -1 : 1) >= (exclusive ? 1 : 0);
        const beforeEnd = to === '' || range_compare(item[field], to) * (descending ? -1 : 1) <= 0;
        return afterStart && beforeEnd;
    });
    const items = inside.slice(0, max);
    const [first, last] = [items[0]?.[field], items.at(-1)?.[field]];
    const order = descending ? 'order=desc, ' : '';
    return {
        items,
        next: inside.length > max ? `${field} ]${String(last)}..${to}; ${order}max=${max}` : undefined,
        content: items.length > 0 ? `${field} ${String(first)}..${String(last)}` : undefined
    };
}
function range_compare(a, b) {
    if (typeof a === 'number')
        return a - Number(b);
    const [left, right] = [String(a), String(b)];
    return left < right ? -1 : left > right ? 1 : 0;
}

;// CONCATENATED MODULE: ./lib/local-heroku/reply.js

/** An answer, with what a fault does to it. */
class Reply {
    response;
    headers = {};
    #fault;
    #onHang;
    constructor(response, fault, onHang) {
        this.response = response;
        this.#fault = fault;
        this.#onHang = onHang;
    }
    json(status, body, type = 'application/json') {
        this.#send(status, body === undefined ? '' : JSON.stringify(body), type);
    }
    xml(status, code) {
        this.#send(status, `<?xml version="1.0"?><Error><Code>${code}</Code></Error>`, 'application/xml');
    }
    end(status) {
        this.#send(status, '', 'text/plain');
    }
    #send(status, text, type) {
        const { response } = this;
        const body = Buffer.from(text);
        const head = { ...this.headers, 'content-type': type, 'content-length': body.length };
        switch (this.#fault) {
            case 'reset-after':
                return void response.destroy();
            case 'hang-after':
                return this.#onHang();
            case '500-after':
            case '503-after': {
                const id = 'server_error';
                const error = JSON.stringify({ id, message: 'Internal server error' });
                return void response.writeHead(Number(this.#fault.slice(0, 3)), this.headers).end(error);
            }
            case 'cut':
                // Where there is no body to cut, the connection is.
                if (body.length === 0)
                    return void response.destroy();
                response.writeHead(status, head);
                return void response.write(body.subarray(0, body.length >> 1), () => response.destroy());
            case 'slow': {
                response.writeHead(status, head);
                const byteByByte = (at) => {
                    if (at === body.length)
                        return void response.end();
                    response.write(body.subarray(at, at + 1), () => byteByByte(at + 1));
                };
                return byteByByte(0);
            }
            default:
                return void response.writeHead(status, head).end(body);
        }
    }
}

;// CONCATENATED MODULE: ./lib/local-heroku/routes/advanced-scheduler.js







const FIELDS = ['name', 'frequencyType', 'schedule', 'value', 'timezone', 'state', 'dyno', 'timeout'];
/**
 * Advanced Scheduler (Dev Center: advanced-scheduler, "Service API"; what a trigger may hold, and the words of refusals:
 * oavanruiten/advanced-scheduler: src/commands/triggers). The token is the app's config var. Statuses but 200 are
 * undocumented.
 */
const ADVANCED_SCHEDULER_ROUTES = {
    'GET /triggers': (world, request) => {
        const triggers = triggersOf(world, ownerOf(world, request)).map(view);
        const message = triggers.length === 0 ? 'No triggers found.' : 'Triggers found.';
        return [200, { message, code: '200', triggers }];
    },
    'POST /triggers': (world, request) => {
        const { id: app } = ownerOf(world, request);
        const trigger = { uuid: (0,external_node_crypto_.randomUUID)(), app, fields: checked(request.body), madeAt: world.clock.now() };
        world.store.state.triggers.push(trigger);
        world.store.save();
        return [201, { message: 'Trigger created.', code: '201', trigger: view(trigger) }];
    },
    'GET /triggers/:trigger': (world, request) => [
        200,
        { message: 'Trigger found.', code: '200', trigger: view(triggerOf(world, request)) }
    ],
    'PUT /triggers/:trigger': (world, request) => {
        const trigger = triggerOf(world, request);
        trigger.fields = checked(request.body);
        world.store.save();
        return [200, { message: 'Trigger updated.', code: '200', trigger: view(trigger) }];
    },
    'DELETE /triggers/:trigger': (world, request) => {
        const trigger = triggerOf(world, request);
        const { triggers } = world.store.state;
        triggers.splice(triggers.indexOf(trigger), 1);
        world.store.save();
        return [200, { message: 'Trigger deleted.', code: '200' }];
    }
};
function ownerOf({ store }, { headers }) {
    const token = /^Bearer (.+)$/.exec(route_text(headers['authorization']) ?? '')?.[1];
    const owner = store.state.apps.find(({ configVars }) => token !== undefined && configVars['ADVANCED_SCHEDULER_API_TOKEN'] === token);
    if (!owner)
        throw new PlainError(401, 'Unauthorized.', { code: '401' });
    return owner;
}
function triggersOf({ store }, { id }) {
    return store.state.triggers.filter(({ app }) => app === id);
}
function triggerOf(world, request) {
    const found = triggersOf(world, ownerOf(world, request)).find(({ uuid }) => uuid === request.params[0]);
    if (!found)
        throw new PlainError(404, 'Trigger not found.', { code: '404' });
    return found;
}
function view({ uuid, fields }) {
    return { uuid, ...fields };
}
/** A whole trigger: nothing of an old one is kept. */
function checked(body) {
    const fields = Object.fromEntries(FIELDS.map(name => [name, body[name]]));
    const { name, frequencyType, schedule, value, timezone, state, dyno, timeout } = fields;
    const length = (field) => (route_text(field) ?? '').length;
    const limit = Number(timeout);
    const fine = length(name) > 0 &&
        length(name) < 150 &&
        length(value) > 0 &&
        length(value) <= 1_000 &&
        (frequencyType === 'one-off' ? /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/ : { test: isCron }).test(String(schedule)) &&
        ['recurring', 'one-off'].includes(String(frequencyType)) &&
        length(timezone) > 0 &&
        ['active', 'inactive'].includes(String(state)) &&
        dyno_SIZES.includes(String(dyno)) &&
        Number.isInteger(limit) &&
        limit >= 60 &&
        limit <= 86_400;
    if (!fine)
        throw new PlainError(400, 'Error during validation.', { code: '400' });
    return fields;
}

;// CONCATENATED MODULE: ./lib/local-heroku/routes/apps.js






/** Schema: app.name */
const APP_NAME = /^[a-z][a-z0-9-]{1,28}[a-z0-9]$/;
const apps_STACKS = ['heroku-22', 'heroku-24', 'heroku-26'];
const FEATURES = ['preboot'];
/** The account, apps, their config vars, features and domains. */
const APP_ROUTES = {
    'GET /account': () => [200, { ...USER, verified: true, two_factor_authentication: false }],
    'GET /account/rate-limits': ({ rateLimit }) => [200, { remaining: rateLimit.remaining() }],
    'GET /users/:user': () => [200, USER],
    'GET /oauth/authorizations': ({ store }) => [
        200,
        [{ id: USER.id, access_token: { token: store.state.apiKey, expires_in: 90 * 86_400 }, scope: ['global'] }]
    ],
    'GET /apps': world => [200, world.store.state.apps.map(app => appView(app))],
    'POST /apps': async (world, { body }) => {
        const name = route_text(body['name']) ?? `app-${(0,external_node_crypto_.randomUUID)().slice(0, 8)}`;
        const stack = route_text(body['stack']) ?? 'heroku-24';
        if (!APP_NAME.test(name))
            throw invalid('Name must be 3 to 30 lower-case letters, digits and dashes');
        if (!apps_STACKS.includes(stack))
            throw invalid(`Stack ${stack} is not a stack`);
        if (world.store.app(name))
            throw invalid(`Name ${name} is already taken`);
        return [201, appView(await world.addApp(name, stack))];
    },
    'GET /apps/:app': (world, { params }) => [200, appView(appOf(world, params))],
    'PATCH /apps/:app': (world, { params, body }) => {
        const app = appOf(world, params);
        if (typeof body['maintenance'] === 'boolean')
            app.maintenance = body['maintenance'];
        world.store.save();
        machineOf(world, params).router.wake();
        return [200, appView(app)];
    },
    // Apps by their ids (heroku/cli: lib/api, for pipelines).
    'POST /filters/apps': (world, { body }) => {
        const ids = body['in']?.id;
        return [
            200,
            world.store.state.apps.filter(({ id }) => Array.isArray(ids) && ids.includes(id)).map(app => appView(app))
        ];
    },
    'GET /apps/:app/collaborators': (world, { params }) => {
        const { id, name, createdAt } = appOf(world, params);
        return [200, [{ id, role: 'owner', user: USER, app: { id, name }, created_at: createdAt, updated_at: createdAt }]];
    },
    'GET /apps/:app/config-vars': (world, { params }) => [200, appOf(world, params).configVars],
    'PATCH /apps/:app/config-vars': (world, { params, body }) => {
        const app = appOf(world, params);
        const wrong = Object.entries(body).find(([, value]) => value !== null && typeof value !== 'string');
        if (wrong)
            throw invalid(`Config var ${wrong[0]} must be a string`);
        const changed = Object.entries(body).filter(([name, value]) => (app.configVars[name] ?? null) !== value);
        for (const [name, value] of changed) {
            if (value === null)
                delete app.configVars[name];
            else
                app.configVars[name] = value;
        }
        const verb = changed.every(([, value]) => value === null) ? 'Remove' : 'Set';
        if (changed.length > 0)
            configRelease(world, app, `${verb} ${Object.keys(body).join(', ')} config vars`);
        return [200, app.configVars];
    },
    'GET /apps/:app/features': (world, { params }) => [
        200,
        FEATURES.map(name => featureView(appOf(world, params), name))
    ],
    'GET /apps/:app/features/:feature': (world, { params }) => {
        const app = appOf(world, params);
        return [200, featureView(app, featureOf(params))];
    },
    'PATCH /apps/:app/features/:feature': (world, { params, body }) => {
        const app = appOf(world, params);
        const feature = featureOf(params);
        app.preboot = body['enabled'] === true;
        world.store.save();
        return [200, featureView(app, feature)];
    },
    'GET /apps/:app/domains': (world, { params }) => {
        const app = appOf(world, params);
        return [200, [ownDomain(app), ...app.domains].map(domain => domainView(app, domain))];
    },
    'GET /apps/:app/domains/:domain': (world, { params }) => {
        const app = appOf(world, params);
        return [200, domainView(app, domainOf(app, params[1]))];
    },
    // TLS ends nowhere here.
    'GET /apps/:app/sni-endpoints': (world, { params }) => {
        appOf(world, params);
        return [200, []];
    },
    // Schema: both keys are required, the second may be null.
    'POST /apps/:app/domains': (world, { params, body }) => {
        const app = appOf(world, params);
        const hostname = route_text(body['hostname']);
        if (hostname === undefined || !/^(\*\.)?([a-z0-9-]+\.)+[a-z0-9-]+$/i.test(hostname))
            throw invalid('Hostname must be a fully qualified domain name');
        if (body['sni_endpoint'] === undefined)
            throw invalid('Require params: sni_endpoint');
        if (world.store.state.apps.some(({ domains }) => domains.some(other => other.hostname === hostname)))
            throw invalid(`${hostname} is already added to an app`);
        const domain = { id: (0,external_node_crypto_.randomUUID)(), hostname, createdAt: now(world) };
        app.domains.push(domain);
        world.store.save();
        return [201, domainView(app, domain)];
    },
    'DELETE /apps/:app/domains/:domain': (world, { params }) => {
        const app = appOf(world, params);
        const domain = domainOf(app, params[1]);
        app.domains.splice(app.domains.indexOf(domain), 1);
        world.store.save();
        return [200, domainView(app, domain)];
    }
};
function featureOf(params) {
    const name = params[1] ?? '';
    if (!FEATURES.includes(name))
        throw notFound('app feature');
    return name;
}
function ownDomain({ id, port, createdAt }) {
    return { id, hostname: `127.0.0.1:${port}`, createdAt };
}
function domainOf(app, idOrName) {
    const domain = app.domains.find(({ id, hostname }) => id === idOrName || hostname === idOrName);
    if (!domain)
        throw notFound('domain');
    return domain;
}

;// CONCATENATED MODULE: ./lib/local-heroku/routes/code.js







/** Slugs, sources, builds, releases. */
const CODE_ROUTES = {
    'POST /apps/:app/slugs': (world, { params, body }) => {
        const app = appOf(world, params);
        only(body, ['process_types', 'checksum', 'commit', 'commit_description', 'buildpack_provided_description', 'stack']);
        const stack = route_text(body['stack']) ?? app.stack;
        if (!apps_STACKS.includes(stack))
            throw invalid(`Stack ${stack} is not a stack`);
        const slug = {
            id: (0,external_node_crypto_.randomUUID)(),
            blob: world.store.secretName(),
            checksum: route_text(body['checksum']) ?? null,
            commit: route_text(body['commit']) ?? null,
            commitDescription: route_text(body['commit_description']) ?? null,
            processTypes: code_processTypesOf(body['process_types']),
            stack,
            createdAt: now(world),
            size: null,
            deletedAt: null
        };
        app.slugs.push(slug);
        world.store.save();
        return [201, slugView(world, slug, 'put')];
    },
    'GET /apps/:app/slugs/:id': (world, { params }) => {
        const slug = appOf(world, params).slugs.find(({ id }) => id === params[1]);
        if (!slug || slug.deletedAt)
            throw notFound('slug');
        return [200, slugView(world, slug, 'get')];
    },
    'GET /apps/:app/releases': (world, { params }) => {
        const app = appOf(world, params);
        return [200, app.releases.map(release => releaseView(world, app, release))];
    },
    'GET /apps/:app/releases/:release': (world, { params }) => {
        const app = appOf(world, params);
        return [200, releaseView(world, app, releaseOf(app, params[1]))];
    },
    'GET /apps/:app/releases/:release/config-vars': (world, { params }) => [
        200,
        releaseOf(appOf(world, params), params[1]).configVars
    ],
    'POST /apps/:app/releases': (world, { params, body }) => {
        const app = appOf(world, params);
        const machine = machineOf(world, params);
        only(body, ['slug', 'release', 'description', 'oci_image']);
        if (body['release'] !== undefined) {
            const old = app.releases.find(({ id }) => id === body['release']);
            if (!old)
                throw notFound('release');
            app.configVars = { ...old.configVars };
            const release = machine.release(old.slugId, `Rollback to v${old.version}`);
            return [201, releaseView(world, app, release)];
        }
        const slug = world.store.slug(route_text(body['slug']) ?? '');
        if (!slug || slug.deletedAt)
            throw notFound('slug');
        if (slug.size === null)
            throw invalid('The slug has not been uploaded');
        const description = route_text(body['description']) ?? `Deploy ${slug.commit?.slice(0, 8) ?? ''}`;
        return [201, releaseView(world, app, machine.releaseSlug(slug, description))];
    },
    'POST /sources': world => {
        const url = `${world.url()}/blobs/${world.store.secretName()}`;
        return [201, { source_blob: { get_url: url, put_url: url } }];
    },
    'GET /apps/:app/builds': (world, { params }) => {
        const app = appOf(world, params);
        return [200, app.builds.map(build => buildView(world, app, build))];
    },
    'GET /apps/:app/builds/:build': (world, { params }) => {
        const app = appOf(world, params);
        return [200, buildView(world, app, code_buildOf(app, params[1]))];
    },
    'POST /apps/:app/builds': (world, { params, body }) => {
        const app = appOf(world, params);
        const source = body['source_blob'];
        const url = route_text(route_within(source, 'url'));
        if (url === undefined)
            throw invalid('Source blob url is required');
        if (app.builds.some(({ status }) => status === 'pending'))
            throw new ApiError(409, 'conflict', 'Another build is in progress.');
        const build = {
            id: (0,external_node_crypto_.randomUUID)(),
            output: world.store.secretName(),
            createdAt: now(world),
            version: route_text(route_within(source, 'version')) ?? null,
            description: route_text(route_within(source, 'version_description')) ?? null,
            buildpacks: code_buildpacksOf(body['buildpacks']) ?? app.buildpacks,
            stack: app.stack,
            status: 'pending',
            slugId: null,
            releaseId: null
        };
        app.builds.push(build);
        world.store.save();
        world.startBuild(app, build, url);
        return [201, buildView(world, app, build)];
    },
    // Stops it where it is still under way; undocumented, what the answer looks like.
    'DELETE /apps/:app/builds/:build': (world, { params }) => {
        const app = appOf(world, params);
        const build = code_buildOf(app, params[1]);
        world.cancelBuild(build);
        return [200, buildView(world, app, build)];
    }
};
/** Schema: slug.process_types */
function code_processTypesOf(value) {
    if (typeof value !== 'object' || value === null)
        throw invalid('Process types is required');
    for (const [name, command] of Object.entries(value)) {
        if (!/^[-\w]{1,128}$/.test(name) || typeof command !== 'string')
            throw invalid(`Process type ${name} is not valid`);
    }
    return value;
}
/** By id, `12` or `v12`. */
function releaseOf(app, idOrVersion) {
    const release = app.releases.find(({ id, version }) => id === idOrVersion || `${version}` === idOrVersion || `v${version}` === idOrVersion);
    if (!release)
        throw notFound('release');
    return release;
}
function code_buildOf(app, id) {
    const build = app.builds.find(build => build.id === id);
    if (!build)
        throw notFound('build');
    return build;
}
/** `[{ "name": … } | { "url": … }]`; undefined where the app's own are meant (Schema: build.buildpacks). */
function code_buildpacksOf(value) {
    if (!Array.isArray(value))
        return undefined;
    return value.map(item => route_text(route_within(item, 'url')) ?? route_text(route_within(item, 'name')) ?? '');
}

;// CONCATENATED MODULE: ./lib/local-heroku/routes/cron-to-go.js







/**
 * Cron To Go (crontogo.com/blog/api-reference; crazyantlabs/heroku-cli-plugin-cron: src/lib/schema.ts, and what a job may
 * hold: src/lib/validation-service.ts). An organization is the add-on of an app: its id and key are the app's config vars.
 * The status of a refusal, and that a list has no pages, are undocumented.
 */
const CRON_TO_GO_ROUTES = {
    'GET /organizations/:organization': (world, request) => {
        const id = organizationOf(world, request);
        const plan = { Name: 'local', JobsLimit: world.jobsLimit };
        return [200, { Id: id, State: 'active', Plan: plan, JobsCount: cron_to_go_jobsOf(world, id).length }];
    },
    'GET /organizations/:organization/jobs': (world, request) => [
        200,
        cron_to_go_jobsOf(world, organizationOf(world, request)).map(cron_to_go_jobView)
    ],
    'POST /organizations/:organization/jobs': (world, request) => {
        const organization = organizationOf(world, request);
        if (cron_to_go_jobsOf(world, organization).length >= world.jobsLimit)
            throw new PlainError(422, 'Jobs limit exceeded');
        const at = world.clock.now();
        const fields = { CreatedAt: at, UpdatedAt: at, Retries: 0, Jitter: 0, State: 'enabled', ...request.body };
        const job = { Id: (0,external_node_crypto_.randomUUID)(), organization, fields: cron_to_go_checked(fields) };
        world.store.state.cronJobs.push(job);
        world.store.save();
        return [201, cron_to_go_jobView(job)];
    },
    'GET /organizations/:organization/jobs/:job': (world, request) => [200, cron_to_go_jobView(jobOf(world, request))],
    'PATCH /organizations/:organization/jobs/:job': (world, request) => {
        const job = jobOf(world, request);
        const { Target: target, ...body } = request.body;
        const merged = { ...job.fields['Target'], ...target };
        job.fields = cron_to_go_checked({ ...job.fields, ...body, Target: merged, UpdatedAt: world.clock.now() });
        world.store.save();
        return [200, cron_to_go_jobView(job)];
    },
    'DELETE /organizations/:organization/jobs/:job': (world, request) => {
        const job = jobOf(world, request);
        const { cronJobs } = world.store.state;
        cronJobs.splice(cronJobs.indexOf(job), 1);
        world.store.save();
        return [204, undefined];
    }
};
function organizationOf({ store }, { params, headers }) {
    const owner = store.state.apps.find(({ configVars }) => configVars['CRONTOGO_ORGANIZATION_ID'] === params[0] &&
        headers['authorization'] === `Bearer ${configVars['CRONTOGO_API_KEY']}`);
    if (!owner)
        throw new PlainError(401, 'Unauthorized');
    return params[0];
}
function cron_to_go_jobsOf({ store }, organization) {
    return store.state.cronJobs.filter(job => job.organization === organization);
}
function jobOf(world, request) {
    const job = cron_to_go_jobsOf(world, organizationOf(world, request)).find(({ Id }) => Id === request.params[1]);
    if (!job)
        throw new PlainError(404, 'Job not found');
    return job;
}
function cron_to_go_jobView({ Id, fields }) {
    return { Id, ...fields };
}
function cron_to_go_checked(fields) {
    const target = fields['Target'];
    const limit = Number(route_within(target, 'TimeToLive'));
    const expression = route_text(fields['ScheduleExpression']) ?? '';
    const isRate = /^[1-9]\d* (minute|hour|day)s?$/.test(expression);
    const problems = [
        [(route_text(fields['Alias']) ?? '').length <= 200, 'Alias is too long'],
        [fields['ScheduleType'] === 'rate' ? isRate : isCron(expression), 'ScheduleExpression is not valid'],
        [['cron', 'rate'].includes(String(fields['ScheduleType'])), 'ScheduleType is not valid'],
        [route_text(fields['Timezone']) !== undefined, 'Timezone is not valid'],
        [route_within(target, 'Type') === 'dyno', 'Target.Type is not valid'],
        [dyno_SIZES.includes(String(route_within(target, 'Size'))), 'Target.Size is not valid'],
        [(route_text(route_within(target, 'Command')) ?? '') !== '', 'Target.Command is empty'],
        [Number.isInteger(limit) && limit >= 30 && limit <= 86_400, 'Target.TimeToLive is not valid'],
        [['enabled', 'paused'].includes(String(fields['State'])), 'State is not valid']
    ];
    for (const [fine, message] of problems)
        if (!fine)
            throw new PlainError(422, message);
    return fields;
}

;// CONCATENATED MODULE: ./lib/local-heroku/routes/data.js





/**
 * Heroku's data API (api.data.heroku.com). Heroku documents none of it: addresses and fields are those that heroku/cli
 * reads (pg:info, redis:info, redis:maxmemory; lib/pg/types). The names of the lines in `info` of Redis, and what holds
 * more than one number in `info` of Postgres, are undocumented.
 */
const DATA_ROUTES = {
    'GET /client/v11/databases/:addon': async (world, { params }) => {
        const addon = databaseOf(world, params[0]);
        if (isAdvanced(addon))
            throw notFound('database');
        return [200, postgresView(addon, urlOf(world, addon), await world.figures(addon))];
    },
    'GET /client/v11/databases/:addon/wait_status': (world, { params }) => {
        databaseOf(world, params[0]);
        return [200, { message: 'available', 'waiting?': false }];
    },
    'GET /data/postgres/v1/:addon/info': async (world, { params }) => {
        const addon = databaseOf(world, params[0]);
        if (!isAdvanced(addon))
            throw notFound('database');
        return [200, advancedView(addon, await world.figures(addon))];
    },
    'GET /redis/v0/databases/:addon': async (world, { params }) => {
        const addon = redisOf(world, params[0]);
        return [200, redisView(addon, urlOf(world, addon), await world.figures(addon))];
    },
    'GET /redis/v0/databases/:addon/config': (world, { params }) => [200, data_redisConfig(redisOf(world, params[0]))],
    'PATCH /redis/v0/databases/:addon/config': (world, { params, body }) => {
        const addon = redisOf(world, params[0]);
        for (const name of Object.keys(body)) {
            if (!(name in REDIS_SETTINGS))
                throw invalid(`${name} is not a setting`);
        }
        const policy = body['maxmemory_policy'] ?? 'noeviction';
        if (typeof policy !== 'string' || !(policy in POLICIES))
            throw invalid('maxmemory_policy is not valid');
        addon.settings = { ...addon.settings, ...body };
        world.store.save();
        return [200, data_redisConfig(addon)];
    }
};
const data_PLANS = {
    'essential-0': { bytes: 1e9, connections: 20, tables: 4_000 },
    'essential-1': { bytes: 10e9, connections: 20, tables: 4_000 },
    'essential-2': { bytes: 32e9, connections: 40, tables: 4_000 },
    'standard-0': { bytes: 64e9, connections: 120 }
};
const UNKNOWN_PLAN = { bytes: 4096e9, connections: 500 };
/** Redis's own policies (redis.io: eviction). Heroku's default is `noeviction` (Dev Center: heroku-redis). */
const POLICIES = {
    noeviction: 'return errors when memory limit is reached',
    'allkeys-lru': 'remove less recently used keys first',
    'allkeys-lfu': 'remove less frequently used keys first',
    'allkeys-random': 'evict random keys',
    'volatile-lru': 'remove less recently used keys first that have an expiry set',
    'volatile-lfu': 'remove less frequently used keys first that have an expiry set',
    'volatile-random': 'evict random keys that have an expiry set',
    'volatile-ttl': 'evict keys with an expiry set and a short time to live first'
};
const REDIS_SETTINGS = {
    maxmemory_policy: 'noeviction',
    timeout: 300,
    notify_keyspace_events: ''
};
function databaseOf(world, idOrName) {
    return serviceOf(world, idOrName, 'heroku-postgresql');
}
function redisOf(world, idOrName) {
    return serviceOf(world, idOrName, 'heroku-redis');
}
function serviceOf(world, idOrName, service) {
    const addon = addons_addonOf(world, idOrName);
    if (addon.service !== service)
        throw notFound('add-on');
    return addon;
}
/** Plans of the Advanced tier have addresses of their own (heroku/heroku-cli-util: addons/helpers). */
function isAdvanced({ plan }) {
    return /^heroku-postgresql:(advanced|performance)/.test(plan);
}
function urlOf({ store }, { app, configVars }) {
    return store.app(app)?.configVars[configVars[0] ?? ''] ?? '';
}
function postgresView(addon, url, figures) {
    const { bytes = 0, connections = 0, tables = 0, version = '16.4', status = 'Available', info = {} } = figures;
    const [, plan = ''] = addon.plan.split(':');
    const most = data_PLANS[plan] ?? UNKNOWN_PLAN;
    const lines = {
        Plan: data_titleOf(plan),
        Status: status,
        Connections: `${connections}/${most.connections}`,
        'PG Version': version,
        Created: addon.createdAt.slice(0, 16).replace('T', ' ') + ' UTC',
        'Data Size': `${sizeText(bytes)}/${sizeText(most.bytes)} (${((bytes / most.bytes) * 100).toFixed(2)}%)`,
        Tables: most.tables === undefined ? `${tables}` : `${tables}/${most.tables}`,
        ...info
    };
    return {
        addon_id: addon.id,
        name: addon.name,
        plan: { name: plan },
        created_at: addon.createdAt,
        status_updated_at: addon.createdAt,
        num_bytes: bytes,
        num_connections: connections,
        num_connections_waiting: 0,
        num_tables: tables,
        postgres_version: version,
        database_name: databaseName(url),
        resource_url: url,
        credentials: 1,
        following: null,
        forked_from: null,
        'hot_standby?': false,
        'waiting?': false,
        info: infoLines(lines)
    };
}
function advancedView({ plan }, figures) {
    const { bytes = 0, connections = 0, tables = 0, version = '17.2', status = 'Available' } = figures;
    return {
        status: status.toLowerCase(),
        tier: plan.split(':')[1]?.split('-')[0],
        version,
        plan_limits: [
            { name: 'storage-limit-in-gb', current: bytes / 1e9, limit: UNKNOWN_PLAN.bytes / 1e9 },
            { name: 'table-limit', current: tables, limit: 4_000 }
        ],
        pools: [{ name: 'leader', connections_used: connections, expected_connection_limit: UNKNOWN_PLAN.connections }],
        quotas: []
    };
}
function redisView(addon, url, figures) {
    const { version = '7.2.4', status = 'available', info = {} } = figures;
    const [, plan = ''] = addon.plan.split(':');
    const policy = String(settingsOf(addon)['maxmemory_policy']);
    const lines = { Plan: data_titleOf(plan), Status: status, Created: addon.createdAt, Version: version, Maxmemory: policy };
    return {
        addon_id: addon.id,
        name: addon.name,
        plan,
        version,
        created_at: addon.createdAt,
        port: Number(/:(\d+)(?:\/\d*)?$/.exec(url)?.[1] ?? 6379),
        prefer_native_tls: url.startsWith('rediss:'),
        resource_url: url,
        info: infoLines({ ...lines, ...info })
    };
}
function data_redisConfig(addon) {
    const settings = settingsOf(addon);
    return Object.fromEntries(Object.entries(REDIS_SETTINGS).map(([name, usual]) => [
        name,
        { value: settings[name], values: name === 'maxmemory_policy' ? POLICIES : {}, default: usual, desc: name }
    ]));
}
function settingsOf({ settings }) {
    return { ...REDIS_SETTINGS, ...settings };
}
function infoLines(lines) {
    return Object.entries(lines).map(([name, value]) => ({ name, values: [value] }));
}
/** `Essential 0` */
function data_titleOf(plan) {
    return plan.replace('-', ' ').replace(/^./, letter => letter.toUpperCase());
}
function sizeText(bytes) {
    return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(2)} GB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
function databaseName(url) {
    return /\/([^/?]+)(?:\?.*)?$/.exec(url)?.[1] ?? '';
}

;// CONCATENATED MODULE: ./lib/local-heroku/routes/dynos.js









/** The formation, dynos, log sessions. */
const DYNO_ROUTES = {
    'GET /apps/:app/formation': (world, { params }) => [200, formationViews(world, params)],
    'GET /apps/:app/formation/:type': (world, { params }) => {
        const entry = appOf(world, params).formation[params[1]];
        if (!entry)
            throw notFound('process type');
        return [200, formationView(world, params, params[1], entry)];
    },
    'PATCH /apps/:app/formation': (world, { params, body }) => {
        const app = appOf(world, params);
        if (!Array.isArray(body['updates']))
            throw invalid('Require params: updates');
        const updates = body['updates'].map(update => readScale(app, route_text(route_within(update, 'type')) ?? '', update));
        for (const { type, quantity, size } of updates)
            app.formation[type] = { quantity, size };
        void machineOf(world, params).scale();
        return [200, formationViews(world, params)];
    },
    'PATCH /apps/:app/formation/:type': (world, { params, body }) => {
        const app = appOf(world, params);
        const { type, quantity, size } = readScale(app, params[1], body);
        app.formation[type] = { quantity, size };
        void machineOf(world, params).scale();
        return [200, formationView(world, params, type, app.formation[type])];
    },
    'GET /apps/:app/dynos': (world, { params }) => {
        const machine = machineOf(world, params);
        return [
            200,
            [
                ...machine.dynos.filter(({ state }) => state !== 'down').map(dyno => dynoView(machine, dyno)),
                ...[...machine.oneOffs].map(([dyno, url]) => oneOffView(machine, dyno, url))
            ]
        ];
    },
    'GET /apps/:app/dynos/:dyno': (world, { params }) => {
        const machine = machineOf(world, params);
        const dyno = machine.dynos.find(({ id, options }) => id === params[1] || options.name === params[1]);
        if (dyno)
            return [200, dynoView(machine, dyno)];
        const oneOff = oneOffOf(machine, params[1]);
        if (!oneOff)
            throw notFound('dyno');
        return [200, oneOffView(machine, oneOff, machine.oneOffs.get(oneOff))];
    },
    'POST /apps/:app/dynos': (world, { params, body, attachFault }) => {
        const machine = machineOf(world, params);
        const command = route_text(body['command']);
        if (command === undefined)
            throw invalid('Command is required');
        const timeToLive = body['time_to_live'] ?? undefined;
        if (timeToLive !== undefined && !(Number(timeToLive) >= 1 && Number(timeToLive) <= 86_400))
            throw invalid('Time to live must be from 1 to 86400');
        const dyno = machine.runOneOff({
            command,
            type: route_text(body['type']),
            size: dynos_sizeOf(route_text(body['size']) ?? 'Basic'),
            env: environmentOf(body['env']),
            timeToLive: timeToLive === undefined ? undefined : Number(timeToLive),
            attach: body['attach'] === true,
            fault: attachFault
        });
        // As just after an app was made (heroku/cli: lib/run/dyno).
        if (!dyno)
            throw new ApiError(409, 'conflict', 'The app has no release with a slug yet.');
        return [201, oneOffView(machine, dyno, machine.oneOffs.get(dyno))];
    },
    'POST /apps/:app/dynos/:dyno/actions/stop': (world, { params }) => stop(world, params),
    'DELETE /apps/:app/dynos/:dyno': (world, { params }) => stop(world, params),
    'DELETE /apps/:app/dynos': (world, { params }) => {
        void machineOf(world, params).restart();
        return [202, {}];
    },
    // `dyno_name` is the schema's, `dyno` what heroku/cli sends.
    'POST /apps/:app/log-sessions': (world, { params, body }) => {
        const app = appOf(world, params);
        const query = new URLSearchParams();
        for (const name of ['lines', 'source', 'dyno', 'dyno_name', 'tail']) {
            const value = body[name];
            if (['string', 'number', 'boolean'].includes(typeof value))
                query.set(name.replace('_name', ''), `${value}`);
        }
        const createdAt = now(world);
        const url = `${world.url()}/logs/${app.id}?${query.toString()}`;
        return [201, { id: (0,external_node_crypto_.randomUUID)(), created_at: createdAt, updated_at: createdAt, logplex_url: url }];
    }
};
function formationViews(world, params) {
    return Object.entries(appOf(world, params).formation).map(([type, of]) => formationView(world, params, type, of));
}
/** `quantity` is a number, or `+1` (heroku/cli: ps:scale); the size is `size` (heroku/cli) or `dyno_size` (Schema). */
function readScale(app, type, update) {
    const entry = app.formation[type];
    if (!entry)
        throw notFound(`process type (${type})`);
    const wanted = String(route_within(update, 'quantity') ?? entry.quantity);
    const quantity = /^[+-]/.test(wanted) ? entry.quantity + Number(wanted) : Number(wanted);
    if (!Number.isInteger(quantity) || quantity < 0)
        throw invalid('Quantity must be a number that is not negative');
    const size = route_text(route_within(update, 'size')) ?? route_text(route_within(route_within(update, 'dyno_size'), 'name')) ?? entry.size;
    return { type, quantity, size: dynos_sizeOf(size) };
}
function dynos_sizeOf(name) {
    const size = dynoSize(name);
    if (size === undefined)
        throw invalid(`No such dyno size as ${name}`);
    return size;
}
function environmentOf(value) {
    const entries = Object.entries((value ?? {}));
    // The CLI sends the width of its terminal as a number.
    return Object.fromEntries(entries.flatMap(([name, one]) => (['string', 'number'].includes(typeof one) ? [[name, String(one)]] : [])));
}
function oneOffOf(machine, idOrName) {
    return [...machine.oneOffs.keys()].find(({ id, name }) => id === idOrName || name === idOrName);
}
/** A one-off dyno ends; one of the formation is started again. */
function stop(world, params) {
    const machine = machineOf(world, params);
    const oneOff = oneOffOf(machine, params[1]);
    const dyno = machine.dynos.find(({ id, options }) => id === params[1] || options.name === params[1]);
    if (oneOff)
        oneOff.stop();
    else if (dyno)
        void machine.restart(dyno);
    else
        throw notFound('dyno');
    return [202, {}];
}

;// CONCATENATED MODULE: ./lib/local-heroku/routes/pipelines.js







const STAGES = ['test', 'review', 'development', 'staging', 'production'];
/** Pipelines, the apps coupled to them, and promotions from one app to others (heroku/cli: pipelines:promote). */
const PIPELINE_ROUTES = {
    'GET /pipelines': (world, { query }) => {
        const name = query.get('eq[name]');
        const { pipelines } = world.store.state;
        return [200, pipelines.filter(one => name === null || [one.id, one.name].includes(name)).map(pipelineView)];
    },
    'POST /pipelines': (world, { body }) => {
        const name = route_text(body['name']) ?? '';
        // Schema: pipeline.name
        if (!/^[a-z][a-z0-9-]{1,28}[a-z0-9]$/.test(name))
            throw invalid('Name must be 3 to 30 lower-case letters');
        if (world.store.state.pipelines.some(other => other.name === name))
            throw invalid(`Name ${name} is already taken`);
        const pipeline = { id: (0,external_node_crypto_.randomUUID)(), name, createdAt: now(world) };
        world.store.state.pipelines.push(pipeline);
        world.store.save();
        return [201, pipelineView(pipeline)];
    },
    'GET /pipelines/:pipeline': (world, { params }) => [200, pipelineView(pipelineOf(world, params[0]))],
    'GET /pipelines/:pipeline/pipeline-couplings': (world, { params }) => {
        const { id } = pipelineOf(world, params[0]);
        const couplings = world.store.state.couplings.filter(({ pipeline }) => pipeline === id);
        return [200, couplings.map(coupling => couplingView(world, coupling))];
    },
    'GET /pipeline-couplings': world => [200, world.store.state.couplings.map(coupling => couplingView(world, coupling))],
    'POST /pipeline-couplings': (world, { body }) => {
        const app = appOf(world, [route_named(body['app'])]);
        const pipeline = pipelineOf(world, route_named(body['pipeline']));
        const stage = route_text(body['stage']) ?? '';
        if (!STAGES.includes(stage))
            throw invalid(`Stage must be one of ${STAGES.join(', ')}`);
        if (couplingOf(world, app))
            throw invalid(`${app.name} is in a pipeline already`);
        const coupling = { id: (0,external_node_crypto_.randomUUID)(), app: app.id, pipeline: pipeline.id, stage, createdAt: now(world) };
        world.store.state.couplings.push(coupling);
        world.store.save();
        return [201, couplingView(world, coupling)];
    },
    'DELETE /pipeline-couplings/:coupling': (world, { params }) => {
        const { couplings } = world.store.state;
        const coupling = couplings.find(({ id }) => id === params[0]);
        if (!coupling)
            throw notFound('pipeline coupling');
        couplings.splice(couplings.indexOf(coupling), 1);
        world.store.save();
        return [200, couplingView(world, coupling)];
    },
    // One coupling and no list, as heroku/cli reads it.
    'GET /apps/:app/pipeline-couplings': (world, { params }) => {
        const coupling = couplingOf(world, appOf(world, params));
        if (!coupling)
            throw notFound('pipeline coupling');
        return [200, couplingView(world, coupling)];
    },
    'POST /pipeline-promotions': (world, { body }) => {
        const promotion = promote(world, body);
        world.store.state.promotions.push(promotion);
        world.store.save();
        return [201, promotionView(world, promotion)];
    },
    'GET /pipeline-promotions/:promotion': (world, { params }) => [
        200,
        promotionView(world, promotionOf(world, params[0]))
    ],
    'GET /pipeline-promotions/:promotion/promotion-targets': (world, { params }) => {
        const promotion = promotionOf(world, params[0]);
        return [200, promotion.targets.map(target => promotionTargetView(world, promotion, target))];
    }
};
/**
 * The slug of the source's current release, or of the one that is named, becomes a new release of each target: its
 * release phase runs there, with the target's config vars.
 */
function promote(world, body) {
    const pipeline = pipelineOf(world, route_named(body['pipeline']));
    const source = memberOf(world, pipeline, route_within(body['source'], 'app'));
    if (!Array.isArray(body['targets']) || body['targets'].length === 0)
        throw invalid('Require params: targets');
    const targets = body['targets'].map(target => memberOf(world, pipeline, route_within(target, 'app')));
    if (targets.includes(source))
        throw invalid('An app cannot be promoted to itself');
    const release = releaseToPromote(world, source, route_within(body['source'], 'release'));
    const slug = world.store.slug(release.slugId);
    if (!slug || slug.deletedAt)
        throw notFound('slug');
    const description = `Promote ${source.name} v${release.version} ${slug.commit?.slice(0, 8) ?? ''}`.trim();
    return {
        id: (0,external_node_crypto_.randomUUID)(),
        createdAt: now(world),
        pipeline: pipeline.id,
        source: { app: source.id, release: release.id },
        targets: targets.map(app => ({
            id: (0,external_node_crypto_.randomUUID)(),
            app: app.id,
            release: world.machines.get(app.name).releaseSlug(slug, description).id
        }))
    };
}
function releaseToPromote(world, source, wanted) {
    const release = wanted === undefined || wanted === null
        ? world.machines.get(source.name).current()
        : releaseOf(source, route_named(wanted));
    if (!release?.slugId)
        throw invalid(`${source.name} has no release with a slug to promote`);
    return release;
}
function memberOf(world, pipeline, wanted) {
    const app = appOf(world, [route_named(wanted)]);
    if (couplingOf(world, app)?.pipeline !== pipeline.id)
        throw invalid(`${app.name} is not in the pipeline ${pipeline.name}`);
    return app;
}
function couplingOf({ store }, app) {
    return store.state.couplings.find(coupling => coupling.app === app.id);
}
function pipelineOf({ store }, idOrName) {
    const pipeline = store.state.pipelines.find(({ id, name }) => id === idOrName || name === idOrName);
    if (!pipeline)
        throw notFound('pipeline');
    return pipeline;
}
function promotionOf({ store }, id) {
    const promotion = store.state.promotions.find(promotion => promotion.id === id);
    if (!promotion)
        throw notFound('pipeline promotion');
    return promotion;
}

;// CONCATENATED MODULE: ./lib/local-heroku/routes/scheduler.js






const scheduler_JSON_API = 'application/vnd.api+json';
/**
 * Heroku Scheduler's own API (particleboard.heroku.com). Heroku documents none of it: addresses, fields and what they may
 * hold are those of davidji99/terraform-provider-herokux (api/scheduler/job.go, docs/resources/scheduler_job.md). How it
 * words a refusal is known for a missing type alone; the status 422 and the words of the others are undocumented.
 */
const SCHEDULER_ROUTES = {
    'GET /apps/:app/jobs': (world, request) => {
        const app = schedulerApp(world, request);
        return [200, { data: world.store.state.jobs.filter(job => job.app === app.id).map(jobView) }];
    },
    'POST /apps/:app/jobs': (world, request) => {
        const app = schedulerApp(world, request);
        const { state } = world.store;
        const attributes = scheduler_checked({ ...scheduler_attributesOf(request.body), 'created-at': now(world), 'ran-at': null });
        const job = { id: String(++state.lastJob), app: app.id, attributes };
        state.jobs.push(job);
        world.store.save();
        return [201, { data: jobView(job) }];
    },
    'PATCH /apps/:app/jobs/:job': (world, request) => {
        const app = schedulerApp(world, request);
        const job = scheduler_jobOf(world, app, request);
        const given = scheduler_attributesOf(request.body);
        // The one client that is known sends the app's id here (its issue 253), JSON:API wants the job's.
        if (![job.id, app.id].includes(String(route_within(request.body['data'], 'id'))))
            throw new JsonApiError(400, 'Missing id in data parameter', '/data/id');
        job.attributes = scheduler_checked({ ...job.attributes, ...given });
        world.store.save();
        return [200, { data: jobView(job) }];
    },
    'DELETE /apps/:app/jobs/:job': (world, request) => {
        const job = scheduler_jobOf(world, schedulerApp(world, request), request);
        const { jobs } = world.store.state;
        jobs.splice(jobs.indexOf(job), 1);
        world.store.save();
        return [204, undefined];
    }
};
/** The app, by its id alone, with the add-on. Stricter than is known: both headers must be those of JSON:API. */
function schedulerApp({ store }, { params, headers, body }) {
    if (headers.accept !== scheduler_JSON_API)
        throw new JsonApiError(406, `Accept must be ${scheduler_JSON_API}`, '');
    if (Object.keys(body).length > 0 && headers['content-type'] !== scheduler_JSON_API)
        throw new JsonApiError(415, `Content-Type must be ${scheduler_JSON_API}`, '');
    const app = store.state.apps.find(({ id }) => id === params[0]);
    const provisioned = store.state.addons.some(({ service, app: owner }) => service === 'scheduler' && owner === app?.name);
    if (!app || !provisioned)
        throw new JsonApiError(404, 'Not found', '');
    return app;
}
function scheduler_jobOf({ store }, app, { params }) {
    const job = store.state.jobs.find(({ id, app: of }) => id === params[1] && of === app.id);
    if (!job)
        throw new JsonApiError(404, 'Not found', '');
    return job;
}
/** What may be written of a job. */
function scheduler_attributesOf(body) {
    if (route_within(body['data'], 'type') !== 'jobs')
        throw new JsonApiError(400, 'Missing type in data parameter', '/data/type');
    const attributes = (route_within(body['data'], 'attributes') ?? {});
    const known = ['command', 'dyno-size', 'every', 'at', 'expire-after'];
    const unknown = Object.keys(attributes).find(name => !known.includes(name));
    if (unknown !== undefined)
        throw scheduler_refusal('is not known', unknown);
    return attributes;
}
/** The attributes of a job that can run. Times are minutes; `at` counts from the hour, or from 00:00 UTC. */
function scheduler_checked(attributes) {
    const { command, every, at } = attributes;
    if ((route_text(command) ?? '').trim() === '')
        throw scheduler_refusal("can't be blank", 'command');
    // Case-sensitive, as nowhere else: `Standard-1X`.
    if (!dyno_SIZES.includes(String(attributes['dyno-size'])))
        throw scheduler_refusal('is not a dyno size', 'dyno-size');
    const allowed = scheduler_AT[String(every)];
    if (!allowed || typeof every !== 'number')
        throw scheduler_refusal('must be 10, 60 or 1440', 'every');
    if (typeof at !== 'number' || !allowed(at))
        throw scheduler_refusal(`is not allowed every ${every} minutes`, 'at');
    return attributes;
}
const scheduler_AT = {
    10: at => at === 0,
    60: at => at >= 0 && at <= 50 && at % 10 === 0,
    1440: at => at >= 0 && at <= 1410 && at % 30 === 0
};
function scheduler_refusal(what, attribute) {
    return new JsonApiError(422, `${attribute} ${what}`, `/data/attributes/${attribute}`);
}

;// CONCATENATED MODULE: ./lib/local-heroku/routes/index.js











const ENTRIES = [
    ...entries('platform', {
        ...APP_ROUTES,
        ...CODE_ROUTES,
        ...DYNO_ROUTES,
        ...ADDON_ROUTES,
        ...PIPELINE_ROUTES
    }),
    ...entries('data', DATA_ROUTES),
    ...entries('scheduler', SCHEDULER_ROUTES),
    ...entries('add-on', { ...CRON_TO_GO_ROUTES, ...ADVANCED_SCHEDULER_ROUTES })
];
function entries(api, routes) {
    return Object.entries(routes).map(([key, route]) => {
        const [method = '', path = ''] = key.split(' ');
        return { api, method, pattern: new RegExp(`^${path.replace(/:\w+/g, '([^/]+)')}$`), route };
    });
}
/** What answers a request (Schema: heroku/platform-api:schema.json); undefined where nothing does. */
function findRoute(method, path) {
    for (const entry of ENTRIES) {
        const match = entry.method === method ? entry.pattern.exec(path) : null;
        if (match)
            return { api: entry.api, route: entry.route, params: match.slice(1).map(routes_decoded) };
    }
    return undefined;
}
function routes_decoded(part) {
    try {
        return decodeURIComponent(part);
    }
    catch {
        return part;
    }
}

;// CONCATENATED MODULE: ./lib/local-heroku/server.js











const LARGEST_BODY = 10_000_000;
const server_JSON_API = 'application/vnd.api+json';
/** The HTTP side: Platform API, data API, Scheduler, blobs, output streams, logs, all at one address. */
class Server {
    #options;
    #server;
    constructor(options, server) {
        this.#options = options;
        this.#server = server;
    }
    static async start(options) {
        const http_ = external_node_http_.createServer((request, response) => void server.#serve(request, response));
        await new Promise((resolve, reject) => {
            http_.once('error', reject);
            http_.listen(options.port, '127.0.0.1', resolve);
        });
        const server = new Server(options, http_);
        return server;
    }
    get url() {
        return `http://127.0.0.1:${this.#server.address().port}`;
    }
    async close() {
        this.#server.closeAllConnections();
        await new Promise(resolve => this.#server.close(resolve));
    }
    async #serve(request, response) {
        const { method = 'GET', url = '/' } = request;
        const [pathname = '/', query] = url.split('?', 2);
        this.#options.onRequest(method, pathname);
        const fault = this.#options.faults.take(method, pathname);
        response.on('error', () => { });
        request.on('error', () => { });
        if (this.#suffersBefore(fault, request, response))
            return;
        const reply = new Reply(response, fault, this.#options.onHang);
        // What a client sends to find its request again comes back (Dev Center: platform-api-reference#request-id).
        reply.headers['request-id'] = String(request.headers['request-id'] ?? (0,external_node_crypto_.randomUUID)()).slice(0, 200);
        try {
            const [, kind, name = ''] = pathname.split('/');
            const parameters = new URLSearchParams(query);
            if (kind === 'blobs')
                await serveBlob(this.#options.world.store, name, request, reply);
            else if (kind === 'streams')
                this.#stream(name, request, response, fault);
            else if (kind === 'logs')
                this.#logs(name, parameters, request, response);
            else
                await this.#api(method, pathname, parameters, request, reply);
        }
        catch (error) {
            if (response.headersSent)
                return void response.destroy();
            const known = error instanceof ApiError ? error : new ApiError(500, 'server_error', String(error));
            Object.assign(reply.headers, known.headers);
            reply.json(known.status, known.body, known instanceof JsonApiError ? server_JSON_API : undefined);
        }
    }
    /** True where the request is not carried out. */
    #suffersBefore(fault, request, response) {
        switch (fault) {
            case 'reset-before':
                request.socket.destroy();
                return true;
            case 'hang-before':
                request.resume();
                this.#options.onHang();
                return true;
            case '409':
                return server_refuse(request, response, 409, 'conflict', 'Something else is changing this app.');
            case '429':
                return server_refuse(request, response, 429, 'rate_limit', 'Your account reached the API rate limit', {
                    'retry-after': '2'
                });
            case '500-before':
                return server_refuse(request, response, 500, 'server_error', 'Internal server error');
            case '503-before':
                return server_refuse(request, response, 503, 'service_unavailable', 'Try again later');
            default:
                return false;
        }
    }
    async #api(method, path, query, request, reply) {
        const { headers } = request;
        const body = await readBody(request);
        const found = findRoute(method, path);
        if (found?.api !== 'add-on')
            this.#authorize(request);
        if ((found?.api ?? 'platform') === 'platform')
            this.#admit(path, request, reply);
        if (!found)
            throw new ApiError(404, 'not_found', 'The requested API endpoint was not found.');
        const attachFault = path.endsWith('/dynos') ? this.#options.faults.take('RENDEZVOUS', path) : undefined;
        const { params, route, api } = found;
        const answer = await route(this.#options.world, { params, body, query, headers, attachFault });
        // The lists of others have no ranges.
        if (api === 'add-on')
            return reply.json(...answer);
        this.#answer(answer, headers.range, reply, api === 'scheduler' ? server_JSON_API : undefined);
    }
    /** The Platform API alone counts requests, and wants to be told its version. */
    #admit(path, { headers }, reply) {
        const { rateLimit } = this.#options.world;
        if (path !== '/account/rate-limits')
            rateLimit.take();
        reply.headers['ratelimit-remaining'] = String(rateLimit.remaining());
        if (!/application\/vnd\.heroku\+json; ?version=3/.test(headers.accept ?? ''))
            throw new ApiError(406, 'not_acceptable', 'Specify a version in the Accept header, such as version=3.');
    }
    #answer([status, body], range, reply, type) {
        if (!Array.isArray(body))
            return reply.json(status, body, type);
        const { items, next, content } = page(body, range);
        if (next !== undefined)
            reply.headers['next-range'] = next;
        if (content !== undefined)
            reply.headers['content-range'] = content;
        reply.json(next === undefined ? status : 206, items);
    }
    /** `Bearer KEY`, or Basic with the key as password (heroku-client, heroku/cli). */
    #authorize({ headers }) {
        const [scheme = '', given = ''] = (headers.authorization ?? '').split(' ');
        const decoded = Buffer.from(given, 'base64').toString();
        const key = scheme === 'Basic' ? decoded.slice(decoded.indexOf(':') + 1) : given;
        if (key !== this.#options.world.store.state.apiKey)
            throw new ApiError(401, 'unauthorized', 'Invalid credentials provided.');
    }
    #stream(name, request, response, fault) {
        if (!/^[0-9a-f]{40}$/.test(name))
            return void response.writeHead(404).end();
        const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
        if (fault === 'hang-after')
            return this.#options.onHang();
        const cut = fault === 'cut' || fault === 'reset-after';
        if (fault === '500-after' || fault === '503-after')
            return void response.writeHead(Number(fault.slice(0, 3))).end();
        this.#options.outputs.send(name, from, response, cut ? 100 : undefined);
    }
    #logs(appId, query, request, response) {
        const app = this.#options.world.store.app(appId);
        if (!app)
            return void response.writeHead(404).end();
        const { log } = this.#options.world.machines.get(app.name);
        const filter = { source: query.get('source') ?? undefined, dyno: query.get('dyno') ?? undefined };
        const asEvents = (request.headers.accept ?? '').includes('text/event-stream');
        const frame = (line) => (asEvents ? `id: ${(0,external_node_crypto_.randomUUID)()}\ndata: ${line}\n\n` : `${line}\n`);
        response.writeHead(200, { 'content-type': asEvents ? 'text/event-stream' : 'text/plain' });
        response.flushHeaders();
        for (const line of log.last(Number(query.get('lines') ?? 100), filter))
            response.write(frame(line));
        if (query.get('tail') !== 'true')
            return void response.end();
        const stop = log.follow(filter, line => void response.write(frame(line)));
        response.on('close', stop);
    }
}
function server_refuse(request, response, status, id, message, headers = {}) {
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json', 'request-id': (0,external_node_crypto_.randomUUID)(), ...headers });
    response.end(JSON.stringify({ id, message }));
    return true;
}
async function readBody(request) {
    const chunks = [];
    let size = 0;
    for await (const chunk of request) {
        size += chunk.length;
        if (size > LARGEST_BODY)
            throw new ApiError(413, 'too_large', 'The request is too large.');
        chunks.push(chunk);
    }
    const text = Buffer.concat(chunks).toString('utf8');
    if (text === '')
        return {};
    try {
        return (JSON.parse(text) ?? {});
    }
    catch {
        throw new ApiError(400, 'bad_request', 'The request is not valid JSON.');
    }
}

// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(8161);
// EXTERNAL MODULE: external "node:timers/promises"
var external_node_timers_promises_ = __webpack_require__(8500);
;// CONCATENATED MODULE: ./lib/local-heroku/container.js




const LABEL = 'local-heroku';
/**
 * A dyno in a container of the stack's run image, on the network of this machine: it listens where the router asks, and
 * reaches service containers. Rejects where Docker cannot make it.
 */
async function startContainer(image, spec) {
    const { user, run, output } = spec;
    const name = `local-heroku-${(0,external_node_crypto_.randomBytes)(6).toString('hex')}`;
    const owner = `--user=${user.uid}:${user.gid}`;
    const docker = (...args) => run('docker', args, { env: { ...image.dockerEnv } });
    // Values come by the client's environment, so that none is in its arguments. PATH is the image's, as on a dyno.
    const names = Object.keys(spec.vars).filter(name => !['PATH', 'HOME'].includes(name) && !(name in image.dockerEnv));
    const made = await run('docker', [
        'create',
        '--init',
        `--name=${name}`,
        `--label=${LABEL}=${spec.folder}`,
        '--platform=linux/amd64',
        '--network=host',
        '--cap-drop=ALL',
        '--security-opt=no-new-privileges',
        `--mount=type=bind,"source=${spec.home.replaceAll('"', '""')}",target=/app`,
        '--workdir=/app',
        owner,
        '--env=HOME=/app',
        ...names.map(name => `--env=${name}`),
        image.name,
        ...spec.argv
    ], { env: { ...spec.vars, ...image.dockerEnv } });
    if (made.code !== 0)
        throw new Error(`docker create ended with ${made.code}: ${made.stderr.trim().slice(0, 500)}`);
    // A group of its own: what a terminal sends to this process is not for the dyno.
    const child = (0,external_node_child_process_.spawn)('docker', ['start', '--attach', name], {
        env: image.dockerEnv,
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe']
    });
    child.stdout.on('data', output);
    child.stderr.on('data', output);
    let over = false;
    const exited = new Promise(resolve => {
        child.on('error', () => resolve(127));
        child.on('close', code => resolve(code ?? 137));
    }).then(async (code) => {
        over = true;
        await docker('rm', '--force', name);
        return code;
    });
    return {
        exited,
        signal(signal) {
            if (signal === 'SIGKILL')
                return void docker('rm', '--force', name);
            void (async () => {
                // To all its processes, as its own user; again while it is not up yet.
                const kill = `kill -s ${signal.slice(3)} -- -1`;
                while (!over && (await docker('exec', owner, name, 'bash', '-c', kill)).code !== 0)
                    await (0,external_node_timers_promises_.setTimeout)(50);
            })();
        },
        async memory() {
            const { code, stdout } = await docker('top', name, '-eo', 'pid,rss');
            if (code !== 0)
                return undefined;
            const kilobytes = stdout
                .toString()
                .trim()
                .split('\n')
                .slice(1)
                .map(line => Number(line.trim().split(/ +/)[1]));
            return kilobytes.reduce((sum, of) => sum + of, 0) * 1024;
        }
    };
}
/** Ends containers that a local Heroku of the same folder left. */
async function endOldContainers(image, folder, run) {
    const env = { ...image.dockerEnv };
    const { stdout } = await run('docker', ['ps', '--all', '--quiet', `--filter=label=${LABEL}=${folder}`], { env });
    const ids = stdout.toString().split('\n').filter(Boolean);
    if (ids.length > 0)
        await run('docker', ['rm', '--force', ...ids], { env });
}

;// CONCATENATED MODULE: ./lib/local-heroku/host.js







/** Sources what buildpacks left, as a dyno does (Dev Center: profiled), then becomes the command. */
const BOOT = 'cd "$HOME" || exit 1; for f in .profile.d/*.sh; do if [ -f "$f" ]; then . "$f"; fi; done; ' +
    'if [ -f .profile ]; then . ./.profile; fi; exec bash --norc -c "$0"';
/** User of Heroku's images (heroku/base-images). */
const HEROKU_USER = { uid: 1000, gid: 1000 };
/** Dynos as processes of this machine, or in containers of it. Each has a folder of its own with the slug's files. */
function processHost(options) {
    const { folder, run, searchPath, image } = options;
    const user = options.user ?? (image ? containerUser() : undefined);
    const dynos = external_node_path_.join(folder, 'dynos');
    const unpacked = new Map();
    const unpack = async ({ id, file }) => {
        const into = external_node_path_.join(folder, 'slugs', id);
        if ((0,external_node_fs_.existsSync)(into))
            return into;
        await (0,promises_.rm)(`${into}.part`, { recursive: true, force: true });
        await (0,promises_.mkdir)(`${into}.part`, { recursive: true });
        await must(run, 'tar', ['-xzf', file, '-C', `${into}.part`, '--no-same-owner']);
        if (user && process.getuid?.() === 0)
            await must(run, 'chown', ['-hR', `${user.uid}:${user.gid}`, `${into}.part`]);
        await (0,promises_.rename)(`${into}.part`, into);
        return into;
    };
    /** What a local Heroku left here that was killed: its dynos would run beside the new ones. */
    const clear = async () => {
        if (image)
            await endOldContainers(image, folder, run);
        await endProcessesIn(dynos);
        await (0,promises_.rm)(dynos, { recursive: true, force: true });
        await (0,promises_.mkdir)(dynos, { recursive: true });
    };
    let cleared;
    return {
        async start({ name, slug, command, env, output }) {
            await (cleared ??= clear());
            if (!unpacked.has(slug.id))
                unpacked.set(slug.id, unpack(slug));
            const home = external_node_path_.join(dynos, `${name}-${Math.random().toString(36).slice(2)}`);
            // Hard links: a dyno may add and remove files without touching another's, and a copy costs no space.
            await must(run, 'cp', ['-al', external_node_path_.join(await unpacked.get(slug.id), 'app'), home]);
            const vars = { ...env, DYNO: name };
            const running = image
                ? await startContainer(image, {
                    home,
                    argv: argv(command),
                    vars,
                    output,
                    folder,
                    user: user ?? HEROKU_USER,
                    run
                })
                : startProcess(home, argv(command), { PATH: searchPath, ...vars, HOME: home }, output, user);
            void running.exited.then(() => (0,promises_.rm)(home, { recursive: true, force: true }).catch(() => { }));
            return running;
        }
    };
}
function containerUser() {
    const uid = process.getuid?.() ?? 0;
    return uid === 0 ? HEROKU_USER : { uid, gid: process.getgid?.() ?? uid };
}
function argv(command) {
    return ['bash', '--norc', '-c', BOOT, command];
}
/** A process group of its own. */
function startProcess(home, [program, ...args], env, output, user) {
    const child = (0,external_node_child_process_.spawn)(program, args, {
        cwd: home,
        env,
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
        ...user
    });
    child.stdout.on('data', output);
    child.stderr.on('data', output);
    const exited = new Promise(resolve => {
        child.on('error', error => {
            output(Buffer.from(`${error.message}\n`));
            resolve(127);
        });
        child.on('close', (code, signal) => resolve(code ?? 128 + (signal ? external_node_os_.constants.signals[signal] : 0)));
    });
    return {
        exited,
        signal(name) {
            try {
                if (child.pid !== undefined)
                    process.kill(-child.pid, name);
            }
            catch {
                // It has ended already.
            }
        },
        memory: async () => (child.pid === undefined ? undefined : memoryOfGroup(child.pid))
    };
}
async function must(run, program, args) {
    const { code, stderr } = await run(program, args, { env: { PATH: '/usr/local/bin:/usr/bin:/bin' } });
    if (code !== 0)
        throw new Error(`${program} ended with ${code}: ${stderr.trim().slice(0, 500)}`);
}
async function processes() {
    return (await (0,promises_.readdir)('/proc').catch(() => [])).filter(name => /^\d+$/.test(name));
}
/** Resident memory of a process group, from /proc. */
async function memoryOfGroup(group) {
    let pages = 0;
    for (const pid of await processes()) {
        const stat = await (0,promises_.readFile)(`/proc/${pid}/stat`, 'utf8').catch(() => '');
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        if (Number(fields[2]) === group)
            pages += Number(fields[21]);
    }
    return pages * 4096;
}
async function endProcessesIn(folder) {
    for (const pid of await processes()) {
        const at = await (0,promises_.readlink)(`/proc/${pid}/cwd`).catch(() => '');
        if (!at.startsWith(`${folder}/`))
            continue;
        try {
            process.kill(Number(pid), 'SIGKILL');
        }
        catch {
            // It has ended already.
        }
    }
}

;// CONCATENATED MODULE: ./lib/local-heroku/visitor.js

/** Asks a page without pause, one request after the other, as somebody who is on the site would. */
class Visitor {
    #url;
    #host;
    #failures = new Map();
    #requests = 0;
    #slowest = 0;
    #down = 0;
    #downSince;
    #over = false;
    #done;
    constructor(url, host) {
        this.#url = new URL(url);
        this.#host = host;
        this.#done = this.#visit();
    }
    async leave() {
        this.#over = true;
        await this.#done;
        const failed = [...this.#failures.values()].reduce((sum, count) => sum + count, 0);
        if (this.#downSince !== undefined)
            this.#down += performance.now() - this.#downSince;
        return {
            requests: this.#requests,
            failed,
            slowest: this.#slowest,
            down: this.#down,
            failures: [...this.#failures.keys()]
        };
    }
    async #visit() {
        while (!this.#over) {
            const asked = performance.now();
            const answer = await this.#ask();
            const now = performance.now();
            this.#requests++;
            if (answer === '200') {
                this.#slowest = Math.max(this.#slowest, now - asked);
                if (this.#downSince !== undefined)
                    this.#down += now - this.#downSince;
                this.#downSince = undefined;
            }
            else {
                this.#failures.set(answer, (this.#failures.get(answer) ?? 0) + 1);
                this.#downSince ??= asked;
            }
            // A person reads between two pages; it also leaves the processor to the deploy.
            await new Promise(resolve => setTimeout(resolve, 10));
        }
    }
    /** The status, or what went wrong. */
    #ask() {
        return new Promise(resolve => {
            const request = external_node_http_.get(this.#url, { headers: { host: this.#host }, agent: false }, response => {
                response.resume();
                response.on('end', () => resolve(String(response.statusCode)));
                response.on('error', error => resolve(error.message));
            });
            request.on('error', error => resolve(error.message));
        });
    }
}
/** `412 requests, 0 failed, slowest 0.4 s`. */
function describeVisit({ requests, failed, slowest, down, failures }) {
    const counted = `${requests} requests, ${failed} failed, slowest ${(slowest / 1000).toFixed(1)} s`;
    return failed === 0 ? counted : `${counted}, down ${(down / 1000).toFixed(1)} s (${failures.join(', ')})`;
}

;// CONCATENATED MODULE: ./lib/local-heroku/index.js
/**
 * Heroku on this machine: the Platform API, and behind it slugs that are unpacked, processes that run, a router, one-off
 * dynos, release phases. For rehearsals and tests; nothing of it goes to Heroku.
 */



















async function startLocalHeroku(options) {
    const { folder, host, clock, build, onRequest = () => { }, onHang = () => { } } = options;
    const store = new Store(folder);
    const outputs = new Outputs(store);
    const faults = new Faults();
    const rendezvous = await Rendezvous.start(folder);
    const times = { ...HEROKU_TIMES, ...options.times };
    const parts = { store, host, outputs, rendezvous, clock, times };
    const machines = new Map();
    const requests = [];
    const addApp = async (name, stack) => {
        const app = {
            id: (0,external_node_crypto_.randomUUID)(),
            name,
            createdAt: new Date(clock.now()).toISOString(),
            port: 0,
            stack,
            maintenance: false,
            preboot: false,
            configVars: {},
            formation: {},
            slugs: [],
            releases: [],
            builds: [],
            domains: [],
            buildpacks: []
        };
        store.state.apps.push(app);
        machines.set(name, await Machine.start(app, parts));
        machines.get(name).release(null, 'Initial release');
        return app;
    };
    const building = new Map();
    const world = {
        store,
        clock,
        rateLimit: new RateLimit(options.rateLimit ?? HEROKU_RATE_LIMIT, clock),
        machines,
        url: () => server.url,
        addApp,
        startBuild: (app, state, url) => {
            const cancel = new AbortController();
            const done = runBuild(app, state, url, cancel.signal);
            building.set(state.id, { cancel, done });
            void done.then(() => building.delete(state.id));
        },
        cancelBuild: ({ id }) => building.get(id)?.cancel.abort(),
        addonVars: options.addon ?? (() => Promise.resolve(undefined)),
        figures: options.figures ?? (() => Promise.resolve({})),
        jobsLimit: options.jobsLimit ?? 100
    };
    const runBuild = async (app, state, sourceUrl, signal) => {
        outputs.begin(state.output);
        const blob = store.secretName();
        try {
            if (!build)
                throw new Error('This local Heroku has no builder.');
            const write = (text) => outputs.write(state.output, text);
            const details = { buildpacks: state.buildpacks, config: app.configVars, signal };
            const { size, processTypes } = await build(sourceUrl, write, store.blobFile(blob), details);
            signal.throwIfAborted();
            const createdAt = new Date(clock.now()).toISOString();
            const commit = state.version;
            const rest = { checksum: null, commitDescription: null, stack: app.stack, deletedAt: null };
            const slug = { id: (0,external_node_crypto_.randomUUID)(), blob, commit, processTypes, createdAt, size, ...rest };
            const release = machines.get(app.name).releaseSlug(slug, `Deploy ${commit?.slice(0, 8) ?? ''}`);
            state.slugId = slug.id;
            state.releaseId = release.id;
            state.status = 'succeeded';
        }
        catch (error) {
            const reason = error instanceof Error ? error.message : String(error);
            outputs.write(state.output, ` !     ${reason}\n !     Push failed\n`);
            state.status = 'failed';
        }
        store.save();
        outputs.end(state.output);
    };
    const close = async () => {
        await server?.close();
        for (const { cancel } of building.values())
            cancel.abort();
        await Promise.all([...building.values()].map(({ done }) => done));
        await Promise.all([...machines.values()].map(machine => machine.close()));
        await rendezvous.close();
    };
    let server;
    try {
        server = await Server.start({
            port: options.port ?? 0,
            world,
            outputs,
            faults,
            onHang,
            onRequest: (method, path) => {
                requests.push(`${method} ${path}`);
                onRequest(method, path);
            }
        });
        for (const app of store.state.apps)
            machines.set(app.name, await Machine.start(app, parts));
    }
    catch (error) {
        // Such as a port that is taken. What listens already would keep the process going.
        await close();
        throw error;
    }
    return {
        apiUrl: server.url,
        dataUrl: server.url,
        schedulerUrl: server.url,
        cronToGoUrl: server.url,
        advancedSchedulerUrl: server.url,
        rendezvous: rendezvous.url,
        caFile: rendezvous.caFile,
        apiKey: store.state.apiKey,
        faults,
        requests,
        async addApp(name, { stack = 'heroku-24', config = {}, preboot, addons = [] } = {}) {
            const known = store.app(name);
            const app = known ?? (await addApp(name, stack));
            const given = { ...config, ...Object.assign({}, ...addons.map(({ vars }) => vars)) };
            const changed = Object.keys(given).filter(name => app.configVars[name] !== given[name]);
            Object.assign(app.configVars, given);
            app.preboot = preboot ?? app.preboot;
            for (const { plan, vars } of addons) {
                if (!hasAddon(store, app, plan))
                    provision(world, app, plan, vars);
            }
            store.save();
            // What runs already has to learn of it.
            if (known && changed.length > 0)
                configRelease(world, app, `Set ${changed.join(', ')} config vars`);
            return { webUrl: `http://127.0.0.1:${app.port}/` };
        },
        machine: name => machines.get(name),
        runDueJobs: name => runDueJobs(world, store.app(name)),
        setPrebootWindow: milliseconds => void (times.preboot = milliseconds),
        close
    };
}
function hasAddon({ state }, { name }, plan) {
    return state.addons.some(({ app, service }) => app === name && service === plan.split(':')[0]);
}

;// CONCATENATED MODULE: ./lib/commands/rehearse.js














const APP = 'rehearsal';
const STREAMING_APP = 'rehearsal-streaming';
const DOMAIN = 'rehearsal.example';
const DEFAULT_STACK = 'heroku-24';
/**
 * The whole deploy against a Heroku on the runner: the slug really boots with a Postgres and a Redis, migrates from the
 * base branch's schema, and answers; and what a visitor sees of a change-over is counted. Needs no secret.
 */
async function rehearse(context) {
    const { inputs, runtime } = context;
    const own = readConfig(context);
    const config = {
        ...own,
        app: APP,
        streamingApp: own.streamingApp === undefined ? undefined : STREAMING_APP,
        stagingApp: undefined
    };
    requireServices(context);
    const heroku = await runtime.log.group('Local Heroku', () => startHeroku(context, config));
    try {
        const access = { url: heroku.apiUrl, key: heroku.apiKey, ca: await (0,promises_.readFile)(heroku.caFile, 'utf8') };
        const local = {
            ...context,
            inputs: { ...inputs, herokuApiUrl: heroku.apiUrl, streamingSetup: true, builder: 'runner' }
        };
        await deployTo(local, access, config, {
            alter: deployable => withBaseSchema(local, access, deployable),
            afterwards: tools => changeOver(heroku, heroku_connect(local, access, tools.story).app(APP), tools)
        });
    }
    finally {
        await heroku.close();
    }
}
function requireServices({ inputs }) {
    const next = 'Give the job `services:` postgres and redis, and their addresses as `env:` of this step; they must be empty ones for this job alone.';
    const missing = ['DATABASE_URL', 'REDIS_URL'].filter(name => inputs.rehearsal[name] === undefined);
    if (missing.length > 0)
        throw new lib_runtime/* UserError */.yo(`A rehearsal needs ${missing.join(' and ')}`, next);
    for (const [name, url] of Object.entries(inputs.rehearsal)) {
        const host = URL.canParse(url) ? new URL(url).hostname : '';
        // A service is reached on this machine, or by its name. Nobody's real database is to be migrated by a rehearsal.
        if (host === '' || (!(0,lib_runtime/* isLoopback */.U9)(host) && host.includes('.')))
            throw new lib_runtime/* UserError */.yo(`${name} leads to ${host || 'no host'}, which is no service of this job`, next);
    }
}
async function startHeroku(context, config) {
    const { inputs, runtime } = context;
    const { scratch, run, clock, log } = runtime;
    const stack = config.stack ?? DEFAULT_STACK;
    const folder = external_node_path_.join(scratch, 'local-heroku');
    const inContainer = (inputs.buildIn ?? (inputs.hostStack ? 'host' : 'container')) === 'container';
    const image = inputs.runImage ?? imagesFor(stack).run;
    const heroku = await startLocalHeroku({
        folder,
        clock,
        host: processHost({
            folder,
            run,
            searchPath: inputs.searchPath,
            user: requireOtherUser(context, inContainer) ?? undefined,
            image: inContainer ? { name: image, dockerEnv: inputs.dockerEnvironment } : undefined
        })
    });
    await heroku.addApp(APP, { stack, config: { ...rehearse_configVars(), ...inputs.rehearsal } });
    if (config.streamingApp !== undefined) {
        // A service container speaks no TLS; Heroku's Postgres wants it.
        await heroku.addApp(STREAMING_APP, { stack, config: { ...inputs.rehearsal, PGSSLMODE: 'disable' } });
    }
    log.info(`Dynos run ${inContainer ? `in containers of ${image}` : 'as processes of this machine'}`);
    return heroku;
}
/** A dyno of the same user could read the keys of this job in /proc (design, rule 4). */
function requireOtherUser({ inputs }, inContainer) {
    if (inContainer)
        return null;
    const user = otherUser();
    if (user || inputs.secretsHeld.length === 0)
        return user;
    throw new lib_runtime/* UserError */.yo(`The rehearsal cannot run on the host beside ${inputs.secretsHeld.join(', ')}: without root its dynos would run as the same user`, "Use `build-in: container`, or take them out of this job: a rehearsal needs none (github-token: '').");
}
/** What an instance needs to boot (mastodon/mastodon: app.json, .env.production.sample), with secrets for this run alone. */
function rehearse_configVars() {
    const vapid = (0,external_node_crypto_.createECDH)('prime256v1');
    const publicKey = vapid.generateKeys('base64url');
    const secret = () => (0,external_node_crypto_.randomBytes)(32).toString('hex');
    return {
        LOCAL_DOMAIN: DOMAIN,
        RAILS_ENV: 'production',
        NODE_ENV: 'production',
        RAILS_SERVE_STATIC_FILES: 'true',
        RAILS_LOG_TO_STDOUT: 'enabled',
        SECRET_KEY_BASE: secret() + secret(),
        OTP_SECRET: secret(),
        ACTIVE_RECORD_ENCRYPTION_DETERMINISTIC_KEY: secret(),
        ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT: secret(),
        ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY: secret(),
        VAPID_PUBLIC_KEY: publicKey,
        VAPID_PRIVATE_KEY: vapid.getPrivateKey('base64url'),
        REDIS_DRIVER: 'ruby'
    };
}
/** Before the release: the built tree with the base branch's `db/`, whose release phase loads that schema. */
function withBaseSchema(context, access, deployable) {
    const { supply } = deployable;
    if (supply.by !== 'runner')
        throw new Error('a rehearsal builds on the runner');
    const build = async () => {
        const artifacts = await supply.build();
        const { log } = context.runtime;
        await log.group('The base branch’s schema', () => releaseBaseSchema(context, access, artifacts));
        return artifacts;
    };
    // The app was made for this job: what its config lacks says nothing of the real one.
    return { ...deployable, plan: undefined, supply: { by: 'runner', build } };
}
async function releaseBaseSchema(context, access, artifacts) {
    const { log, clock } = context.runtime;
    const base = await rehearse_baseCommit(context);
    if (!base)
        return log.info('This is no pull request, so the database starts empty');
    const web = artifacts.find(({ role }) => role === 'web');
    const { tools, app } = heroku_connect(context, access, new Story(log, clock));
    const file = await repack(context, web.file, base);
    const slug = await shipSlug(app(APP), { ...web, ...file, processTypes: { release: BASE_SCHEMA_COMMAND } }, tools);
    const newest = (await app(APP).releases(1))[0]?.version ?? 0;
    const release = await app(APP).createRelease(slug.id, `Schema of ${base.ref}`, newest);
    await finishRelease(app(APP), release, tools);
}
/**
 * What a visitor sees of a change-over, without preboot and with it: the same slug starts anew under a new release, while
 * somebody asks all the time.
 */
async function changeOver(heroku, app, tools) {
    const { story } = tools;
    await story.step('Change-over', async () => {
        const without = await visitRestart(heroku, app, false, tools);
        // Heroku gives the new dynos three minutes; here, well more than they just took.
        heroku.setPrebootWindow(Math.max(3_000, 3 * without.slowest));
        await visitRestart(heroku, app, true, tools);
    });
}
async function visitRestart(heroku, app, preboot, tools) {
    const { webUrl } = await heroku.addApp(APP, { preboot });
    const visitor = new Visitor(new URL('/health', webUrl).href, DOMAIN);
    let visit;
    try {
        await app.setConfigVars({ REHEARSED_CHANGE_OVER: preboot ? 'with preboot' : 'without preboot' });
        const [release] = await app.releases(1);
        await finishRelease(app, release, tools);
        await waitForDynos(app, release.version, tools);
    }
    finally {
        visit = await visitor.leave();
    }
    tools.story.note(`A visitor, ${preboot ? 'with' : 'without'} preboot: ${describeVisit(visit)}`);
    return visit;
}
async function rehearse_baseCommit({ inputs, runtime }) {
    const { baseRef } = inputs.github;
    if (baseRef === undefined)
        return undefined;
    const { run, signal, log } = runtime;
    try {
        return await resolveCommit({ path: inputs.path, ref: baseRef, run, signal, searchPath: inputs.searchPath });
    }
    catch (error) {
        if (!(error instanceof lib_runtime/* UserError */.yo))
            throw error;
        log.warning(`The base branch ${baseRef} is not in the checkout (fetch-depth: 0 brings it), so the database starts empty`);
        return undefined;
    }
}
/** The slug with another commit's `db/`. */
async function repack({ inputs, runtime }, slug, base) {
    const { run, signal, scratch } = runtime;
    const folder = external_node_path_.join(scratch, 'base');
    const tree = external_node_path_.join(scratch, 'base-source');
    const file = external_node_path_.join(scratch, 'base.tgz');
    await exportTree({ path: inputs.path, commit: base.sha, into: tree, run, signal, searchPath: inputs.searchPath });
    const must = async (program, ...args) => {
        const { code, stderr } = await run(program, args, { env: { PATH: '/usr/local/bin:/usr/bin:/bin' }, signal });
        if (code === 0)
            return;
        throw new lib_runtime/* UserError */.yo(`${program} failed: ${stderr.trim().slice(0, 300)}`, 'Free disk space on the runner.');
    };
    await must('mkdir', '-p', folder);
    await must('tar', '-xzf', slug, '-C', folder);
    await must('rm', '-rf', `${folder}/app/db`);
    await must('cp', '-a', `${tree}/db`, `${folder}/app/db`);
    await must('tar', '-C', folder, '-I', 'gzip -1', '-cf', file, './app');
    await must('rm', '-rf', folder, tree);
    return { file, sha256: '0'.repeat(64) };
}

;// CONCATENATED MODULE: ./lib/commands/rollback.js







/** Brings the last good release's code back, where the database is still one for it. */
async function rollback(context) {
    const { inputs, results } = context;
    const { app: main, streamingApp } = readConfig(context);
    const name = requireApp(main);
    await withStory(context, `Rollback of ${name}`, async ({ app, tools, mask }) => {
        const target = await tools.story.step('Preflight', () => readTarget(app(name), mask, tools));
        const { current, currentSlug } = target;
        const commit = currentSlug?.commit;
        if (!current || !commit) {
            throw new lib_runtime/* UserError */.yo(`Which commit ${name} runs is not known, so whether its migrations can be lived with cannot be told`, 'Roll back by hand (`heroku rollback`), which brings back the old config vars, too.');
        }
        results.output('previous-release-version', current.version);
        const { folder } = await tools.story.step('Source', () => takeSource({ ...context, inputs: { ...inputs, ref: commit } }));
        const trees = { migrations: migrationsOf(folder), versionsAt: (old) => versionsAt(context, old) };
        const { release, commit: old } = await tools.story.step('Rollback', () => bringBack(target, currentSlug.id, trees, inputs.dynoSize, tools));
        results.output('release-version', release.version);
        results.output('rolled-back', true);
        results.output('healthy', true);
        if (streamingApp !== undefined) {
            await tools.story.step('Streaming app', async () => bringStreamingBack(await readTarget(app(streamingApp), mask, tools), old, tools));
        }
        return `${name} runs its earlier code again, as v${release.version}`;
    });
}

;// CONCATENATED MODULE: ./lib/commands/run.js






/**
 * Runs one command in a one-off dyno, its output in the log; without one, the config's tasks that are due. Fails where a
 * command does, or where that is not known.
 */
async function run_run(context) {
    const { run: command, dynoSize: size, timeout: limit, plan } = context.inputs;
    const { app: main, schedule } = readConfig(context);
    const name = requireApp(main);
    if (command === undefined && schedule?.with !== 'github-actions')
        throw nothingToRun(schedule?.with);
    await withStory(context, `Run on ${name}`, async ({ app, tools, mask }) => {
        await tools.story.step('Config', async () => mask(await app(name).configVars()));
        if (command === undefined)
            return runDueTasks(context, app(name), schedule, tools);
        if (plan)
            return `Plan: ${command} would run on ${name}; nothing was run`;
        return tools.story.step('Command', async () => {
            const task = { command, size, limit };
            const outcome = requireSuccess(await runTask(app(name), task, tools), task, app(name));
            tools.story.note(outcome);
            return outcome;
        });
    });
}
function nothingToRun(scheduler) {
    return new lib_runtime/* UserError */.yo(scheduler === undefined
        ? 'There is nothing to run: neither the input `run` nor `schedule:` in the config is there'
        : `There is nothing to run: the tasks of the config are run by ${scheduler}, not by a workflow`, 'Give the input `run`, such as `run: bin/tootctl media remove`; or choose `with: github-actions` for the tasks of the config.');
}

;// CONCATENATED MODULE: ./lib/commands/schedule.js





/** Makes the app's scheduled tasks equal to the config's; `plan` shows the difference only. */
async function schedule(context) {
    const { app: main, schedule } = readConfig(context);
    const name = requireApp(main);
    await withStory(context, `Scheduled tasks of ${name}`, async ({ app, tools, mask }) => {
        if (!schedule || schedule.tasks.length === 0)
            tellStarters(context);
        if (!schedule)
            return `The config has no \`schedule:\`, so the scheduled tasks of ${name} are left alone`;
        if (!schedulers_SCHEDULERS[schedule.with].open) {
            return tools.story.step('Tasks', () => showRecorded(context, name, schedule, tools));
        }
        const tasks = await tools.story.step('Config', () => openTasks(context, app(name), schedule, mask, tools));
        return tools.story.step('Tasks', () => syncTasks(context, app(name), tasks, tools));
    });
}

;// CONCATENATED MODULE: ./lib/commands/index.js











const COMMANDS = {
    build: build_build,
    check: check,
    comment: comment,
    deploy: deploy_deploy,
    migrate: migrate_migrate,
    plan: plan,
    rehearse: rehearse,
    rollback: rollback,
    run: run_run,
    schedule: schedule
};
/** The command of that name. Throws a `UserError` for one that does not exist. */
function findCommand(name) {
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (command)
        return command;
    const known = `Commands of this version: ${Object.keys(COMMANDS).join(', ')}.`;
    throw new lib_runtime/* UserError */.yo(`There is no command "${name}"`, known);
}

;// CONCATENATED MODULE: ./lib/runtime/http.js








const ATTEMPTS = 4;
const http_FIRST_WAIT = 1_000;
const http_LONGEST_WAIT = 60_000;
const http_SILENCE = 60_000;
const MOST_REDIRECTS = 5;
const MOST_JSON = 5_000_000;
/** HTTP on `@actions/http-client`, which knows the runner's proxy variables. */
function createHttp({ signal, wait = waitFor, silence = http_SILENCE }) {
    const client = new lib/* HttpClient */.Qq(`mastodon-on-heroku/${lib_runtime/* VERSION */.xv}`, undefined, {
        allowRedirects: false,
        socketTimeout: silence
    });
    /** Tries again where the answer says that it may help: no answer, 429, 5xx. */
    const patiently = async (work) => {
        for (let attempt = 1;; attempt++) {
            try {
                return await work();
            }
            catch (error) {
                if (signal.aborted)
                    throw new lib_runtime/* CancelledError */.cc('A download');
                if (attempt === ATTEMPTS || !(error instanceof lib_runtime/* HttpError */.j$) || !mayHelp(error))
                    throw error;
                const wanted = error.retryAfter ?? http_FIRST_WAIT * 2 ** (attempt - 1) * (0.75 + Math.random() / 2);
                await wait(Math.min(wanted, http_LONGEST_WAIT), signal);
            }
        }
    };
    return {
        getJson: (url, headers = {}) => patiently(async () => {
            const response = await http_request(client, url, { accept: 'application/json', ...headers }, signal, silence);
            const chunks = [];
            await http_receive(response, url, MOST_JSON, signal, chunk => void chunks.push(chunk));
            try {
                return JSON.parse(Buffer.concat(chunks).toString('utf8'));
            }
            catch (error) {
                throw new lib_runtime/* HttpError */.j$(`${url} did not answer with JSON`, url, response.statusCode, { cause: error });
            }
        }),
        download: (url, file, maxBytes) => patiently(() => http_download(client, url, file, maxBytes, signal, silence))
    };
}
async function http_download(client, url, file, maxBytes, signal, silence) {
    const response = await http_request(client, url, {}, signal, silence);
    const hash = (0,external_node_crypto_.createHash)('sha256');
    const part = `${file}.part`;
    const out = (0,external_node_fs_.createWriteStream)(part);
    try {
        const size = await http_receive(response, url, maxBytes, signal, chunk => void hash.update(chunk), out);
        await (0,promises_.rename)(part, file);
        return { size, sha256: hash.digest('hex') };
    }
    catch (error) {
        await (0,promises_.rm)(part, { force: true });
        throw (0,lib_runtime/* explainDiskFull */.GK)(error, file);
    }
}
/** One GET with its redirects. Resolves with a 200; rejects with an `HttpError`. */
async function http_request(client, url, headers, signal, silence) {
    let at = url;
    for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
        (0,lib_runtime/* requireSafeUrl */.GX)(at);
        const message = await http_send(client, at, headers, signal);
        // The client's own time limit only half-closes the connection once an answer has begun.
        message.setTimeout(silence, () => message.destroy(new Error(`nothing came for ${silence / 1000} s`)));
        const status = message.statusCode ?? 0;
        if (status === 200)
            return message;
        message.resume();
        const location = message.headers.location;
        if (![301, 302, 303, 307, 308].includes(status) || location === undefined) {
            throw new lib_runtime/* HttpError */.j$(`${at} answered ${status} ${message.statusMessage ?? ''}`.trim(), url, status, {
                retryAfter: retryAfter(message)
            });
        }
        const next = new URL(location, at);
        if (at.startsWith('https:') && next.protocol !== 'https:') {
            throw new lib_runtime/* UserError */.yo(`${at} redirects from https to ${next.origin}`, 'A redirect to an unprotected address is not followed. Name the final address.');
        }
        at = next.href;
    }
    throw new lib_runtime/* HttpError */.j$(`${url} redirects too often`, url);
}
async function http_send(client, url, headers, signal) {
    const cancelled = new Promise((_, reject) => {
        const cancel = () => reject(new lib_runtime/* CancelledError */.cc('A download'));
        if (signal.aborted)
            cancel();
        signal.addEventListener('abort', cancel, { once: true });
    });
    try {
        return (await Promise.race([client.get(url, headers), cancelled])).message;
    }
    catch (error) {
        if (error instanceof lib_runtime/* CancelledError */.cc)
            throw error;
        throw new lib_runtime/* HttpError */.j$(`${new URL(url).host} did not answer: ${(0,lib_runtime/* errorText */.kc)(error)}`, url, undefined, { cause: error });
    }
}
/** Reads a body to its end; rejects where it is longer than allowed, or shorter than announced. */
async function http_receive(message, url, maxBytes, signal, look, out) {
    let size = 0;
    const counter = new external_node_stream_.Transform({
        transform(chunk, _encoding, done) {
            size += chunk.length;
            if (size > maxBytes)
                return done(new lib_runtime/* UserError */.yo(`${url} is larger than ${maxBytes} bytes`, 'Check that the address is the right one.'));
            look(chunk);
            done(null, out ? chunk : undefined);
        }
    });
    try {
        await (out ? (0,external_node_stream_promises_.pipeline)(message, counter, out, { signal }) : (0,external_node_stream_promises_.pipeline)(message, counter.resume(), { signal }));
    }
    catch (error) {
        if (error instanceof lib_runtime/* UserError */.yo || isFileError(error))
            throw error;
        throw new lib_runtime/* HttpError */.j$(`The answer of ${url} was cut off: ${(0,lib_runtime/* errorText */.kc)(error)}`, url, undefined, { cause: error });
    }
    const announced = Number(message.headers['content-length'] ?? size);
    if (announced !== size)
        throw new lib_runtime/* HttpError */.j$(`The answer of ${url} was cut off after ${size} of ${announced} bytes`, url);
    return size;
}
function isFileError(error) {
    return ['ENOSPC', 'EDQUOT', 'EACCES', 'ENOENT', 'EROFS'].includes(error.code ?? '');
}
function mayHelp({ status }) {
    return status === undefined || status === 429 || status >= 500;
}
/** Milliseconds of a Retry-After header in seconds. */
function retryAfter({ headers }) {
    const seconds = Number(headers['retry-after']);
    return Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : undefined;
}
async function waitFor(milliseconds, signal) {
    await (0,external_node_timers_promises_.setTimeout)(milliseconds, undefined, { signal }).catch(() => {
        throw new lib_runtime/* CancelledError */.cc('A download');
    });
}

;// CONCATENATED MODULE: ./lib/runtime/run-command.js


/** 128 + 15: what a shell reports for a program that SIGTERM ended. */
const run_command_ENDED = 143;
/**
 * Runs a helper program to its end (`RunCommand`). It is `spawn` and not `@actions/exec`, which hands output over as
 * text (file lists of git are bytes) and cannot be cancelled.
 */
function runCommand(program, args, options = {}) {
    const { cwd, env = {}, input, signal } = options;
    return new Promise((resolve, reject) => {
        const stdout = [];
        const stderr = [];
        const child = (0,external_node_child_process_.spawn)(program, args, { cwd, env, signal, stdio: 'pipe', shell: false });
        child.stdout.on('data', (chunk) => stdout.push(chunk));
        child.stderr.on('data', (chunk) => stderr.push(chunk));
        child.stdin.on('error', () => { }); // a program that ends before it has read all of its input
        child.stdin.end(input);
        child.on('error', (error) => {
            if (signal?.aborted)
                reject(new lib_runtime/* CancelledError */.cc(program));
            else if (error.code === 'ENOENT' || error.code === 'EACCES')
                resolve({ code: 127, stdout: Buffer.alloc(0), stderr: error.message });
            else
                reject(error);
        });
        child.on('close', code => {
            resolve({ code: code ?? run_command_ENDED, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString('utf8') });
        });
    });
}

;// CONCATENATED MODULE: ./lib/runtime/real.js
/** The real things of `Runtime`. */









const systemClock = {
    now: () => Date.now(),
    sleep: async (milliseconds, signal) => {
        await (0,external_node_timers_promises_.setTimeout)(milliseconds, undefined, { signal }).catch(() => {
            throw new lib_runtime/* CancelledError */.cc('Waiting');
        });
    },
    after: (milliseconds, work) => {
        const timer = setTimeout(work, milliseconds);
        return () => clearTimeout(timer);
    }
};
/** Does the work with the real runtime; its scratch folder is gone afterwards. */
async function withRuntime({ log, signal, dist }, work) {
    // With it heroku-client prints whole requests, config vars among them (heroku-client: lib/request.js).
    delete process.env['DEBUG'];
    const scratch = await (0,promises_.mkdtemp)(external_node_path_.join(external_node_os_.tmpdir(), 'mastodon-on-heroku-'));
    try {
        await (0,promises_.chmod)(scratch, 0o711); // the build's user goes through it, and cannot list it
        await work({
            log,
            clock: systemClock,
            run: runCommand,
            http: createHttp({ signal }),
            signal,
            scratch,
            packWorker: new URL('./pack-worker/index.js', dist),
            page: new URL('./page/', dist),
            threads: external_node_os_.availableParallelism()
        });
    }
    finally {
        await (0,lib_runtime/* removeTree */.dM)(scratch);
    }
}

// EXTERNAL MODULE: ./lib/cli/arguments.js
var cli_arguments = __webpack_require__(3814);
// EXTERNAL MODULE: ./lib/cli/errors.js
var errors = __webpack_require__(3467);
// EXTERNAL MODULE: ./lib/cli/commands.js
var commands = __webpack_require__(4710);
;// CONCATENATED MODULE: ./lib/cli/netrc.js


/** No netrc that a person has comes near. */
const netrc_LARGEST = 1_000_000;
/**
 * The password that a netrc file has for a machine; undefined where there is no file, or nothing in it for that machine.
 * The format: ftp(1), "THE .netrc FILE": words in any order, `macdef` to the next empty line. `default` is not asked: a
 * password of any machine is no key of Heroku.
 * @throws UserError for a file that cannot be read, or that ends in the middle
 */
function passwordFor(machine, text) {
    const words = text
        .slice(0, netrc_LARGEST)
        .replace(/^\ufeff/, '')
        .replace(/^\s*macdef\b[^]*?(?:\n[ \t]*\r?\n|$(?![^]))/gm, '')
        .replace(/(^|\s)#.*$/gm, '')
        .split(/\s+/)
        .filter(Boolean);
    let here = false;
    for (let i = 0; i < words.length; i++) {
        const word = words[i];
        if (word === 'default')
            here = false;
        else if (['machine', 'login', 'account', 'password'].includes(word)) {
            const value = words[++i];
            if (value === undefined)
                throw new lib_runtime/* UserError */.yo(`~/.netrc ends behind "${word}"`, 'Mend the file, or set HEROKU_API_KEY.');
            if (word === 'machine')
                here = value === machine;
            else if (word === 'password' && here)
                return value.replace(/^"(.*)"$/, '$1');
        }
    }
    return undefined;
}
/** The text of the file, and whether others than its owner may read it; undefined where there is none. */
function readNetrc(file) {
    try {
        return { text: (0,external_node_fs_.readFileSync)(file, 'utf8'), open: ((0,external_node_fs_.statSync)(file).mode & 0o077) !== 0 };
    }
    catch (error) {
        if ((0,lib_runtime/* errorCode */.CA)(error) === 'ENOENT' || (0,lib_runtime/* errorCode */.CA)(error) === 'ENOTDIR')
            return undefined;
        throw new lib_runtime/* UserError */.yo(`~/.netrc cannot be read: ${(0,lib_runtime/* errorText */.kc)(error)}`, 'Mend its permissions, or set HEROKU_API_KEY.');
    }
}

;// CONCATENATED MODULE: ./lib/cli/keys.js






const HEROKU = 'api.heroku.com';
/**
 * Looks up the keys that a command reads: in the environment, Heroku's also in `~/.netrc`. The key of `~/.netrc` is that
 * of the API which is asked, so that none goes to another one.
 * @throws UserError where a command needs Heroku and there is no key
 */
function findKeys(command, input, env) {
    const wanted = commands/* COMMANDS */.L[command].inputs.filter(name => Object.hasOwn(commands/* KEYS */.R, name));
    const found = new Map();
    for (const name of wanted) {
        const value = commands/* KEYS */.R[name].variables.map(variable => env[variable]).find(Boolean);
        if (value)
            found.set(name, value);
    }
    const netrc = readNetrc(external_node_path_.join(env['HOME'] || external_node_os_.homedir(), '.netrc'));
    const machine = hostOf(input('heroku-api-url')) ?? HEROKU;
    const password = netrc && passwordFor(machine, netrc.text);
    const warnings = [];
    if (wanted.includes('heroku-api-key') && !found.has('heroku-api-key')) {
        if (password === undefined)
            throw noKey(machine);
        found.set('heroku-api-key', password);
        if (netrc?.open)
            warnings.push('Others of this machine may read ~/.netrc, and a key is in it: `chmod 600 ~/.netrc`');
    }
    return { found, beside: password === undefined ? [] : ['~/.netrc'], warnings };
}
function hostOf(url) {
    return URL.canParse(url) ? new URL(url).hostname : undefined;
}
function noKey(machine) {
    return new lib_runtime/* UserError */.yo(`There is no Heroku key: HEROKU_API_KEY is not set, and ~/.netrc has none for ${machine}`, 'Run `heroku login`, or make a key with `heroku authorizations:create --expires-in 2592000` and set HEROKU_API_KEY to it.');
}

;// CONCATENATED MODULE: ./lib/cli/repository.js

/**
 * `owner/name` of the GitHub repository that a checkout belongs to: its remote `origin`, else its only one. Undefined
 * where there is none on `host`.
 */
async function githubRepository(folder, host, run, env) {
    const { code, stdout } = await run('git', ['-C', folder, 'config', '--get-regexp', '^remote\\..*\\.url$'], { env });
    if (code !== 0)
        return undefined;
    const remotes = stdout
        .toString('utf8')
        .split('\n')
        .flatMap(line => {
        const [, name, url] = /^remote\.(.+)\.url (\S+)$/.exec(line) ?? [];
        return name !== undefined && url !== undefined ? [{ name, url }] : [];
    });
    const { url } = remotes.find(({ name }) => name === 'origin') ?? (remotes.length === 1 ? remotes[0] : { url: '' });
    return repository_repositoryOf(url, host);
}
const repository_ADDRESS = /^(?:https?|ssh|git):\/\/(?:[^@/]*@)?(?<at>[^/:]+)(?::\d+)?\/(?<path>.*)$/;
/** As scp writes it. */
const repository_SHORT = /^(?:[^@/:]+@)?(?<at>[^/:]+):(?<path>.*)$/;
/** Of `https://github.com/owner/name.git`, `git@github.com:owner/name`, `ssh://git@github.com/owner/name`. */
function repository_repositoryOf(url, host) {
    const { at, path } = (repository_ADDRESS.exec(url) ?? repository_SHORT.exec(url))?.groups ?? {};
    const [, name] = /^\/?([\w.-]{1,100}\/[\w.-]{1,100}?)(?:\.git)?\/?$/.exec(path ?? '') ?? [];
    return at?.toLowerCase() === host ? name : undefined;
}

// EXTERNAL MODULE: ./node_modules/marked/lib/marked.esm.js
var marked_esm = __webpack_require__(8022);
// EXTERNAL MODULE: ./node_modules/string-width/index.js + 6 modules
var string_width = __webpack_require__(4292);
// EXTERNAL MODULE: ./lib/cli/terminal/escapes.js
var escapes = __webpack_require__(3891);
// EXTERNAL MODULE: ./lib/cli/terminal/style.js
var style = __webpack_require__(3386);
;// CONCATENATED MODULE: ./lib/cli/terminal/markdown.js




/** Columns that the last one of a table keeps. */
const NARROWEST = 32;
/** GitHub's Markdown, as far as summaries use it, for a terminal. */
function markdown_renderMarkdown(markdown, options) {
    const renderer = new Renderer(options);
    renderer.blocks((0,marked_esm/* lexer */.lu)((0,escapes/* withoutEscapes */.L)(markdown)), '');
    return renderer;
}
class Renderer {
    lines = [];
    folded = [];
    #paint;
    #width;
    #full;
    /** Folds that are open around what comes next, the shown ones and the others. */
    #folds = [];
    constructor({ paint, width, full }) {
        this.#paint = paint;
        this.#width = width;
        this.#full = full;
    }
    blocks(tokens, indent) {
        for (const token of tokens) {
            if (token.type === 'html')
                this.#html(token.text, indent);
            else if (!this.#folds.includes(false))
                this.#block(token, indent);
        }
    }
    #block(token, indent) {
        const add = (...lines) => void this.lines.push(...lines.map(line => indent + line));
        switch (token.type) {
            case 'heading':
                add(this.#paint('bold', this.#inline(token.tokens)), '');
                break;
            case 'paragraph':
                add(...this.#inline(token.tokens).split('\n'), '');
                break;
            case 'text':
                add(...this.#inline(token.tokens ?? [token]).split('\n'));
                break;
            case 'list':
                for (const [i, item] of token.items.entries())
                    this.#item(item, i, token, indent);
                add('');
                break;
            case 'blockquote':
                this.#quote(token, indent);
                break;
            case 'code':
                add(...token.text.split('\n').map(line => `  ${line}`), '');
                break;
            case 'table':
                add(...this.#table(token), '');
                break;
        }
    }
    /** `<details><summary>…`, whose content comes as blocks of its own, and its end. */
    #html(html, indent) {
        for (const [tag, open, summary] of html.matchAll(/<details( open)?>(?:\s*<summary>(.*?)<\/summary>)?|<\/details>/g)) {
            if (tag === '</details>') {
                this.#folds.pop();
                continue;
            }
            const title = this.#decode((summary ?? '').replace(/<[^>]*>/g, ''));
            const shown = this.#full || open !== undefined;
            if (!this.#folds.includes(false)) {
                if (shown)
                    this.lines.push(indent + this.#paint('bold', title), '');
                else
                    this.folded.push(title);
            }
            this.#folds.push(shown);
        }
    }
    #item(item, index, { ordered, start }, indent) {
        const mark = ordered ? `${Number(start || 1) + index}. ` : '- ';
        const first = this.lines.length;
        this.blocks(item.tokens, indent + ' '.repeat(mark.length));
        const line = this.lines[first];
        if (line !== undefined)
            this.lines[first] = indent + mark + line.slice(indent.length + mark.length);
    }
    /** `> [!WARNING]` is GitHub's for a quote with a title. */
    #quote({ tokens, text }, indent) {
        const [, kind] = /^\[!([A-Z]+)\]/.exec(text) ?? [];
        const first = this.lines.length;
        const margin = `${indent}${this.#paint('dim', '│')} `;
        this.blocks(kind === undefined ? tokens : (0,marked_esm/* lexer */.lu)(text.replace(/^\[!.*\]\s*/, '')), margin);
        while (this.lines.at(-1) === margin)
            this.lines.pop();
        this.lines.push('');
        if (kind === undefined)
            return;
        const title = `${kind.charAt(0)}${kind.slice(1).toLowerCase()}`;
        this.lines.splice(first, 0, `${indent}${this.#paint(kind === 'NOTE' ? 'cyan' : 'yellow', title)}`);
    }
    /** The last column is broken between words where the terminal is too narrow for it. */
    #table({ header, rows, align }) {
        const cells = [header, ...rows].map(row => row.map(cell => this.#inline(cell.tokens).split('\n')));
        const last = header.length - 1;
        const widths = header.map((_, column) => Math.max(...cells.map(row => Math.max(...row[column].map(line => (0,string_width/* default */.A)(line))))));
        const room = Math.max(NARROWEST, this.#width - widths.slice(0, last).reduce((sum, width) => sum + width + 2, 0));
        return cells.flatMap((row, i) => {
            const broken = row.map((lines, column) => (column === last ? lines.flatMap(line => (0,style/* wrap */.L)(line, room)) : lines));
            const height = Math.max(...broken.map(lines => lines.length));
            return Array.from({ length: height }, (_, at) => {
                const line = broken.map((lines, column) => pad(lines[at] ?? '', widths[column], align[column])).join('  ');
                return i === 0 ? this.#paint('dim', line.trimEnd()) : line.trimEnd();
            });
        });
    }
    #inline(tokens) {
        let code = false;
        return tokens
            .map(token => {
            if (token.type === 'html') {
                const { text } = token;
                if (/^<\/?code>$/.test(text))
                    code = text === '<code>';
                return /^<br\s*\/?>$/.test(text) ? '\n' : text === '<sup>' ? '^' : '';
            }
            const text = this.#span(token);
            return code ? this.#paint('cyan', text) : text;
        })
            .join('');
    }
    #span(token) {
        switch (token.type) {
            case 'strong':
                return this.#paint('bold', this.#inline(token.tokens));
            case 'em':
            case 'del':
                return this.#inline(token.tokens);
            case 'codespan':
                return this.#paint('cyan', this.#decode(token.text));
            case 'br':
                return '\n';
            case 'link': {
                const { tokens, href } = token;
                const text = this.#inline(tokens);
                return text === href ? href : `${text} (${(0,escapes/* withoutEscapes */.L)(href)})`;
            }
            default:
                return this.#decode('text' in token ? token.text : token.raw);
        }
    }
    /** The entities that summaries use; what they stand for is hostile, too. */
    #decode(text) {
        const names = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
        const decoded = text.replace(/&(?:#(\d{1,7})|(\w+));/g, (whole, number, name) => {
            if (name !== undefined)
                return names[name] ?? whole;
            const point = Number(number);
            return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
        });
        return (0,escapes/* withoutEscapes */.L)(decoded).replaceAll('\u200b', '');
    }
}
function pad(text, width, align) {
    const space = ' '.repeat(Math.max(0, width - (0,string_width/* default */.A)(text)));
    return align === 'right' ? space + text : text + space;
}

;// CONCATENATED MODULE: ./lib/cli/terminal/screen.js

const FRAMES = [...'⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'];
const FRAME_EVERY = 100;
/** Lines for a person, and below them one that shows what is going on, where the terminal can. */
class Screen {
    paint;
    lively;
    #output;
    #redact;
    #status;
    #timer;
    #frame = 0;
    constructor(output, { lively, redact }) {
        this.#output = output;
        this.#redact = redact;
        this.lively = lively;
        this.paint = (0,style/* painter */.C)(lively);
    }
    /** Columns of the terminal; 80 where there is none. */
    get width() {
        return this.#output.columns || 80;
    }
    /** Writes whole lines. */
    line(text) {
        this.#erase();
        this.#output.write(`${this.#redact(text)}\n`);
        this.#draw();
    }
    /** Shows what is going on until it is called again; `undefined` shows nothing. The cursor is hidden meanwhile. */
    status(text) {
        this.#erase();
        if (this.lively && !text !== !this.#status)
            this.#output.write(text ? '\x1b[?25l' : '\x1b[?25h');
        this.#status = text;
        clearInterval(this.#timer);
        if (!this.lively || text === undefined)
            return;
        this.#draw();
        this.#timer = setInterval(() => {
            this.#erase();
            this.#frame++;
            this.#draw();
        }, FRAME_EVERY);
        this.#timer.unref();
    }
    #erase() {
        if (this.lively && this.#status)
            this.#output.write('\r\x1b[2K');
    }
    /** A line too long is cut by the terminal instead of going on in the next. */
    #draw() {
        if (!this.lively || !this.#status)
            return;
        const spinner = this.paint('cyan', FRAMES[this.#frame % FRAMES.length]);
        this.#output.write(`\x1b[?7l${spinner} ${this.#redact(this.#status())}\x1b[?7h`);
    }
}

;// CONCATENATED MODULE: ./lib/cli/results.js




/** What a command found out, kept until its end, and its secrets. */
class TerminalResults {
    outputs = {};
    #secrets = new Set();
    #summary = '';
    output = (name, value) => {
        this.outputs[name] = value;
    };
    mask = (secret) => {
        // The lines of a secret stand in lines of their own wherever it is printed.
        for (const line of secret.split(/\r?\n/))
            if (line.trim() !== '')
                this.#secrets.add(line);
    };
    /** The longest first: one may hold another. */
    redact = (text) => [...this.#secrets]
        .sort((a, b) => b.length - a.length)
        .reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
    summary = (markdown) => {
        this.#summary += `${markdown}\n`;
        return Promise.resolve();
    };
    /** Shows the summary, and the outputs behind it. */
    show(screen, { full, outputs }) {
        const { lines, folded } = markdown_renderMarkdown(this.#summary, { paint: screen.paint, width: screen.width, full });
        if (lines.length > 0)
            screen.line('');
        for (const line of lines)
            screen.line(line);
        if (folded.length > 0)
            screen.line(`${screen.paint('dim', `With --full also: ${folded.join(', ')}`)}\n`);
        // The report as Markdown is the summary once more; --json has it.
        const rows = Object.entries(this.outputs).filter(([name]) => name !== 'comment-body');
        if (!outputs || rows.length === 0)
            return;
        const longest = Math.max(...rows.map(([name]) => name.length));
        screen.line(screen.paint('bold', 'Outputs'));
        for (const [name, value] of rows)
            screen.line(`  ${name.padEnd(longest)}  ${(0,escapes/* withoutEscapes */.L)(String(value))}`);
    }
}

// EXTERNAL MODULE: ./lib/cli/stop.js
var cli_stop = __webpack_require__(100);
;// CONCATENATED MODULE: ./lib/cli/terminal/log.js




const BAR = 24;
/** Characters of others that are held back until their line ends. */
const LONGEST_LINE = 65_536;
/** The log of a command on a terminal: groups are indented under their title, and the last open one is seen to run. */
function terminalLog(screen, clock) {
    const { paint } = screen;
    const groups = [];
    const say = (text) => {
        for (const line of text.split('\n'))
            screen.line('  '.repeat(groups.length) + line);
    };
    const showStatus = () => {
        const group = groups.at(-1);
        screen.status(group && (() => statusOf(screen, group, clock.now())));
    };
    return {
        info: line => say((0,escapes/* withoutEscapes */.L)(line)),
        warning: line => say(`${paint('yellow', 'Warning:')} ${(0,escapes/* withoutEscapes */.L)(line)}`),
        error: line => say(`${paint('red', 'Error:')} ${(0,escapes/* withoutEscapes */.L)(line)}`),
        group: async (title, work) => {
            const group = { title: (0,escapes/* withoutEscapes */.L)(title), started: clock.now() };
            say(paint('bold', group.title));
            groups.push(group);
            showStatus();
            const close = (mark) => {
                say(`${mark} ${paint('dim', (0,lib_runtime/* duration */.p0)(clock.now() - group.started))}`);
                groups.splice(groups.indexOf(group), 1);
                showStatus();
            };
            try {
                const result = await work();
                close(paint('green', '✔'));
                return result;
            }
            catch (error) {
                close(paint('red', '✖'));
                throw error;
            }
        },
        progress: (done, total) => {
            const group = groups.at(-1);
            if (!screen.lively || !group)
                return say(`${(0,lib_runtime/* megabytes */.ix)(done)} of ${(0,lib_runtime/* megabytes */.ix)(total)}`);
            group.transfer = done < total ? { done, total } : undefined;
            showStatus();
        },
        fence: () => openFence(text => {
            // A carriage return in it has become another line, which is theirs as well.
            for (const line of (0,escapes/* withoutEscapes */.L)(text, screen.lively).split('\n'))
                say(`${paint('dim', '│')} ${line}`);
        })
    };
}
function statusOf({ paint }, { title, started, transfer }, now) {
    const time = paint('dim', (0,lib_runtime/* duration */.p0)(now - started));
    if (!transfer)
        return `${title} ${time}`;
    const { done, total } = transfer;
    const full = Math.floor((BAR * done) / total);
    const bar = paint('cyan', '━'.repeat(full)) + paint('dim', '━'.repeat(BAR - full));
    return `${title} ${bar} ${Math.floor((100 * done) / total)} % of ${(0,lib_runtime/* megabytes */.ix)(total)} ${time}`;
}
/** The output of others, a line at a time: each is marked as theirs, and a secret cannot hide between two pieces. */
function openFence(say) {
    const decoder = new external_node_string_decoder_.StringDecoder('utf8');
    let held = '';
    const take = (text) => {
        const lines = (held + text).split('\n');
        held = lines.pop() ?? '';
        for (const line of lines)
            say(line.replace(/\r$/, ''));
        if (held.length > LONGEST_LINE) {
            say(held);
            held = '';
        }
    };
    return {
        write: chunk => take(decoder.write(chunk)),
        close: () => {
            take(decoder.end());
            if (held !== '')
                say(held);
            held = '';
        }
    };
}

;// CONCATENATED MODULE: ./lib/cli/run.js











/** Runs a command as the action does, with flags for its inputs. Returns the exit code. */
async function run_runCommand(command, line, { lively, stop, dist }) {
    const results = new TerminalResults();
    const { redact } = results;
    const screen = new Screen(line.json ? process.stderr : process.stdout, { lively, redact });
    const log = terminalLog(screen, systemClock);
    stop.onFirst = () => log.info('Stopping, and clearing away. Ctrl-C again stops at once.');
    // Also where the second Ctrl-C ends it at once.
    process.once('exit', () => screen.status(undefined));
    const finish = () => {
        screen.status(undefined);
        results.show(screen, { full: line.full, outputs: !line.json });
        if (line.json)
            process.stdout.write(`${JSON.stringify(results.outputs, (_, value) => (typeof value === 'string' ? redact(value) : value), 2)}\n`);
    };
    try {
        const flag = name => line.values.get(name) ?? '';
        const keys = findKeys(command, flag, process.env);
        const input = name => (name === 'command' ? command : (keys.found.get(name) ?? flag(name)));
        for (const secret of (0,lib_config/* secretsOf */.Fj)(input, process.env))
            results.mask(secret);
        for (const warning of keys.warnings)
            log.warning(warning);
        const inputs = await inputsOf(input, keys);
        await withRuntime({ log, signal: stop.signal, dist }, runtime => findCommand(command)({ inputs, results, runtime }));
        finish();
        return 0;
    }
    catch (error) {
        finish();
        const { lines, exitCode } = (0,errors/* tellError */.S)(error, screen.paint);
        process.stderr.write(`${redact(lines.join('\n'))}\n`);
        return stop.exitCode ?? exitCode;
    }
}
/** As of a job, but that the repository is the checkout's. */
async function inputsOf(input, { beside }) {
    const inputs = (0,lib_config/* readInputs */.Ko)(input, process.env);
    const { github, path, searchPath } = inputs;
    const host = URL.canParse(github.serverUrl) ? new URL(github.serverUrl).hostname : '';
    const repository = github.repository ?? (await githubRepository(path, host, runCommand, { PATH: searchPath }));
    return { ...inputs, github: { ...github, repository }, secretsHeld: [...inputs.secretsHeld, ...beside] };
}


/***/ })

};
