import { Names, Tags } from '../types.bicep'

param names Names
param location string
param tags Tags
param publicAccess bool

// Those of callrecords/queues/workqueue.py. The host makes a poison queue when it first needs it; health asks for all of them.
var queues = ['call-records', 'subscriptions', 'reconcile', 'audit', 'derive', 'operations', 'phone-calls']
var probeQueue = 'probe' // no function is triggered by it
var poisonQueues = map(queues, queue => '${queue}-poison')

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: names.storageAccount
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: 'Standard_LRS' }
  properties: {
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: publicAccess ? 'Enabled' : 'Disabled'
    networkAcls: {
      defaultAction: publicAccess ? 'Allow' : 'Deny'
      bypass: 'None'
    }
  }

  resource blobs 'blobServices' = {
    name: 'default'

    resource packages 'containers' = {
      name: names.packageContainer
      properties: { publicAccess: 'None' }
    }
  }

  resource queueService 'queueServices' = {
    name: 'default'

    resource all 'queues' = [
      for queue in concat(queues, poisonQueues, [probeQueue]): {
        name: queue
      }
    ]
  }
}

output queueEndpoint string = account.properties.primaryEndpoints.queue
