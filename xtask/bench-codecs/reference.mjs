// Measures the reference implementation of TOON on the samples in a folder, in which it is installed.
//
//   node reference.mjs FOLDER ROUNDS
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const [folder, rounds] = process.argv.slice(2)
const require = createRequire(pathToFileURL(join(resolve(folder), 'package.json')))
const { encode, decode } = await import(pathToFileURL(require.resolve('@toon-format/toon')))
const { version } = JSON.parse(readFileSync(join(folder, 'node_modules/@toon-format/toon/package.json'), 'utf8'))

const measure = (metric, bytes, work) => {
  work()
  for (let round = 0; round < Number(rounds); round++) {
    const start = process.hrtime.bigint()
    work()
    const seconds = Number(process.hrtime.bigint() - start) / 1e9
    const value = Math.round(bytes / 1e5 / seconds) / 10
    console.log(JSON.stringify({ bench: 'toon', subject: '@toon-format/toon', version, metric, unit: 'MB/s', value }))
  }
}

for (const sample of ['uniform', 'nested']) {
  const json = readFileSync(join(folder, `${sample}.json`), 'utf8')
  const toon = readFileSync(join(folder, `${sample}.toon`), 'utf8')
  const value = JSON.parse(json)
  if (encode(value) !== toon) throw new Error(`${sample}: the reference writes something else`)
  if (JSON.stringify(decode(toon)) !== JSON.stringify(value)) throw new Error(`${sample}: the reference reads something else`)
  measure(`${sample}.encode`, Buffer.byteLength(json), () => encode(value))
  measure(`${sample}.decode`, Buffer.byteLength(toon), () => decode(toon))
}
