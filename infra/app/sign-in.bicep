import { Names, SignIn } from '../types.bicep'

param names Names
param signIn SignIn

resource app 'Microsoft.Web/sites@2025-03-01' existing = {
  name: names.functionApp
}

resource auth 'Microsoft.Web/sites/config@2025-03-01' = {
  parent: app
  name: 'authsettingsV2'
  properties: {
    platform: {
      enabled: true
      runtimeVersion: '~1'
    }
    globalValidation: {
      requireAuthentication: true
      unauthenticatedClientAction: 'Return401'
      // The anonymous routes of function_app.py. Graph sends no token: the first two check its clientState.
      excludedPaths: [
        '/api/graph/notifications'
        '/api/graph/lifecycle'
        '/api/health'
      ]
    }
    httpSettings: { requireHttps: true }
    login: { tokenStore: { enabled: false } }
    identityProviders: {
      azureActiveDirectory: {
        enabled: true
        registration: {
          clientId: signIn.clientId
          openIdIssuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
        }
        validation: {
          allowedAudiences: ['api://${signIn.clientId}', signIn.clientId]
          defaultAuthorizationPolicy: empty(signIn.allowedApplications)
            ? null
            : { allowedApplications: signIn.allowedApplications }
        }
      }
    }
  }
}
