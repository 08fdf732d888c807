# Has the deployed app make its Graph subscription and waits until every link of the chain from Graph to Cosmos DB
# holds. Says which does not and why.
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $false

foreach ($name in 'AZURE_RESOURCE_GROUP', 'FUNCTION_APP_NAME', 'FUNCTION_APP_URL') {
    if (-not [Environment]::GetEnvironmentVariable($name)) {
        throw "$name is missing: run this after 'azd provision', with the values of 'azd env get-values'."
    }
}
$group, $app, $url = $env:AZURE_RESOURCE_GROUP, $env:FUNCTION_APP_NAME, $env:FUNCTION_APP_URL

# A key of the app; nothing as long as there are none.
function Get-Key($query) {
    az functionapp keys list --resource-group $group --name $app --query $query --output tsv 2>$null
}

# The status of the answer, 0 where there is none, and its body.
function Ask($key, $path, $method = 'GET') {
    $request = @{
        Uri = "$url/$path"; Method = $method; Headers = @{ 'x-functions-key' = "$key" }
        TimeoutSec = 60; SkipHttpErrorCheck = $true
    }
    if ($method -eq 'POST') {
        $request += @{ Body = '{}'; ContentType = 'application/json' }
    }
    try {
        $answer = Invoke-WebRequest @request
        return @{ Status = [int]$answer.StatusCode; Body = "$($answer.Content)" }
    }
    catch {
        return @{ Status = 0; Body = '' }
    }
}

# What keeps the app from being healthy, the name of the broken link first.
function Get-Reason($answer) {
    if ($answer.Status -eq 0) {
        return 'app: it cannot be reached'
    }
    if ($answer.Status -ne 503) {
        return "app: it answers $($answer.Status), its functions are not there yet"
    }
    if (-not $answer.Body) {
        return "some link: $url/api/health/details tells those who sign in which and why"
    }
    $broken = ($answer.Body | ConvertFrom-Json).broken
    return "$($broken.link): $($broken.why)".TrimEnd('.')
}

$told = ''
foreach ($try in 1..40) {
    $answer = Ask (Get-Key 'functionKeys.default') 'api/health/details'
    if ($answer.Status -eq 401) { # sign-in with Entra ID: the details are not for this script
        $answer = Ask '' 'api/health'
    }
    if ($answer.Status -eq 200) {
        'Every link from Graph to Cosmos DB holds.'
        exit 0
    }
    $why = Get-Reason $answer
    if ($why -ne $told) {
        "Waiting for $why."
    }
    $told = $why
    if ($why -match '^(subscription|some link):') {
        Ask (Get-Key 'masterKey') 'admin/functions/renew_subscription_on_schedule' 'POST' | Out-Null
    }
    Start-Sleep -Seconds 15
}
[Console]::Error.WriteLine(
    "After 10 minutes the chain still does not hold. $told. The app tries again every 15 minutes; " +
    "$url/api/health answers 200 as soon as all is well, and docs/operations.md says what each link needs.")
exit 1
