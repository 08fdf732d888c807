#!/bin/sh
# Stops the app and deletes its Graph subscription: to be run before 'azd down'.
# Graph lets nobody but the app's own identity do so. A container has that identity for a minute and deletes it.
set -eu

group=${AZURE_RESOURCE_GROUP:?is missing: run this with the values of 'azd env get-values'}
app=${FUNCTION_APP_NAME:?is missing: run this with the values of 'azd env get-values'}
url=${FUNCTION_APP_URL:?is missing: run this with the values of 'azd env get-values'}
identity=${IDENTITY_RESOURCE_ID:?is missing: run this with the values of 'azd env get-values'}
client=${IDENTITY_CLIENT_ID:?is missing: run this with the values of 'azd env get-values'}
script=$(base64 <"$(dirname "$0")/delete-subscription-in-container.sh" | tr -d '\n')
container=delete-subscription

# A running app would make a new subscription.
az functionapp stop --resource-group "$group" --name "$app" --output none

az container create --resource-group "$group" --name "$container" --output none \
    --image mcr.microsoft.com/azure-cli --os-type Linux --cpu 1 --memory 1.5 --restart-policy Never \
    --assign-identity "$identity" --command-line "sh -c 'echo $script | base64 -d | sh'" \
    --environment-variables "APP_URL=$url" "CLIENT_ID=$client" "CLOUD=$(az cloud show --query name --output tsv)"

state=''
tries=40
while [ "$state" != Terminated ] && [ $tries -gt 0 ]; do
    tries=$((tries - 1))
    sleep 5
    state=$(az container show --resource-group "$group" --name "$container" --output tsv \
        --query "containers[0].instanceView.currentState.state")
done
code=$(az container show --resource-group "$group" --name "$container" --output tsv \
    --query "containers[0].instanceView.currentState.exitCode")
az container logs --resource-group "$group" --name "$container"
az container delete --resource-group "$group" --name "$container" --yes --output none

if [ "$code" != 0 ]; then
    echo "The subscription could not be deleted: see above. Graph ends it by itself within 3 days." >&2
    exit 1
fi
