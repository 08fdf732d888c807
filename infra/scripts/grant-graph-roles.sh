#!/bin/sh
# Grants the app's managed identity the roles of Graph that it reads with; leaves alone what is granted.
# Needs a person who may grant permissions of Graph to applications: a Privileged Role Administrator.
set -eu

fail() { echo "$1" >&2; exit 1; }

principal=${IDENTITY_PRINCIPAL_ID:?is missing: run this after 'azd provision', with the values of 'azd env get-values'}
tenant=${AZURE_TENANT_ID:?is missing: run this after 'azd provision', with the values of 'azd env get-values'}
graph_app=00000003-0000-0000-c000-000000000000

signed_in=$(az account show --query tenantId --output tsv) || fail "Sign in first: az login --tenant $tenant"
[ "$signed_in" = "$tenant" ] || fail "az is signed in to tenant $signed_in: expected $tenant. az login --tenant $tenant"

root=$(az cloud show --query endpoints.microsoftGraphResourceId --output tsv)
assignments="${root%/}/v1.0/servicePrincipals/$principal/appRoleAssignments"
graph=$(az ad sp show --id "$graph_app" --query id --output tsv)
missing=0

grant() { # name of the role, its id, how many days Graph keeps what it opens
    held=$(az rest --method get --url "$assignments" --output tsv \
        --query "length(value[?resourceId=='$graph' && appRoleId=='$2'])")
    if [ "$held" != 0 ]; then
        echo "$1 is granted already."
        return
    fi
    body="{\"principalId\":\"$principal\",\"resourceId\":\"$graph\",\"appRoleId\":\"$2\"}"
    if az rest --method post --url "$assignments" --headers Content-Type=application/json --body "$body" --output none
    then
        echo "Granted $1. The app may hold a token without it for some hours: restart the app to hurry it."
        return
    fi
    missing=1
    cat >&2 <<END
$1 was not granted: see above. Where the right to do so is what you lack, send this to a Privileged Role
Administrator of the tenant $tenant, who runs it in the Azure Cloud Shell (Bash):

    az rest --method post --url '$assignments' --headers Content-Type=application/json --body '$body'

Until then the app asks Graph in vain. Of what it misses, Graph keeps the last $3 days.
END
}

grant CallRecords.Read.All 45bbb07e-7321-4fd7-a8f6-3ff27e6a81c8 30
[ "${IMPORT_PHONE_CALLS:-false}" != true ] ||
    grant CallRecord-PstnCalls.Read.All a2611786-80b3-417e-adaa-707d4261a5f0 150
exit $missing
