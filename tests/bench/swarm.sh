#!/bin/sh
# CLONE IMAGE: what a careful script would do for a push: fetch, build, push, update the service `scripted` by digest, wait until
# the swarm says that it is done. The same calls to the engine, with curl.
set -eu
cd "$1"
image=$2
api() { curl -sS --fail-with-body --unix-socket "${DOCKER_HOST#unix://}" "$@"; }
engine=http://engine/v1.41

git pull -q
tag=$(git rev-parse HEAD)
git archive HEAD | api -X POST -H 'Content-Type: application/x-tar' --data-binary @- "$engine/build?t=$image:$tag&rm=1&forcerm=1&networkmode=none" >.git/build.log
grep -q 'Successfully tagged' .git/build.log
digest=$(api -X POST -H 'X-Registry-Auth: e30=' "$engine/images/$image/push?tag=$tag" | grep -o 'sha256:[0-9a-f]\{64\}' | tail -1)

service=$(api "$engine/services/scripted")
version=$(printf '%s' "$service" | sed 's/.*"Version":{"Index":\([0-9]*\)}.*/\1/')
printf '%s' "$service" | sed 's/.*"Spec":\({.*\),"PreviousSpec".*/\1/; s/.*"Spec":\({.*\),"Endpoint":.*/\1/' |
    sed "s|\"Image\":\"[^\"]*\"|\"Image\":\"$image@$digest\"|" |
    api -X POST -H 'Content-Type: application/json' --data-binary @- "$engine/services/scripted/update?version=$version"
while :; do
    case $(api "$engine/services/scripted") in *'"State":"completed"'*) break ;; *'"State":"paused"'*) exit 1 ;; esac
    sleep 0.2
done
