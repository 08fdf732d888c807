#!/bin/sh
# Makes GRAPH_CLIENT_STATE, the secret that Graph repeats in every notification, unless the azd environment has one.
set -eu

if azd env get-values | grep -q '^GRAPH_CLIENT_STATE="..*"'; then
    exit 0
fi
azd env set GRAPH_CLIENT_STATE "$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')"
echo "Made GRAPH_CLIENT_STATE, the secret that Graph repeats in every notification; the azd environment keeps it."
