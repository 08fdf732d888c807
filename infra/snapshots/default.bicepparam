using '../main.bicep'

param environmentName = 'default'
param location = 'westeurope'
param graphClientState = 'an invented secret, 0123456789'
