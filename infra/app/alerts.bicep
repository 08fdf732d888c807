import { Names, Tags, WorkingTime } from '../types.bicep'

param names Names
param location string
param tags Tags

@description('Who gets a mail; without anybody the alerts are only in the portal.')
param emails string[]

@minValue(1)
@maxValue(6)
@description('Hours of working time without a new call record that are too many.')
param quietHours int
param workingTime WorkingTime

var timesToRead = {
  zone: workingTime.timeZone
  days: join(map(workingTime.days, day => string(day)), ', ')
  from: string(workingTime.fromHour + quietHours)
  to: string(workingTime.toHour)
}

// The texts are those that the app logs. Windows are longer than the time between two looks, as telemetry comes late.
var rules = [
  {
    name: 'poison-not-empty'
    description: 'Messages were given up: GET /api/poison says why, POST /api/poison/replay puts them back.'
    severity: 2
    window: 'PT30M'
    every: 'PT15M'
    resolvesItself: false // only a person empties a poison queue
    query: '''
AppTraces
| where Message startswith "A message was moved to the poison queue" or Message has "MaxDequeueCount"
'''
  }
  {
    name: 'subscription-expires'
    description: 'The Graph subscription was not renewed and ends within a day: see /api/health/details.'
    severity: 1
    window: 'PT6H'
    every: 'PT1H'
    resolvesItself: true
    query: '''
AppTraces
| where Message startswith "Subscription "
| parse Message with * ", expires " expires:datetime "." *
| summarize expires = max(expires)
| where isnull(expires) or expires < now() + 1d
'''
  }
  {
    name: 'no-call-record'
    description: 'No call record arrived for hours in working time: see /api/health/details.'
    severity: 2
    window: 'PT${quietHours}H'
    every: 'PT1H'
    resolvesItself: true
    query: format(
      '''
let now_here = datetime_utc_to_local(now(), "{0}");
AppTraces
| where Message startswith "Call record " and Message endswith ": stored."
| summarize stored = count()
| where stored == 0
| where toint(dayofweek(now_here) / 1d) in ({1})
| where hourofday(now_here) >= {2} and hourofday(now_here) < {3}
''',
      timesToRead.zone,
      timesToRead.days,
      timesToRead.from,
      timesToRead.to
    )
  }
  {
    name: 'failures'
    description: 'A function fails again and again: see the workbook.'
    severity: 2
    window: 'PT30M'
    every: 'PT15M'
    resolvesItself: true
    // Questions that make no sense are not the app's failures, and health answers 503 where something else is wrong.
    query: '''
AppRequests
| where Success == false and Name !in ("health", "health_details")
| where not(toint(ResultCode) between (400 .. 499))
| summarize failed = sum(ItemCount) by Name
| where failed >= 5
'''
  }
]

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' existing = {
  name: names.workspace
}

resource receivers 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(emails)) {
  name: 'call-records'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'callrecords'
    emailReceivers: map(emails, email => { name: email, emailAddress: email, useCommonAlertSchema: true })
  }
}

resource alerts 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for rule in rules: {
    name: rule.name
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: 'Call records: ${rule.name}'
      description: rule.description
      severity: rule.severity
      enabled: true
      scopes: [workspace.id]
      evaluationFrequency: rule.every
      windowSize: rule.window
      autoMitigate: rule.resolvesItself
      skipQueryValidation: true // the tables come with the first telemetry
      criteria: {
        allOf: [
          {
            query: rule.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: empty(emails) ? [] : [receivers.id] }
    }
  }
]
