# Makes GRAPH_CLIENT_STATE, the secret that Graph repeats in every notification, unless the azd environment has one.
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $false

if ((azd env get-values) -match '^GRAPH_CLIENT_STATE=".+"') {
    exit 0
}
$secret = [Convert]::ToHexString([Security.Cryptography.RandomNumberGenerator]::GetBytes(32)).ToLower()
azd env set GRAPH_CLIENT_STATE $secret
if ($LASTEXITCODE -ne 0) {
    throw 'azd did not keep GRAPH_CLIENT_STATE.'
}
'Made GRAPH_CLIENT_STATE, the secret that Graph repeats in every notification; the azd environment keeps it.'
