import { Names } from '../types.bicep'

param names Names

@description('People, groups and services that read the call records.')
param readerPrincipalIds string[]

// Why each: docs/deployment.md. The ids: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
// and https://learn.microsoft.com/azure/cosmos-db/nosql/reference-data-plane-roles.
var roles = {
  storage: [
    'b7e6dc6d-f1e8-4753-8033-0f276bb0955b' // Storage Blob Data Owner
    '974c5e8b-45b9-4653-ba55-5f855dd0fb88' // Storage Queue Data Contributor
    '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3' // Storage Table Data Contributor
  ]
  applicationInsights: '3913510d-42f4-4e42-8a64-420c390055eb' // Monitoring Metrics Publisher
  cosmosWriter: '00000000-0000-0000-0000-000000000002' // Cosmos DB Built-in Data Contributor
  cosmosReader: '00000000-0000-0000-0000-000000000001' // Cosmos DB Built-in Data Reader
}

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: names.identity
}

resource storage 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: names.storageAccount
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: names.applicationInsights
}

resource cosmos 'Microsoft.DocumentDB/databaseAccounts@2025-10-15' existing = {
  name: names.cosmosAccount
}

resource storageRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in roles.storage: {
    name: guid(storage.id, identity.id, role)
    scope: storage
    properties: {
      principalId: identity.properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    }
  }
]

resource telemetryRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, identity.id, roles.applicationInsights)
  scope: insights
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.applicationInsights)
  }
}

resource cosmosWriter 'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments@2025-10-15' = {
  parent: cosmos
  name: guid(cosmos.id, identity.id, roles.cosmosWriter)
  properties: {
    principalId: identity.properties.principalId
    roleDefinitionId: '${cosmos.id}/sqlRoleDefinitions/${roles.cosmosWriter}'
    scope: '${cosmos.id}/dbs/${names.cosmosDatabase}'
  }
}

// Cosmos DB takes these one at a time.
@batchSize(1)
resource cosmosReaders 'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments@2025-10-15' = [
  for reader in readerPrincipalIds: {
    parent: cosmos
    name: guid(cosmos.id, reader, roles.cosmosReader)
    properties: {
      principalId: reader
      roleDefinitionId: '${cosmos.id}/sqlRoleDefinitions/${roles.cosmosReader}'
      scope: '${cosmos.id}/dbs/${names.cosmosDatabase}'
    }
    dependsOn: [cosmosWriter]
  }
]
