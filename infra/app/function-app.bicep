import { Names, OptionalSettings, Tags } from '../types.bicep'

param names Names
param location string
param tags Tags
param privateNetwork bool
param pythonVersion string
param instanceMemoryMB int
param maximumInstanceCount int
param alwaysReadyHttpInstances int
param graphCloud string

@secure()
param graphClientState string

@secure()
param previousGraphClientState string
param optionalSettings OptionalSettings
param importPhoneCalls bool

// Unless it is set, a Python instance takes one request at a time, and a burst of notifications starts one for each.
var httpConcurrency = 16

// Of the body of a request, in bytes: the host refuses a larger one before it is in memory. The only routes that take a
// body refuse more than 256 kB themselves, and count it; without this setting the host would take 100 MB.
var bodyLimit = 1024 * 1024

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

resource network 'Microsoft.Network/virtualNetworks@2025-05-01' existing = {
  name: names.network

  resource functions 'subnets' existing = {
    name: 'functions'
  }
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: names.plan
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: names.functionApp
  location: location
  tags: union(tags, { 'azd-service-name': 'api' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    virtualNetworkSubnetId: privateNetwork ? network::functions.id : null
    siteConfig: { minTlsVersion: '1.2' }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.properties.primaryEndpoints.blob}${names.packageContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identity.id
          }
        }
      }
      runtime: {
        name: 'python'
        version: pythonVersion
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: alwaysReadyHttpInstances == 0 ? [] : [{ name: 'http', instanceCount: alwaysReadyHttpInstances }]
        triggers: { http: { perInstanceConcurrency: httpConcurrency } }
      }
    }
  }

  resource settings 'config' = {
    name: 'appsettings'
    properties: {
      AUDIT_SCHEDULE: optionalSettings.?AUDIT_SCHEDULE ?? ''
      AZURE_CLIENT_ID: identity.properties.clientId
      COSMOS_DATABASE: names.cosmosDatabase
      DIRECT_ROUTING_SCHEDULE: optionalSettings.?DIRECT_ROUTING_SCHEDULE ?? ''
      FEEDBACK_TEXT: optionalSettings.?FEEDBACK_TEXT ?? ''
      GRAPH_CLIENT_STATE: graphClientState
      GRAPH_CLIENT_STATE_PREVIOUS: previousGraphClientState
      GRAPH_CLOUD: graphCloud
      GRAPH_TENANT_ID: tenant().tenantId
      PHONE_BACKFILL_DAYS: optionalSettings.?PHONE_BACKFILL_DAYS ?? ''
      PHONE_CALLS: importPhoneCalls ? 'true' : 'false'
      PSTN_SCHEDULE: optionalSettings.?PSTN_SCHEDULE ?? ''
      QUALITY_PROFILE: optionalSettings.?QUALITY_PROFILE ?? ''
      RECONCILE_SCHEDULE: optionalSettings.?RECONCILE_SCHEDULE ?? ''
      SUBSCRIPTION_SCHEDULE: optionalSettings.?SUBSCRIPTION_SCHEDULE ?? ''
      USAGE_SCHEDULE: optionalSettings.?USAGE_SCHEDULE ?? ''
      CallRecordsCosmos__accountEndpoint: cosmos.properties.documentEndpoint
      CallRecordsCosmos__clientId: identity.properties.clientId
      CallRecordsCosmos__credential: 'managedidentity'
      CallRecordsQueue__clientId: identity.properties.clientId
      CallRecordsQueue__credential: 'managedidentity'
      CallRecordsQueue__queueServiceUri: storage.properties.primaryEndpoints.queue
      AzureWebJobsStorage__blobServiceUri: storage.properties.primaryEndpoints.blob
      AzureWebJobsStorage__clientId: identity.properties.clientId
      AzureWebJobsStorage__credential: 'managedidentity'
      AzureWebJobsStorage__queueServiceUri: storage.properties.primaryEndpoints.queue
      AzureWebJobsStorage__tableServiceUri: storage.properties.primaryEndpoints.table
      FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: string(bodyLimit)
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.properties.clientId};Authorization=AAD'
      APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
    }
  }

  // Packages come with a token of Entra ID: a user name and password for publishing are of no use to anybody.
  resource noPasswordForFtp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource noPasswordForPublishing 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }
}

output url string = 'https://${app.properties.defaultHostName}'
