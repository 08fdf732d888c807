@export()
@minLength(36)
@maxLength(36)
type Guid = string

@export()
type Tags = { *: string }

@export()
@sealed()
@description('The names of the resources that modules refer to.')
type Names = {
  applicationInsights: string
  cosmosAccount: string
  cosmosDatabase: string
  functionApp: string
  identity: string
  network: string
  packageContainer: string
  plan: string
  storageAccount: string
  workspace: string
}

@description('Autoscale ceiling of a container in RU/s; a tenth of it is always paid for.')
type MaxThroughput = 1000 | 2000 | 4000 | 10000 | 20000 | 40000 | 100000

@export()
@sealed()
type CosmosAutoscale = {
  callRecords: MaxThroughput
  otherContainers: MaxThroughput
}

@minValue(31)
@description('What went before Graph lets go of it, after 30 days, would be fetched again.')
type Days = int

@export()
@sealed()
@description('Days that the items of a container are kept; those of the others for ever.')
type RetentionDays = {
  callRecords: Days?
  calls: Days?
  phoneCalls: Days?
  usage: Days?
}

@export()
@sealed()
@description('Settings of the app that it has a default for, which it takes where they are missing or empty.')
type OptionalSettings = {
  SUBSCRIPTION_SCHEDULE: string?
  RECONCILE_SCHEDULE: string?
  AUDIT_SCHEDULE: string?
  USAGE_SCHEDULE: string?
  QUALITY_PROFILE: ('' | 'current' | 'before2022')?
  FEEDBACK_TEXT: ('' | 'true' | 'false')?
  PSTN_SCHEDULE: string?
  DIRECT_ROUTING_SCHEDULE: string?
  PHONE_BACKFILL_DAYS: string?
}

@export()
@sealed()
@description('When calls are expected.')
type WorkingTime = {
  @minLength(3)
  @description('As datetime_utc_to_local of Azure Monitor takes it, for example Europe/Berlin.')
  timeZone: string

  @minLength(1)
  @maxLength(7)
  @description('0 is Sunday.')
  days: (0 | 1 | 2 | 3 | 4 | 5 | 6)[]

  @minValue(0)
  @maxValue(23)
  fromHour: int

  @minValue(1)
  @maxValue(24)
  toHour: int
}

@export()
@sealed()
@description('The app registration in Entra ID that people and services sign in to.')
type SignIn = {
  clientId: Guid

  @description('Client ids that may call; none: every application of the tenant.')
  allowedApplications: Guid[]
}
