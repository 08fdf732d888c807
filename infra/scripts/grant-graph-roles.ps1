# Grants the app's managed identity the roles of Graph that it reads with; leaves alone what is granted.
# Needs a person who may grant permissions of Graph to applications: a Privileged Role Administrator.
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $false

foreach ($name in 'IDENTITY_PRINCIPAL_ID', 'AZURE_TENANT_ID') {
    if (-not [Environment]::GetEnvironmentVariable($name)) {
        throw "$name is missing: run this after 'azd provision', with the values of 'azd env get-values'."
    }
}
$principal, $tenant = $env:IDENTITY_PRINCIPAL_ID, $env:AZURE_TENANT_ID
$graphApp = '00000003-0000-0000-c000-000000000000'

$signedIn = az account show --query tenantId --output tsv
if ($LASTEXITCODE -ne 0) {
    throw "Sign in first: az login --tenant $tenant"
}
if ($signedIn -ne $tenant) {
    throw "az is signed in to tenant ${signedIn}: expected $tenant. az login --tenant $tenant"
}

$root = (az cloud show --query endpoints.microsoftGraphResourceId --output tsv).TrimEnd('/')
$assignments = "$root/v1.0/servicePrincipals/$principal/appRoleAssignments"
$graph = az ad sp show --id $graphApp --query id --output tsv
$held = az rest --method get --url $assignments | ConvertFrom-Json
if ($LASTEXITCODE -ne 0) {
    throw "The roles of the identity $principal could not be read: see above."
}
$missing = 0

function Grant($role, $roleId, $days) { # how many days Graph keeps what the role opens
    if ($held.value | Where-Object { $_.resourceId -eq $graph -and $_.appRoleId -eq $roleId }) {
        return "$role is granted already."
    }
    $body = @{ principalId = $principal; resourceId = $graph; appRoleId = $roleId } | ConvertTo-Json -Compress
    $file = New-TemporaryFile # a body on the command line would lose its quotes on the way through az.cmd
    Set-Content -Path $file -Value $body
    az rest --method post --url $assignments --headers Content-Type=application/json --body "@$file" --output none
    $granted = $LASTEXITCODE -eq 0
    Remove-Item $file
    if ($granted) {
        return "Granted $role. The app may hold a token without it for some hours: restart the app to hurry it."
    }
    $script:missing = 1
    [Console]::Error.WriteLine(@"
$role was not granted: see above. Where the right to do so is what you lack, send this to a Privileged Role
Administrator of the tenant $tenant, who runs it in the Azure Cloud Shell (Bash):

    az rest --method post --url '$assignments' --headers Content-Type=application/json --body '$body'

Until then the app asks Graph in vain. Of what it misses, Graph keeps the last $days days.
"@)
}

Grant 'CallRecords.Read.All' '45bbb07e-7321-4fd7-a8f6-3ff27e6a81c8' 30
if ($env:IMPORT_PHONE_CALLS -eq 'true') {
    Grant 'CallRecord-PstnCalls.Read.All' 'a2611786-80b3-417e-adaa-707d4261a5f0' 150
}
exit $missing
