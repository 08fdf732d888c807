#!/bin/sh
# Has the deployed app make its Graph subscription and waits until every link of the chain from Graph to Cosmos DB
# holds. Says which does not and why.
set -eu

group=${AZURE_RESOURCE_GROUP:?is missing: run this after 'azd provision', with the values of 'azd env get-values'}
app=${FUNCTION_APP_NAME:?is missing: run this after 'azd provision', with the values of 'azd env get-values'}
url=${FUNCTION_APP_URL:?is missing: run this after 'azd provision', with the values of 'azd env get-values'}
newline='
'

# Prints a key of the app; nothing as long as there are none.
key() { # which
    az functionapp keys list --resource-group "$group" --name "$app" --query "$1" --output tsv 2>/dev/null || true
}

# Prints the body of the answer, and its status in a last line. The key does not show among the processes.
ask() { # key, path, arguments of curl
    header="x-functions-key: $1" path=$2
    shift 2
    printf '%s\n' "$header" |
        curl --silent --max-time 60 --header @- --write-out '\n%{http_code}' "$@" "$url/$path" || true
}

# Prints what keeps the app from being healthy, the name of the broken link first.
reason() { # status, body of health/details
    case $1 in
    000) echo "app: it cannot be reached" ;;
    503)
        why=$(printf '%s' "$2" | sed -nE 's/.*"broken":\{"link":"([^"]*)","why":"(([^"\\]|\\.)*)"\}.*/\1: \2/p')
        why=${why:-"some link: $url/api/health/details tells those who sign in which and why"}
        echo "${why%.}"
        ;;
    *) echo "app: it answers $1, its functions are not there yet" ;;
    esac
}

told=''
tries=40
while [ $tries -gt 0 ]; do
    tries=$((tries - 1))
    answer=$(ask "$(key functionKeys.default)" api/health/details)
    status=${answer##*"$newline"}
    if [ "$status" = 401 ]; then # sign-in with Entra ID: the details are not for this script
        status=$(ask '' api/health | tail -n 1)
        answer=''
    fi
    if [ "$status" = 200 ]; then
        echo "Every link from Graph to Cosmos DB holds."
        exit 0
    fi
    why=$(reason "$status" "${answer%"$newline"*}")
    [ "$why" = "$told" ] || echo "Waiting for $why."
    told=$why
    case $why in
    subscription:* | some\ link:*)
        ask "$(key masterKey)" admin/functions/renew_subscription_on_schedule --output /dev/null \
            --header 'Content-Type: application/json' --data '{}' >/dev/null
        ;;
    esac
    sleep 15
done
echo "After 10 minutes the chain still does not hold. $told. The app tries again every 15 minutes;" \
    "$url/api/health answers 200 as soon as all is well, and docs/operations.md says what each link needs." >&2
exit 1
