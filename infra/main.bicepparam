using 'main.bicep'

// From the environment, which azd fills with what 'azd env set NAME VALUE' was told. What is not text is JSON, so that
// a value that main.bicep would not take is refused here, before anything is deployed.
param environmentName = readEnvironmentVariable('AZURE_ENV_NAME')
param location = readEnvironmentVariable('AZURE_LOCATION')
param tags = json(readEnvironmentVariable('TAGS', '{}'))

// infra/scripts/client-state makes the first.
param graphClientState = readEnvironmentVariable('GRAPH_CLIENT_STATE', '')
param previousGraphClientState = readEnvironmentVariable('GRAPH_CLIENT_STATE_PREVIOUS', '')
param graphCloud = empty(readEnvironmentVariable('GRAPH_CLOUD', '')) ? null : readEnvironmentVariable('GRAPH_CLOUD', '')
param optionalSettings = {
  SUBSCRIPTION_SCHEDULE: readEnvironmentVariable('SUBSCRIPTION_SCHEDULE', '')
  RECONCILE_SCHEDULE: readEnvironmentVariable('RECONCILE_SCHEDULE', '')
  AUDIT_SCHEDULE: readEnvironmentVariable('AUDIT_SCHEDULE', '')
  USAGE_SCHEDULE: readEnvironmentVariable('USAGE_SCHEDULE', '')
  QUALITY_PROFILE: readEnvironmentVariable('QUALITY_PROFILE', '')
  FEEDBACK_TEXT: readEnvironmentVariable('FEEDBACK_TEXT', '')
  PSTN_SCHEDULE: readEnvironmentVariable('PSTN_SCHEDULE', '')
  DIRECT_ROUTING_SCHEDULE: readEnvironmentVariable('DIRECT_ROUTING_SCHEDULE', '')
  PHONE_BACKFILL_DAYS: readEnvironmentVariable('PHONE_BACKFILL_DAYS', '')
}

// infra/scripts/grant-graph-roles reads it too, for the permission.
param importPhoneCalls = json(readEnvironmentVariable('IMPORT_PHONE_CALLS', 'false'))

param readerPrincipalIds = json(readEnvironmentVariable('READER_PRINCIPAL_IDS', '[]'))
param signIn = json(readEnvironmentVariable('SIGN_IN', 'null'))
param privateNetwork = json(readEnvironmentVariable('PRIVATE_NETWORK', 'false'))
param networkAddressPrefix = readEnvironmentVariable('NETWORK_ADDRESS_PREFIX', '10.20.0.0/24')

param cosmosAutoscale = json(readEnvironmentVariable('COSMOS_AUTOSCALE', 'null'))
param cosmosBackupTier = readEnvironmentVariable('COSMOS_BACKUP_TIER', 'Continuous7Days')
param retentionDays = json(readEnvironmentVariable('RETENTION_DAYS', '{}'))
param lockCallRecords = json(readEnvironmentVariable('LOCK_CALL_RECORDS', 'false'))

param pythonVersion = readEnvironmentVariable('PYTHON_VERSION', '3.13')
param instanceMemoryMB = json(readEnvironmentVariable('INSTANCE_MEMORY_MB', '2048'))
param maximumInstanceCount = json(readEnvironmentVariable('MAXIMUM_INSTANCE_COUNT', '40'))
param alwaysReadyHttpInstances = json(readEnvironmentVariable('ALWAYS_READY_HTTP_INSTANCES', '0'))

param alertEmails = json(readEnvironmentVariable('ALERT_EMAILS', '[]'))
param quietHours = json(readEnvironmentVariable('QUIET_HOURS', '4'))
param workingTime = json(readEnvironmentVariable(
  'WORKING_TIME',
  '{"timeZone":"Etc/UTC","days":[1,2,3,4,5],"fromHour":8,"toHour":18}'
))
param diagnosticLogs = json(readEnvironmentVariable('DIAGNOSTIC_LOGS', 'false'))
