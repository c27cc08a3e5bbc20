// Asks @cloud-copilot/iam-simulate for its decision on every case: `node driver.mjs FOLDER < cases.json > answers.json`.
// FOLDER holds the node_modules it is installed in. Only its documented entry point, runSimulation, is used.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'

const require = createRequire(join(resolve(process.argv[2]), 'package.json'))
const { anonymousPrincipal, runSimulation } = require('@cloud-copilot/iam-simulate')

const named = (kind, list) => list.map((policy, i) => ({ name: `${kind}${i}`, policy }))
const levels = (list) => list.map((l) => ({ orgIdentifier: l.target, policies: named('p', l.policies) }))

const simulation = ({ request, policies }) => ({
  request: {
    principal: typeof request.principal === 'string' ? request.principal : anonymousPrincipal,
    action: request.action,
    resource: { resource: request.resource, accountId: request.resource_account },
    contextVariables: request.context,
  },
  identityPolicies: named('identity', policies.identity),
  serviceControlPolicies: levels(policies.scp),
  resourceControlPolicies: levels(policies.rcp),
  ...(policies.resource ? { resourcePolicy: policies.resource } : {}),
  ...(policies.boundary ? { permissionBoundaryPolicies: named('boundary', policies.boundary) } : {}),
  ...(policies.session ? { sessionPolicy: policies.session } : {}),
  ...(policies.vpc_endpoint ? { vpcEndpointPolicies: named('endpoint', policies.vpc_endpoint) } : {}),
})

const answers = []
for (const found of JSON.parse(readFileSync(0, 'utf8'))) {
  const told = await runSimulation(simulation(found), {})
  answers.push({
    decision: told.overallResult ?? null,
    errors: told.resultType === 'error' ? told.errors : null,
    ignored: told.resultType === 'single' ? told.result.ignoredContextKeys : [],
  })
}
process.stdout.write(JSON.stringify(answers))
