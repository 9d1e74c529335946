// Compares our TOON with the reference implementation, in both directions.
//
//   npm install @toon-format/toon@4.4.0
//   node core/wire/tests/peers/toon.mjs PEER [VALUES] [MUTATIONS] [SEED]
//
// PEER is the built example `toon_peer`. Each difference is printed; the last line counts them.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const require = createRequire(pathToFileURL(process.cwd() + '/'))
const { encode, decode } = await import(pathToFileURL(require.resolve('@toon-format/toon')))
const [peer, values = '100000', mutations = '100000', seed = '1'] = process.argv.slice(2)

// A small generator with a seed, so that a difference can be seen again.
let state = BigInt(seed) * 0x9e3779b97f4a7c15n & (2n ** 64n - 1n)
const random = () => {
  state ^= state << 13n & (2n ** 64n - 1n); state ^= state >> 7n; state ^= state << 17n & (2n ** 64n - 1n)
  return Number(state >> 11n) / 2 ** 53
}
const below = n => Math.floor(random() * n)
const pick = list => list[below(list.length)]

const words = ['', ' ', 'a', 'name', 'x y', 'true', 'false', 'null', '1', '-1', '05', '1e5', '+5', '.5', '1.', '-', '- a', '#', '#a', 'a:b', 'a,b', 'a|b',
  'a\tb', '[', ']', '{', '}', '[3]', '[]', '{}', '"', '\\', 'é', '\u{1f600}', '\u00a0', ' a', 'a ', '\ufeffx', 'line\nbreak', '\r', '\u0001', 'a.b', '2key', 'key with space', 'k"q', '\u2028', '\u007f', 'Infinity']
const double = new Float64Array(1)
const bits = new BigUint64Array(double.buffer)
const number = () => {
  switch (below(6)) {
    case 0: return below(100)
    case 1: return -below(1000) / 8
    case 2: bits[0] = BigInt(below(2 ** 32)) << 32n | BigInt(below(2 ** 32)); return Number.isFinite(double[0]) ? double[0] : 0
    case 3: return 2 ** below(80) * (random() < 0.5 ? -1 : 1)
    case 4: return random() * 10 ** (below(40) - 20)
    default: return pick([0, -0, 1e21, 1e-7, 1e-6, 999999999999999900000, 2 ** 53, 0.1, 123456789.25])
  }
}
const primitive = () => pick([() => pick(words), () => pick(words) + pick(words), number, number, () => random() < 0.5, () => null])()
const key = () => (random() < 0.7 ? pick(['a', 'b', 'c', 'id', 'name', 'x_1', 'a.b']) : pick(words))
const object = (depth, size = below(4)) => Object.fromEntries(Array.from({ length: size }, () => [key(), value(depth - 1)]))
const alike = (depth, count) => {
  const keys = [...new Set(Array.from({ length: 1 + below(3) }, key))]
  const nested = random() < 0.3 ? alike(depth - 1, count) : null
  return Array.from({ length: count }, (_, at) => {
    const entries = keys.map(name => [name, primitive()])
    if (nested) entries.push(['group', nested[at]])
    if (random() < 0.2) entries.reverse()
    if (random() < 0.03) entries.pop()
    if (random() < 0.03) entries.push(['extra', value(depth - 1)])
    return Object.fromEntries(entries)
  })
}
const value = depth => {
  if (depth <= 0) return primitive()
  switch (below(8)) {
    case 0: case 1: return primitive()
    case 2: return Array.from({ length: below(4) }, primitive)
    case 3: return Array.from({ length: below(4) }, () => value(depth - 1))
    case 4: return alike(depth, 1 + below(3))
    case 5: return Object.fromEntries(alike(depth, 1 + below(3)).map(entry => [key(), entry]))
    default: return object(depth)
  }
}
const mutate = text => {
  const lines = text.split('\n')
  for (let times = 1 + below(2); times > 0; times--) {
    const at = below(lines.length)
    switch (below(9)) {
      case 0: lines.splice(at, 1); break
      case 1: lines.splice(at, 0, lines[below(lines.length)] ?? ''); break
      case 2: lines.splice(at, 0, pick(['', '  ', '# note', '  # note'])); break
      case 3: lines[at] = ' '.repeat(below(5)) + (lines[at] ?? '').trimStart(); break
      case 4: lines[at] = ' ' + (lines[at] ?? ''); break
      default: {
        const line = [...(lines[at] ?? '')]
        const place = below(line.length + 1)
        const sign = pick([...',:|"\\[]{}-# 0123e.+\t', 'u0041', '\r', '[]', ': ', 'true', '\ufeff'])
        random() < 0.5 ? line.splice(place, 0, sign) : line.splice(place, 1)
        lines[at] = line.join('')
      }
    }
  }
  return lines.join('\n')
}

const child = spawn(peer, [], { stdio: ['pipe', 'pipe', 'inherit'] })
const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
const ask = async questions => {
  child.stdin.write(questions.map(question => JSON.stringify(question) + '\n').join(''))
  const found = []
  for (const _ of questions) found.push(JSON.parse((await answers.next()).value))
  return found
}
// JSON has no minus zero; the reference keeps it in a value that it decodes.
const shown = found => JSON.stringify(found, (_, item) => (Object.is(item, -0) ? 0 : item))

let asked = 0
let differences = 0
const differ = (what, question, theirs, ours) => {
  differences += 1
  if (differences <= 40) console.log(`${what}\n  asked  ${JSON.stringify(question)}\n  theirs ${theirs}\n  ours   ${ours}`)
}
const compareValues = async count => {
  const delimiters = Array.from({ length: count }, () => pick([',', ',', '\t', '|']))
  const inputs = delimiters.map(() => JSON.parse(JSON.stringify(value(4))))
  const texts = inputs.map((input, at) => encode(input, { delimiter: delimiters[at] }))
  const written = await ask(inputs.map((input, at) => ({ encode: input, delimiter: delimiters[at] })))
  written.forEach((answer, at) => answer.text === texts[at] || differ('encode', inputs[at], JSON.stringify(texts[at]), JSON.stringify(answer.text)))
  const read = await ask(texts.map(text => ({ decode: text })))
  read.forEach((answer, at) => shown(answer.value) === shown(decode(texts[at])) || differ('decode', texts[at], shown(decode(texts[at])), shown(answer)))
  asked += count
  return texts
}
const compareMutations = async texts => {
  const questions = texts.map(text => ({ decode: mutate(text), strict: random() < 0.6 }))
  const found = await ask(questions)
  questions.forEach((question, at) => {
    let theirs
    try { theirs = shown(decode(question.decode, { strict: question.strict })) } catch { theirs = 'refused' }
    const ours = 'error' in found[at] ? 'refused' : shown(found[at].value)
    // The reference overlooks a repeated field whose name is empty.
    if (found[at].error === 'toon_duplicate_key' && question.decode.includes('""')) return
    if (ours !== theirs) differ(question.strict ? 'strict' : 'lenient', question.decode, theirs, `${ours} ${found[at].error ?? ''}`)
  })
  asked += questions.length
}
const chunk = 500
let left = Number(mutations)
for (let done = 0; done < Number(values) || left > 0; done += chunk) {
  const texts = await compareValues(chunk)
  if (left > 0) await compareMutations(texts)
  left -= chunk
}
child.stdin.end()
console.log(`${asked} compared, ${differences} differences`)
process.exitCode = differences === 0 ? 0 : 1
