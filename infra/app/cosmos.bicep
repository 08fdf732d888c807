import { CosmosAutoscale, Names, RetentionDays, Tags } from '../types.bicep'

param names Names
param location string
param tags Tags
param publicAccess bool
param autoscale CosmosAutoscale?
param backupTier string
param retentionDays RetentionDays
param locked bool

var containers = items(loadJsonContent('../cosmos-containers.json'))
var secondsOfDay = 86400

resource account 'Microsoft.DocumentDB/databaseAccounts@2025-10-15' = {
  name: names.cosmosAccount
  location: location
  tags: tags
  kind: 'GlobalDocumentDB'
  properties: {
    databaseAccountOfferType: 'Standard'
    locations: [{ locationName: location, failoverPriority: 0 }]
    capabilities: autoscale == null ? [{ name: 'EnableServerless' }] : []
    consistencyPolicy: { defaultConsistencyLevel: 'Session' }
    disableLocalAuth: true
    disableKeyBasedMetadataWriteAccess: true
    minimalTlsVersion: 'Tls12'
    publicNetworkAccess: publicAccess ? 'Enabled' : 'Disabled'
    backupPolicy: {
      type: 'Continuous'
      continuousModeProperties: { tier: backupTier }
    }
  }

  resource database 'sqlDatabases' = {
    name: names.cosmosDatabase
    properties: { resource: { id: names.cosmosDatabase } }

    resource all 'containers' = [
      for container in containers: {
        name: container.key
        properties: {
          resource: {
            id: container.key
            partitionKey: {
              kind: length(container.value.partitionKeyPaths) == 1 ? 'Hash' : 'MultiHash'
              version: 2
              paths: container.value.partitionKeyPaths
            }
            indexingPolicy: container.value.indexingPolicy
            defaultTtl: retentionDays[?container.key] == null
              ? container.value.?defaultTtl
              : retentionDays[container.key] * secondsOfDay
          }
          options: autoscale == null
            ? {}
            : {
                autoscaleSettings: {
                  maxThroughput: container.key == 'callRecords' ? autoscale!.callRecords : autoscale!.otherContainers
                }
              }
        }
      }
    ]
  }
}

resource lock 'Microsoft.Authorization/locks@2020-05-01' = if (locked) {
  name: 'keep-call-records'
  scope: account
  properties: {
    level: 'CanNotDelete'
    notes: 'Graph keeps call records for 30 days: what is older is only here.'
  }
}

output endpoint string = account.properties.documentEndpoint
