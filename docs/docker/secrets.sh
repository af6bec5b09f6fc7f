#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Makes secrets/ for compose.yaml: random, and as it is when it is there. The
# server in its container is user 990 and must be able to read two of them.
set -eu
cd "$(dirname "$0")"
mkdir -p secrets
chmod 711 secrets

make () {
  [ -s "secrets/$1" ] || openssl rand -hex 32 >"secrets/$1"
  chmod 644 "secrets/$1"
}

make admin_token
make turn_secret
# The TURN server relays to this machine's own addresses only where the SFU is
# one of them: allowed-peer-ip of yours may be needed behind NAT.
cat >secrets/turnserver.conf <<CONF
listening-port=3478
use-auth-secret
static-auth-secret=$(cat secrets/turn_secret)
realm=gst-sfu
no-cli
no-tls
no-dtls
no-multicast-peers
min-port=49160
max-port=49200
CONF
chmod 644 secrets/turnserver.conf
echo "secrets/ is ready; the admin token is in secrets/admin_token"
