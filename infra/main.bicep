targetScope = 'subscription'

import { CosmosAutoscale, Guid, OptionalSettings, RetentionDays, SignIn, Tags, WorkingTime } from 'types.bicep'

@minLength(1)
@maxLength(64)
@description('Name of the azd environment, from which the names of all resources are made.')
param environmentName string

@minLength(1)
@description('Region of all resources; it has to offer Flex Consumption.')
param location string

@description('Tags of all resources.')
param tags Tags = {}

@secure()
@minLength(16)
@maxLength(128)
@description('Secret that Graph repeats in every notification.')
param graphClientState string

@secure()
@maxLength(128)
@description('The secret before the last rotation, still accepted; empty where there is none.')
param previousGraphClientState string = ''

@description('Which Graph; by default that of the Azure cloud, and usgov where that is US Government.')
param graphCloud 'global' | 'usgov' | 'dod'?

@description('Settings of the app that are to differ from its defaults.')
param optionalSettings OptionalSettings = {}

@description('Whether the app imports rows of phone calls.')
param importPhoneCalls bool = false

@description('Object ids of the people, groups and services that read the call records in Cosmos DB.')
param readerPrincipalIds Guid[] = []

@description('Mail addresses that get the alerts.')
param alertEmails string[] = []

@minValue(1)
@maxValue(6)
@description('After how many hours of working time without a new call record there is an alert.')
param quietHours int = 4

@description('When calls are expected.')
param workingTime WorkingTime = { timeZone: 'Etc/UTC', days: [1, 2, 3, 4, 5], fromHour: 8, toHour: 18 }

@description('Entra ID sign-in for all routes but those that are anonymous by design; null: function keys alone.')
param signIn SignIn?

@description('Storage and Cosmos DB behind private endpoints of a virtual network.')
param privateNetwork bool = false

@minLength(9)
@maxLength(18)
@description('Addresses of the virtual network, at least a /25.')
param networkAddressPrefix string = '10.20.0.0/24'

@description('Autoscale ceilings; null: serverless. An account cannot change from one to the other with this template.')
param cosmosAutoscale CosmosAutoscale?

@description('How far back Cosmos DB can be restored to; 30 days are paid for.')
param cosmosBackupTier 'Continuous7Days' | 'Continuous30Days' = 'Continuous7Days'

@description('Days that the items of a container are kept; those of the others for ever.')
param retentionDays RetentionDays = {}

@description('Whether the Cosmos DB account is locked against deletion.')
param lockCallRecords bool = false

@description('Whether each request to Cosmos DB, blobs and queues is logged to the workspace.')
param diagnosticLogs bool = false

@description('Python version of the app.')
param pythonVersion '3.13' | '3.14' = '3.13'

@description('Memory of an instance.')
param instanceMemoryMB 512 | 2048 | 4096 = 2048

@minValue(40)
@maxValue(1000)
@description('Instances that the app scales out to at most.')
param maximumInstanceCount int = 40

@minValue(0)
@maxValue(20)
@description('Instances kept warm for Graph and people; 0 scales to nothing.')
param alwaysReadyHttpInstances int = 0

var token = uniqueString(subscription().id, environmentName, location)
var names = {
  applicationInsights: 'appi-${token}'
  cosmosAccount: 'cosmos-${token}'
  cosmosDatabase: 'callrecords'
  functionApp: 'func-${token}'
  identity: 'id-${token}'
  network: 'vnet-${token}'
  packageContainer: 'app-package-${token}'
  plan: 'plan-${token}'
  storageAccount: 'st${token}'
  workspace: 'log-${token}'
}
var allTags = union(tags, { 'azd-env-name': environmentName })

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: allTags
}

module identity 'app/identity.bicep' = {
  scope: group
  params: { names: names, location: location, tags: allTags }
}

module monitoring 'app/monitoring.bicep' = {
  scope: group
  params: { names: names, location: location, tags: allTags }
}

module storage 'app/storage.bicep' = {
  scope: group
  params: { names: names, location: location, tags: allTags, publicAccess: !privateNetwork }
}

module cosmos 'app/cosmos.bicep' = {
  scope: group
  params: {
    names: names
    location: location
    tags: allTags
    publicAccess: !privateNetwork
    autoscale: cosmosAutoscale
    backupTier: cosmosBackupTier
    retentionDays: retentionDays
    locked: lockCallRecords
  }
}

module network 'app/network.bicep' = if (privateNetwork) {
  scope: group
  params: { names: names, location: location, tags: allTags, addressPrefix: networkAddressPrefix }
  dependsOn: [storage, cosmos]
}

module roles 'app/roles.bicep' = {
  scope: group
  params: { names: names, readerPrincipalIds: readerPrincipalIds }
  dependsOn: [identity, monitoring, storage, cosmos]
}

module functionApp 'app/function-app.bicep' = {
  scope: group
  params: {
    names: names
    location: location
    tags: allTags
    privateNetwork: privateNetwork
    pythonVersion: pythonVersion
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyHttpInstances: alwaysReadyHttpInstances
    graphCloud: graphCloud ?? (environment().name == 'AzureUSGovernment' ? 'usgov' : 'global')
    graphClientState: graphClientState
    previousGraphClientState: previousGraphClientState
    optionalSettings: optionalSettings
    importPhoneCalls: importPhoneCalls
  }
  dependsOn: [roles, network]
}

module authentication 'app/sign-in.bicep' = if (signIn != null) {
  scope: group
  params: { names: names, signIn: signIn! }
  dependsOn: [functionApp]
}

module alerts 'app/alerts.bicep' = {
  scope: group
  params: {
    names: names
    location: location
    tags: allTags
    emails: alertEmails
    quietHours: quietHours
    workingTime: workingTime
  }
  dependsOn: [monitoring]
}

module diagnostics 'app/diagnostics.bicep' = if (diagnosticLogs) {
  scope: group
  params: { names: names }
  dependsOn: [monitoring, storage, cosmos]
}

// azd keeps these in its environment, where the scripts find them.
output AZURE_RESOURCE_GROUP string = group.name
output AZURE_TENANT_ID string = tenant().tenantId
output COSMOS_DATABASE string = names.cosmosDatabase
output COSMOS_ENDPOINT string = cosmos.outputs.endpoint
output FUNCTION_APP_NAME string = names.functionApp
output FUNCTION_APP_URL string = functionApp.outputs.url
output IDENTITY_CLIENT_ID string = identity.outputs.clientId
output IDENTITY_PRINCIPAL_ID string = identity.outputs.principalId
output IDENTITY_RESOURCE_ID string = identity.outputs.id
output QUEUE_ENDPOINT string = storage.outputs.queueEndpoint
