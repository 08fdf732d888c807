using '../main.bicep'

param environmentName = 'big-tenant'
param location = 'westeurope'
param tags = { costCenter: 'telephony' }
param graphClientState = 'an invented secret, 0123456789'
param previousGraphClientState = 'the invented secret before it, 0123'
param graphCloud = 'global'
param optionalSettings = { USAGE_SCHEDULE: '0 5 */6 * * *' }
param importPhoneCalls = true
param readerPrincipalIds = ['8d4b7a92-6c15-4f0e-a3d8-e17f5b20c964', '1f6e9c03-5a8b-4d27-9e41-b0c8d73f6a52']
param alertEmails = ['voice-operations@fabrikam.example']
param quietHours = 1
param workingTime = { timeZone: 'Europe/Berlin', days: [1, 2, 3, 4, 5, 6], fromHour: 6, toHour: 20 }
param cosmosAutoscale = { callRecords: 40000, otherContainers: 4000 }
param cosmosBackupTier = 'Continuous30Days'
param retentionDays = { callRecords: 90, calls: 90 }
param lockCallRecords = true
param maximumInstanceCount = 100
param alwaysReadyHttpInstances = 2
