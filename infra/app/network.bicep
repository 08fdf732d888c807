import { Names, Tags } from '../types.bicep'

param names Names
param location string
param tags Tags
param addressPrefix string

// Cosmos DB's suffix is not in environment(); it ends as the portal's address does.
var azureDomain = replace(replace(environment().portal, 'https://portal.', ''), '/', '')
var endpoints = [
  { group: 'blob', zone: 'privatelink.blob.${environment().suffixes.storage}', target: storage.id }
  { group: 'queue', zone: 'privatelink.queue.${environment().suffixes.storage}', target: storage.id }
  { group: 'table', zone: 'privatelink.table.${environment().suffixes.storage}', target: storage.id }
  { group: 'Sql', zone: 'privatelink.documents.${azureDomain}', target: cosmos.id }
]

resource storage 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: names.storageAccount
}

resource cosmos 'Microsoft.DocumentDB/databaseAccounts@2025-10-15' existing = {
  name: names.cosmosAccount
}

resource network 'Microsoft.Network/virtualNetworks@2025-05-01' = {
  name: names.network
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: [addressPrefix] }
    subnets: [
      {
        name: 'functions'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 26, 0)
          delegations: [{ name: 'flex-consumption', properties: { serviceName: 'Microsoft.App/environments' } }]
        }
      }
      {
        name: 'private-endpoints'
        properties: { addressPrefix: cidrSubnet(addressPrefix, 26, 1) }
      }
    ]
  }

  resource privateEndpoints 'subnets' existing = {
    name: 'private-endpoints'
  }
}

module privateEndpoints 'private-endpoint.bicep' = [
  for endpoint in endpoints: {
    params: {
      name: 'pep-${toLower(endpoint.group)}-${names.network}'
      location: location
      tags: tags
      networkId: network.id
      subnetId: network::privateEndpoints.id
      targetId: endpoint.target
      groupId: endpoint.group
      zoneName: endpoint.zone
    }
  }
]
