using '../main.bicep'

param environmentName = 'private-network'
param location = 'westeurope'
param graphClientState = 'an invented secret, 0123456789'
param privateNetwork = true
param signIn = {
  clientId: '5a1c0f4e-2b7d-4e93-8f60-3d9b1c7e2a48'
  allowedApplications: ['c2e8d6b0-91f3-4a57-b4de-06f7a81c935d']
}
param diagnosticLogs = true
param lockCallRecords = true
