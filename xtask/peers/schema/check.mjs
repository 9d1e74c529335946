// Validates cases by the package `ajv`, in its strictest mode: `check.mjs SCHEMA CASES` prints a line `true` or `false` for each line.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const require = createRequire(pathToFileURL(process.cwd() + '/'))
const Ajv = require('ajv/dist/2020').default
const [schema, cases] = process.argv.slice(2).map(path => readFileSync(path, 'utf8'))
const ajv = new Ajv({ strict: true, strictTypes: true, strictTuples: true, strictRequired: true, validateFormats: false })
const validate = ajv.compile(JSON.parse(schema))
for (const line of cases.trimEnd().split('\n')) console.log(validate(JSON.parse(line).document))
