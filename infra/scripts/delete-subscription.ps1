# Stops the app and deletes its Graph subscription: to be run before 'azd down'.
# Graph lets nobody but the app's own identity do so. A container has that identity for a minute and deletes it.
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $false

$needed = 'AZURE_RESOURCE_GROUP', 'FUNCTION_APP_NAME', 'FUNCTION_APP_URL', 'IDENTITY_RESOURCE_ID', 'IDENTITY_CLIENT_ID'
foreach ($name in $needed) {
    if (-not [Environment]::GetEnvironmentVariable($name)) {
        throw "$name is missing: run this with the values of 'azd env get-values'."
    }
}
$container = @('--resource-group', $env:AZURE_RESOURCE_GROUP, '--name', 'delete-subscription')
$bytes = [IO.File]::ReadAllBytes("$PSScriptRoot/delete-subscription-in-container.sh")
$script = [Convert]::ToBase64String($bytes)
$cloud = az cloud show --query name --output tsv

# A running app would make a new subscription.
az functionapp stop --resource-group $env:AZURE_RESOURCE_GROUP --name $env:FUNCTION_APP_NAME --output none
if ($LASTEXITCODE -ne 0) {
    throw 'The app could not be stopped: see above.'
}

az container create @container --output none `
    --image mcr.microsoft.com/azure-cli --os-type Linux --cpu 1 --memory 1.5 --restart-policy Never `
    --assign-identity $env:IDENTITY_RESOURCE_ID --command-line "sh -c 'echo $script | base64 -d | sh'" `
    --environment-variables "APP_URL=$env:FUNCTION_APP_URL" "CLIENT_ID=$env:IDENTITY_CLIENT_ID" "CLOUD=$cloud"
if ($LASTEXITCODE -ne 0) {
    throw 'The container could not be made: see above.'
}

foreach ($try in 1..40) {
    Start-Sleep -Seconds 5
    $state = az container show @container --query 'containers[0].instanceView.currentState' | ConvertFrom-Json
    if ($state.state -eq 'Terminated') {
        break
    }
}
az container logs @container
az container delete @container --yes --output none

if ($state.state -ne 'Terminated' -or $state.exitCode -ne 0) {
    [Console]::Error.WriteLine(
        'The subscription could not be deleted: see above. Graph ends it by itself within 3 days.')
    exit 1
}
