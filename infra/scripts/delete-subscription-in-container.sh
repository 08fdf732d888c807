#!/bin/sh
# Deletes the Graph subscriptions that post to APP_URL, as the managed identity CLIENT_ID in the Azure cloud CLOUD.
# delete-subscription runs it in a container.
set -eu

az cloud set --name "$CLOUD"
az login --identity --client-id "$CLIENT_ID" --allow-no-subscriptions --output none
root=$(az cloud show --query endpoints.microsoftGraphResourceId --output tsv)
subscriptions="${root%/}/v1.0/subscriptions"

ids=$(az rest --method get --url "$subscriptions" --output tsv \
    --query "value[?starts_with(notificationUrl, '$APP_URL/')].id")
[ -n "$ids" ] || echo "There is no subscription for $APP_URL."
for id in $ids; do
    az rest --method delete --url "$subscriptions/$id"
    echo "Deleted subscription $id."
done
