import { Names, Tags } from '../types.bicep'

param names Names
param location string
param tags Tags

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' = {
  name: names.workspace
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: 30
    features: { disableLocalAuth: true }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: names.applicationInsights
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    IngestionMode: 'LogAnalytics'
    DisableLocalAuth: true
  }
}

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'call-records')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Call records'
    category: 'workbook'
    sourceId: workspace.id
    serializedData: string(union(loadJsonContent('workbook.json'), { fallbackResourceIds: [workspace.id] }))
  }
}
