require('./start.cjs')
