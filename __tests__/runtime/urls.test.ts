import { describe, expect, it } from '@jest/globals'
import { isLoopback, requireSafeUrl, UserError } from '../../src/runtime/index.ts'

describe('addresses', () => {
  it.each(['https://example.com/', 'http://127.0.0.1:1/', 'http://localhost/', 'http://[::1]/'])('%s is safe', url => {
    expect(() => requireSafeUrl(url)).not.toThrow()
  })
  it.each([
    'http://example.com/',
    'ftp://127.0.0.1/',
    'http://127.0.0.1.example.com/',
    'file:///etc/passwd',
    'nonsense'
  ])('%s is not', url => {
    expect(() => requireSafeUrl(url)).toThrow(UserError)
  })
  it('knows this machine', () => {
    expect(['127.9.9.9', 'localhost', '[::1]', '10.0.0.1', 'localhost.evil'].map(isLoopback)).toEqual([
      true,
      true,
      true,
      false,
      false
    ])
  })
})
